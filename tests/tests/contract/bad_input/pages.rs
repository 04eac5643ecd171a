//! Pages: sizes out of range, and tokens from elsewhere.

use lojal_proto::v1;
use lojal_proto::v1::ErrorReason;
use lojal_tests::say::record;
use lojal_tests::{Clients, at, cdnow};
use tonic::{Code, Status};

use super::{Checks, expected, invalid};

/// One listing: asks for a page and returns the token of the next.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Listing {
    Customers,
    Members,
    OtherMembers,
    Timeline,
    OtherTimeline,
    Models,
}

const LISTINGS: [Listing; 6] = [
    Listing::Customers,
    Listing::Members,
    Listing::OtherMembers,
    Listing::Timeline,
    Listing::OtherTimeline,
    Listing::Models,
];

impl Listing {
    async fn page(self, clients: &Clients, page_size: i32, token: &str) -> Result<String, Status> {
        let mut clients = clients.clone();
        let page_token = token.to_owned();
        let timeline = |customer: &str, window: &str| v1::GetTimelineRequest {
            customer_id: customer.to_owned(),
            window: window.to_owned(),
            page_size,
            page_token: page_token.clone(),
            ..Default::default()
        };
        let members = |segment: v1::Segment| v1::ListSegmentMembersRequest {
            segment: segment.into(),
            page_size,
            page_token: page_token.clone(),
            ..Default::default()
        };
        let next = match self {
            Self::Customers => {
                let request = v1::ListCustomersRequest { page_size, page_token, ..Default::default() };
                clients.customers.list_customers(request).await?.into_inner().next_page_token
            }
            Self::Members => {
                let request = members(v1::Segment::Lost);
                clients.segmentation.list_segment_members(request).await?.into_inner().next_page_token
            }
            Self::OtherMembers => {
                let request = members(v1::Segment::Champions);
                clients.segmentation.list_segment_members(request).await?.into_inner().next_page_token
            }
            Self::Timeline => {
                let request = timeline("0157", "");
                clients.customers.get_timeline(request).await?.into_inner().next_page_token
            }
            Self::OtherTimeline => {
                let request = timeline("0157", "1997");
                clients.customers.get_timeline(request).await?.into_inner().next_page_token
            }
            Self::Models => {
                let request = v1::ListModelsRequest { page_size, page_token };
                clients.clv.list_models(request).await?.into_inner().next_page_token
            }
        };
        Ok(next)
    }
}

async fn loaded(clients: &Clients) {
    cdnow::load(clients).await;
    for kind in [v1::ModelKind::BgNbd, v1::ModelKind::MbgNbd] {
        let request = v1::FitModelRequest { kind: kind.into(), ..Default::default() };
        clients.fit(request).await.unwrap();
    }
}

#[tokio::test]
async fn sizes_out_of_range() {
    let mut checks = Checks::start().await;
    let clients = checks.clients.clone();
    loaded(&clients).await;
    for listing in LISTINGS {
        for size in [1_001, -1, i32::MIN, i32::MAX] {
            let answer = listing.page(&clients, size, "").await;
            checks.refused(&format!("{listing:?} by {size}"), answer, invalid("page_size"));
        }
        for size in [1_000, 0] {
            let answer = listing.page(&clients, size, "").await;
            checks.check(answer.is_ok(), || format!("{listing:?} by {size}: {answer:?}"));
        }
    }
    checks.done();
}

#[tokio::test]
async fn tokens_from_elsewhere() {
    let mut checks = Checks::start().await;
    let clients = checks.clients.clone();
    loaded(&clients).await;
    let elsewhere = clients.in_workspace("elsewhere");
    loaded(&elsewhere).await;
    let mismatch = expected(Code::InvalidArgument, ErrorReason::PageTokenMismatch, "page_token");
    let mut tokens = Vec::new();
    for listing in LISTINGS {
        let token = listing.page(&clients, 1, "").await.unwrap();
        assert!(!token.is_empty(), "{listing:?} has more than one entry");
        let next = listing.page(&clients, 1, &token).await;
        checks.check(next.is_ok(), || format!("{listing:?}: its own token was refused: {next:?}"));
        tokens.push((listing, token));
    }
    for listing in LISTINGS {
        for (from, token) in &tokens {
            if *from != listing {
                let answer = listing.page(&clients, 1, token).await;
                checks.refused(&format!("{listing:?} with a token of {from:?}"), answer, mismatch);
                continue;
            }
            let answer = listing.page(&elsewhere, 1, token).await;
            checks.refused(&format!("{listing:?} of another workspace"), answer, mismatch);
            let cut = &token[..token.len() - 1];
            let swapped: String = token.chars().rev().collect();
            for nonsense in ["x", "!!!", "AAAA", " ", cut, &swapped, &"A".repeat(5_000)] {
                let answer = listing.page(&clients, 1, nonsense).await;
                let case = format!("{listing:?} with {:?}", &nonsense[..nonsense.len().min(20)]);
                checks.refused(&case, answer, mismatch);
            }
        }
    }
    checks.done();
}

#[tokio::test]
async fn pages_of_one_listing_describe_one_moment() {
    let checks = Checks::start().await;
    let mut clients = checks.clients.clone();
    cdnow::load(&clients).await;
    let mut page_token = String::new();
    let mut seen = Vec::new();
    loop {
        let request = v1::ListCustomersRequest {
            page_size: 500,
            page_token,
            as_of: Some(at(cdnow::END)),
            ..Default::default()
        };
        let page = clients.customers.list_customers(request).await.unwrap().into_inner();
        seen.extend(page.customers);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
        // Written between the pages, and not to be seen on any of them.
        let late = v1::Transaction {
            customer_id: format!("late-{}", seen.len()),
            time: Some(at("1997-05-05T00:00:00Z")),
            amount: Some(lojal_tests::money("1", "USD")),
            ..Default::default()
        };
        record(&clients, vec![late]).await;
    }
    assert_eq!(seen.len(), cdnow::CUSTOMERS);
    assert!(seen.iter().all(|customer| !customer.customer_id.starts_with("late")));
}
