//! What is expected of everybody, remembered from one question to the next.

use std::sync::Arc;

use lojal_domain::{History, WorkspaceName};
use lojal_scoring::clv::Expected;

use crate::Engine;
use crate::ask::remembered::{Columns, OfWorkspace, Print, PrintOf, Remembered};
use crate::clv::fitted::FittedModel;
use crate::clv::forecast::{Forecast, Outlook, Reach};

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

/// A column of one forecast.
pub(crate) type Column = Arc<Remembered<WORDS>>;

/// Numbers as words; what is not there is no number.
fn words(of: &Expected) -> [u64; WORDS] {
    let word = |number: Option<f64>| number.unwrap_or(f64::NAN).to_bits();
    [Some(of.alive), of.purchase_probability, of.purchases, of.value, of.clv].map(word)
}

fn expected(words: [u64; WORDS]) -> Expected {
    let number = |word: u64| Some(f64::from_bits(word)).filter(|number| !number.is_nan());
    let [alive, purchase_probability, purchases, value, clv] = words.map(number);
    Expected { alive: alive.unwrap_or(f64::NAN), purchase_probability, purchases, value, clv }
}

impl Engine {
    /// The same forecast, which remembers what it expects of whom.
    pub(crate) fn remembering(
        &self,
        workspace: &WorkspaceName,
        mut forecast: Forecast,
        outlook: &Outlook,
    ) -> Forecast {
        let Reach::Within(horizon) = outlook.reach else { return forecast };
        let key = Key {
            workspace: workspace.clone(),
            model: forecast.model.clone(),
            zone: forecast.moment.zone.name().to_owned(),
            today: forecast.today,
            ahead: (horizon.days().to_bits(), outlook.yearly_discount_rate.to_bits()),
        };
        forecast.column = self.expectations.column(key, forecast.moment.customers);
        forecast
    }
}

impl Forecast {
    /// What is expected of a history as of the forecast's day, made by `make` unless it is remembered.
    pub(super) fn remembered(
        &self,
        column: &Column,
        history: &History<'_>,
        make: impl FnOnce() -> Option<Expected>,
    ) -> Option<Expected> {
        let parts = PrintOf {
            discounts: false,
            contacts: self.model.learner.is_some(),
            attributes: self.model.covariates.is_some(),
        };
        let print = Print::of(history, parts);
        column.get(history.number, print, || make().map(|made| words(&made))).map(expected)
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
