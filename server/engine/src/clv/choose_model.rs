//! Which kinds of model have forecast a workspace's own past best.

use lojal_domain::WorkspaceName;
use lojal_scoring::clv::{PurchaseModelKind, TimeUnit};

use crate::ask::day::date_of;
use crate::clv::holdout::HoldoutDays;
use crate::clv::judge_models::{Choice, FEWEST_PURCHASES, too_few};
use crate::clv::models::KIND_WITHOUT_HISTORY;
use crate::clv::progress::{FitStage, Listener};
use crate::{Engine, EngineError, Moment};

/// Kinds in the order in which they are to be fitted.
#[derive(Debug)]
pub(crate) enum Ranking {
    /// At least one.
    Ranked(Vec<Choice>),
    /// None, and why.
    None(String),
}

impl Engine {
    /// Which kind to fit to the days up to `last_day`: the one asked for, or the one that has forecast best on them.
    pub(crate) async fn choose(
        &self,
        workspace: &WorkspaceName,
        asked: Option<PurchaseModelKind>,
        unit: TimeUnit,
        last_day: i32,
        moment: &Moment,
        listen: &Listener,
    ) -> Result<Choice, EngineError> {
        let reason = match self.rank(workspace, asked, unit, last_day, moment, listen).await? {
            Ranking::Ranked(choices) => match choices.into_iter().next() {
                Some(best) => return Ok(best),
                None => String::new(),
            },
            Ranking::None(reason) => reason,
        };
        let reason = format!("{}, as {reason}", KIND_WITHOUT_HISTORY.name());
        Ok(Choice { kind: asked.unwrap_or(KIND_WITHOUT_HISTORY), reason, bias: None })
    }

    /// The kinds that may be fitted to the days up to `last_day`, best first: the one asked for, or those that forecast as
    /// well as the best on several days of them.
    pub(crate) async fn rank(
        &self,
        workspace: &WorkspaceName,
        asked: Option<PurchaseModelKind>,
        unit: TimeUnit,
        last_day: i32,
        moment: &Moment,
        listen: &Listener,
    ) -> Result<Ranking, EngineError> {
        if listen(FitStage::Comparing).is_break() {
            return Err(EngineError::Cancelled);
        }
        let kinds = match asked {
            Some(kind) => vec![kind],
            None => {
                PurchaseModelKind::OF_PURCHASE_DAYS.into_iter().filter(|kind| kind.is_eligible()).collect()
            }
        };
        let days = HoldoutDays { calibration_end: None, holdout_end: Some(date_of(last_day)) };
        let mut cuts = match self.cuts(workspace, days, moment).await {
            Ok(cuts) => cuts,
            // A single day of purchases cannot be cut in two.
            Err(EngineError::InvalidField { .. }) => {
                return Ok(Ranking::None(
                    "there is one day of history, and models are compared on two parts of it".to_owned(),
                ));
            }
            Err(error) => return Err(error),
        };
        if asked.is_some() {
            // There is nothing to choose, and how far it was off is told of the last day.
            cuts.drain(..cuts.len().saturating_sub(1));
        }
        let judged = self.judge_models(workspace, &kinds, unit, &cuts, FEWEST_PURCHASES, moment).await?;
        let judged = match judged {
            Ok(judged) => judged,
            Err(came) => return Ok(Ranking::None(too_few(came))),
        };
        if let Some(kind) = asked {
            let bias = judged.biases.first().copied().flatten();
            return Ok(Ranking::Ranked(vec![Choice { kind, reason: String::new(), bias }]));
        }
        let choices = judged.choices();
        Ok(if choices.is_empty() { Ranking::None(judged.why_none()) } else { Ranking::Ranked(choices) })
    }
}
