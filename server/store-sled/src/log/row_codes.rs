//! Numbers that stand for kinds, metrics and dispositions in the log. None of them ever changes.

use lojal_domain::{CostKind, Disposition, InteractionKind, SurveyKind, SurveyMetric};
use lojal_store::StoreError;

use crate::log::codec::damaged;

/// Numbers that stand for kinds of survey in the log.
pub(crate) fn survey_kind_code(kind: SurveyKind) -> u8 {
    match kind {
        SurveyKind::Relationship => 0,
        SurveyKind::Transactional => 1,
    }
}

pub(crate) fn survey_kind(code: u8) -> Result<SurveyKind, StoreError> {
    match code {
        0 => Ok(SurveyKind::Relationship),
        1 => Ok(SurveyKind::Transactional),
        _ => Err(damaged("a kind of survey is unknown")),
    }
}

/// Numbers that stand for survey metrics in the log.
pub(crate) fn metric_code(metric: SurveyMetric) -> u8 {
    match metric {
        SurveyMetric::Nps => 0,
        SurveyMetric::Csat => 1,
        SurveyMetric::Ces1 => 2,
        SurveyMetric::Ces2 => 3,
        SurveyMetric::Trust => 4,
        SurveyMetric::Custom => 5,
    }
}

pub(crate) fn metric(code: u8) -> Result<SurveyMetric, StoreError> {
    match code {
        0 => Ok(SurveyMetric::Nps),
        1 => Ok(SurveyMetric::Csat),
        2 => Ok(SurveyMetric::Ces1),
        3 => Ok(SurveyMetric::Ces2),
        4 => Ok(SurveyMetric::Trust),
        5 => Ok(SurveyMetric::Custom),
        _ => Err(damaged("a survey metric is unknown")),
    }
}

/// Numbers that stand for dispositions in the log.
pub(crate) fn disposition_code(disposition: Disposition) -> u8 {
    match disposition {
        Disposition::Completed => 0,
        Disposition::Partial => 1,
        Disposition::Dismissed => 2,
        Disposition::Invited => 3,
        Disposition::Delivered => 4,
        Disposition::Bounced => 5,
    }
}

pub(crate) fn disposition(code: u8) -> Result<Disposition, StoreError> {
    match code {
        0 => Ok(Disposition::Completed),
        1 => Ok(Disposition::Partial),
        2 => Ok(Disposition::Dismissed),
        3 => Ok(Disposition::Invited),
        4 => Ok(Disposition::Delivered),
        5 => Ok(Disposition::Bounced),
        _ => Err(damaged("a survey's disposition is unknown")),
    }
}

/// Numbers that stand for kinds of interaction in the log.
pub(crate) fn interaction_kind_code(kind: InteractionKind) -> u8 {
    match kind {
        InteractionKind::Other => 0,
        InteractionKind::SupportCase => 1,
        InteractionKind::Visit => 2,
        InteractionKind::Campaign => 3,
    }
}

pub(crate) fn interaction_kind(code: u8) -> Result<InteractionKind, StoreError> {
    match code {
        0 => Ok(InteractionKind::Other),
        1 => Ok(InteractionKind::SupportCase),
        2 => Ok(InteractionKind::Visit),
        3 => Ok(InteractionKind::Campaign),
        _ => Err(damaged("a kind of interaction is unknown")),
    }
}

/// Numbers that stand for kinds of cost in the log.
pub(crate) fn cost_kind_code(kind: CostKind) -> u8 {
    match kind {
        CostKind::Other => 0,
        CostKind::Acquisition => 1,
        CostKind::Service => 2,
        CostKind::Programme => 3,
        CostKind::Incentive => 4,
    }
}

pub(crate) fn cost_kind(code: u8) -> Result<CostKind, StoreError> {
    match code {
        0 => Ok(CostKind::Other),
        1 => Ok(CostKind::Acquisition),
        2 => Ok(CostKind::Service),
        3 => Ok(CostKind::Programme),
        4 => Ok(CostKind::Incentive),
        _ => Err(damaged("a kind of cost is unknown")),
    }
}
