//! Which model forecasts this workspace best?

use lojal_domain::WorkspaceName;
use lojal_scoring::clv::{PurchaseModelKind, TimeUnit};

use crate::backtest::{BacktestAnswer, BacktestResult, Forecaster};
use crate::holdout::HoldoutDays;
use crate::{Engine, EngineError};

/// Which model forecasts this workspace best?
#[derive(Clone, Debug)]
pub struct CompareModels {
    /// Which ones; empty for all.
    pub kinds: Vec<PurchaseModelKind>,
    /// On which days.
    pub days: HoldoutDays,
    /// Unit of time of the parameters.
    pub unit: TimeUnit,
}

/// The best of some, and why.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// All of them.
    pub answer: BacktestAnswer,
    /// The best that may become a default.
    pub best: Option<PurchaseModelKind>,
    /// Why, in a sentence.
    pub reason: String,
}

impl Engine {
    /// Answers [`CompareModels`].
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for days that do not work; [`EngineError::InsufficientHistory`] without a purchase.
    pub async fn compare_models(
        &self,
        workspace: &WorkspaceName,
        question: CompareModels,
    ) -> Result<Comparison, EngineError> {
        let kinds = match question.kinds.is_empty() {
            true => PurchaseModelKind::OF_PURCHASE_DAYS.to_vec(),
            false => question.kinds,
        };
        if kinds.len() > 1
            && let Some(place) = kinds.iter().position(|kind| kind.counts_opportunities())
        {
            let problem = "is BG/BB, which counts opportunities that were used, and the others count purchase days; \
                           backtest it alone";
            return Err(EngineError::field(format!("kinds[{place}]"), problem));
        }
        let answer = self.compare(workspace, kinds, question.days, question.unit).await?;
        let (best, reason) = match best_of(&answer.models) {
            Some((result, reason)) => (kind_of(result), reason),
            None => (None, why_none(&answer.models)),
        };
        Ok(Comparison { answer, best, reason })
    }
}

/// Why there is none that may become a default.
fn why_none(results: &[BacktestResult]) -> String {
    let forecast = || results.iter().filter(|result| result.purchases.is_some());
    let names = |of: &dyn Fn(&PurchaseModelKind) -> bool| -> Vec<&str> {
        forecast().filter_map(kind_of).filter(|kind| of(kind)).map(PurchaseModelKind::name).collect()
    };
    let (yardsticks, undetermined) = (names(&|kind| !kind.is_eligible()), names(&|kind| kind.is_eligible()));
    if !undetermined.is_empty() {
        return format!(
            "no model may become the default: the data do not determine {}",
            undetermined.join(", ")
        );
    }
    if !yardsticks.is_empty() {
        let is = if yardsticks.len() == 1 { "is" } else { "are" };
        return format!(
            "no model may become the default by itself: {} {is} used only where a request names it",
            yardsticks.join(" and ")
        );
    }
    "no model could be fitted and forecast purchases".to_owned()
}

fn kind_of(result: &BacktestResult) -> Option<PurchaseModelKind> {
    match result.forecaster {
        Forecaster::Model(kind) => Some(kind),
        Forecaster::Naive(_) => None,
    }
}

/// The eligible model with the least error, and why.
pub(crate) fn best_of(results: &[BacktestResult]) -> Option<(&BacktestResult, String)> {
    let mut eligible: Vec<&BacktestResult> = results.iter().filter(|result| result.is_eligible()).collect();
    eligible.sort_by(|a, b| a.rmse().total_cmp(&b.rmse()));
    let best = *eligible.first()?;
    let name = kind_of(best)?.name();
    let reason = match eligible.get(1) {
        Some(second) => format!(
            "{name} backtested best, RMSE {:.4} against {:.4} of {}",
            best.rmse(),
            second.rmse(),
            kind_of(second)?.name()
        ),
        None => format!("{name} is the only model that could be backtested, RMSE {:.4}", best.rmse()),
    };
    Some((best, reason))
}
