//! What is expected of everybody, remembered from one question to the next.

use std::sync::Arc;

use lojal_domain::{History, WorkspaceName, Zone};
use lojal_scoring::clv::Expected;

use crate::ask::remembered::{Columns, OfWorkspace, Print, PrintOf, Remembered, number, word};
use crate::clv::fitted::FittedModel;

/// Numbers of an expectation.
const WORDS: usize = 5;

/// What expectations were made for.
pub(crate) struct Key {
    workspace: WorkspaceName,
    model: Arc<FittedModel>,
    zone: String,
    today: i32,
    /// Days ahead, and the discount rate.
    ahead: (u64, u64),
}

impl OfWorkspace for Key {
    fn workspace(&self) -> &WorkspaceName {
        &self.workspace
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.model, &other.model)
            && self.today == other.today
            && self.ahead == other.ahead
            && self.workspace == other.workspace
            && self.zone == other.zone
    }
}

/// Columns of expectations.
pub(crate) type Expectations = Columns<Key, WORDS>;

/// Columns of standard errors of whether customers still are some.
pub(crate) type AliveErrors = Columns<Key, 1>;

/// What one forecast expects, or how sure it is, and the parts of histories that it looks at.
pub(crate) struct Column<const N: usize> {
    held: Arc<Remembered<N>>,
    parts: PrintOf,
}

/// What one forecast expects.
pub(crate) type ExpectationColumn = Column<WORDS>;

fn words(of: &Expected) -> [u64; WORDS] {
    [Some(of.alive), of.purchase_probability, of.purchases, of.value, of.clv].map(word)
}

fn expected(words: [u64; WORDS]) -> Expected {
    let [alive, purchase_probability, purchases, value, clv] = words.map(number);
    Expected { alive: alive.unwrap_or(f64::NAN), purchase_probability, purchases, value, clv }
}

impl Key {
    /// What a model says of a workspace's customers as of a day, so many days ahead and with this discount rate a year.
    pub(crate) fn of(
        workspace: &WorkspaceName,
        model: &Arc<FittedModel>,
        (zone, today): (&Zone, i32),
        ahead: (f64, f64),
    ) -> Self {
        Self {
            workspace: workspace.clone(),
            model: model.clone(),
            zone: zone.name().to_owned(),
            today,
            ahead: (ahead.0.to_bits(), ahead.1.to_bits()),
        }
    }

    /// What it looks at of a history.
    fn parts(&self) -> PrintOf {
        PrintOf {
            discounts: false,
            contacts: self.model.learner.is_some(),
            attributes: self.model.covariates.is_some(),
        }
    }
}

impl<const N: usize> Columns<Key, N> {
    /// Where that is remembered from now on; none where there are too few customers to be worth it, or too many.
    pub(crate) fn of(&self, key: Key, customers: u64) -> Option<Column<N>> {
        let parts = key.parts();
        Some(Column { held: self.column(key, customers)?, parts })
    }

    /// Where it is remembered already.
    pub(crate) fn known_of(&self, key: &Key) -> Option<Column<N>> {
        Some(Column { held: self.known(key)?, parts: key.parts() })
    }
}

impl ExpectationColumn {
    /// What is expected of a customer with a history, made by `make` unless it is remembered.
    pub(crate) fn expected(
        &self,
        history: &History<'_>,
        make: impl FnOnce() -> Option<Expected>,
    ) -> Option<Expected> {
        let print = Print::of(history, self.parts);
        self.held.get(history.number, print, || make().map(|made| words(&made))).map(expected)
    }
}

impl Column<1> {
    /// The standard error of a customer with a history, made by `make` unless it is remembered.
    pub(crate) fn error(&self, history: &History<'_>, make: impl FnOnce() -> Option<f64>) -> Option<f64> {
        let print = Print::of(history, self.parts);
        let [error] = self.held.get(history.number, print, || Some([word(make())]))?;
        number(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_stays_so() {
        let all = Expected {
            alive: 0.25,
            purchase_probability: Some(0.5),
            purchases: None,
            value: Some(-0.0),
            clv: None,
        };
        assert_eq!(expected(words(&all)), all);
    }
}
