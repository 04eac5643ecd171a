//! Which model forecasts this workspace best?

use lojal_domain::{Estimate, Method, Methods, WorkspaceName};
use lojal_scoring::clv::{PurchaseModelKind, Score, Standing, TimeUnit, score_of_stack};
use lojal_store::Wanted;

use crate::clv::backtest::{BacktestAnswer, BacktestResult};
use crate::clv::choose_model::{Choice, Lessons};
use crate::clv::fitted_learner::LearnerScore;
use crate::clv::forecast_scores::signed;
use crate::clv::holdout::{HoldoutDays, Whose};
use crate::clv::judge_models::JudgedModels;
use crate::clv::landmark::Landmark;
use crate::clv::share::Share;
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
    /// How a mixture of them did; none where nothing is chosen.
    pub mixture: Option<MixtureScore>,
    /// How a learner beside it did; none where nothing can be learned.
    pub learner: Option<LearnerScore>,
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
    /// How much it would count in the forecasts of a workspace, of 1.
    pub weight: Estimate,
}

/// How mixtures of models did, of customers who had no part in their weights.
#[derive(Clone, Debug, PartialEq)]
pub struct MixtureScore {
    /// As of a model.
    pub log_score: Estimate,
    /// How much less that is than the least of a single model that may be in it.
    pub gain: Estimate,
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
            true => {
                let of_any_day = PurchaseModelKind::OF_PURCHASE_DAYS.into_iter();
                of_any_day.chain([PurchaseModelKind::BgBbDated]).collect()
            }
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
        let fit_last =
            |whose| self.fit_holdout(workspace, &kinds, question.unit, cuts.last, whose, (&moment, None));
        let last = fit_last(Whose::learned_from(cuts.part)).await?;
        // Judged as a workspace does, so what is best here is what it takes, and held against everybody.
        let whole = (cuts.part == Share::ALL).then(|| last.clone());
        let judged = self.judge_models(workspace, last, question.unit, &cuts, (&moment, None)).await?;
        let whole = match whole {
            Some(whole) => whole,
            None => fit_last(Whose::EVERYBODY).await?,
        };
        let answer = self.held_against(whole, &moment).await?;
        // Weights are found by fits, too, and everybody's judgements are sorted.
        self.compute(move |wanted| comparison(answer, &judged, wanted)).await
    }
}

/// What judgements come to, beside the backtest of the last day.
fn comparison(answer: BacktestAnswer, judged: &JudgedModels, wanted: &Wanted) -> Comparison {
    let (best, reason, together, lessons) = match judged.choice(wanted) {
        Ok(Choice { best, reason, together, lessons }) => {
            (best.map(|best| best.kind), reason, together, lessons)
        }
        Err(reason) => (None, reason, Vec::new(), Lessons::default()),
    };
    let customers = judged.customers();
    let weight = |kind| {
        let voice = together.iter().find(|voice| voice.kind == kind);
        let value = voice.map_or(0.0, |voice| voice.weight);
        Estimate::plain(Some(value), customers, Methods::from(Method::MaximumAPosteriori))
            .give_or_take(voice.and_then(|voice| voice.weight_error))
    };
    let standing = |(kind, standing): (PurchaseModelKind, Standing)| ModelStanding {
        kind,
        log_score: estimate(standing.log_score, standing.judgements),
        behind: estimate(standing.behind, standing.judgements),
        weight: weight(kind),
    };
    let standings = judged.standings().into_iter().map(standing).collect();
    let mixture = match together.is_empty() {
        true => None,
        false => {
            let places = judged.mixable();
            score_of_stack(&judged.judgements_of(&places), &judged.beliefs_of(&places))
        }
    };
    let n = judged.judgements.len() as u64;
    let mixture =
        mixture.map(|of| MixtureScore { log_score: estimate(of.log_score, n), gain: estimate(of.gain, n) });
    let landmarks = judged.earlier.iter().copied().chain([judged.last]).collect();
    let own_pace = lessons.own_pace.as_ref();
    let learner = lessons.learned.as_ref().map(|learned| LearnerScore::of(learned, own_pace));
    Comparison { answer, best, reason, landmarks, standings, mixture, learner }
}

fn estimate(score: Score, n: u64) -> Estimate {
    signed(score, n, Method::Mean)
}
