//! Which model forecasts this workspace best?

use lojal_domain::{Estimate, Method, WorkspaceName};
use lojal_scoring::clv::{PurchaseModelKind, Score, Standing, TimeUnit};

use crate::clv::backtest::{BacktestAnswer, BacktestResult};
use crate::clv::forecast_scores::signed;
use crate::clv::holdout::{Cut, HoldoutDays};
use crate::clv::judge_models::{FEWEST_PURCHASES, Landmark, too_few};
use crate::{Engine, EngineError, Scope};

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
    /// The days on which the best was looked for, earliest first; `answer` is of the last.
    pub landmarks: Vec<Landmark>,
    /// How the models did on them, best first.
    pub standings: Vec<ModelStanding>,
}

/// How a model did on several past days.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelStanding {
    /// Which.
    pub kind: PurchaseModelKind,
    /// Mean of -ln of the probability that was given to the number of purchases that came, over all customers and days.
    pub log_score: Estimate,
    /// How much more that is than the least, customers being independent and their days not.
    pub behind: Estimate,
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
        let moment = self.moment(workspace, Scope::default()).await?;
        let cuts = self.cuts(workspace, question.days, &moment).await?;
        let judge = |cuts: Vec<Cut>, fewest| {
            let (kinds, moment) = (&kinds, &moment);
            async move { self.judge_models(workspace, kinds, question.unit, &cuts, fewest, moment).await }
        };
        let (judged, chosen) = match judge(cuts.clone(), FEWEST_PURCHASES).await? {
            Ok(judged) => {
                let chosen = judged.choices().into_iter().next().ok_or_else(|| judged.why_none());
                (judged, chosen)
            }
            // Nothing is chosen by so few, and what there is can be looked at all the same.
            Err(came) => {
                let last = cuts.last().copied().into_iter().collect();
                (judge(last, 0.0).await?.unwrap_or_default(), Err(too_few(came)))
            }
        };
        let (best, reason) = match chosen {
            Ok(choice) => (Some(choice.kind), choice.reason),
            Err(reason) => (None, reason),
        };
        let standings =
            judged.standings().into_iter().map(|(kind, standing)| stood(kind, &standing)).collect();
        let answer = self.compare(workspace, kinds, question.days, question.unit).await?;
        Ok(Comparison { answer, best, reason, landmarks: judged.landmarks, standings })
    }
}

fn stood(kind: PurchaseModelKind, standing: &Standing) -> ModelStanding {
    let estimate = |score: Score| signed(score, standing.judgements, Method::Mean);
    ModelStanding { kind, log_score: estimate(standing.log_score), behind: estimate(standing.behind) }
}
