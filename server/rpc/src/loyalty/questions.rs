//! What is asked about loyalty.

use lojal_domain::{Window, limits};
use lojal_engine::{
    GetLoyalty, ListLoyalty, LoyaltyComponent as Component, LoyaltyCut as Cut, LoyaltyOrder, LoyaltyOutcome,
    LoyaltyPlace as Place, SummarizeLoyalty, UpdateLoyaltyModel, ValidateScore,
};
use lojal_proto::v1;

use crate::error::Refusal;
use crate::words::{confidence, customer_id, interval, scope, scope_with, some, unknown, window};

/// Customers listed in an order where the caller does not say.
const LISTED: usize = 100;
/// The window of a series where the caller does not say.
const TREND: Window = Window::months(12);

pub(super) fn get_loyalty(request: v1::GetLoyaltyRequest) -> Result<GetLoyalty, Refusal> {
    Ok(GetLoyalty {
        customer: customer_id(request.customer_id)?,
        scope: scope(request.as_of, request.known_at)?,
        version: version(request.version)?,
        confidence: confidence(request.confidence)?,
    })
}

pub(crate) fn list_loyalty(request: &v1::ListLoyaltyRequest) -> Result<ListLoyalty, Refusal> {
    let order = order(request.order)?;
    Ok(ListLoyalty {
        scope: scope_with(request.as_of, request.known_at, &request.filter)?,
        place: place(request.place)?,
        limit: limit(request.limit, order)?,
        order,
        scores_only: request.scores_only,
        version: version(request.version)?,
        confidence: confidence(request.confidence)?,
    })
}

pub(super) fn summarize_loyalty(request: v1::SummarizeLoyaltyRequest) -> Result<SummarizeLoyalty, Refusal> {
    Ok(SummarizeLoyalty {
        scope: scope_with(request.as_of, request.known_at, &request.filter)?,
        group_by: some(request.group_by),
        version: version(request.version)?,
        series: match interval(request.interval)? {
            Some(of) if request.window.is_empty() => Some((of, TREND)),
            Some(of) => Some((of, window(&request.window)?)),
            None if request.window.is_empty() => None,
            None => return Err(Refusal::field("window", "is for a series; name its interval, too")),
        },
        confidence: confidence(request.confidence)?,
    })
}

pub(super) fn validate_score(request: &v1::ValidateScoreRequest) -> Result<ValidateScore, Refusal> {
    let horizon = match request.horizon.as_str() {
        "" => ValidateScore::HORIZON,
        text => match Window::parse(text) {
            Ok(window @ Window::Back(_)) => window,
            _ => {
                let shown: String = text.chars().take(40).collect();
                let problem = format!(
                    "is {shown:?}; write how long it is, such as \"90d\", \"26w\", \"6mo\" or \"1y\""
                );
                return Err(Refusal::field("horizon", problem));
            }
        },
    };
    Ok(ValidateScore {
        scope: scope_with(request.as_of, request.known_at, &request.filter)?,
        outcome: outcome(request.outcome)?,
        horizon,
        version: version(request.version)?,
        confidence: confidence(request.confidence)?,
    })
}

fn outcome(asked: i32) -> Result<LoyaltyOutcome, Refusal> {
    match v1::LoyaltyOutcome::try_from(asked) {
        Ok(v1::LoyaltyOutcome::Unspecified | v1::LoyaltyOutcome::Repurchase) => {
            Ok(LoyaltyOutcome::Repurchase)
        }
        Ok(v1::LoyaltyOutcome::Churn) => Ok(LoyaltyOutcome::Churn),
        Ok(v1::LoyaltyOutcome::Referral) => Ok(LoyaltyOutcome::Referral),
        Ok(v1::LoyaltyOutcome::Spend) => Ok(LoyaltyOutcome::Spend),
        Err(_) => Err(unknown("outcome")),
    }
}

pub(super) fn version(asked: i32) -> Result<Option<u32>, Refusal> {
    match u32::try_from(asked) {
        Ok(0) => Ok(None),
        Ok(version) => Ok(Some(version)),
        Err(_) => Err(Refusal::field("version", format!("is {asked}; versions begin with 1"))),
    }
}

fn limit(asked: i32, order: LoyaltyOrder) -> Result<Option<usize>, Refusal> {
    let most = limits::LISTED_IN_ORDER;
    match usize::try_from(asked) {
        Ok(0) => Ok((order != LoyaltyOrder::Recorded).then_some(LISTED)),
        Ok(limit) if order == LoyaltyOrder::Recorded || limit <= most => Ok(Some(limit)),
        _ => Err(Refusal::field(
            "limit",
            format!("is {asked}; choose 1 to {most}, or LOYALTY_ORDER_RECORDED, which has no limit"),
        )),
    }
}

fn order(asked: i32) -> Result<LoyaltyOrder, Refusal> {
    match v1::LoyaltyOrder::try_from(asked) {
        Ok(v1::LoyaltyOrder::Unspecified | v1::LoyaltyOrder::Highest) => Ok(LoyaltyOrder::Highest),
        Ok(v1::LoyaltyOrder::Lowest) => Ok(LoyaltyOrder::Lowest),
        Ok(v1::LoyaltyOrder::ValueAtRisk) => Ok(LoyaltyOrder::ValueAtRisk),
        Ok(v1::LoyaltyOrder::Recorded) => Ok(LoyaltyOrder::Recorded),
        Err(_) => Err(unknown("order")),
    }
}

fn place(asked: i32) -> Result<Option<Place>, Refusal> {
    match v1::LoyaltyPlace::try_from(asked) {
        Ok(v1::LoyaltyPlace::Unspecified) => Ok(None),
        Ok(v1::LoyaltyPlace::True) => Ok(Some(Place::True)),
        Ok(v1::LoyaltyPlace::Latent) => Ok(Some(Place::Latent)),
        Ok(v1::LoyaltyPlace::Spurious) => Ok(Some(Place::Spurious)),
        Ok(v1::LoyaltyPlace::None) => Ok(Some(Place::None)),
        Ok(v1::LoyaltyPlace::Unknown) => Ok(Some(Place::Unknown)),
        Err(_) => Err(unknown("place")),
    }
}

fn component(asked: i32) -> Option<Component> {
    Component::ALL.into_iter().find(|known| super::answers::component(*known) as i32 == asked)
}

/// What a request changes of a model.
pub(super) fn update(request: &v1::UpdateLoyaltyModelRequest) -> Result<UpdateLoyaltyModel, Refusal> {
    let mut weights: Vec<(Component, f64)> = Vec::with_capacity(request.weights.len());
    for (i, weight) in request.weights.iter().enumerate() {
        let field = format!("weights[{i}].component");
        let Some(component) = component(weight.component) else {
            return Err(Refusal::field(&field, "is not one of the components there are"));
        };
        if weights.iter().any(|(named, _)| *named == component) {
            return Err(Refusal::field(&field, format!("names {} for the second time", component.name())));
        }
        weights.push((component, weight.weight));
    }
    let cut = match v1::LoyaltyCut::try_from(request.cut) {
        Ok(v1::LoyaltyCut::Unspecified) => None,
        Ok(v1::LoyaltyCut::Medians) => Some(Cut::Medians),
        Ok(v1::LoyaltyCut::Fifty) => Some(Cut::Fifty),
        Err(_) => return Err(unknown("cut")),
    };
    let (half_life_days, pseudo_answers) = (request.half_life_days, request.pseudo_answers);
    Ok(UpdateLoyaltyModel { weights, half_life_days, pseudo_answers, cut })
}
