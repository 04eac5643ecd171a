//! Money by period and group: a row of a series is what the same question answers of that period alone.

use crate::common::{Shop, at, bought, is, refunded};
use lojal_domain::{Amount, EventTime, Interval, Record, Window, Zone};
use lojal_engine::{
    GetPurchaseStats, GetRevenueRetention, Period, PurchaseStats, RevenueComparison, RevenueRetentionRow,
    Scope,
};

/// The time zone of the shop.
const ZONE: &str = "Europe/Zagreb";

/// Numbers that look random and are the same each time (Knuth's MMIX generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// Ninety customers who buy for two years, some for nothing, some at a discount and some twice a day, give part of it back, and
/// recommend us to each other.
pub(crate) async fn shop() -> Shop {
    let shop = Shop::in_zone("2026-06-20T10:30:00Z", ZONE);
    let (mut numbers, mut records) = (Numbers(7), Vec::new());
    for customer in 0..90_u64 {
        let who = format!("c{customer:02}");
        if customer % 3 > 0 {
            records.push(is(&who, "market", if customer % 3 == 1 { "hr" } else { "si" }));
        }
        if customer % 5 == 4 {
            records.push(is(&who, "referred_by", &format!("c{:02}", numbers.below(90))));
        }
        if customer % 4 > 0 {
            records.push(is(&who, "acquisition_source", if customer % 4 == 1 { "referral" } else { "ads" }));
        }
        let mut minutes = numbers.below(600 * 1_440);
        for order in 0..=numbers.below(12) {
            let time = EventTime::from_micros(at("2024-06-01").micros() + minutes as i64 * 60_000_000);
            if time >= at("2026-06-20T10:30:00Z") {
                break;
            }
            let id = format!("{who}-{order}");
            let amount = if numbers.below(9) == 0 { 0 } else { 5 + numbers.below(90) };
            let mut record = bought(&id, &who, &time.to_string(), &amount.to_string());
            if let Record::Transaction(transaction) = &mut record
                && amount > 0
                && numbers.below(4) == 0
            {
                transaction.discount = Some(Amount::parse("2.50").unwrap());
            }
            records.push(record);
            if amount > 0 && numbers.below(8) == 0 {
                let back = if numbers.below(2) == 0 { amount } else { amount / 2 + 1 };
                let later = EventTime::from_micros(time.micros() + 3 * 86_400_000_000);
                if later < at("2026-06-20T10:30:00Z") {
                    let refund = format!("r-{id}");
                    records.push(refunded(&refund, &id, &later.to_string(), &back.to_string()));
                }
            }
            minutes += if numbers.below(5) == 0 { 20 } else { numbers.below(80 * 1_440) };
        }
    }
    shop.record(records).await;
    shop
}

/// A period as a window; it must begin and end at midnight.
pub(crate) fn window_of(period: &Period) -> Window {
    let zone = Zone::named(ZONE).unwrap();
    let date = |time: EventTime| zone.zoned(time).date();
    Window::parse(&format!("{}/{}", date(period.span.start), date(period.span.end))).unwrap()
}

fn purchases(window: Window) -> GetPurchaseStats {
    GetPurchaseStats {
        scope: Scope::default(),
        window,
        group_by: None,
        interval: None,
        within_days: 40,
        referral_attribute: "referred_by".to_owned(),
        confidence: 0.9,
    }
}

#[tokio::test]
async fn purchases_of_a_period_are_those_of_a_window_as_long() {
    let shop = shop().await;
    let window = || Window::parse("2025-01-15/2026-06-10").unwrap();
    let market = || Some("market".to_owned());
    for (interval, group_by) in [
        (Interval::Week, None),
        (Interval::Month, None),
        (Interval::Month, market()),
        (Interval::Quarter, market()),
    ] {
        let question = GetPurchaseStats { interval: Some(interval), group_by, ..purchases(window()) };
        let asked = question.group_by.clone();
        let series = shop.engine.get_purchase_stats(&shop.workspace, question.clone()).await.unwrap();
        let whole = GetPurchaseStats { interval: None, ..question.clone() };
        let whole = shop.engine.get_purchase_stats(&shop.workspace, whole).await.unwrap();
        assert_eq!(format!("{:?}", series.whole), format!("{:?}", whole.whole));
        let groups = if asked.is_some() { 3 } else { 1 };
        assert_eq!(series.rows.len() % groups, 0, "{interval:?}");
        let (mut compared, mut advocates) = (0, 0);
        for row in &series.rows {
            let period = row.period.clone().unwrap();
            let alone = GetPurchaseStats { interval: None, window: window_of(&period), ..question.clone() };
            let alone = shop.engine.get_purchase_stats(&shop.workspace, alone).await.unwrap();
            let same = if asked.is_some() {
                alone.rows.into_iter().find(|alone| alone.group == row.group)
            } else {
                Some(alone.whole)
            };
            // A window in which nobody of a group bought has no row of it.
            let Some(same) = same else {
                assert_eq!(row.orders + row.zero_value_orders, 0);
                continue;
            };
            let shown = PurchaseStats { period: None, ..row.clone() };
            assert_eq!(format!("{shown:?}"), format!("{same:?}"), "{}", period.label);
            compared += 1;
            advocates += row.advocates;
        }
        assert!(compared > 8, "{compared} rows");
        // Hardly anybody buys in the very week in which somebody comes by them.
        assert!(advocates > 0 || interval == Interval::Week, "{interval:?}");
        let cut: Vec<bool> = series.rows.iter().map(|row| row.period.as_ref().unwrap().is_cut_off).collect();
        let each = cut.len() / groups;
        for of_group in cut.chunks(each) {
            assert!(of_group[0] && of_group[each - 1] && !of_group[1..each - 1].contains(&true));
        }
    }
}

fn revenue(window: Window, comparison: RevenueComparison) -> GetRevenueRetention {
    GetRevenueRetention {
        scope: Scope::default(),
        window,
        group_by: None,
        interval: None,
        comparison,
        source_attribute: "acquisition_source".to_owned(),
        source_given: false,
        earned_values: vec!["referral".to_owned()],
        replicates: 40,
        seed: 3,
        confidence: 0.9,
    }
}

#[tokio::test]
async fn revenue_of_a_period_is_compared_with_the_one_before_it() {
    let shop = shop().await;
    for comparison in [RevenueComparison::Previous, RevenueComparison::YearEarlier] {
        for group_by in [None, Some("market".to_owned())] {
            let question = GetRevenueRetention {
                interval: Some(Interval::Month),
                group_by,
                ..revenue(Window::parse("2025-07-01/2026-06-01").unwrap(), comparison)
            };
            let series = shop.engine.get_revenue_retention(&shop.workspace, question.clone()).await.unwrap();
            let groups = if question.group_by.is_some() { 3 } else { 1 };
            assert_eq!(series.rows.len(), 11 * groups);
            for row in &series.rows {
                let (period, prior) = (row.period.clone().unwrap(), row.prior_period.clone().unwrap());
                assert!(!period.is_cut_off && !prior.is_cut_off && prior.label.len() == "2026-01".len());
                let alone =
                    GetRevenueRetention { interval: None, window: window_of(&period), ..question.clone() };
                let alone = shop.engine.get_revenue_retention(&shop.workspace, alone).await.unwrap();
                assert_eq!((alone.prior.span, alone.current.span), (prior.span, period.span));
                let same = if question.group_by.is_some() {
                    alone.rows.into_iter().find(|alone| alone.group == row.group)
                } else {
                    Some(alone.whole)
                };
                let shown = RevenueRetentionRow { period: None, prior_period: None, ..row.clone() };
                assert_eq!(format!("{shown:?}"), format!("{:?}", same.unwrap()), "{}", period.label);
            }
        }
    }
}

/// The first ten days of a month are no month, and a month is no measure for them.
#[tokio::test]
async fn part_of_a_period_is_compared_with_the_same_part_of_the_one_before() {
    let shop = Shop::in_zone("2026-03-11", "UTC");
    shop.record([
        bought("t1", "ann", "2026-01-05", "10"),
        bought("t2", "ann", "2026-02-05", "20"),
        bought("t3", "ann", "2026-02-25", "40"),
        bought("t4", "ann", "2026-03-05", "5"),
        bought("t5", "bob", "2026-02-25", "7"),
    ])
    .await;
    let question = GetRevenueRetention {
        interval: Some(Interval::Month),
        scope: Scope { as_of: Some(at("2026-03-11")), ..Scope::default() },
        ..revenue(Window::parse("2026-02-01/2026-04-01").unwrap(), RevenueComparison::Previous)
    };
    let answer = shop.engine.get_revenue_retention(&shop.workspace, question).await.unwrap();
    let told: Vec<_> = answer
        .rows
        .iter()
        .map(|row| {
            let (period, prior) = (row.period.as_ref().unwrap(), row.prior_period.as_ref().unwrap());
            let spans = (prior.span.start.to_string(), prior.span.end.to_string());
            (&*period.label, period.is_cut_off, &*prior.label, spans, row.net_revenue_retention.value)
        })
        .collect();
    let span = |from: &str, to: &str| (format!("{from}T00:00:00Z"), format!("{to}T00:00:00Z"));
    assert_eq!(
        told,
        [
            ("2026-02", false, "2026-01", span("2026-01-01", "2026-02-01"), Some(6.0)),
            ("2026-03", true, "2026-02", span("2026-02-01", "2026-02-11"), Some(0.25)),
        ]
    );
    assert!(answer.rows[1].prior_period.as_ref().unwrap().is_cut_off);
}
