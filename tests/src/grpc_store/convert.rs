//! Values between the wire and the domain. Written apart from the server's own conversions, so that the two check each
//! other.

use lojal_domain::{
    Amount, AttributeName, Cost, CostId, CostKind, Currency, CustomerId, CustomerUpsert, Disposition,
    EventTime, Interaction, InteractionId, InteractionKind, Money, Record, Refund, RefundId, ResponseId,
    SurveyKind, SurveyMetric, SurveyResponse, Transaction, TransactionColumns, TransactionId,
    TransactionIdentity, Void, Weight,
};
use lojal_proto::v1;
use prost_types::Timestamp;

/// 1900-01-01T00:00:00Z, and right before 2200-01-01T00:00:00Z: the instants that can be asked about.
const ASKABLE: (i64, i64) = (-2_208_988_800_000_000, 7_258_118_400_000_000 - 1);

pub(super) fn timestamp(time: EventTime) -> Timestamp {
    let (seconds, micros) = (time.micros().div_euclid(1_000_000), time.micros().rem_euclid(1_000_000));
    Timestamp { seconds, nanos: micros as i32 * 1_000 }
}

/// The nearest instant that can be asked about.
pub(super) fn askable(time: EventTime) -> Timestamp {
    timestamp(EventTime::from_micros(time.micros().clamp(ASKABLE.0, ASKABLE.1)))
}

pub(super) fn instant(timestamp: Option<Timestamp>) -> EventTime {
    let Timestamp { seconds, nanos } = timestamp.expect("an instant");
    assert_eq!(nanos % 1_000, 0, "instants are kept to the microsecond");
    EventTime::from_micros(seconds * 1_000_000 + i64::from(nanos) / 1_000)
}

pub(super) fn money(money: Money) -> v1::Money {
    let micros = money.amount.micros();
    let amount = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    v1::Money { amount, currency_code: money.currency.code().to_owned() }
}

pub(super) fn money_of(money: Option<v1::Money>) -> Money {
    let v1::Money { amount, currency_code } = money.expect("an amount");
    let currency = Currency::parse(&currency_code).expect("a currency");
    Money { amount: Amount::parse(&amount).expect("a decimal"), currency }
}

pub(super) fn transaction(record: &Transaction) -> v1::Transaction {
    let (transaction_id, occurrence) = match &record.identity {
        TransactionIdentity::Given(id) => (id.as_str().to_owned(), 0),
        TransactionIdentity::Nth(occurrence) => (String::new(), *occurrence as i32),
    };
    v1::Transaction {
        customer_id: record.customer.as_str().to_owned(),
        transaction_id,
        time: Some(timestamp(record.time)),
        amount: Some(money(record.money)),
        occurrence,
        discount: record.discount.map(|amount| money(Money { amount, ..record.money })),
    }
}

pub(super) fn refund(record: &Refund) -> v1::Refund {
    v1::Refund {
        refund_id: record.id.as_str().to_owned(),
        transaction_id: record.transaction.as_str().to_owned(),
        time: Some(timestamp(record.time)),
        amount: Some(money(record.money)),
    }
}

pub(super) fn void(record: &Void) -> v1::TransactionVoid {
    v1::TransactionVoid {
        transaction_id: record.transaction.as_str().to_owned(),
        time: record.time.map(timestamp),
        reason: record.reason.clone(),
    }
}

pub(super) fn survey_response(record: &SurveyResponse) -> v1::SurveyResponse {
    let scale = record.scale;
    v1::SurveyResponse {
        response_id: record.id.as_str().to_owned(),
        customer_id: record.customer.as_ref().map(|id| id.as_str().to_owned()).unwrap_or_default(),
        time: Some(timestamp(record.time)),
        score: record.score.map(i32::from),
        metric: METRICS.iter().find(|(_, metric)| *metric == record.metric).expect("a metric").0.into(),
        kind: survey_kind(record.kind).into(),
        survey_id: record.survey.clone(),
        channel: record.channel.clone(),
        comment: record.comment.clone(),
        scale_min: Some(scale.lowest().into()),
        scale_max: Some(scale.highest().into()),
        disposition: STAGES.iter().find(|(_, stage)| *stage == record.disposition).expect("a stage").0.into(),
        topics: record.topics.clone(),
        weight: Some(record.weight.get()),
        lower_is_better: scale.lower_is_better() && record.metric == SurveyMetric::Custom,
    }
}

const METRICS: [(v1::SurveyMetric, SurveyMetric); 6] = [
    (v1::SurveyMetric::Nps, SurveyMetric::Nps),
    (v1::SurveyMetric::Csat, SurveyMetric::Csat),
    (v1::SurveyMetric::Ces1, SurveyMetric::Ces1),
    (v1::SurveyMetric::Ces2, SurveyMetric::Ces2),
    (v1::SurveyMetric::Trust, SurveyMetric::Trust),
    (v1::SurveyMetric::Custom, SurveyMetric::Custom),
];

const STAGES: [(v1::SurveyDisposition, Disposition); 6] = [
    (v1::SurveyDisposition::Completed, Disposition::Completed),
    (v1::SurveyDisposition::Partial, Disposition::Partial),
    (v1::SurveyDisposition::Dismissed, Disposition::Dismissed),
    (v1::SurveyDisposition::Invited, Disposition::Invited),
    (v1::SurveyDisposition::Delivered, Disposition::Delivered),
    (v1::SurveyDisposition::Bounced, Disposition::Bounced),
];

const INTERACTIONS: [(v1::InteractionKind, InteractionKind); 4] = [
    (v1::InteractionKind::SupportCase, InteractionKind::SupportCase),
    (v1::InteractionKind::Visit, InteractionKind::Visit),
    (v1::InteractionKind::Campaign, InteractionKind::Campaign),
    (v1::InteractionKind::Other, InteractionKind::Other),
];

pub(super) fn interaction(record: &Interaction) -> v1::Interaction {
    v1::Interaction {
        interaction_id: record.id.as_str().to_owned(),
        customer_id: record.customer.as_str().to_owned(),
        time: Some(timestamp(record.time)),
        kind: INTERACTIONS.iter().find(|(_, kind)| *kind == record.kind).expect("a kind").0.into(),
        name: record.name.clone(),
        channel: record.channel.clone(),
        status: record.status.clone(),
        topics: record.topics.clone(),
        case_id: record.case_id.clone(),
    }
}

const COSTS: [(v1::CostKind, CostKind); 5] = [
    (v1::CostKind::Acquisition, CostKind::Acquisition),
    (v1::CostKind::Service, CostKind::Service),
    (v1::CostKind::Programme, CostKind::Programme),
    (v1::CostKind::Incentive, CostKind::Incentive),
    (v1::CostKind::Other, CostKind::Other),
];

pub(super) fn cost(record: &Cost) -> v1::Cost {
    v1::Cost {
        cost_id: record.id.as_str().to_owned(),
        kind: COSTS.iter().find(|(_, kind)| *kind == record.kind).expect("a kind").0.into(),
        customer_id: record.customer.as_ref().map(|id| id.as_str().to_owned()).unwrap_or_default(),
        source: record.source.clone(),
        market: record.market.clone(),
        time: Some(timestamp(record.time)),
        end_time: record.end.map(timestamp),
        amount: Some(money(record.money)),
    }
}

pub(super) fn survey_kind(kind: SurveyKind) -> v1::SurveyKind {
    match kind {
        SurveyKind::Relationship => v1::SurveyKind::Relationship,
        SurveyKind::Transactional => v1::SurveyKind::Transactional,
    }
}

pub(super) fn upsert(record: &CustomerUpsert) -> v1::CustomerUpsert {
    let attributes = record.attributes.iter();
    v1::CustomerUpsert {
        customer_id: record.customer.as_str().to_owned(),
        attributes: attributes.map(|(name, value)| (name.as_str().to_owned(), value.clone())).collect(),
        effective_time: record.effective.map(timestamp),
        ..Default::default()
    }
}

pub(super) fn columns(columns: &TransactionColumns) -> v1::TransactionColumns {
    let lines = |lines: Vec<&str>| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    v1::TransactionColumns {
        customer_ids: lines(columns.customers.iter().collect()),
        times: columns.times.iter().map(|time| time.micros()).collect(),
        amounts: columns.amounts.iter().map(|amount| amount.micros()).collect(),
        currency_code: columns.currency.code().to_owned(),
        transaction_ids: lines(columns.ids.iter().collect()),
        occurrences: columns.occurrences.iter().map(|&occurrence| occurrence as i32).collect(),
        discounts: columns.discounts.iter().map(|discount| discount.micros()).collect(),
    }
}

/// What a timeline shows of a customer as the record that was written.
pub(super) fn record(customer: &CustomerId, event: v1::TimelineEvent) -> Record {
    use v1::timeline_event::Event;
    let time = instant(event.time);
    match event.event.expect("something that happened") {
        Event::Transaction(bought) => {
            let identity = TransactionIdentity::Given(transaction_id(bought.transaction_id));
            let converted = bought.converted_amount.map(|amount| money_of(Some(amount)).amount);
            let (customer, money) = (customer.clone(), money_of(bought.amount));
            let discount = bought.discount.map(|discount| {
                let discount = money_of(Some(discount));
                assert_eq!(discount.currency, money.currency, "a discount is in the currency paid");
                discount.amount
            });
            let bought = Transaction { customer, identity, time, money, converted, discount };
            Record::Transaction(bought.canonical())
        }
        Event::Refund(refund) => Record::Refund(Refund {
            id: RefundId::new(refund.refund_id).expect("an id"),
            transaction: transaction_id(refund.transaction_id),
            time,
            money: money_of(refund.amount),
        }),
        Event::SurveyResponse(response) => Record::SurveyResponse(answer(customer, time, response)),
        Event::Interaction(interaction) => Record::Interaction(Interaction {
            customer: customer.clone(),
            time,
            kind: INTERACTIONS.iter().find(|(told, _)| *told == interaction.kind()).expect("a kind").1,
            id: InteractionId::new(interaction.interaction_id).expect("an id"),
            name: interaction.name,
            channel: interaction.channel,
            status: interaction.status,
            topics: interaction.topics,
            case_id: interaction.case_id,
        }),
        Event::Cost(cost) => Record::Cost(Cost {
            id: CostId::new(&cost.cost_id).expect("an id"),
            kind: COSTS.iter().find(|(told, _)| *told == cost.kind()).expect("a kind").1,
            customer: Some(customer.clone()),
            source: String::new(),
            market: String::new(),
            time,
            end: cost.end_time.map(|end| instant(Some(end))),
            money: money_of(cost.amount),
            converted: cost.converted_amount.map(|amount| money_of(Some(amount)).amount),
        }),
        Event::Attributes(attributes) => {
            let named = |(name, value)| (AttributeName::new(name).expect("a name"), value);
            // Facts that hold for all times stand where they were recorded.
            let effective = (event.time != event.recorded_time).then_some(time);
            let attributes = attributes.attributes.into_iter().map(named).collect();
            Record::CustomerUpsert(CustomerUpsert { customer: customer.clone(), attributes, effective })
        }
        Event::Void(void) => Record::Void(Void {
            transaction: transaction_id(void.transaction_id),
            time: (!void.never_happened).then_some(time),
            reason: void.reason,
        }),
    }
}

fn answer(customer: &CustomerId, time: EventTime, response: v1::SurveyResponseEvent) -> SurveyResponse {
    let kind = match response.kind() {
        v1::SurveyKind::Relationship => SurveyKind::Relationship,
        v1::SurveyKind::Transactional => SurveyKind::Transactional,
        v1::SurveyKind::Unspecified => panic!("a kind is always told"),
    };
    let metric = METRICS.iter().find(|(told, _)| *told == response.metric()).expect("a metric").1;
    let stage = STAGES.iter().find(|(told, _)| *told == response.disposition()).expect("a stage").1;
    let own = response.lower_is_better && metric == SurveyMetric::Custom;
    let scale = metric.scale(Some(response.scale_min), Some(response.scale_max), own);
    let id = ResponseId::new(response.response_id).expect("an id");
    SurveyResponse {
        metric,
        kind,
        disposition: stage,
        score: response.score.map(|score| i16::try_from(score).expect("a score")),
        scale: scale.expect("a scale"),
        survey: response.survey_id,
        channel: response.channel,
        comment: response.comment,
        topics: response.topics,
        weight: Weight::new(response.weight).expect("a weight"),
        ..SurveyResponse::nps(id, Some(customer.clone()), time, 0)
    }
}

fn transaction_id(id: String) -> TransactionId {
    TransactionId::new(id).expect("an id")
}
