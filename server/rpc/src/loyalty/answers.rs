//! What is answered about loyalty.

use lojal_domain::Currency;
use lojal_engine::{
    LoyaltyComponent as Component, LoyaltyCut as Cut, LoyaltyPart, LoyaltyPlace as Place, LoyaltyPredictor,
    LoyaltyRow, LoyaltyStandard, LoyaltySummary, LoyaltyVersion, LoyaltyView, PredictorRow, ScoreValidation,
};
use lojal_proto::v1;

use crate::words::{estimate, period, provenance, rounded, sum, timestamp};

const fn place(of: Place) -> v1::LoyaltyPlace {
    match of {
        Place::True => v1::LoyaltyPlace::True,
        Place::Latent => v1::LoyaltyPlace::Latent,
        Place::Spurious => v1::LoyaltyPlace::Spurious,
        Place::None => v1::LoyaltyPlace::None,
        Place::Unknown => v1::LoyaltyPlace::Unknown,
    }
}

pub(super) const fn component(of: Component) -> v1::LoyaltyComponent {
    match of {
        Component::Satisfaction => v1::LoyaltyComponent::Satisfaction,
        Component::Ease => v1::LoyaltyComponent::Ease,
        Component::Recommendation => v1::LoyaltyComponent::Recommendation,
        Component::Trust => v1::LoyaltyComponent::Trust,
        Component::FullPrice => v1::LoyaltyComponent::FullPrice,
        Component::Referral => v1::LoyaltyComponent::Referral,
        Component::Repeat => v1::LoyaltyComponent::Repeat,
        Component::Value => v1::LoyaltyComponent::Value,
        Component::Engagement => v1::LoyaltyComponent::Engagement,
    }
}

pub(super) fn loyalty(view: LoyaltyView) -> v1::Loyalty {
    let scored = view.scored;
    v1::Loyalty {
        customer_id: view.customer,
        score: Some(estimate(view.score)),
        base: scored.base.unwrap_or_default(),
        coverage: scored.coverage,
        contributions: view.parts.into_iter().map(contribution).collect(),
        attitude: Some(estimate(view.attitude)),
        behaviour: Some(estimate(view.behaviour)),
        place: place(scored.place).into(),
        is_on_the_border: view.is_on_the_border,
        sentence: view.sentence,
        clv_12mo: view.clv,
        value_at_risk: view.value_at_risk,
    }
}

fn contribution(part: LoyaltyPart) -> v1::LoyaltyContribution {
    v1::LoyaltyContribution {
        component: component(part.component).into(),
        value: part.value,
        mean: part.mean,
        weight: part.weight,
        points: part.points,
        evidence: part.evidence.words,
        records: part.evidence.records as i64,
        latest: part.evidence.latest.map(timestamp),
    }
}

pub(super) fn model(of: &LoyaltyVersion) -> v1::LoyaltyModel {
    let weight =
        |one: Component| v1::LoyaltyWeight { component: component(one).into(), weight: of.model.weight(one) };
    let cut = match of.model.cut {
        Cut::Medians => v1::LoyaltyCut::Medians,
        Cut::Fifty => v1::LoyaltyCut::Fifty,
    };
    v1::LoyaltyModel {
        version: of.version as i32,
        since: of.since.map(timestamp),
        weights: Component::ALL.into_iter().map(weight).collect(),
        half_life_days: of.model.half_life_days,
        pseudo_answers: of.model.pseudo_answers,
        cut: cut.into(),
    }
}

pub(super) fn standard(of: &LoyaltyStandard) -> v1::LoyaltyStandard {
    v1::LoyaltyStandard {
        as_of: Some(timestamp(of.as_of)),
        revision: of.revision as i64,
        customers: of.customers as i64,
        customers_with_attitude: of.with_attitude as i64,
        attitude_cut: of.attitude_cut,
        behaviour_cut: of.behaviour_cut,
        model: Some(model(&of.version)),
    }
}

/// An amount in units of currency, rounded to the smallest that is paid in.
pub(super) fn amount(units: f64, currency: Currency) -> v1::Money {
    rounded((units * 1e6).round() as i128, currency)
}

fn row(of: LoyaltyRow, currency: Currency) -> v1::LoyaltySummary {
    v1::LoyaltySummary {
        group: of.group,
        period: of.period.map(period),
        place: of.place.map_or(v1::LoyaltyPlace::Unspecified, place).into(),
        customers: of.customers as i64,
        customer_share: Some(estimate(of.customer_share)),
        mean_score: Some(estimate(of.score)),
        mean_attitude: Some(estimate(of.attitude)),
        mean_behaviour: Some(estimate(of.behaviour)),
        nps: Some(estimate(of.nps)),
        spend: Some(sum(of.spend_micros, currency)),
        clv_12mo: of.clv.map(|clv| amount(clv, currency)),
        value_at_risk: of.value_at_risk.map(|value| amount(value, currency)),
    }
}

pub(super) fn summary(answer: LoyaltySummary) -> v1::SummarizeLoyaltyResponse {
    let currency = answer.provenance.currency;
    v1::SummarizeLoyaltyResponse {
        whole: Some(row(answer.whole, currency)),
        rows: answer.rows.into_iter().map(|one| row(one, currency)).collect(),
        standard: Some(standard(&answer.standard)),
        provenance: Some(provenance(answer.provenance)),
    }
}

const fn predictor(of: LoyaltyPredictor) -> (v1::LoyaltyPredictor, v1::LoyaltyComponent) {
    let none = v1::LoyaltyComponent::Unspecified;
    match of {
        LoyaltyPredictor::Score => (v1::LoyaltyPredictor::Score, none),
        LoyaltyPredictor::Attitude => (v1::LoyaltyPredictor::Attitude, none),
        LoyaltyPredictor::Behaviour => (v1::LoyaltyPredictor::Behaviour, none),
        LoyaltyPredictor::Recency => (v1::LoyaltyPredictor::Recency, none),
        LoyaltyPredictor::Alive => (v1::LoyaltyPredictor::AliveProbability, none),
        LoyaltyPredictor::Purchase => (v1::LoyaltyPredictor::PurchaseProbability, none),
        LoyaltyPredictor::Nps => (v1::LoyaltyPredictor::Nps, none),
        LoyaltyPredictor::Component(one) => (v1::LoyaltyPredictor::Component, component(one)),
    }
}

fn validated(of: PredictorRow) -> v1::LoyaltyValidation {
    let (predictor, component) = predictor(of.predictor);
    v1::LoyaltyValidation {
        predictor: predictor.into(),
        component: component.into(),
        customers: of.customers as i64,
        with_outcome: of.with_outcome as i64,
        auc: Some(estimate(of.area)),
        score_gain: Some(estimate(of.score_gain)),
        lift_top_tenth: of.lift,
        brier_score: of.brier,
        brier_score_of_constant: of.brier_of_constant,
    }
}

pub(super) fn validation(answer: ScoreValidation) -> v1::ValidateScoreResponse {
    v1::ValidateScoreResponse {
        attitude_adds: answer.attitude_adds,
        verdict: answer.verdict,
        odds_ratio_of_attitude: Some(estimate(answer.odds_ratio)),
        p_value: answer.p_value,
        predictors: answer.predictors.into_iter().map(validated).collect(),
        scored_at: Some(timestamp(answer.span.start)),
        until: Some(timestamp(answer.span.end)),
        customers: answer.customers as i64,
        with_outcome: answer.with_outcome as i64,
        model: Some(model(&answer.version)),
        provenance: Some(provenance(answer.provenance)),
    }
}
