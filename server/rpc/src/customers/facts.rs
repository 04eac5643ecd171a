//! What filters and groups can name.

use lojal_engine::{AttributeUse, Fact, FactType, fact_functions};
use lojal_proto::v1;

/// Facts that are computed, then attributes.
pub(crate) fn facts(attributes: Vec<AttributeUse>) -> Vec<v1::CustomerFact> {
    let computed = Fact::ALL.into_iter().map(|fact| v1::CustomerFact {
        name: fact.name().to_owned(),
        r#type: fact_type(fact.value_type()).into(),
        is_attribute: false,
        makes_groups: fact.makes_groups(),
        description: fact.meaning().to_owned(),
        ..v1::CustomerFact::default()
    });
    let called = fact_functions().map(|(name, of, description)| v1::CustomerFact {
        name,
        r#type: fact_type(of).into(),
        is_function: true,
        makes_groups: matches!(of, FactType::Integer | FactType::Boolean),
        description,
        ..v1::CustomerFact::default()
    });
    computed.chain(called).chain(attributes.into_iter().map(attribute)).collect()
}

fn attribute(of: AttributeUse) -> v1::CustomerFact {
    let count = |(value, customers): (String, u64)| v1::FactValueCount { value, customers: customers as i64 };
    v1::CustomerFact {
        name: of.name,
        r#type: v1::FactType::Text.into(),
        is_attribute: true,
        makes_groups: true,
        description: String::new(),
        customers: Some(of.customers as i64),
        values: of.values.into_iter().map(count).collect(),
        reads_as: fact_type(of.reads_as).into(),
        is_function: false,
    }
}

const fn fact_type(of: FactType) -> v1::FactType {
    match of {
        FactType::Text => v1::FactType::Text,
        FactType::Integer => v1::FactType::Integer,
        FactType::Number => v1::FactType::Number,
        FactType::Boolean => v1::FactType::Boolean,
        FactType::Instant => v1::FactType::Instant,
    }
}
