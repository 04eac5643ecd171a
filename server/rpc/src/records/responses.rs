//! Survey answers and interactions, as they are recorded and as timelines show them.

use lojal_domain::{
    CustomerId, Disposition, Interaction, InteractionId, InteractionKind, Record, ResponseId, Scale,
    ScaleError, SurveyKind, SurveyMetric, SurveyResponse, Weight, limits,
};
use lojal_proto::v1;

use super::faults::{Faults, Problem, problem};
use super::rows::{Row, RowContext, label, time};
use crate::words::filled_list;

pub(crate) const fn metric_of(metric: v1::SurveyMetric) -> Option<SurveyMetric> {
    Some(match metric {
        v1::SurveyMetric::Unspecified => return None,
        v1::SurveyMetric::Nps => SurveyMetric::Nps,
        v1::SurveyMetric::Csat => SurveyMetric::Csat,
        v1::SurveyMetric::Ces1 => SurveyMetric::Ces1,
        v1::SurveyMetric::Ces2 => SurveyMetric::Ces2,
        v1::SurveyMetric::Trust => SurveyMetric::Trust,
        v1::SurveyMetric::Custom => SurveyMetric::Custom,
    })
}

pub(crate) const fn metric(metric: SurveyMetric) -> v1::SurveyMetric {
    match metric {
        SurveyMetric::Nps => v1::SurveyMetric::Nps,
        SurveyMetric::Csat => v1::SurveyMetric::Csat,
        SurveyMetric::Ces1 => v1::SurveyMetric::Ces1,
        SurveyMetric::Ces2 => v1::SurveyMetric::Ces2,
        SurveyMetric::Trust => v1::SurveyMetric::Trust,
        SurveyMetric::Custom => v1::SurveyMetric::Custom,
    }
}

pub(crate) const fn kind_of(kind: v1::SurveyKind) -> Option<SurveyKind> {
    Some(match kind {
        v1::SurveyKind::Unspecified => return None,
        v1::SurveyKind::Relationship => SurveyKind::Relationship,
        v1::SurveyKind::Transactional => SurveyKind::Transactional,
    })
}

pub(crate) const fn kind(kind: SurveyKind) -> v1::SurveyKind {
    match kind {
        SurveyKind::Relationship => v1::SurveyKind::Relationship,
        SurveyKind::Transactional => v1::SurveyKind::Transactional,
    }
}

const fn disposition_of(disposition: v1::SurveyDisposition) -> Disposition {
    match disposition {
        v1::SurveyDisposition::Unspecified | v1::SurveyDisposition::Completed => Disposition::Completed,
        v1::SurveyDisposition::Partial => Disposition::Partial,
        v1::SurveyDisposition::Dismissed => Disposition::Dismissed,
        v1::SurveyDisposition::Invited => Disposition::Invited,
        v1::SurveyDisposition::Delivered => Disposition::Delivered,
        v1::SurveyDisposition::Bounced => Disposition::Bounced,
    }
}

pub(crate) const fn disposition(disposition: Disposition) -> v1::SurveyDisposition {
    match disposition {
        Disposition::Completed => v1::SurveyDisposition::Completed,
        Disposition::Partial => v1::SurveyDisposition::Partial,
        Disposition::Dismissed => v1::SurveyDisposition::Dismissed,
        Disposition::Invited => v1::SurveyDisposition::Invited,
        Disposition::Delivered => v1::SurveyDisposition::Delivered,
        Disposition::Bounced => v1::SurveyDisposition::Bounced,
    }
}

const fn interaction_kind(kind: InteractionKind) -> v1::InteractionKind {
    match kind {
        InteractionKind::SupportCase => v1::InteractionKind::SupportCase,
        InteractionKind::Visit => v1::InteractionKind::Visit,
        InteractionKind::Campaign => v1::InteractionKind::Campaign,
        InteractionKind::Other => v1::InteractionKind::Other,
    }
}

fn scale_problem(error: &ScaleError) -> Problem {
    let field = match error {
        ScaleError::Bound { upper: false, .. } | ScaleError::Missing { upper: false } => "scale_min",
        ScaleError::Bound { upper: true, .. }
        | ScaleError::Missing { upper: true }
        | ScaleError::Reversed { .. } => "scale_max",
        ScaleError::Direction { .. } => "lower_is_better",
    };
    problem(field, error)
}

fn topics(topics: Vec<String>) -> Result<Vec<String>, Problem> {
    let topics = filled_list(topics);
    if topics.len() > limits::TOPICS {
        let message = format!("has {} topics; at most {} are allowed", topics.len(), limits::TOPICS);
        return Err(problem("topics", message));
    }
    if topics.iter().any(String::is_empty) {
        return Err(problem("topics", "has an empty topic; leave it out"));
    }
    topics.into_iter().map(|topic| label(topic, "topics", limits::TOPIC_BYTES)).collect()
}

fn score(
    given: Option<i32>,
    metric: SurveyMetric,
    disposition: Disposition,
    scale: Scale,
) -> Result<Option<i16>, Problem> {
    let range = format!("a whole number from {} to {}", scale.lowest(), scale.highest());
    let Some(given) = given else {
        return match disposition {
            Disposition::Completed => Err(problem(
                "score",
                format!(
                    "is missing; give {range}, or name the disposition if nothing was answered, such as SURVEY_DISPOSITION_DISMISSED"
                ),
            )),
            _ => Ok(None),
        };
    };
    if !disposition.is_answer() {
        let message =
            "is given with a disposition that is no answer; leave it out, or record the answer as completed";
        return Err(problem("score", message));
    }
    match scale.score(given) {
        Some(score) => Ok(Some(score)),
        None => Err(problem("score", format!("is {given}; {} scores are {range}", metric.name()))),
    }
}

impl Row for v1::SurveyResponse {
    fn into_record(self, context: &RowContext) -> Result<Record, Vec<Problem>> {
        let mut faults = Faults::default();
        let unknown = |field, name| problem(field, format!("is not one of the values of {name}"));
        let metric = self.metric.try_into().map_err(|_| unknown("metric", "SurveyMetric"));
        let metric = faults.part(metric).map(|metric| metric_of(metric).unwrap_or(SurveyMetric::Nps));
        let kind = self.kind.try_into().map_err(|_| unknown("kind", "SurveyKind"));
        let kind = faults.part(kind).map(|kind| kind_of(kind).unwrap_or(SurveyKind::Relationship));
        let disposition =
            self.disposition.try_into().map_err(|_| unknown("disposition", "SurveyDisposition"));
        let disposition = faults.part(disposition).map(disposition_of);
        let id =
            faults.part(ResponseId::new(self.response_id).map_err(|error| problem("response_id", error)));
        let customer = match self.customer_id {
            anonymous if anonymous.is_empty() => Some(None),
            customer => faults
                .part(CustomerId::new(customer).map(Some).map_err(|error| problem("customer_id", error))),
        };
        let scale = metric.and_then(|metric| {
            let scale = metric.scale(self.scale_min, self.scale_max, self.lower_is_better);
            faults.part(scale.map_err(|error| scale_problem(&error)))
        });
        if metric == Some(SurveyMetric::Custom) && self.survey_id.is_empty() {
            faults.add("survey_id", "is empty; a question of your own is identified by its survey_id");
        }
        let weight = match self.weight {
            None => Some(Weight::ONE),
            Some(weight) => faults.part(Weight::new(weight).map_err(|error| problem("weight", error))),
        };
        let survey = faults.part(label(self.survey_id, "survey_id", limits::ID_BYTES));
        let channel = faults.part(label(self.channel, "channel", limits::ID_BYTES));
        let comment = faults.part(label(self.comment, "comment", limits::COMMENT_BYTES));
        let topics = faults.part(topics(self.topics));
        let time = faults.part(time(self.time, "time", context.now));
        // What the score may be hangs on these.
        let score = match (metric, disposition, scale) {
            (Some(metric), Some(disposition), Some(scale)) => {
                faults.part(score(self.score, metric, disposition, scale))
            }
            _ => None,
        };
        let record = || {
            Some(Record::SurveyResponse(SurveyResponse {
                metric: metric?,
                kind: kind?,
                disposition: disposition?,
                score: score?,
                scale: scale?,
                survey: survey?,
                channel: channel?,
                comment: comment?,
                topics: topics?,
                weight: weight?,
                ..SurveyResponse::nps(id?, customer?, time?, 0)
            }))
        };
        faults.record(record())
    }
}

impl Row for v1::Interaction {
    fn into_record(self, context: &RowContext) -> Result<Record, Vec<Problem>> {
        let mut faults = Faults::default();
        let kind = match self.kind.try_into() {
            Ok(v1::InteractionKind::Unspecified | v1::InteractionKind::Other) => Ok(InteractionKind::Other),
            Ok(v1::InteractionKind::SupportCase) => Ok(InteractionKind::SupportCase),
            Ok(v1::InteractionKind::Visit) => Ok(InteractionKind::Visit),
            Ok(v1::InteractionKind::Campaign) => Ok(InteractionKind::Campaign),
            Err(_) => Err(problem("kind", "is not one of the values of InteractionKind")),
        };
        let kind = faults.part(kind);
        let id = InteractionId::new(self.interaction_id).map_err(|error| problem("interaction_id", error));
        let id = faults.part(id);
        let customer =
            faults.part(CustomerId::new(self.customer_id).map_err(|error| problem("customer_id", error)));
        let time = faults.part(time(self.time, "time", context.now));
        let name = faults.part(label(self.name, "name", limits::ID_BYTES));
        let channel = faults.part(label(self.channel, "channel", limits::ID_BYTES));
        let status = faults.part(label(self.status, "status", limits::ID_BYTES));
        let topics = faults.part(topics(self.topics));
        if !self.case_id.is_empty() && kind.is_some_and(|kind| kind != InteractionKind::SupportCase) {
            faults
                .add("case_id", "is only for INTERACTION_KIND_SUPPORT_CASE; name that kind, or leave it out");
        }
        let case_id = faults.part(label(self.case_id, "case_id", limits::ID_BYTES));
        let record = || {
            Some(Record::Interaction(Interaction {
                id: id?,
                customer: customer?,
                time: time?,
                kind: kind?,
                name: name?,
                channel: channel?,
                status: status?,
                topics: topics?,
                case_id: case_id?,
            }))
        };
        faults.record(record())
    }
}

pub(crate) fn response_event(response: SurveyResponse) -> v1::SurveyResponseEvent {
    v1::SurveyResponseEvent {
        response_id: response.id.as_str().to_owned(),
        score: response.score.map(i32::from),
        survey_id: response.survey,
        channel: response.channel,
        comment: response.comment,
        metric: metric(response.metric).into(),
        kind: kind(response.kind).into(),
        disposition: disposition(response.disposition).into(),
        scale_min: response.scale.lowest().into(),
        scale_max: response.scale.highest().into(),
        lower_is_better: response.scale.lower_is_better(),
        topics: response.topics,
        weight: response.weight.get(),
    }
}

pub(crate) fn interaction_event(interaction: Interaction) -> v1::InteractionEvent {
    v1::InteractionEvent {
        interaction_id: interaction.id.as_str().to_owned(),
        kind: interaction_kind(interaction.kind).into(),
        name: interaction.name,
        channel: interaction.channel,
        status: interaction.status,
        topics: interaction.topics,
        case_id: interaction.case_id,
    }
}
