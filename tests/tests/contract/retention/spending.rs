//! What customers spend.

use lojal_proto::v1;
use lojal_tests::say::{attributes, buy, on, printed, value};
use lojal_tests::{Clients, Server, at, cdnow, money};

/// The book's example: 100 grows to 130, with 85 from the customers of before, 25 earned and 20 bought.
pub(crate) async fn growth(clients: &Clients) {
    let rows = [
        ("a", "2025-06-01", "60"),
        ("a", "2026-06-01", "70"),
        ("b", "2025-06-01", "20"),
        ("b", "2026-06-01", "15"),
        ("c", "2025-06-01", "20"),
        ("d", "2026-06-01", "25"),
        ("e", "2026-06-01", "20"),
    ];
    buy(clients, rows).await;
    let sources = [("d", "referral"), ("e", "ads")];
    attributes(clients, sources.map(|(who, value)| (who.to_owned(), "acquisition_source", value))).await;
}

async fn revenue(
    clients: &Clients,
    request: v1::GetRevenueRetentionRequest,
) -> v1::GetRevenueRetentionResponse {
    let request =
        v1::GetRevenueRetentionRequest { as_of: on("2027-01-01"), window: "2026".to_owned(), ..request };
    clients.retention.clone().get_revenue_retention(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn golden_earned_growth() {
    let server = Server::start();
    let clients = server.clients().await;
    growth(&clients).await;
    let found = revenue(&clients, v1::GetRevenueRetentionRequest::default()).await;
    assert_eq!(found.prior_period.as_ref().unwrap().label, "2025-01-01/2026-01-01");
    let whole = found.whole.clone().unwrap();
    printed(value(&whole.net_revenue_retention), 0.85, 4);
    printed(value(&whole.gross_revenue_retention), 0.75, 4);
    printed(value(&whole.revenue_churn_rate), 0.20, 4);
    printed(value(&whole.logo_churn_rate), 1.0 / 3.0, 4);
    printed(whole.total_growth_rate.unwrap(), 0.30, 4);
    printed(whole.earned_growth_rate.unwrap(), 0.10, 4);
    printed(whole.earned_growth_ratio.unwrap(), 1.0 / 3.0, 4);
    let amount = |money: &Option<v1::Money>| money.as_ref().unwrap().amount.clone();
    assert_eq!(amount(&whole.prior_revenue), "100.00");
    assert_eq!(amount(&whole.total_revenue), "130.00");
    assert_eq!(
        [&whole.expansion, &whole.contraction, &whole.churned_revenue].map(amount),
        ["10.00", "5.00", "20.00"]
    );
    let estimate = whole.net_revenue_retention.unwrap();
    assert!(estimate.ci_low < estimate.value && estimate.value < estimate.ci_high, "{estimate:?}");
    assert_eq!((found.bootstrap_replicates, found.bootstrap_seed), (1_000, 1));
    // The same seed, the same interval; the year before is the period before.
    let again = revenue(
        &clients,
        v1::GetRevenueRetentionRequest {
            comparison: v1::RevenueComparison::YearEarlier.into(),
            ..Default::default()
        },
    )
    .await;
    assert_eq!(again.whole, found.whole);
}

#[tokio::test]
async fn growth_of_unknown_source_is_neither_earned_nor_bought() {
    let server = Server::start();
    let clients = server.clients().await;
    growth(&clients).await;
    buy(&clients, [("f", "2026-07-01", "10")]).await;
    let found = revenue(&clients, v1::GetRevenueRetentionRequest::default()).await;
    let whole = found.whole.unwrap();
    assert_eq!((whole.earned_growth_rate, whole.earned_growth_ratio), (None, None));
    printed(whole.earned_growth_rate_low.unwrap(), 0.10, 4);
    printed(whole.earned_growth_rate_high.unwrap(), 0.20, 4);
    assert_eq!(whole.new_customers_of_unknown_source, 1);
    assert!(found.provenance.unwrap().warnings.iter().any(|each| each.contains("bounds")));
    let earned_values = vec!["ads".to_owned()];
    let turned =
        revenue(&clients, v1::GetRevenueRetentionRequest { earned_values, ..Default::default() }).await;
    printed(turned.whole.unwrap().earned_growth_rate_low.unwrap(), 0.05, 4);
}

/// Somebody who spends more cannot make up for somebody who left: gross retention never exceeds 1.
#[tokio::test]
async fn gross_retention_stays_below_one_when_net_does_not() {
    let server = Server::start();
    let clients = server.clients().await;
    buy(&clients, [("a", "2025-06-01", "10"), ("a", "2026-06-01", "1000"), ("b", "2025-06-01", "10")]).await;
    let whole = revenue(&clients, v1::GetRevenueRetentionRequest::default()).await.whole.unwrap();
    printed(value(&whole.gross_revenue_retention), 0.5, 4);
    printed(value(&whole.net_revenue_retention), 50.0, 4);
    assert_eq!(whole.new_customers, 0);
}

#[tokio::test]
async fn revenue_is_purchasers_times_frequency_times_value() {
    let server = Server::start();
    let clients = server.clients().await;
    cdnow::load(&clients).await;
    let request = v1::GetPurchaseStatsRequest {
        as_of: Some(at(cdnow::END)),
        window: "all".to_owned(),
        ..Default::default()
    };
    let whole =
        clients.retention.clone().get_purchase_stats(request).await.unwrap().into_inner().whole.unwrap();
    let product =
        whole.purchasers as f64 * value(&whole.purchase_frequency) * value(&whole.average_order_value);
    let revenue: f64 = whole.revenue.unwrap().amount.parse().unwrap();
    assert!((product / revenue - 1.0).abs() < 1e-12, "{product} against {revenue}");
    assert!(whole.zero_value_orders > 0, "the sample has free orders, which are counted apart");
    assert!(value(&whole.trimmed_mean_order_value) < value(&whole.average_order_value), "a long tail");
    assert!(value(&whole.median_order_value) < value(&whole.average_order_value));
}

#[tokio::test]
async fn repeat_rates_by_basis() {
    let server = Server::start();
    let clients = server.clients().await;
    let rows = [
        ("again-late", "2025-01-01", "1"),
        ("again-late", "2026-03-01", "1"),
        ("again-soon", "2026-02-01", "1"),
        ("again-soon", "2026-02-20", "1"),
        ("once", "2026-01-05", "1"),
        ("too-young", "2026-05-20", "1"),
        // Given back whole below, so not an order.
        ("sorry", "2026-01-05", "1"),
        ("free", "2026-01-05", "0"),
    ];
    buy(&clients, rows).await;
    let refunds = vec![v1::Refund {
        refund_id: "r1".to_owned(),
        transaction_id: "sorry-2026-01-05-6".to_owned(),
        time: on("2026-01-06"),
        amount: Some(money("1", "EUR")),
    }];
    clients
        .ingest
        .clone()
        .record_refunds(v1::RecordRefundsRequest { refunds, skip_invalid: false })
        .await
        .unwrap();
    attributes(&clients, [("once".to_owned(), "referred_by", "again-late")]).await;
    let request = v1::GetPurchaseStatsRequest {
        as_of: on("2026-06-01"),
        window: "2026".to_owned(),
        within_days: Some(30),
        ..Default::default()
    };
    let whole =
        clients.retention.clone().get_purchase_stats(request).await.unwrap().into_inner().whole.unwrap();
    let counts = |estimate: &Option<v1::Estimate>| {
        let estimate = estimate.as_ref().unwrap();
        ((estimate.value.unwrap() * estimate.n as f64).round() as i64, estimate.n)
    };
    assert_eq!(counts(&whole.repeat_rate_lifetime), (2, 4));
    assert_eq!(counts(&whole.repeat_rate_in_window), (1, 4));
    assert_eq!(counts(&whole.repeat_rate_within_days), (1, 2), "the young one is not asked yet");
    // 1 - Kaplan-Meier of 19 (event), 12 (censored), 147 (censored).
    printed(value(&whole.second_order_probability), 0.5, 4);
    assert_eq!(counts(&whole.referral_rate), (1, 3));
    assert_eq!((whole.purchasers, whole.orders, whole.zero_value_orders), (4, 5, 1));
    // Between 19 and 424.
    printed(whole.gap_days_median.unwrap(), 221.5, 4);
    printed(whole.repeat_revenue_share.unwrap(), 2.0 / 5.0, 4);
}
