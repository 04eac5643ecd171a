//! What is asked: every method that reads, in every way that its request has fields for.

use prost_reflect::{DescriptorPool, MessageDescriptor, MethodDescriptor};
use serde_json::{Map, Value, json};

/// Methods that write, or whose answers are of the moment.
const LEFT_OUT: &[&str] = &[
    "Upsert",
    "Record",
    "Void",
    "Import",
    "Erase",
    "Create",
    "Update",
    "Delete",
    "Set",
    "Fit",
    "Backup",
    "GetServerInfo",
    "GetImportPosition",
];

/// A question of a method.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) method: MethodDescriptor,
    pub(crate) request: Value,
}

impl Question {
    pub(crate) fn path(&self) -> String {
        format!("/{}/{}", self.method.parent_service().full_name(), self.method.name())
    }
}

/// Variations of a question: fields that are set where the request has all of them.
fn variations() -> Vec<Value> {
    let by_name = |field: &str, values: &[Value]| -> Vec<Value> {
        values.iter().map(|value| json!({ field: value })).collect()
    };
    let mut all = vec![json!({})];
    all.extend(by_name("group_by", &[json!("market"), json!("orders"), json!("nothing_of_the_kind")]));
    all.extend(by_name("interval", &(1..=5).map(Value::from).collect::<Vec<_>>()));
    all.extend(by_name("window", &["90d", "12mo", "2025-Q1", "2024-03/2025-02", "all"].map(Value::from)));
    all.extend(by_name(
        "filter",
        &["orders >= 2", "market == \"hr\" && days_since_last_order < 200"].map(Value::from),
    ));
    all.extend(by_name("confidence", &[json!(0.8)]));
    all.extend(by_name("horizon", &["90d", "12mo", "forever"].map(Value::from)));
    all.extend(by_name("activity_window", &["60d", "180d"].map(Value::from)));
    all.extend(by_name("kind", &(1..=4).map(Value::from).collect::<Vec<_>>()));
    all.extend(by_name("survey_kind", &[json!(1), json!(2)]));
    all.extend(by_name("counted", &[json!(2)]));
    all.extend(by_name("term", &[json!("delivery")]));
    all.extend(by_name("max_score", &[json!(6)]));
    all.extend(by_name("survey_id", &[json!("nps"), json!("csat"), json!("own")]));
    all.extend(by_name("order", &[json!(2), json!(3), json!(4)]));
    all.extend(by_name("place", &(1..=5).map(Value::from).collect::<Vec<_>>()));
    all.extend(by_name("outcome", &(1..=4).map(Value::from).collect::<Vec<_>>()));
    all.extend(by_name("alignment", &[json!(1), json!(2)]));
    all.extend(by_name("segment", &(1..=11).map(Value::from).collect::<Vec<_>>()));
    all.extend(by_name("page_size", &[json!(7)]));
    all.extend(by_name("model_id", &[json!("no-such-model")]));
    all.extend(by_name("baseline_window", &[json!("2024-Q1")]));
    all.push(json!({"group_by": "market", "interval": 3}));
    all.push(json!({"group_by": "market", "window": "12mo", "filter": "orders >= 1"}));
    all.push(json!({"with_distribution": true, "with_alive_history": true, "horizon": "6mo"}));
    all.push(json!({"with_totals": true, "limit": 5, "order": 2}));
    all.push(json!({"with_ranges": true, "limit": 5, "order": 2}));
    all.push(json!({"with_basis_shares": true, "limit": 5}));
    all.push(json!({"bootstrap_replicates": 50, "group_by": "market"}));
    all.push(json!({"periods_ahead": 12, "group_by": "market"}));
    all
}

/// All questions of a workspace with these customers.
pub(crate) fn of(pool: &DescriptorPool, customers: &[String], moments: &[(&str, &str)]) -> Vec<Question> {
    let services = pool.services().filter(|service| service.full_name().starts_with("lojal."));
    let methods = services.flat_map(|service| service.methods().collect::<Vec<_>>());
    let reads = methods.filter(|method| !LEFT_OUT.iter().any(|word| method.name().starts_with(word)));
    let mut all = Vec::new();
    for method in reads {
        let input = method.input();
        for variation in variations() {
            for (as_of, known_at) in moments {
                let Some(request) = request_of(&input, &variation, as_of, known_at) else { continue };
                let named = input.get_field_by_name("customer_id").is_some();
                let whom = if named { customers } else { &customers[..1] };
                for customer in whom {
                    let mut request = request.clone();
                    if named {
                        request.insert("customer_id".to_owned(), json!(customer));
                    }
                    all.push(Question { method: method.clone(), request: Value::Object(request) });
                }
            }
        }
    }
    all
}

/// The request of a variation; none where it has not all its fields.
fn request_of(
    input: &MessageDescriptor,
    variation: &Value,
    as_of: &str,
    known_at: &str,
) -> Option<Map<String, Value>> {
    let has = |name: &str| input.get_field_by_name(name).is_some();
    let mut request = variation.as_object()?.clone();
    if !request.keys().all(|name| has(name)) {
        return None;
    }
    for (name, value) in [("as_of", as_of), ("known_at", known_at)] {
        if has(name) {
            request.insert(name.to_owned(), json!(value));
        }
    }
    Some(request)
}
