//! Refunds that have grown since their order was loaded: a later export says what was given back in all, and the record of the part
//! that was loaded stays. What was added is recorded as a refund of its own.

use std::collections::HashMap;

use lojal_domain::{Amount, WorkspaceName};
use lojal_proto::v1;
use lojal_proto::v1::customer_service_client::CustomerServiceClient;
use lojal_proto::v1::ingest_service_client::IngestServiceClient;
use lojal_proto::v1::timeline_event::Event;
use tonic::Code;

use crate::connection::{Channel, in_workspace, refusal};
use crate::import::refusal::Taken;
use crate::import::send::{Conflict, Sent};
use crate::import::source::RowError;

const PAGE: i32 = 1_000;

/// Records what was added to refunds that are there with less, and tells of the others.
pub(crate) async fn settle(
    channel: &Channel,
    workspace: &WorkspaceName,
    sent: &mut Sent,
    taken: &Taken,
) -> anyhow::Result<u64> {
    let mut known: HashMap<String, Result<Vec<v1::RefundEvent>, String>> = HashMap::new();
    let mut added = Vec::new();
    for Conflict { line, customer, refund, error } in std::mem::take(&mut sent.conflicts) {
        if !known.contains_key(&customer) {
            let refunds = refunds(channel, workspace, &customer).await?;
            known.insert(customer.clone(), refunds);
        }
        let more = match &known[&customer] {
            Ok(events) => more_of(&refund, events).unwrap_or_else(|| Err(taken.row(&error))),
            Err(problem) => Err(format!("{}; {problem}", taken.row(&error))),
        };
        match more {
            Ok(None) => sent.duplicates += 1,
            Ok(Some(refund)) => added.push((line, refund)),
            Err(message) => sent.row_errors.push(RowError { line, message }),
        }
    }
    if added.is_empty() {
        return Ok(0);
    }
    let (lines, refunds): (Vec<u64>, Vec<v1::Refund>) = added.into_iter().unzip();
    let mut count = 0;
    for (lines, refunds) in lines.chunks(PAGE as usize).zip(refunds.chunks(PAGE as usize)) {
        let request = v1::RecordRefundsRequest { refunds: refunds.to_vec(), skip_invalid: true };
        let request = in_workspace(request, workspace)?;
        let answer = IngestServiceClient::new(channel.clone()).record_refunds(request).await;
        let result = answer.map_err(|status| refusal(&status))?.into_inner().result.unwrap_or_default();
        count += u64::try_from(result.recorded).unwrap_or(0);
        sent.take(&result, lines, taken);
    }
    Ok(count)
}

/// What to add to what is recorded so that it comes to a refund: nothing if it does, none if it is no refund that has grown.
fn more_of(refund: &v1::Refund, events: &[v1::RefundEvent]) -> Option<Result<Option<v1::Refund>, String>> {
    let part = format!("{}/", refund.refund_id);
    let is_part = |id: &str| {
        id.strip_prefix(&part)
            .is_some_and(|nth| !nth.is_empty() && nth.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let first = events.iter().find(|event| event.refund_id == refund.refund_id)?;
    let parts: Vec<&v1::RefundEvent> = events
        .iter()
        .filter(|event| event.refund_id == refund.refund_id || is_part(&event.refund_id))
        .collect();
    let all = refund.amount.clone().unwrap_or_default();
    let money = |event: &v1::RefundEvent| event.amount.clone().unwrap_or_default();
    // Amounts without a code are in the reporting currency, which is what is told of them.
    let same_code = |code: &str| all.currency_code.is_empty() || code == all.currency_code;
    let is_same = parts
        .iter()
        .all(|event| event.transaction_id == first.transaction_id && same_code(&money(event).currency_code));
    if first.transaction_id != refund.transaction_id || !is_same {
        return None;
    }
    let micros = |money: &v1::Money| Amount::parse(&money.amount).map_or(0, Amount::micros);
    let recorded: i64 = parts.iter().map(|event| micros(&money(event))).sum();
    let added = micros(&all).checked_sub(recorded)?;
    Some(match added {
        0 => Ok(None),
        less if less < 0 => Err(format!(
            "less was given back than is recorded ({}), which stays; void the transaction and record it anew if that is wrong",
            Amount::from_micros(recorded).to_decimal(2)
        )),
        more => {
            let amount = v1::Money { amount: Amount::from_micros(more).to_decimal(0), ..all };
            let refund_id = format!("{part}{}", parts.len() + 1);
            Ok(Some(v1::Refund { refund_id, amount: Some(amount), ..refund.clone() }))
        }
    })
}

/// All refunds of a customer, or why nobody may see them.
async fn refunds(
    channel: &Channel,
    workspace: &WorkspaceName,
    customer: &str,
) -> anyhow::Result<Result<Vec<v1::RefundEvent>, String>> {
    let mut request = v1::GetTimelineRequest {
        customer_id: customer.to_owned(),
        page_size: PAGE,
        kinds: vec![v1::TimelineKind::Refund as i32],
        ..Default::default()
    };
    let mut refunds = Vec::new();
    loop {
        let page = CustomerServiceClient::new(channel.clone())
            .get_timeline(in_workspace(request.clone(), workspace)?)
            .await;
        let page = match page {
            Ok(page) => page.into_inner(),
            Err(status) if status.code() == Code::PermissionDenied => {
                return Ok(Err(
                    "if it has grown, what was added can be recorded with a key that has the scope personal, to see what is there"
                        .to_owned(),
                ));
            }
            Err(status) => return Err(refusal(&status)),
        };
        let of_page = page.events.into_iter().filter_map(|event| match event.event {
            Some(Event::Refund(refund)) => Some(refund),
            _ => None,
        });
        refunds.extend(of_page);
        if page.next_page_token.is_empty() {
            return Ok(Ok(refunds));
        }
        request.page_token = page.next_page_token;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(amount: &str) -> Option<v1::Money> {
        Some(v1::Money { amount: amount.to_owned(), currency_code: "EUR".to_owned() })
    }

    #[test]
    fn what_was_added_is_a_refund_of_its_own() {
        let event = |id: &str, of: &str, amount| v1::RefundEvent {
            refund_id: id.to_owned(),
            transaction_id: of.to_owned(),
            amount: money(amount),
        };
        let refund = v1::Refund {
            refund_id: "#7/refund".to_owned(),
            transaction_id: "#7".to_owned(),
            time: None,
            amount: money("25"),
        };
        let told = |events: &[v1::RefundEvent]| {
            more_of(&refund, events).map(|more| {
                more.map(|more| more.map(|one| (one.refund_id, one.amount.unwrap_or_default().amount)))
            })
        };
        let first = event("#7/refund", "#7", "10.00");
        let more = |id: &str, amount: &str| Some(Ok(Some((id.to_owned(), amount.to_owned()))));
        assert_eq!(told(std::slice::from_ref(&first)), more("#7/refund/2", "15"));
        let second = event("#7/refund/2", "#7", "14.5");
        assert_eq!(told(&[first.clone(), second.clone()]), more("#7/refund/3", "0.5"));
        assert_eq!(told(&[event("#7/refund/3", "#7", "0.5"), second, first]), Some(Ok(None)));
        assert!(told(&[event("#7/refund", "#7", "26")]).unwrap().unwrap_err().contains("26.00"));
        assert_eq!(told(&[event("#7/refund", "#8", "10")]), None, "of another order");
        assert_eq!(told(&[]), None);
    }
}
