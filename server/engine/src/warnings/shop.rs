//! What is usual in a shop, which signs are held against.

use lojal_domain::{EventTime, History, WorkspaceName};
use lojal_scoring::warnings::{GapSums, OwnGaps, UsualGaps};
use lojal_store::Parts;

use crate::ask::purchases::kept_purchases;
use crate::warnings::answering::surveys;
use crate::{Engine, EngineError, Moment};

/// Share of surveys that are answered in shops in general, and how many surveys that belief counts as.
const BELIEVED_RATE: f64 = 0.3;
const BELIEVED_SURVEYS: f64 = 4.0;

/// What is usual.
#[derive(Clone, Debug)]
pub(crate) struct Shop {
    /// How long customers stay away.
    pub(crate) gaps: UsualGaps,
    /// The share of surveys that are answered.
    pub(crate) response_rate: f64,
}

#[derive(Clone, Copy, Default)]
struct Sums {
    gaps: GapSums,
    asked: f64,
    answered: f64,
}

impl Sums {
    fn merge(&mut self, other: &Self) {
        self.gaps.merge(&other.gaps);
        self.asked += other.asked;
        self.answered += other.answered;
    }

    fn shop(&self) -> Shop {
        let answered = self.answered + BELIEVED_SURVEYS * BELIEVED_RATE;
        Shop { gaps: UsualGaps::of(&self.gaps), response_rate: answered / (self.asked + BELIEVED_SURVEYS) }
    }
}

impl Engine {
    /// What was usual before each of these instants, of which none is after the moment.
    pub(crate) async fn shops(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
        instants: Vec<EventTime>,
    ) -> Result<Vec<Shop>, EngineError> {
        let (zone, many) = (moment.zone.clone(), instants.len());
        let add = move |all: &mut Vec<Sums>, history: &History<'_>| {
            for (sums, before) in all.iter_mut().zip(&instants) {
                let history = history.before(*before);
                let days = kept_purchases(&history).map(|purchase| zone.day_of(purchase.time));
                sums.gaps.add(&OwnGaps::between(days));
                // Whoever only ever answered is not known to have been asked besides.
                if history.responses.iter().any(|response| !response.disposition.is_answer()) {
                    let asked = surveys(&history, &zone);
                    sums.asked += asked.len() as f64;
                    sums.answered += asked.iter().filter(|survey| survey.answered).count() as f64;
                }
            }
        };
        let parts = Parts::PURCHASES.with_responses();
        let parts =
            self.scan(workspace, moment.cut(), parts, move || vec![Sums::default(); many], add).await?;
        let mut all = vec![Sums::default(); many];
        for part in parts {
            all.iter_mut().zip(&part).for_each(|(sums, more)| sums.merge(more));
        }
        Ok(all.iter().map(Sums::shop).collect())
    }
}
