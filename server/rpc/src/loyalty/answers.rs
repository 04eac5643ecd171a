//! What is answered about loyalty.

use lojal_domain::{Currency, Estimate, Method};
use lojal_engine::{
    LoyaltyComponent as Component, LoyaltyCut as Cut, LoyaltyPart, LoyaltyPlace as Place, LoyaltyRow,
    LoyaltyStandard, LoyaltySummary, LoyaltyVersion, LoyaltyView, Points,
};
use lojal_proto::v1;

use crate::words::{estimate, provenance, sum, timestamp};

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

/// One customer's points with their interval.
fn points(of: Option<Points>, confidence: f64) -> v1::Estimate {
    let found = of.map(|points| {
        let (low, high) = points.interval(confidence);
        Estimate::plain(Some(points.value), 1, Method::PosteriorMean)
            .between(Some(low), Some(high), confidence)
            .give_or_take(Some(points.standard_error))
    });
    estimate(found.unwrap_or_else(|| Estimate::undefined(Method::PosteriorMean)))
}

pub(super) fn loyalty(view: LoyaltyView, confidence: f64) -> v1::Loyalty {
    let scored = view.scored;
    v1::Loyalty {
        customer_id: view.customer,
        score: Some(points(scored.score, confidence)),
        base: scored.base.unwrap_or_default(),
        coverage: scored.coverage,
        contributions: view.parts.into_iter().map(contribution).collect(),
        attitude: Some(points(scored.attitude, confidence)),
        behaviour: Some(points(scored.behaviour, confidence)),
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

/// An amount in units of currency, rounded to its millionths.
fn amount(units: f64, currency: Currency) -> v1::Money {
    sum((units * 1e6).round() as i128, currency)
}

fn row(of: LoyaltyRow, currency: Currency) -> v1::LoyaltySummary {
    v1::LoyaltySummary {
        group: of.group,
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
