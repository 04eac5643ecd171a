//! Models judged by what they said of past days, and which of them that speaks for.
//!
//! On each of several past days all models are fitted to what was known then, and every customer's purchases of the time after it
//! are given a probability. Nothing that came after such a day is known on it.

use lojal_domain::WorkspaceName;
use lojal_scoring::clv::{
    CustomerHistory, Judgement, PatternTable, PurchaseModel, PurchaseModelKind, PurchaseSummary, Regularity,
    Standing, TimeUnit, fit_purchase_model, log_score, standings,
};
use lojal_store::Wanted;
use rayon::prelude::*;

use crate::ask::pool::while_wanted;
use crate::ask::purchases::Counting;
use crate::clv::holdout::{Cut, Holdout};
use crate::{Engine, EngineError, Moment};

/// Of more customers than this an even part is judged on each day: their mean is known to a hundredth of its spread.
const MOST_JUDGED: u32 = 10_000;

/// Fewer purchases than this after a day cannot tell models apart.
pub(crate) const FEWEST_PURCHASES: f64 = 50.0;

/// Why nothing is chosen where so many came.
pub(crate) fn too_few(came: f64) -> String {
    format!(
        "there is too little history to compare models: {came:.0} repeat purchases in its last third, and {FEWEST_PURCHASES:.0} are needed"
    )
}

/// Log scores this close are of the same forecast.
const SAME: f64 = 1e-9;

/// A past day on which models were judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Landmark {
    /// Last day they knew.
    pub calibration_end: i32,
    /// Last day that they forecast.
    pub holdout_end: i32,
    /// Customers who had bought by then.
    pub customers: u64,
    /// Repeat purchases of theirs that came in the time forecast.
    pub purchases: f64,
}

/// Models that were judged on the same days.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct JudgedModels {
    /// Those that have a forecast on every day.
    pub(crate) kinds: Vec<PurchaseModelKind>,
    /// The days, earliest first.
    pub(crate) landmarks: Vec<Landmark>,
    /// What was expected on the last day of all customers over what came, of each; none when nothing came.
    pub(crate) biases: Vec<Option<f64>>,
    /// Whether what was known on the last day identified each.
    identified: Vec<bool>,
    judgements: Vec<Judgement>,
}

/// A model that speaks for itself, and why.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Choice {
    pub(crate) kind: PurchaseModelKind,
    pub(crate) reason: String,
    /// What it expected of the last landmark over what came.
    pub(crate) bias: Option<f64>,
}

impl JudgedModels {
    /// How the models did, best first.
    pub(crate) fn standings(&self) -> Vec<(PurchaseModelKind, Standing)> {
        let all = standings(&self.judgements);
        all.into_iter().map(|standing| (self.kinds[standing.model], standing)).collect()
    }

    /// Why there is no choice.
    pub(crate) fn why_none(&self) -> String {
        let names = |of: &dyn Fn(usize) -> bool| -> Vec<&str> {
            (0..self.kinds.len()).filter(|&i| of(i)).map(|i| self.kinds[i].name()).collect()
        };
        let (yardsticks, others) =
            (names(&|i| !self.kinds[i].is_eligible()), names(&|i| self.kinds[i].is_eligible()));
        if !others.is_empty() {
            return format!(
                "no model may become the default: the data do not determine {}",
                others.join(", ")
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

    /// Models that a workspace may choose by itself and that forecast as well as the best of these, as far as the days can tell: the
    /// simplest first, and of models as simple as each other the one that did better.
    pub(crate) fn choices(&self) -> Vec<Choice> {
        let eligible: Vec<usize> =
            (0..self.kinds.len()).filter(|&i| self.kinds[i].is_eligible() && self.identified[i]).collect();
        let of_eligible = |judgement: &Judgement| Judgement {
            customer: judgement.customer,
            log_scores: eligible.iter().map(|&i| judgement.log_scores[i]).collect(),
        };
        let judgements: Vec<Judgement> = self.judgements.iter().map(of_eligible).collect();
        let all = standings(&judgements);
        let kind = |standing: &Standing| self.kinds[eligible[standing.model]];
        let mut as_good: Vec<&Standing> = all.iter().filter(|standing| standing.is_as_good()).collect();
        // Stable, so the better of models that are as simple stays before the other.
        as_good.sort_by_key(|standing| kind(standing).numbers_fitted());
        let choice = |standing: &&Standing| Choice {
            kind: kind(standing),
            reason: self.reason(standing, &all, kind),
            bias: self.biases[eligible[standing.model]],
        };
        as_good.iter().map(choice).collect()
    }

    fn reason(
        &self,
        of: &Standing,
        all: &[Standing],
        kind: impl Fn(&Standing) -> PurchaseModelKind,
    ) -> String {
        let (name, score) = (kind(of).name(), of.log_score.value);
        let days = match self.landmarks.len() {
            1 => "on one past day".to_owned(),
            days => format!("on {days} past days"),
        };
        // One that says the same, such as a model of regular purchases where they are not, is no rival.
        let rival = all.iter().find(|other| other.behind.value > SAME).or_else(|| all.get(1));
        match (all, rival) {
            ([_], _) => format!("{name} is the only model that could be judged {days}, log score {score:.4}"),
            ([best, ..], Some(rival)) if best.log_score.value + SAME >= of.log_score.value => format!(
                "{name} forecast best {days}, log score {score:.4} against {:.4} of {}",
                rival.log_score.value,
                kind(rival).name()
            ),
            ([best, ..], _) => format!(
                "{name} forecast as well as {} {days}, log score {score:.4} against {:.4}",
                kind(best).name(),
                best.log_score.value
            ),
            ([], _) => String::new(),
        }
    }
}

impl Engine {
    /// Judges models on the days that the history is cut at, those with fewer than `fewest` purchases after them left out. `Err` says
    /// how many came after the last one, if they are fewer than that.
    pub(crate) async fn judge_models(
        &self,
        workspace: &WorkspaceName,
        kinds: &[PurchaseModelKind],
        unit: TimeUnit,
        cuts: &[Cut],
        fewest: f64,
        moment: &Moment,
    ) -> Result<Result<JudgedModels, f64>, EngineError> {
        let counting = kinds.first().map_or(Counting::Days, |&kind| Counting::of(kind, unit));
        let mut judged = JudgedModels::default();
        // The last day has the most to say, and the kinds that can be judged at all.
        for cut in cuts.iter().rev() {
            let holdout = self.split(workspace, *cut, moment, counting).await?;
            let landmark = Landmark {
                calibration_end: cut.calibration_end,
                holdout_end: cut.holdout_end,
                customers: holdout.before.len() as u64,
                purchases: holdout.purchases.iter().sum(),
            };
            let is_last = judged.landmarks.is_empty();
            if landmark.purchases < fewest {
                if is_last {
                    return Ok(Err(landmark.purchases));
                }
                continue;
            }
            let asked = if is_last { kinds.to_vec() } else { judged.kinds.clone() };
            let forecasts =
                self.compute(move |wanted| forecasts(&holdout, &asked, unit, is_last, wanted)).await?;
            judged.add(landmark, forecasts, is_last);
        }
        judged.landmarks.reverse();
        Ok(Ok(judged))
    }
}

/// What a model said on one day.
struct Forecast {
    kind: PurchaseModelKind,
    model: PurchaseModel,
    log_scores: Vec<f64>,
    bias: Option<f64>,
    is_identified: bool,
}

/// What all said on one day of the same customers; nothing of those that could not be fitted.
struct Forecasts {
    customers: Vec<u32>,
    of_models: Vec<Forecast>,
    /// Whether there is one of each model that was asked.
    is_complete: bool,
}

impl JudgedModels {
    /// Adds a day: the last one says which models are judged, and an earlier one on which some of them could not be fitted says
    /// nothing.
    fn add(&mut self, landmark: Landmark, all: Forecasts, is_last: bool) {
        let known = all.of_models;
        if is_last {
            self.kinds = known.iter().map(|forecast| forecast.kind).collect();
            self.biases = known.iter().map(|forecast| forecast.bias).collect();
            self.identified = known.iter().map(|forecast| forecast.is_identified).collect();
        } else if !all.is_complete {
            return;
        }
        self.landmarks.push(landmark);
        let judgement = |(i, &customer): (usize, &u32)| Judgement {
            customer,
            log_scores: known.iter().map(|forecast| forecast.log_scores[i]).collect(),
        };
        self.judgements.extend(all.customers.iter().enumerate().map(judgement));
    }
}

fn forecasts(
    holdout: &Holdout,
    kinds: &[PurchaseModelKind],
    unit: TimeUnit,
    with_bias: bool,
    wanted: &Wanted,
) -> Forecasts {
    let regularity = Regularity::from_gaps(&holdout.gaps);
    let table = PatternTable::from_summaries(&holdout.before).with_regularity(regularity);
    // Models of opportunities leave nobody out.
    let of_opportunities = kinds.iter().any(|kind| kind.counts_opportunities());
    let most = if of_opportunities { u32::MAX } else { table.most_repeat_purchases() };
    // By their numbers, so that those who are judged on one day are judged on another.
    let step = (holdout.before.len() as u32).div_ceil(MOST_JUDGED).max(1);
    let is_judged =
        |i: &usize| holdout.numbers[*i].is_multiple_of(step) && holdout.before[*i].frequency <= most;
    let places: Vec<usize> = (0..holdout.before.len()).filter(is_judged).collect();
    let customers = places.iter().map(|&i| holdout.numbers[i]).collect();
    let forecast = |&kind: &PurchaseModelKind| {
        let mut forecast = forecast(holdout, kind, unit, &table, &places, wanted)?;
        forecast.bias = with_bias.then(|| bias(&forecast.model, holdout)).flatten();
        Some(forecast)
    };
    let of_models: Vec<Forecast> = kinds.iter().filter_map(forecast).collect();
    let is_complete = of_models.len() == kinds.len();
    Forecasts { customers, of_models, is_complete }
}

fn forecast(
    holdout: &Holdout,
    kind: PurchaseModelKind,
    unit: TimeUnit,
    table: &PatternTable,
    places: &[usize],
    wanted: &Wanted,
) -> Option<Forecast> {
    let fit = fit_purchase_model(kind, table, unit, &mut |_| while_wanted(wanted)).ok()?;
    let model = fit.model;
    let score = |&i: &usize| {
        let history = CustomerHistory::from(&holdout.before[i]);
        let score = || log_score(&model, &history, holdout.days(), holdout.purchases[i] as usize);
        (!wanted.given_up()).then(score)
    };
    let log_scores = places.par_iter().map(score).collect::<Option<_>>()?;
    Some(Forecast { kind, model, log_scores, bias: None, is_identified: fit.is_identified() })
}

/// What a model expects of all customers over what came; none where that is no number.
fn bias(model: &PurchaseModel, holdout: &Holdout) -> Option<f64> {
    let expect =
        |before: &PurchaseSummary| model.expected_purchases(&CustomerHistory::from(before), holdout.days());
    let expected: Vec<f64> = holdout.before.par_iter().map(expect).collect();
    let bias = expected.iter().sum::<f64>() / holdout.purchases.iter().sum::<f64>();
    (bias > 0.0 && bias.is_finite()).then_some(bias)
}
