//! Which kinds of model forecast a workspace's own last third best.

use lojal_domain::WorkspaceName;
use lojal_scoring::clv::{PurchaseModelKind, TimeUnit};

use crate::ask::day::date_of;
use crate::ask::purchases::Counting;
use crate::clv::backtest;
use crate::clv::compare_models::{ranked, why_none};
use crate::clv::holdout::HoldoutDays;
use crate::clv::models::KIND_WITHOUT_HISTORY;
use crate::clv::progress::{FitStage, Listener};
use crate::{Engine, EngineError, Moment};

/// Fewer purchases than this in the holdout cannot tell models apart.
const FEWEST_HOLDOUT_PURCHASES: f64 = 50.0;

/// A kind of model, and why.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) kind: PurchaseModelKind,
    pub(crate) reason: String,
    /// What it expected of its backtest over what came.
    pub(crate) bias: Option<f64>,
}

/// Kinds in the order in which they are to be fitted.
#[derive(Debug)]
pub(crate) enum Ranking {
    /// At least one.
    Ranked(Vec<Choice>),
    /// None, and why.
    None(String),
}

impl Engine {
    /// Which kind to fit to the days up to `last_day`: the one asked for, or the one that backtests best on them.
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

    /// The kinds that may be fitted to the days up to `last_day`, best first: the one asked for, or those that backtest about as
    /// well as the best on them.
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
        let counting = asked.map_or(Counting::Days, |kind| Counting::of(kind, unit));
        let holdout = match self.holdout(workspace, days, moment, counting).await {
            Ok(holdout) => holdout,
            // A single day of purchases cannot be cut in two.
            Err(EngineError::InvalidField { .. }) => {
                return Ok(Ranking::None(
                    "there is one day of history, and models are compared on two parts of it".to_owned(),
                ));
            }
            Err(error) => return Err(error),
        };
        let came: f64 = holdout.purchases.iter().sum();
        if came < FEWEST_HOLDOUT_PURCHASES {
            return Ok(Ranking::None(format!(
                "there is too little history to compare models: {came:.0} repeat purchases in its last third, and {FEWEST_HOLDOUT_PURCHASES:.0} are needed"
            )));
        }
        let results = self.compute(move |wanted| backtest::models(&holdout, &kinds, unit, wanted)).await?;
        if let Some(kind) = asked {
            let bias = results.first().and_then(backtest::BacktestResult::bias);
            return Ok(Ranking::Ranked(vec![Choice { kind, reason: String::new(), bias }]));
        }
        let of = |(kind, result, reason): (PurchaseModelKind, &backtest::BacktestResult, String)| Choice {
            kind,
            reason,
            bias: result.bias(),
        };
        let choices: Vec<Choice> = ranked(&results).into_iter().map(of).collect();
        Ok(if choices.is_empty() { Ranking::None(why_none(&results)) } else { Ranking::Ranked(choices) })
    }
}
