//! Customers and their timelines.

use lojal_domain::{Currency, Record};
use lojal_engine::Recorded;
use lojal_engine::{CustomerView, Erasure};
use lojal_proto::v1;

use crate::records::costs::cost_event;
use crate::records::responses::{interaction_event, response_event};
use crate::words::{money, money_of, sum, timestamp};

pub(crate) fn customer(view: CustomerView, currency: Currency) -> v1::Customer {
    v1::Customer {
        customer_id: view.customer,
        attributes: view.attributes,
        first_transaction_time: view.first_transaction.map(timestamp),
        last_transaction_time: view.last_transaction.map(timestamp),
        transaction_count: view.transactions as i64,
        purchase_day_count: view.purchase_days as i64,
        gross_spend: Some(sum(view.gross_micros, currency)),
        net_spend: Some(sum(view.net_micros, currency)),
        refund_count: view.refunds as i64,
        survey_response_count: view.responses as i64,
        last_nps_score: view.last_nps_score.map(i32::from),
        interaction_count: view.interactions as i64,
        cost: Some(sum(view.cost_micros, currency)),
    }
}

/// `reporting` is the workspace's currency.
pub(crate) fn timeline_event(recorded: Recorded, reporting: Currency) -> v1::TimelineEvent {
    use v1::timeline_event::Event;
    let event = match recorded.record {
        Record::Transaction(transaction) => {
            let transaction_id = transaction.told_id();
            let amount = Some(money_of(transaction.money));
            let converted_amount = transaction.converted.map(|amount| money(amount, reporting));
            let discount = transaction.discount.map(|amount| money(amount, transaction.money.currency));
            Event::Transaction(v1::TransactionEvent { transaction_id, amount, converted_amount, discount })
        }
        Record::Refund(refund) => Event::Refund(v1::RefundEvent {
            refund_id: refund.id.as_str().to_owned(),
            transaction_id: refund.transaction.as_str().to_owned(),
            amount: Some(money_of(refund.money)),
        }),
        Record::SurveyResponse(response) => Event::SurveyResponse(response_event(response)),
        Record::Interaction(interaction) => Event::Interaction(interaction_event(interaction)),
        Record::Cost(cost) => Event::Cost(cost_event(&cost, reporting)),
        Record::CustomerUpsert(upsert) => {
            let attributes = upsert.attributes.into_iter();
            let attributes = attributes.map(|(name, value)| (name.as_str().to_owned(), value)).collect();
            Event::Attributes(v1::AttributesEvent { attributes })
        }
        Record::Void(void) => Event::Void(v1::VoidEvent {
            transaction_id: void.transaction.as_str().to_owned(),
            reason: void.reason,
            never_happened: void.time.is_none(),
        }),
    };
    v1::TimelineEvent {
        time: Some(timestamp(recorded.position.time)),
        recorded_time: Some(timestamp(recorded.recorded_at)),
        event: Some(event),
    }
}

pub(crate) fn receipt(erasure: Erasure) -> v1::ErasureReceipt {
    let Erasure { receipt_id, time, erased } = erasure;
    v1::ErasureReceipt {
        receipt_id,
        erased_time: Some(timestamp(time)),
        revision: erased.revision as i64,
        transactions: erased.counts.transactions() as i64,
        refunds: erased.counts.refunds() as i64,
        survey_responses: erased.counts.responses() as i64,
        attribute_records: erased.counts.upserts() as i64,
        voids: erased.counts.voids() as i64,
        interactions: erased.counts.interactions() as i64,
        costs: erased.counts.costs() as i64,
        references: erased.references as i64,
    }
}
