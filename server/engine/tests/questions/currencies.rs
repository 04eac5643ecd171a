//! Money in other currencies: converted once, at the rate of its date, and for good.

use crate::common::{Shop, at, bought, in_currency, refunded};
use jiff::civil::date;
use lojal_domain::{Currency, Rate, Zone};
use lojal_engine::{CreateWorkspace, EngineError, ExchangeRate, PageRequest, RowRejection, UpdateWorkspace};
use lojal_store::Rejection;

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

fn rate(code: &str, day: i8, rate: &str) -> ExchangeRate {
    ExchangeRate { currency: currency(code), date: date(2026, 3, day), rate: Rate::parse(rate).unwrap() }
}

/// A shop that reports in euros, with days cut in Zagreb.
async fn euro_shop() -> Shop {
    let shop = Shop::new("2026-03-10");
    let zone = Some(Zone::named("Europe/Zagreb").unwrap());
    let create = CreateWorkspace { display_name: "Shop".to_owned(), currency: Some(currency("EUR")), zone };
    shop.engine.create_workspace(&shop.workspace, create).await.unwrap();
    shop
}

fn dollars(id: &str, time: &str, amount: &str) -> lojal_domain::Record {
    in_currency("USD", bought(id, "ann", time, amount))
}

#[tokio::test]
async fn each_record_is_converted_at_the_rate_of_its_date() {
    let shop = euro_shop().await;
    let rates = vec![rate("USD", 2, "0.9"), rate("USD", 4, "0.95"), rate("JPY", 1, "0.0061")];
    shop.engine.set_exchange_rates(&shop.workspace, rates).await.unwrap();
    shop.record([
        dollars("t1", "2026-03-02T12:00:00Z", "10"),
        // A rate holds until the next one.
        dollars("t2", "2026-03-03T12:00:00Z", "10.01"),
        // 23:30 in London is the next day in Zagreb.
        dollars("t3", "2026-03-03T23:30:00Z", "100"),
        in_currency("JPY", bought("t4", "ann", "2026-03-09", "12345")),
        bought("t5", "ann", "2026-03-05", "0.01"),
    ])
    .await;
    // 9 + 9.009 + 95 + 75.3045 + 0.01
    let (view, from) = shop.view("ann", None, None).await.unwrap();
    assert_eq!((view.gross_micros, from.currency.code()), (188_323_500, "EUR"));
    // Rates that change later change nothing that was recorded, nor does loading the log again.
    shop.engine.set_exchange_rates(&shop.workspace, vec![rate("USD", 2, "2")]).await.unwrap();
    let again = shop.try_record([dollars("t1", "2026-03-02T12:00:00Z", "10")]).await;
    assert_eq!((again.recorded, again.duplicates), (0, 1));
    assert_eq!(shop.view("ann", None, None).await.unwrap().0.gross_micros, 188_323_500);
    shop.record([dollars("t6", "2026-03-02T12:00:00Z", "10")]).await;
    assert_eq!(shop.view("ann", None, None).await.unwrap().0.gross_micros, 208_323_500);
}

#[tokio::test]
async fn without_a_rate_there_is_no_guess() {
    let shop = euro_shop().await;
    let missing = |day, code| RowRejection::RateMissing {
        currency: currency(code),
        reporting: currency("EUR"),
        date: date(2026, 3, day),
    };
    // Not even the very first record decides otherwise than the settings.
    let first = shop.try_record([dollars("t1", "2026-03-02T12:00:00Z", "10")]).await;
    assert_eq!(first.rejections, [(0, missing(2, "USD"))]);
    shop.engine.set_exchange_rates(&shop.workspace, vec![rate("USD", 3, "0.9")]).await.unwrap();
    let rows = [
        dollars("t1", "2026-03-02T22:59:59Z", "10"),
        dollars("t2", "2026-03-02T23:00:00Z", "10"),
        in_currency("GBP", bought("t3", "ann", "2026-03-05", "1")),
        bought("t4", "ann", "2026-03-05", "1"),
    ];
    let recorded = shop.try_record(rows).await;
    assert_eq!(recorded.rejections, [(0, missing(2, "USD")), (2, missing(5, "GBP"))]);
    assert_eq!(recorded.recorded, 2);
    // What would not fit an amount is refused, too.
    shop.engine.set_exchange_rates(&shop.workspace, vec![rate("GBP", 1, "999999999")]).await.unwrap();
    let large = in_currency("GBP", bought("t5", "ann", "2026-03-05", "999999999"));
    let refused = shop.try_record([large]).await;
    let reporting = currency("EUR");
    assert_eq!(refused.rejections, [(0, RowRejection::ConvertedTooLarge { reporting })]);
}

#[tokio::test]
async fn a_refund_takes_off_its_share() {
    let shop = euro_shop().await;
    shop.engine.set_exchange_rates(&shop.workspace, vec![rate("USD", 1, "0.333333")]).await.unwrap();
    shop.record([dollars("t1", "2026-03-02T12:00:00Z", "3")]).await;
    assert_eq!(shop.view("ann", None, None).await.unwrap().0.gross_micros, 999_999);
    let back =
        |id: &str, amount: &str| in_currency("USD", refunded(id, "t1", "2026-03-03T12:00:00Z", amount));
    shop.record([back("r1", "1")]).await;
    assert_eq!(shop.view("ann", None, None).await.unwrap().0.net_micros, 666_666);
    let in_euros = shop.try_record([refunded("r2", "t1", "2026-03-03T12:00:00Z", "1")]).await;
    let expected = Rejection::CurrencyMismatch { reporting: currency("USD") };
    assert_eq!(in_euros.rejections, [(0, RowRejection::Store(expected))]);
    shop.record([back("r3", "0.5"), back("r4", "1.5")]).await;
    let (view, _) = shop.view("ann", None, None).await.unwrap();
    assert_eq!((view.net_micros, view.purchase_days), (0, 0));
}

#[tokio::test]
async fn rates_are_idempotent_and_listed() {
    let shop = euro_shop().await;
    let set = async |rates| {
        let done = shop.engine.set_exchange_rates(&shop.workspace, rates).await.unwrap();
        (done.set, done.unchanged)
    };
    assert_eq!(set(vec![rate("USD", 2, "0.9"), rate("JPY", 1, "0.0061")]).await, (2, 0));
    assert_eq!(set(vec![rate("USD", 2, "0.90"), rate("USD", 1, "0.8")]).await, (1, 1));
    assert_eq!(set(vec![rate("USD", 2, "0.91"), rate("USD", 2, "0.91")]).await, (2, 0));
    let list = async |code: Option<&str>, token: String| {
        let page = PageRequest { size: Some(2), token };
        let code = code.map(currency);
        shop.engine.list_exchange_rates(&shop.workspace, code, page).await.unwrap().0
    };
    let first = list(None, String::new()).await;
    assert_eq!(first.entries, [rate("JPY", 1, "0.0061"), rate("USD", 1, "0.8")]);
    let second = list(None, first.next_token).await;
    assert_eq!((second.entries, second.next_token), (vec![rate("USD", 2, "0.91")], String::new()));
    assert_eq!(list(Some("JPY"), String::new()).await.entries.len(), 1);
    let own = shop.engine.set_exchange_rates(&shop.workspace, vec![rate("EUR", 1, "1")]).await;
    assert!(matches!(own, Err(EngineError::InvalidField { field, .. }) if field == "rates[0].currency_code"));
    let two = vec![rate("USD", 1, "1"), rate("USD", 1, "2")];
    let two = shop.engine.set_exchange_rates(&shop.workspace, two).await;
    assert!(matches!(two, Err(EngineError::InvalidField { field, .. }) if field == "rates[1].rate"));
}

#[tokio::test]
async fn years_of_daily_rates_fit() {
    let shop = euro_shop().await;
    let rate = Rate::parse("123456789.123456789012").unwrap();
    let days = date(2000, 1, 1).series(jiff::ToSpan::day(1)).take(3_000);
    let rates: Vec<ExchangeRate> =
        days.map(|date| ExchangeRate { currency: currency("USD"), date, rate }).collect();
    let done = shop.engine.set_exchange_rates(&shop.workspace, rates).await.unwrap();
    assert_eq!((done.set, done.reporting), (3_000, currency("EUR")));
}

#[tokio::test]
async fn a_shop_without_settings_converts_into_the_currency_of_its_first_purchase() {
    let shop = Shop::new("2026-03-10");
    let unknown = shop.engine.set_exchange_rates(&shop.workspace, vec![rate("USD", 1, "1")]).await;
    assert!(matches!(unknown, Err(EngineError::InvalidField { field, .. }) if field == "workspace"));
    let mixed = [bought("t1", "ann", "2026-03-02", "1"), dollars("t2", "2026-03-02", "1")];
    let recorded = shop.try_record(mixed).await;
    assert_eq!(recorded.recorded, 1);
    assert!(matches!(recorded.rejections[..], [(1, RowRejection::RateMissing { .. })]));
    shop.engine.set_exchange_rates(&shop.workspace, vec![rate("USD", 1, "0.5")]).await.unwrap();
    shop.record([dollars("t2", "2026-03-02", "1")]).await;
    assert_eq!(shop.view("ann", None, None).await.unwrap().0.gross_micros, 1_500_000);
    // The currency cannot change now; saying what it is, is no change.
    let update = |code| UpdateWorkspace { currency: Some(currency(code)), ..UpdateWorkspace::default() };
    let refused = shop.engine.update_workspace(&shop.workspace, update("USD")).await;
    assert!(matches!(refused, Err(EngineError::WorkspaceNotEmpty { .. })));
    let view = shop.engine.update_workspace(&shop.workspace, update("EUR")).await.unwrap();
    assert_eq!((view.currency, view.status.last_event), (Some(currency("EUR")), Some(at("2026-03-02"))));
}

#[tokio::test]
async fn rates_are_into_one_currency_and_no_other() {
    let shop = euro_shop().await;
    shop.engine.set_exchange_rates(&shop.workspace, vec![rate("USD", 1, "0.5")]).await.unwrap();
    let update = |code| UpdateWorkspace { currency: Some(currency(code)), ..UpdateWorkspace::default() };
    shop.engine.update_workspace(&shop.workspace, update("CHF")).await.unwrap();
    let refused = shop.try_record([dollars("t1", "2026-03-02", "1")]).await;
    assert!(matches!(refused.rejections[..], [(0, RowRejection::RateMissing { .. })]));
    shop.engine.update_workspace(&shop.workspace, update("EUR")).await.unwrap();
    shop.record([dollars("t1", "2026-03-02", "1")]).await;
    assert_eq!(shop.view("ann", None, None).await.unwrap().0.gross_micros, 500_000);
}
