//! What can filters and groups name?

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use lojal_domain::{History, WarningCode, WorkspaceName, Zone, attributes_as_of};
use lojal_store::Parts;

use crate::FactType;
use crate::ask::facts::reading::read_as;
use crate::ask::facts::term::ReadAs;
use crate::{Engine, EngineError, Provenance, Scope};

const DEFINITION: &str = "facts@2";

/// Values of an attribute shown.
const VALUES: usize = 10;
/// Values of an attribute counted, beyond which nearly every customer has another one.
const COUNTED: usize = 1_000;
/// Attributes listed.
const ATTRIBUTES: usize = 1_000;

/// An attribute and how often customers have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeUse {
    /// Its name.
    pub name: String,
    /// Customers who have it.
    pub customers: u64,
    /// Its most frequent values with their customers, the most frequent first; none when there are too many, or when they look like e-mail
    /// addresses.
    pub values: Vec<(String, u64)>,
    /// What all its values can be read as; a text where that is nothing else, or where there are too many.
    pub reads_as: FactType,
}

#[derive(Default)]
struct Values {
    customers: u64,
    of: HashMap<Arc<str>, u64>,
    overflow: bool,
}

impl Values {
    /// Whether any of them looks like an e-mail address, which is nobody's business in a list of names.
    fn are_addresses(&self) -> bool {
        let is_address = |value: &str| {
            let parts = value.split_once('@');
            parts.is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !value.contains(' '))
        };
        self.of.keys().any(|value| is_address(value))
    }

    fn reads_as(&self, zone: &Zone) -> FactType {
        let reads = |reading: &ReadAs| self.of.keys().all(|value| read_as(*reading, value, zone).is_some());
        let found = ReadAs::ALL.into_iter().find(|reading| !self.of.is_empty() && reads(reading));
        found.filter(|_| !self.overflow).map_or(FactType::Text, ReadAs::value_type)
    }

    fn add(&mut self, value: &str, customers: u64) {
        self.customers += customers;
        if let Some(count) = self.of.get_mut(value) {
            *count += customers;
        } else if self.of.len() < COUNTED {
            self.of.insert(value.into(), customers);
        } else {
            self.overflow = true;
        }
    }
}

impl Engine {
    /// Attributes of customers by name, at most a thousand.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn list_facts(
        &self,
        workspace: &WorkspaceName,
        scope: Scope,
    ) -> Result<(Vec<AttributeUse>, Provenance), EngineError> {
        let mut moment = self.moment(workspace, scope).await?;
        let add = |known: &mut BTreeMap<Arc<str>, Values>, history: &History<'_>| {
            for (name, value) in attributes_as_of(history.attributes) {
                if let Some(values) = known.get_mut(name) {
                    values.add(value, 1);
                } else if known.len() <= ATTRIBUTES {
                    known.entry(name.into()).or_default().add(value, 1);
                }
            }
        };
        let parts = self.fold(workspace, &mut moment, Parts::ALL, BTreeMap::new, add).await?;
        let mut all: BTreeMap<Arc<str>, Values> = BTreeMap::new();
        for (name, part) in parts.into_iter().flatten() {
            let sum = all.entry(name).or_default();
            sum.overflow |= part.overflow;
            let counted: u64 = part.of.values().sum();
            sum.customers += part.customers - counted;
            // In an order, so that which values are left out does not depend on chance.
            let mut values: Vec<(Arc<str>, u64)> = part.of.into_iter().collect();
            values.sort_unstable();
            values.into_iter().for_each(|(value, customers)| sum.add(&value, customers));
        }
        let mut provenance = moment.provenance(DEFINITION, None);
        if all.len() > ATTRIBUTES {
            provenance.warn(
                WarningCode::ListCut,
                format!("there are more than {ATTRIBUTES} attributes; these are the first by name"),
            );
        }
        let attributes = all.into_iter().take(ATTRIBUTES).map(|(name, values)| AttributeUse {
            name: name.to_string(),
            customers: values.customers,
            reads_as: values.reads_as(&moment.zone),
            values: if values.overflow || values.are_addresses() {
                Vec::new()
            } else {
                most_frequent(values.of)
            },
        });
        Ok((attributes.collect(), provenance))
    }
}

fn most_frequent(values: HashMap<Arc<str>, u64>) -> Vec<(String, u64)> {
    let mut values: Vec<(String, u64)> =
        values.into_iter().map(|(value, customers)| (value.to_string(), customers)).collect();
    values.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    values.truncate(VALUES);
    values
}
