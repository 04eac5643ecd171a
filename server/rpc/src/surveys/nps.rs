//! Recommendation.

use lojal_domain::SurveyMetric;
use lojal_engine::{GetNps, NpsAnswer, NpsRow, NpsSamplePlan, PlanNpsSample, SurveyQuestion};
use lojal_proto::v1;

use super::scores::{counted, kind};
use crate::error::Refusal;
use crate::records::responses::kind as kind_word;
use crate::words::{confidence, estimate, interval, period, provenance, scope_with, some, window};

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

pub(crate) fn question(request: v1::GetNpsRequest) -> Result<GetNps, Refusal> {
    let answers = SurveyQuestion {
        scope: scope_with(request.as_of, request.known_at, &request.filter)?,
        window: window(&request.window)?,
        group_by: some(request.group_by),
        interval: interval(request.interval)?,
        kind: kind(request.kind, "kind")?,
        survey: some(request.survey_id),
        channel: some(request.channel),
        topic: some(request.topic),
        strata: some(request.weight_to_base_by),
        counted: counted(request.counted, "counted")?,
        ..SurveyQuestion::of(SurveyMetric::Nps)
    };
    Ok(GetNps {
        answers,
        confidence: confidence(request.confidence)?,
        population: population(request.population)?,
    })
}

pub(crate) fn answer(answer: NpsAnswer) -> v1::GetNpsResponse {
    let counts = answer.whole.counts;
    v1::GetNpsResponse {
        nps: Some(estimate(answer.whole.nps)),
        promoters: counts.promoters as i64,
        passives: counts.passives as i64,
        detractors: counts.detractors as i64,
        score_counts: answer.numbers.map(|count| count as i64).to_vec(),
        rows: answer.rows.into_iter().map(row).collect(),
        kind: answer.kind.map_or(v1::SurveyKind::Unspecified, kind_word).into(),
        by_kind: answer.by_kind.into_iter().map(row).collect(),
        nps_of_base: answer.of_base.map(estimate),
        effective_n: answer.whole.effective_n,
        customers: answer.whole.customers as i64,
        provenance: Some(provenance(answer.provenance)),
    }
}

fn row(row: NpsRow) -> v1::NpsRow {
    let counts = row.scores.counts;
    v1::NpsRow {
        nps: Some(estimate(row.scores.nps)),
        group: row.group,
        period: row.period.map(period),
        promoters: counts.promoters as i64,
        passives: counts.passives as i64,
        detractors: counts.detractors as i64,
        customers: row.scores.customers as i64,
        effective_n: row.scores.effective_n,
        kind: kind_word(row.kind).into(),
    }
}

pub(crate) fn plan(request: &v1::PlanNpsSampleRequest) -> Result<PlanNpsSample, Refusal> {
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
                    format!("is {answers}; give how many answers you can get, 1 or more"),
                )
            })?)
        }
    };
    let margin = points("margin", request.margin)?;
    let power = request.power.unwrap_or(PlanNpsSample::POWER);
    if !(power > 0.5 && power < 1.0) {
        let message = format!("is {power}; choose more than 0.5 and less than 1, such as 0.8");
        return Err(Refusal::field("power", message));
    }
    if let Some(variance) = request.variance.filter(|variance| !(0.0..=1.0).contains(variance)) {
        let message = format!("is {variance}; that of an answer of -1, 0 or 1 is from 0 to 1");
        return Err(Refusal::field("variance", message));
    }
    let window = if request.window.is_empty() { PlanNpsSample::WINDOW } else { window(&request.window)? };
    Ok(PlanNpsSample {
        window,
        kind: kind(request.kind, "kind")?,
        margin: margin.or_else(|| answers.is_none().then_some(PlanNpsSample::MARGIN)),
        answers,
        difference: points("difference", request.difference)?,
        power,
        confidence: confidence(request.confidence)?,
        population: population(request.population)?,
        variance: request.variance,
    })
}

pub(crate) fn planned(plan: NpsSamplePlan) -> v1::PlanNpsSampleResponse {
    v1::PlanNpsSampleResponse {
        answers: plan.answers.map(|answers| answers as i64),
        answers_at_worst: plan.answers_at_worst.map(|answers| answers as i64),
        margin: plan.margin,
        answers_to_see_difference: plan.answers_to_see_difference.map(|answers| answers as i64),
        variance: plan.variance,
        response_rate: plan.response_rate,
        provenance: Some(provenance(plan.provenance)),
    }
}
