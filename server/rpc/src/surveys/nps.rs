//! Recommendation.

use lojal_domain::{SurveyKind, SurveyMetric, Window};
use lojal_engine::{NpsAnswer, NpsRow, NpsSampleBasis, NpsScores, SurveyQuestion};
use lojal_proto::v1;
use lojal_scoring::nps::{NpsCounts, NpsEstimate, NpsPlan, finite_correction};

use super::scores::kind;
use crate::error::Refusal;
use crate::words::{confidence, interval, period, provenance, scope_with, some, window};

const METHOD: &str = "adjusted_wald";

/// Points up and down where a plan names none.
const MARGIN: f64 = 5.0;

/// Probability to see a difference where a plan names none.
const POWER: f64 = 0.8;

/// Where a plan looks for answers so far.
const BASIS: Window = Window::days(365);

/// A question about the NPS, and how its answer is to be told.
pub(crate) struct Asked {
    pub(crate) question: SurveyQuestion,
    confidence: f64,
    population: Option<u64>,
    /// Whether the population is that of each row.
    of_rows: bool,
}

fn population(asked: Option<i64>) -> Result<Option<u64>, Refusal> {
    let Some(asked) = asked else { return Ok(None) };
    match u64::try_from(asked) {
        Ok(population) if population > 0 => Ok(Some(population)),
        _ => Err(Refusal::field(
            "population",
            format!("is {asked}; give how many customers there are, 1 or more"),
        )),
    }
}

pub(crate) fn question(request: v1::GetNpsRequest) -> Result<Asked, Refusal> {
    let question = SurveyQuestion {
        scope: scope_with(request.as_of, request.known_at, &request.filter)?,
        window: window(&request.window)?,
        group_by: some(request.group_by),
        interval: interval(request.interval)?,
        kind: kind(request.kind, "kind")?,
        survey: some(request.survey_id),
        channel: some(request.channel),
        topic: some(request.topic),
        strata: some(request.weight_to_base_by),
        ..SurveyQuestion::of(SurveyMetric::Nps)
    };
    let (confidence, population) = (confidence(request.confidence)?, population(request.population)?);
    // Nobody said how many customers each group has.
    let of_rows = question.group_by.is_none();
    Ok(Asked { question, confidence, population, of_rows })
}

pub(crate) fn estimate(counts: NpsCounts, confidence: f64) -> v1::Estimate {
    // The standard error is that of the value; the interval has its own, of the adjusted proportions.
    let standard_error = counts.wald(confidence).map(|plain| plain.standard_error);
    told(counts.adjusted_wald(confidence), standard_error, METHOD)
}

fn told(found: Option<NpsEstimate>, standard_error: Option<f64>, method: &str) -> v1::Estimate {
    let Some(found) = found else {
        return v1::Estimate { method: method.to_owned(), ..v1::Estimate::default() };
    };
    v1::Estimate {
        value: Some(found.nps),
        ci_low: Some(found.ci_low),
        ci_high: Some(found.ci_high),
        confidence: found.confidence,
        n: found.n as i64,
        standard_error,
        method: method.to_owned(),
        warnings: Vec::new(),
    }
}

/// Of answers with weights the weighted score; of a base of known size the interval that fits it.
pub(crate) fn estimate_of(scores: &NpsScores, confidence: f64, population: Option<u64>) -> v1::Estimate {
    let counts = scores.counts();
    if let Some(weighted) = scores.weighted() {
        let found = weighted.estimate(confidence);
        return told(found, found.map(|found| found.standard_error), "weighted_adjusted_wald");
    }
    match population {
        None => estimate(counts, confidence),
        Some(population) => {
            let found = counts.adjusted_wald_of(population, confidence);
            let correction = finite_correction(counts.total(), population);
            let standard_error = counts.wald(confidence).map(|plain| plain.standard_error * correction);
            let mut estimate = told(found, standard_error, "adjusted_wald_finite");
            if population < counts.total() {
                let warning = format!(
                    "there are {} answers of {population} customers, so all count as known",
                    counts.total()
                );
                estimate.warnings.push(warning);
            }
            estimate
        }
    }
}

pub(crate) fn answer(answer: NpsAnswer, asked: &Asked) -> v1::GetNpsResponse {
    let counts = answer.whole.counts();
    let mut nps_of_base = None;
    if asked.question.strata.is_some() {
        let found = answer.of_base(asked.confidence);
        let mut of_base = told(
            found.map(|(found, _)| found),
            found.map(|(found, _)| found.standard_error),
            "post_stratified",
        );
        if let Some((_, silent)) = found.filter(|(_, silent)| *silent > 0) {
            of_base
                .warnings
                .push(format!("{silent} customers are in groups in which nobody answered, and are left out"));
        }
        let of_nobody = counts.total() - found.map_or(0, |(found, _)| found.n).min(counts.total());
        if of_nobody > 0 {
            of_base
                .warnings
                .push(format!("{of_nobody} answers without a customer are in no group, and are left out"));
        }
        nps_of_base = Some(of_base);
    }
    v1::GetNpsResponse {
        nps: Some(estimate_of(&answer.whole, asked.confidence, asked.population)),
        promoters: counts.promoters as i64,
        passives: counts.passives as i64,
        detractors: counts.detractors as i64,
        score_counts: answer.whole.numbers().iter().map(|count| *count as i64).collect(),
        rows: answer.rows.into_iter().map(|each| row(each, asked)).collect(),
        nps_of_base,
        effective_n: answer.whole.weighted().map(|weighted| weighted.effective_n()),
        provenance: Some(provenance(answer.provenance)),
    }
}

fn row(row: NpsRow, asked: &Asked) -> v1::NpsRow {
    let counts = row.scores.counts();
    v1::NpsRow {
        nps: Some(estimate_of(&row.scores, asked.confidence, asked.population.filter(|_| asked.of_rows))),
        group: row.group,
        period: row.period.map(period),
        promoters: counts.promoters as i64,
        passives: counts.passives as i64,
        detractors: counts.detractors as i64,
    }
}

/// A plan, checked.
pub(crate) struct Planned {
    pub(crate) window: Window,
    pub(crate) kind: Option<SurveyKind>,
    margin: Option<f64>,
    answers: Option<u64>,
    difference: Option<f64>,
    power: f64,
    confidence: f64,
    population: Option<u64>,
    variance: Option<f64>,
}

pub(crate) fn plan(request: &v1::PlanNpsSampleRequest) -> Result<Planned, Refusal> {
    let points = |field: &'static str, asked: Option<f64>| match asked {
        Some(points) if !(points > 0.0 && points <= 200.0) => {
            Err(Refusal::field(field, format!("is {points}; give points, more than 0 and at most 200")))
        }
        fine => Ok(fine),
    };
    let answers = match request.answers {
        None => None,
        Some(answers) => {
            Some(u64::try_from(answers).ok().filter(|answers| *answers > 0).ok_or_else(|| {
                Refusal::field(
                    "answers",
                    format!("is {answers}; give how many answers can be had, 1 or more"),
                )
            })?)
        }
    };
    let margin = points("margin", request.margin)?;
    let power = request.power.unwrap_or(POWER);
    if !(power > 0.5 && power < 1.0) {
        let message = format!("is {power}; choose more than 0.5 and less than 1, such as 0.8");
        return Err(Refusal::field("power", message));
    }
    if let Some(variance) = request.variance.filter(|variance| !(0.0..=1.0).contains(variance)) {
        let message = format!("is {variance}; that of an answer of -1, 0 or 1 is from 0 to 1");
        return Err(Refusal::field("variance", message));
    }
    let window = if request.window.is_empty() { BASIS } else { window(&request.window)? };
    Ok(Planned {
        window,
        kind: kind(request.kind, "kind")?,
        margin: margin.or_else(|| answers.is_none().then_some(MARGIN)),
        answers,
        difference: points("difference", request.difference)?,
        power,
        confidence: confidence(request.confidence)?,
        population: population(request.population)?,
        variance: request.variance,
    })
}

pub(crate) fn planned(asked: &Planned, basis: NpsSampleBasis) -> v1::PlanNpsSampleResponse {
    let mut provenance = provenance(basis.provenance);
    let variance = asked.variance.unwrap_or_else(|| {
        let Some(variance) = basis.variance else {
            provenance.warnings.push(
                "there is no answer to tell how much answers vary, so the worst case is taken".to_owned(),
            );
            return 1.0;
        };
        // Where all agree so far, the next answers may not: as if one more had.
        variance.max(1.0 / (basis.n as f64 + 1.0))
    });
    let plan = NpsPlan { variance, population: asked.population, confidence: asked.confidence };
    let worst = NpsPlan { variance: 1.0, ..plan };
    let participation = basis.participation;
    let delivered = participation.delivered as f64;
    v1::PlanNpsSampleResponse {
        answers: asked.margin.map(|margin| plan.answers_for(margin) as i64),
        answers_at_worst: asked.margin.map(|margin| worst.answers_for(margin) as i64),
        margin: asked.answers.map(|answers| plan.margin_of(answers)),
        answers_to_see_difference: asked
            .difference
            .map(|difference| plan.answers_to_see(difference, asked.power) as i64),
        variance,
        response_rate: (delivered > 0.0)
            .then(|| (participation.completed + participation.partial) as f64 / delivered),
        provenance: Some(provenance),
    }
}
