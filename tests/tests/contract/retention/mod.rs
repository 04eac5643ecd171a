//! Who stays, through the contract: golden vectors, the mistakes that others make, and what cannot be asked.

mod bad_input;
mod cohorts;
mod counts;
mod discounts;
mod edges;
mod referrals;
mod spending;
mod survival;

use lojal_proto::v1;
use lojal_tests::say::{on, value};
use lojal_tests::{Clients, Server, cdnow, failure};

/// How customers bought in 2026.
pub(crate) async fn stats(
    clients: &Clients,
    request: v1::GetPurchaseStatsRequest,
) -> v1::GetPurchaseStatsResponse {
    let request =
        v1::GetPurchaseStatsRequest { as_of: on("2027-01-01"), window: "2026".to_owned(), ..request };
    clients.retention.clone().get_purchase_stats(request).await.unwrap().into_inner()
}

/// Days after 2026-01-01, as a day.
pub(crate) fn day(days: i64) -> String {
    let first: jiff::civil::Date = "2026-01-01".parse().unwrap();
    first.checked_add(jiff::Span::new().days(days)).unwrap().to_string()
}

/// An empty request has a useful answer wherever there is one.
#[tokio::test]
async fn empty_requests_are_answered() {
    let server = Server::start();
    let clients = server.clients().await;
    cdnow::load(&clients).await;
    let mut ask = clients.retention.clone();
    let whole =
        ask.get_retention(v1::GetRetentionRequest::default()).await.unwrap().into_inner().whole.unwrap();
    assert!(whole.customers_at_start > 0 && value(&whole.set_retention_rate) > 0.0);
    let found = ask.suggest_activity_window(v1::SuggestActivityWindowRequest::default()).await.unwrap();
    assert!(found.into_inner().whole.unwrap().days.is_some());
    let found = ask.get_cohorts(v1::GetCohortsRequest::default()).await.unwrap().into_inner();
    // The customers of the sample all began in the first three months of 1997.
    assert_eq!(found.rows.len(), 3 * 13);
    assert_eq!(found.means.len(), 13);
    let found = ask.get_survival(v1::GetSurvivalRequest::default()).await.unwrap().into_inner();
    assert_eq!(found.whole.unwrap().customers, 2_357);
    let found = ask.get_lifecycle(v1::GetLifecycleRequest::default()).await.unwrap().into_inner();
    assert_eq!(found.rows.len(), 12);
    let found =
        ask.get_revenue_retention(v1::GetRevenueRetentionRequest::default()).await.unwrap().into_inner();
    assert!(value(&found.whole.unwrap().gross_revenue_retention) < 1.0);
    let found = ask
        .get_revenue_concentration(v1::GetRevenueConcentrationRequest::default())
        .await
        .unwrap()
        .into_inner();
    let whole = found.whole.unwrap();
    // 0.1 if all spent the same.
    assert!(value(&whole.top_share) > 0.1 && value(&whole.gini) > 0.0, "{whole:?}");
    let found = ask.get_purchase_stats(v1::GetPurchaseStatsRequest::default()).await.unwrap().into_inner();
    assert!(found.whole.unwrap().orders > 0);
    let found = ask.project_retention(v1::ProjectRetentionRequest::default()).await.unwrap().into_inner();
    assert_eq!(found.models.len(), 1);

    let create = v1::CreateWorkspaceRequest { workspace: "nobody".to_owned(), ..Default::default() };
    clients.workspaces.clone().create_workspace(create).await.unwrap();
    let nobody = clients.in_workspace("nobody");
    let mut ask = nobody.retention.clone();
    let whole =
        ask.get_retention(v1::GetRetentionRequest::default()).await.unwrap().into_inner().whole.unwrap();
    assert_eq!((whole.customers_at_start, whole.set_retention_rate.unwrap().value), (0, None));
    let found = ask.suggest_activity_window(v1::SuggestActivityWindowRequest::default()).await.unwrap();
    assert_eq!(found.into_inner().whole.unwrap().days, None);
    assert!(ask.get_cohorts(v1::GetCohortsRequest::default()).await.unwrap().into_inner().rows.is_empty());
    let whole =
        ask.get_survival(v1::GetSurvivalRequest::default()).await.unwrap().into_inner().whole.unwrap();
    assert_eq!(whole.median_days.unwrap().value, None);
    ask.get_lifecycle(v1::GetLifecycleRequest::default()).await.unwrap();
    let whole =
        ask.get_revenue_retention(v1::GetRevenueRetentionRequest::default()).await.unwrap().into_inner();
    assert_eq!(whole.whole.unwrap().net_revenue_retention.unwrap().value, None);
    let found = ask
        .get_revenue_concentration(v1::GetRevenueConcentrationRequest::default())
        .await
        .unwrap()
        .into_inner();
    let whole = found.whole.unwrap();
    assert_eq!((whole.gini.unwrap().value, whole.top_share.unwrap().value), (None, None));
    let whole = ask.get_purchase_stats(v1::GetPurchaseStatsRequest::default()).await.unwrap().into_inner();
    assert_eq!(whole.whole.unwrap().average_order_value.unwrap().value, None);
    let error = ask.project_retention(v1::ProjectRetentionRequest::default()).await.unwrap_err();
    assert_eq!(failure(&error).reason, "INSUFFICIENT_HISTORY");
}
