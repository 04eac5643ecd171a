//! Refunds that have grown since their order was loaded: a later export says what was given back in all, and the record of the part
//! that was loaded stays. What was added is recorded as a refund of its own.

use std::collections::HashMap;

use indicatif::HumanCount;
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
const NEEDS_PERSONAL: &str = "what was given back of this order was recorded before with another amount; with a key that has the scope personal it is looked up how much that was, and what is missing is recorded";

/// Records what is missing of refunds that are there with another amount, and tells of the others. The Python package does the same
/// in `loading/grown.py`, with the same ids.
///
/// # Returns
/// What to keep in mind.
pub(crate) async fn settle(
    channel: &Channel,
    workspace: &WorkspaceName,
    sent: &mut Sent,
    taken: &Taken,
) -> anyhow::Result<Vec<String>> {
    let mut known: HashMap<String, Result<Vec<v1::RefundEvent>, String>> = HashMap::new();
    let (mut more, mut older) = (Vec::new(), 0_u64);
    for Conflict { line, customer, refund, error } in std::mem::take(&mut sent.conflicts) {
        if !known.contains_key(&customer) {
            let refunds = refunds(channel, workspace, &customer).await?;
            known.insert(customer.clone(), refunds);
        }
        let rest = match &known[&customer] {
            Ok(events) => rest_of(&refund, events).ok_or_else(|| taken.row(&error)),
            Err(problem) => Err(problem.clone()),
        };
        match rest {
            Ok(rest) if rest > 0 => more.push((line, added(refund, rest))),
            Ok(rest) => {
                sent.duplicates += 1;
                older += u64::from(rest < 0);
            }
            Err(message) => sent.row_errors.push(RowError { line, message }),
        }
    }
    let (lines, refunds): (Vec<u64>, Vec<v1::Refund>) = more.into_iter().unzip();
    for (lines, refunds) in lines.chunks(PAGE as usize).zip(refunds.chunks(PAGE as usize)) {
        let request = v1::RecordRefundsRequest { refunds: refunds.to_vec(), skip_invalid: true };
        let request = in_workspace(request, workspace)?;
        let answer = IngestServiceClient::new(channel.clone()).record_refunds(request).await;
        let result = answer.map_err(|status| refusal(&status))?.into_inner().result.unwrap_or_default();
        sent.take(&result, lines, taken);
    }
    let mut notes = Vec::new();
    if !refunds.is_empty() {
        notes.push(format!(
            "more was given back of {} orders than is recorded: what was missing is a refund of its own",
            HumanCount(refunds.len() as u64)
        ));
    }
    if older > 0 {
        notes.push(format!(
            "{} orders have more given back than this export says, which stays: it may be an older export",
            HumanCount(older)
        ));
    }
    Ok(notes)
}

/// What is missing of a refund, by all that is recorded of its order; none where it is another refund indeed.
fn rest_of(refund: &v1::Refund, events: &[v1::RefundEvent]) -> Option<i64> {
    let all = refund.amount.as_ref()?;
    let micros = |money: &v1::Money| Amount::parse(&money.amount).map_or(0, Amount::micros);
    let mut rest = micros(all);
    for given in events.iter().filter(|event| event.transaction_id == refund.transaction_id) {
        let given = given.amount.as_ref()?;
        if !all.currency_code.is_empty() && given.currency_code != all.currency_code {
            return None;
        }
        rest = rest.checked_sub(micros(given))?;
    }
    Some(rest)
}

/// What is missing as a refund of its own, named after what was given back in all: it has the same name whoever records it.
fn added(refund: v1::Refund, rest: i64) -> v1::Refund {
    let all = refund.amount.clone().unwrap_or_default();
    let total = Amount::parse(&all.amount).unwrap_or_default().to_decimal(0);
    let amount = v1::Money { amount: Amount::from_micros(rest).to_decimal(0), ..all };
    v1::Refund { refund_id: format!("{}/{total}", refund.refund_id), amount: Some(amount), ..refund }
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
                return Ok(Err(NEEDS_PERSONAL.to_owned()));
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
            amount: money("25.50"),
        };
        let first = event("#7/refund", "#7", "10.00");
        let other = event("#8/refund", "#8", "5.00");
        assert_eq!(rest_of(&refund, &[first.clone(), other]), Some(15_500_000));
        let second = event("#7/refund/20", "#7", "10");
        assert_eq!(rest_of(&refund, &[second, first]), Some(5_500_000));
        assert_eq!(rest_of(&refund, &[event("#7/refund", "#7", "26")]), Some(-500_000));
        let mut dollars = event("#7/refund", "#7", "10");
        dollars.amount = dollars.amount.map(|one| v1::Money { currency_code: "USD".to_owned(), ..one });
        assert_eq!(rest_of(&refund, &[dollars]), None);
        let more = added(refund, 5_500_000);
        assert_eq!((more.refund_id.as_str(), more.amount), ("#7/refund/25.5", money("5.5")));
    }
}
