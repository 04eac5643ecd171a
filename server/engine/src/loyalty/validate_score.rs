//! Does the score predict anything?

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use lojal_domain::{Estimate, History, Horizon, Span, SurveyMetric, Window, WorkspaceName};
use lojal_scoring::loyalty::{Case, Percentiles, Validation, validate};
use lojal_store::Parts;
use thread_local::ThreadLocal;

use crate::ask::facts::REFERRED_BY;
use crate::ask::facts::own_answers::Needs;
use crate::ask::purchases::kept_purchases;
use crate::clv::forecast::{Outlook, Reach};
use crate::clv::model_by_stratum::Memories;
use crate::clv::share::key_of;
use crate::loyalty::estimates::{PredictorRow, odds_ratio, row};
use crate::loyalty::get_loyalty::DEFINITION;
use crate::loyalty::judges::{Judge, outlook};
use crate::loyalty::models::LoyaltyVersion;
use crate::{Engine, EngineError, Moment, Provenance, Scope};

/// Whoever spends more than so many of all is in the upper fifth.
const UPPER_FIFTH: f64 = 0.8;

/// Does the score predict anything?
#[derive(Clone, Debug)]
pub struct ValidateScore {
    /// Until when, and of whom.
    pub scope: Scope,
    /// What it is held against.
    pub outcome: LoyaltyOutcome,
    /// How long before the end scores are made.
    pub horizon: Window,
    /// By which version of the workspace's model; none for the last.
    pub version: Option<u32>,
    /// Coverage of intervals, in (0.5, 1).
    pub confidence: f64,
}

impl ValidateScore {
    /// How long before the end scores are made, where a question does not say.
    pub const HORIZON: Window = Window::months(6);
}

/// What scores are held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoyaltyOutcome {
    /// They bought.
    Repurchase,
    /// They did not.
    Churn,
    /// Somebody whom they brought first bought.
    Referral,
    /// They were in the upper fifth by what they spent.
    Spend,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct ScoreValidation {
    /// Customers with a purchase before the horizon.
    pub customers: u64,
    /// Those of them who have the outcome.
    pub with_outcome: u64,
    /// Each predictor that is known of anybody, the score first.
    pub predictors: Vec<PredictorRow>,
    /// The odds of whoever thinks ten points better of us, over those of another of whom the same was expected.
    pub odds_ratio: Estimate,
    /// Probability of as much or more if attitude added nothing; none where it cannot be told.
    pub p_value: Option<f64>,
    /// Whether attitude adds to what behaviour says.
    pub attitude_adds: bool,
    /// The answer in a sentence.
    pub verdict: String,
    /// The instant of the scores, and the end of the horizon.
    pub span: Span,
    /// How scores are made.
    pub version: LoyaltyVersion,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// What became of customers in the horizon.
#[derive(Default)]
struct Became {
    /// What those spent who bought, by their number, in millionths.
    spent: HashMap<u32, i64>,
    /// Those who brought somebody.
    brought: HashSet<Box<str>>,
}

impl Became {
    fn merge(&mut self, other: Self) {
        self.spent.extend(other.spent);
        self.brought.extend(other.brought);
    }
}

impl Engine {
    /// Answers [`ValidateScore`].
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for a horizon that has not passed or with nobody before it, and a version there is not;
    /// [`EngineError::InsufficientHistory`] when everybody or nobody has the outcome.
    pub async fn validate_score(
        &self,
        workspace: &WorkspaceName,
        question: ValidateScore,
    ) -> Result<ScoreValidation, EngineError> {
        let ValidateScore { scope, outcome, horizon, version, confidence } = question;
        let end = self.bare_moment(workspace, scope).await?;
        let (latest, _) = self.default_as_of(None, &end.zone);
        if end.as_of > latest {
            let problem = format!(
                "is {}, and the horizon that ends then has not passed; choose an earlier one",
                end.as_of
            );
            return Err(EngineError::field("as_of", problem));
        }
        let span = horizon.resolve(end.as_of, &end.zone);
        if end.first_event.is_none_or(|first| span.start <= first) {
            let problem = format!(
                "begins at {}, before which nothing is recorded, so there are no scores; choose a shorter one, or record earlier purchases",
                span.start
            );
            return Err(EngineError::field("horizon", problem));
        }
        let became = self.became(workspace, &end, span).await?;
        // Everything is as it was known when the horizon began, the filter's facts with it.
        let mut start = Moment { as_of: span.start, is_default: false, ..end.clone() };
        self.know(workspace, &mut start, Needs::NOTHING).await?;
        let judge = self.judge(workspace, start, version).await?;
        let version = judge.version.clone();
        let (cases, spent) = self.cases(workspace, judge, became, span, outcome).await?;
        let found = self
            .compute(move |_| {
                let cases = with_outcomes(cases, &spent, outcome);
                validate(&cases, outcome == LoyaltyOutcome::Churn)
            })
            .await?;
        if found.with_outcome == 0 || found.with_outcome == found.customers {
            let who = if found.with_outcome == 0 { "nobody" } else { "everybody" };
            return Err(EngineError::InsufficientHistory(format!(
                "{who} of {} customers who had bought by {} has the outcome by {}, so nothing can be told apart; choose another horizon or outcome",
                found.customers, span.start, span.end
            )));
        }
        let level = 1.0 - confidence;
        let attitude_adds = found.attitude.is_some_and(|effect| effect.p_value < level);
        let verdict = verdict(&found, attitude_adds, level);
        let provenance = end.provenance(DEFINITION, Some(span));
        Ok(ScoreValidation {
            customers: found.customers,
            with_outcome: found.with_outcome,
            predictors: found.predictors.iter().map(|one| row(one, confidence)).collect(),
            odds_ratio: odds_ratio(found.attitude.as_ref(), confidence),
            p_value: found.attitude.map(|effect| effect.p_value),
            attitude_adds,
            verdict,
            span,
            version,
            provenance,
        })
    }

    /// What became of everybody in the horizon.
    async fn became(
        &self,
        workspace: &WorkspaceName,
        end: &Moment,
        span: Span,
    ) -> Result<Became, EngineError> {
        let add = move |became: &mut Became, history: &History<'_>| {
            let mut within = kept_purchases(history).filter(|order| span.contains(order.time)).peekable();
            if within.peek().is_none() {
                return;
            }
            let is_new = kept_purchases(history).next().is_some_and(|first| span.contains(first.time));
            let by = history.attribute(REFERRED_BY);
            if is_new && !by.is_empty() && history.customer.is_some_and(|customer| customer != by) {
                became.brought.insert(by.into());
            }
            let spent = within.map(|order| order.net_micros()).fold(0, i64::saturating_add);
            became.spent.insert(history.number, spent);
        };
        let parts = Parts::PURCHASES.with_attributes();
        let parts = self.scan(workspace, end.cut(), parts, Became::default, add).await?;
        let mut became = Became::default();
        parts.into_iter().for_each(|part| became.merge(part));
        Ok(became)
    }

    /// Everybody as they were, with what they spent in the horizon; none of whoever did not buy.
    async fn cases(
        &self,
        workspace: &WorkspaceName,
        judge: Judge,
        became: Became,
        span: Span,
        outcome: LoyaltyOutcome,
    ) -> Result<(Vec<Case>, Vec<Option<i64>>), EngineError> {
        let days = (span.end.micros() - span.start.micros()) / lojal_domain::MICROS_PER_DAY;
        let reach = Horizon::parse(&format!("{}d", days.max(1)))
            .map_err(|problem| EngineError::field("horizon", problem.to_string()))?;
        let ahead = Outlook { reach: Reach::Within(reach), intervals: None, ..outlook()? };
        let unfiltered = Moment { filter: None, ..judge.moment.clone() };
        let forecast = self.forecast_at(workspace, unfiltered, &ahead).await?;
        let (cut, today) = (judge.moment.cut(), judge.moment.today());
        let memories: ThreadLocal<RefCell<Memories>> = ThreadLocal::new();
        let add = move |(cases, spent): &mut (Vec<Case>, Vec<Option<i64>>), history: &History<'_>| {
            let Some(judged) = judge.judge(history, false) else { return };
            let scored = &judged.scored;
            let last = history.answers(SurveyMetric::Nps).last().and_then(|answer| answer.score);
            // Its horizon is another than that of the judge, and so is what it remembers.
            let mut memories = memories.get_or_default().borrow_mut();
            let purchase = forecast.expected(history, today, &mut memories);
            let brought = history.customer.is_some_and(|customer| became.brought.contains(customer));
            let paid = became.spent.get(&history.number).copied();
            cases.push(Case {
                key: key_of(history),
                outcome: match outcome {
                    LoyaltyOutcome::Repurchase => paid.is_some(),
                    LoyaltyOutcome::Churn => paid.is_none(),
                    LoyaltyOutcome::Referral => brought,
                    // It takes all of them to say who is in the upper fifth.
                    LoyaltyOutcome::Spend => false,
                },
                score: scored.score.map(|points| points.value),
                attitude: scored.attitude.map(|points| points.value),
                behaviour: scored.behaviour.map(|points| points.value),
                recency_days: days_since_last(history, today, &judge),
                orders: judged.person.orders,
                alive: judged.person.alive,
                purchase: purchase.and_then(|expected| expected.purchase_probability).unwrap_or_default(),
                nps: last.map(f64::from),
                values: scored.values,
            });
            spent.push(paid);
        };
        let parts = self.scan(workspace, cut, Parts::ALL, Default::default, add).await?;
        let (cases, spent): (Vec<Vec<Case>>, Vec<Vec<Option<i64>>>) = parts.into_iter().unzip();
        Ok((cases.concat(), spent.concat()))
    }
}

fn days_since_last(history: &History<'_>, today: i32, judge: &Judge) -> f64 {
    let last = kept_purchases(history).next_back();
    last.map_or(0.0, |order| f64::from((today - judge.moment.zone.day_of(order.time)).max(0)))
}

/// The cases with the outcome that takes all of them.
fn with_outcomes(mut cases: Vec<Case>, spent: &[Option<i64>], outcome: LoyaltyOutcome) -> Vec<Case> {
    if outcome == LoyaltyOutcome::Spend {
        let amounts = || spent.iter().map(|paid| paid.unwrap_or_default());
        let ranks = Percentiles::of(amounts().collect());
        for (case, paid) in cases.iter_mut().zip(amounts()) {
            case.outcome = paid > 0 && ranks.rank(paid) >= UPPER_FIFTH;
        }
    }
    cases
}

/// The answer in a sentence, with what to do.
fn verdict(found: &Validation, attitude_adds: bool, level: f64) -> String {
    let Some(effect) = found.attitude else {
        return "It cannot be told whether attitude adds anything: too few customers had said something before, or it tells them apart \
                without a fault; ask more of them, and rank customers by what they do meanwhile."
            .to_owned();
    };
    let odds = effect.log_odds.abs().exp();
    if attitude_adds {
        return format!(
            "Attitude adds to what behaviour says (p = {:.4}): of two customers of whom the same was expected, the odds of the one whose \
             attitude is 10 points higher are {odds:.2} times as good. Use the score, and ask those who have not answered.",
            effect.p_value
        );
    }
    format!(
        "NO: of {} customers who had said something, attitude adds nothing to what behaviour says that chance would not (p = {:.2}, and {level:.2} \
         would do). Rank customers by what they do; the score is not better on these data.",
        effect.customers, effect.p_value
    )
}
