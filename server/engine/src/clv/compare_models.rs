//! Which model forecasts this workspace best?

use lojal_domain::WorkspaceName;
use lojal_scoring::clv::{PurchaseModelKind, TimeUnit};

use crate::clv::backtest::{BacktestAnswer, BacktestResult, Forecaster};
use crate::clv::holdout::HoldoutDays;
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

impl Comparison {
    /// Models and rules of thumb, the least error first.
    #[must_use]
    pub fn results(&self) -> Vec<&BacktestResult> {
        let mut results: Vec<&BacktestResult> = self.answer.models.iter().chain(&self.answer.naive).collect();
        results.sort_by(|a, b| a.rmse().total_cmp(&b.rmse()));
        results
    }
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
pub(crate) fn why_none(results: &[BacktestResult]) -> String {
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

/// Models whose errors are within this share of the least forecast as well as the best, as far as a third of the history can
/// tell: the next one is a model for the same customers, and no worse.
const AS_WELL: f64 = 0.02;

/// The eligible model with the least error, and why.
pub(crate) fn best_of(results: &[BacktestResult]) -> Option<(&BacktestResult, String)> {
    ranked(results).into_iter().next().map(|(_, best, reason)| (best, reason))
}

/// The eligible model with the least error and those that forecast as well, best first, each with why it may be taken.
pub(crate) fn ranked(results: &[BacktestResult]) -> Vec<(PurchaseModelKind, &BacktestResult, String)> {
    let mut eligible: Vec<(PurchaseModelKind, &BacktestResult)> = results
        .iter()
        .filter(|result| result.is_eligible())
        .filter_map(|result| Some((kind_of(result)?, result)))
        .collect();
    eligible.sort_by(|(_, a), (_, b)| a.rmse().total_cmp(&b.rmse()));
    let Some(&(best_kind, best)) = eligible.first() else { return Vec::new() };
    let as_well = |&&(_, result): &&(PurchaseModelKind, &BacktestResult)| {
        result.rmse() <= best.rmse() * (1.0 + AS_WELL)
    };
    let second = eligible.get(1);
    let why = |place: usize, kind: PurchaseModelKind, rmse: f64| match (place, second) {
        (0, None) => format!("{} is the only model that could be backtested, RMSE {rmse:.4}", kind.name()),
        (0, Some((other, result))) => format!(
            "{} backtested best, RMSE {rmse:.4} against {:.4} of {}",
            kind.name(),
            result.rmse(),
            other.name()
        ),
        _ => format!(
            "{} backtested about as well as {}, which the data do not determine, RMSE {rmse:.4} against {:.4}",
            kind.name(),
            best_kind.name(),
            best.rmse()
        ),
    };
    let taken = eligible.iter().take_while(as_well).enumerate();
    taken.map(|(place, &(kind, result))| (kind, result, why(place, kind, result.rmse()))).collect()
}
