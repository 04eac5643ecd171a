//! What summaries, orders and facts need of somebody's score, remembered from one question to the next.

use std::sync::Arc;

use lojal_domain::WorkspaceName;
use lojal_scoring::loyalty::Place;

use crate::ask::facts::own_answers::Rated;
use crate::ask::remembered::{Columns, OfWorkspace, Remembered, number, word};
use crate::clv::fitted::FittedModel;
use crate::loyalty::measured::Measured;

/// Numbers of a glance.
const WORDS: usize = 5;

/// A score without what moves it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Glance {
    pub(crate) rated: Rated,
    /// What they spent in the window of scores, in millionths.
    pub(crate) spend_micros: i64,
}

/// What glances were made for.
pub(crate) struct Key {
    workspace: WorkspaceName,
    measured: Arc<Measured>,
    model: Arc<FittedModel>,
    today: i32,
}

impl OfWorkspace for Key {
    fn workspace(&self) -> &WorkspaceName {
        &self.workspace
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.measured, &other.measured)
            && Arc::ptr_eq(&self.model, &other.model)
            && self.today == other.today
            && self.workspace == other.workspace
    }
}

/// Columns of glances.
pub(crate) type Glances = Columns<Key, WORDS>;

/// A column of one judge.
pub(crate) type Column = Arc<Remembered<WORDS>>;

/// The column of glances that are made so.
pub(super) fn column(
    all: &Glances,
    workspace: &WorkspaceName,
    measured: &Arc<Measured>,
    (model, today): (&Arc<FittedModel>, i32),
    customers: u64,
) -> Option<Column> {
    let (measured, model) = (measured.clone(), model.clone());
    all.column(Key { workspace: workspace.clone(), measured, model, today }, customers)
}

pub(super) fn words(of: &Glance) -> [u64; WORDS] {
    let Glance { rated, spend_micros } = of;
    let place = Place::ALL.iter().position(|known| *known == rated.place).unwrap_or_default();
    [
        word(rated.score),
        word(rated.attitude),
        word(rated.behaviour),
        place as u64,
        spend_micros.cast_unsigned(),
    ]
}

pub(super) fn glance([score, attitude, behaviour, place, spend]: [u64; WORDS]) -> Glance {
    let place = Place::ALL.get(place as usize).copied().unwrap_or(Place::Unknown);
    let rated =
        Rated { score: number(score), attitude: number(attitude), behaviour: number(behaviour), place };
    Glance { rated, spend_micros: spend.cast_signed() }
}
