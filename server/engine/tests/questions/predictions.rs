//! Predictions added up by group.

use crate::common::{Shop, all_of, at, is};
use lojal_domain::{Horizon, limits};
use lojal_engine::{
    EngineError, Filter, IntervalMethod, OutcomeRange, OutcomeRanges, Outlook, PredictCustomers,
    PredictionOrder, Reach, Scope, SummarizePredictions, WhenDue,
};

fn outlook(filter: Option<&str>) -> Outlook {
    let filter = filter.map(|filter| Filter::parse(filter).unwrap());
    Outlook {
        reach: Reach::Within(Horizon::parse(Outlook::HORIZON).unwrap()),
        scope: Scope { as_of: Some(at("2026-03-01")), filter, ..Scope::default() },
        model: None,
        when_due: WhenDue::Make,
        yearly_discount_rate: Outlook::YEARLY_DISCOUNT_RATE,
        intervals: Some(IntervalMethod::Delta),
    }
}

fn listed(outlook: Outlook) -> PredictCustomers {
    PredictCustomers {
        outlook,
        order: PredictionOrder::Recorded,
        limit: None,
        with_intervals: false,
        with_ranges: false,
        with_shares: false,
        with_totals: true,
    }
}

async fn shop() -> Shop {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    let markets = (1..30).filter(|who| who % 3 > 0);
    shop.record(
        markets.map(|who| is(&format!("c{who:02}"), "market", if who % 3 == 1 { "hr" } else { "si" })),
    )
    .await;
    shop
}

#[tokio::test]
async fn sums_of_a_group_are_those_of_its_customers() {
    let shop = shop().await;
    let asked = SummarizePredictions {
        outlook: outlook(None),
        group_by: Some("market".to_owned()),
        with_ranges: true,
    };
    let answer = shop.engine.summarize_predictions(&shop.workspace, asked).await.unwrap();
    let groups: Vec<&str> = answer.rows.iter().map(|(group, _)| group.as_str()).collect();
    assert_eq!(groups, ["", "hr", "si"]);
    let near = |one: Option<f64>, other: Option<f64>| {
        let (one, other) = (one.unwrap(), other.unwrap());
        assert!((one - other).abs() <= 1e-9 * other.abs(), "{one} {other}");
    };
    let mut filters: Vec<_> =
        groups.iter().map(|group| Some(format!("market == {group:?}"))).zip(&answer.rows).collect();
    let whole = (String::new(), answer.whole.clone());
    filters.push((None, &whole));
    for (filter, (_, of_group)) in filters {
        let mut batches =
            shop.engine.predict_customers(&shop.workspace, listed(outlook(filter.as_deref()))).await.unwrap();
        let totals = batches.totals().unwrap();
        assert_eq!(of_group.customers, totals.customers);
        for (summed, total) in [
            (&of_group.alive_customers, &totals.alive_customers),
            (&of_group.expected_purchases, &totals.expected_purchases),
            (&of_group.clv, &totals.clv),
            (&of_group.value_at_risk, &totals.value_at_risk),
        ] {
            near(summed.value, total.value);
            near(summed.low, total.low);
            near(summed.high, total.high);
            assert_eq!(summed.methods, total.methods);
            assert!(summed.low < summed.value && summed.value < summed.high, "{summed:?}");
        }
        // Of so few everybody is looked at.
        let ends = |ranges: &OutcomeRanges| {
            let of = |range: Option<OutcomeRange>| {
                let OutcomeRange { median, low_80, high_80, low_95, high_95, .. } = range.unwrap();
                [median, low_80, high_80, low_95, high_95]
            };
            [of(ranges.purchases), of(ranges.spend)].concat()
        };
        for (summed, total) in ends(&of_group.ranges).into_iter().zip(ends(&totals.ranges)) {
            near(Some(summed), Some(total));
        }
        let each = all_of(&mut batches).await;
        assert_eq!(each.len() as u64, of_group.customers);
        let at_risk: Option<f64> = each.iter().map(|one| one.expected.value_at_risk()).sum();
        near(of_group.value_at_risk.value, at_risk);
        let clv: Option<f64> = each.iter().map(|one| one.expected.clv).sum();
        near(of_group.clv.value, clv);
    }
}

#[tokio::test]
async fn sums_for_ever_have_no_value_at_risk_and_groups_have_a_limit() {
    let shop = shop().await;
    let outlook = Outlook { reach: Reach::Forever, ..outlook(None) };
    let asked = SummarizePredictions { outlook: outlook.clone(), group_by: None, with_ranges: true };
    let answer = shop.engine.summarize_predictions(&shop.workspace, asked).await.unwrap();
    assert!(answer.rows.is_empty() && answer.whole.clv.value.is_some());
    assert_eq!((answer.whole.value_at_risk.value, answer.whole.expected_purchases.value), (None, None));
    assert_eq!(answer.whole.ranges, OutcomeRanges::default());
    let unknown = SummarizePredictions {
        outlook: outlook.clone(),
        group_by: Some("planet".to_owned()),
        with_ranges: false,
    };
    let refused = shop.engine.summarize_predictions(&shop.workspace, unknown).await.unwrap_err();
    assert!(matches!(refused, EngineError::InvalidField { field, .. } if field == "group_by"));
    let crowd = (0..=limits::PREDICTION_GROUPS).flat_map(|who| {
        let name = format!("n{who}");
        [crate::common::bought(&name, &name, "2026-02-01", "5"), is(&name, "shop", &name)]
    });
    shop.record(crowd).await;
    let many = SummarizePredictions { outlook, group_by: Some("shop".to_owned()), with_ranges: false };
    let refused = shop.engine.summarize_predictions(&shop.workspace, many).await.unwrap_err();
    assert!(matches!(refused, EngineError::AnswerTooLong { maximum: limits::PREDICTION_GROUPS, .. }));
}
