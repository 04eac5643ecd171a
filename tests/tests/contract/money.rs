//! Trend, groups and tests where the money is, on CDNOW: what is told apart adds up to what is told as one.

use std::collections::BTreeMap;

use lojal_proto::v1;
use lojal_tests::say::{on, value};
use lojal_tests::{Clients, Server, at, cdnow, failure};

async fn loaded() -> (Server, Clients) {
    let server = Server::start();
    let clients = server.clients().await;
    cdnow::load(&clients).await;
    (server, clients)
}

fn refused_field(status: &tonic::Status) -> String {
    failure(status).fields.into_iter().map(|(path, _)| path).collect()
}

fn micros(money: &Option<v1::Money>) -> i64 {
    money.as_ref().unwrap().amount.replace('.', "").parse().unwrap()
}

#[tokio::test]
async fn purchases_by_month_add_up_to_the_year() {
    let (_server, clients) = loaded().await;
    let month = i32::from(v1::CalendarInterval::Month);
    let request = v1::GetPurchaseStatsRequest {
        as_of: Some(at(cdnow::END)),
        window: "1997".to_owned(),
        interval: month,
        ..Default::default()
    };
    let found = clients.retention.clone().get_purchase_stats(request.clone()).await.unwrap().into_inner();
    let labels: Vec<_> = found.rows.iter().map(|row| row.period.as_ref().unwrap().label.as_str()).collect();
    assert_eq!((labels.len(), labels[0], labels[11]), (12, "1997-01", "1997-12"));
    assert!(found.rows.iter().all(|row| !row.period.as_ref().unwrap().cut_off));
    let whole = found.whole.clone().unwrap();
    assert_eq!(found.rows.iter().map(|row| row.orders).sum::<i64>(), whole.orders);
    assert_eq!(found.rows.iter().map(|row| row.new_customers).sum::<i64>(), whole.new_customers);
    assert_eq!(found.rows.iter().map(|row| micros(&row.revenue)).sum::<i64>(), micros(&whole.revenue));
    // Without an interval nothing is told of periods.
    let plain = v1::GetPurchaseStatsRequest { interval: 0, ..request };
    let plain = clients.retention.clone().get_purchase_stats(plain).await.unwrap().into_inner();
    assert!(plain.rows.is_empty());
    assert_eq!(plain.whole, found.whole);

    // A year that is not over is cut off, and so is its last quarter.
    let request = v1::GetRevenueRetentionRequest {
        as_of: on("1998-05-20"),
        window: "1998".to_owned(),
        interval: v1::CalendarInterval::Quarter.into(),
        bootstrap_replicates: Some(20),
        ..Default::default()
    };
    let found = clients.retention.clone().get_revenue_retention(request).await.unwrap().into_inner();
    let told: Vec<_> = found
        .rows
        .iter()
        .map(|row| {
            let (period, prior) = (row.period.as_ref().unwrap(), row.prior_period.as_ref().unwrap());
            (period.label.as_str(), period.cut_off, prior.label.as_str(), prior.end)
        })
        .collect();
    assert_eq!(
        told,
        [("1998-Q1", false, "1997-Q4", on("1998-01-01")), ("1998-Q2", true, "1998-Q1", on("1998-02-20")),]
    );
    assert!(found.rows.iter().all(|row| row.base_customers > 0 && value(&row.net_revenue_retention) > 0.0));
}

#[tokio::test]
async fn segments_by_group_and_month_are_those_of_an_instant() {
    let (_server, clients) = loaded().await;
    let mut ask = clients.segmentation.clone();
    let request = v1::SummarizeSegmentsRequest {
        as_of: Some(at(cdnow::END)),
        interval: v1::CalendarInterval::Month.into(),
        series_window: "3mo".to_owned(),
        group_by: "acquisition_month".to_owned(),
        ..Default::default()
    };
    let found = ask.summarize_segments(request).await.unwrap().into_inner();
    // Three months of acquisition, and none for those who never paid for anything; over April to June.
    assert_eq!(found.rows.len(), 4 * 3 * 11);
    let june: Vec<_> =
        found.rows.iter().filter(|row| row.period.as_ref().unwrap().label == "1998-06").collect();
    for segment in &found.segments {
        let of_groups = june.iter().filter(|row| row.segment == segment.segment);
        assert_eq!(of_groups.map(|row| row.customers).sum::<i64>(), segment.customers, "{}", segment.name);
    }
    let alone = v1::SummarizeSegmentsRequest { series_window: "3mo".to_owned(), ..Default::default() };
    let refused = ask.summarize_segments(alone).await.unwrap_err();
    assert_eq!(refused_field(&refused), "series_window");

    // Everybody in one listing.
    let (mut listed, mut page_token) = (BTreeMap::new(), String::new());
    loop {
        let request = v1::ListSegmentMembersRequest {
            as_of: Some(at(cdnow::END)),
            page_size: 1_000,
            page_token,
            ..Default::default()
        };
        let page = ask.list_segment_members(request).await.unwrap().into_inner();
        page.members.iter().for_each(|member| *listed.entry(member.segment).or_insert(0) += 1);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let counted = found.segments.iter().map(|each| (each.segment, each.customers));
    assert_eq!(listed, counted.filter(|(_, customers)| *customers > 0).collect());
}

#[tokio::test]
async fn transitions_add_up_to_everybody() {
    let (_server, clients) = loaded().await;
    let mut ask = clients.segmentation.clone();
    let request = v1::GetSegmentTransitionsRequest {
        as_of: Some(at(cdnow::END)),
        from_as_of: on("1998-01-01"),
        ..Default::default()
    };
    let found = ask.get_segment_transitions(request.clone()).await.unwrap().into_inner();
    let all: i64 = found.transitions.iter().map(|row| row.customers).sum();
    assert_eq!(all, cdnow::CUSTOMERS as i64);
    for (day, of) in [("1998-01-01", 0), ("1998-07-01", 1)] {
        let then = v1::SummarizeSegmentsRequest { as_of: on(day), ..Default::default() };
        let then = ask.summarize_segments(then).await.unwrap().into_inner();
        for segment in then.segments {
            let rows = found.transitions.iter().filter(|row| {
                let place = if of == 0 { row.from_segment } else { row.to_segment };
                place == segment.segment
            });
            assert_eq!(
                rows.map(|row| row.customers).sum::<i64>(),
                segment.customers,
                "{day} {}",
                segment.name
            );
        }
    }
    let mut moved = 0;
    for row in &found.transitions {
        let why = row.moved_by_behaviour + row.moved_by_thresholds + row.moved_by_both;
        let expected = if row.from_segment == row.to_segment { 0 } else { row.customers };
        assert_eq!(why, expected, "{row:?}");
        moved += expected;
    }
    let test = found.mix_test.unwrap();
    assert_eq!((test.customers, test.moved), (all, moved));
    assert!(test.chi_square.unwrap() > 0.0 && test.p_value.unwrap() < 0.05, "{test:?}");
    assert_eq!(found.provenance.unwrap().definition, "segment_transitions@1");

    let same = v1::GetSegmentTransitionsRequest { from_as_of: Some(at(cdnow::END)), ..request };
    let refused = ask.get_segment_transitions(same).await.unwrap_err();
    assert_eq!(refused_field(&refused), "from_as_of");
}

/// CDNOW's weeks 40 to 78, by the month of the first order.
#[tokio::test]
async fn what_may_come_of_groups_is_told_beside_what_is_expected_of_them() {
    let (_server, clients) = loaded().await;
    let request = v1::SummarizePredictionsRequest {
        horizon: "273d".to_owned(),
        as_of: Some(at("1997-10-01T00:00:00Z")),
        group_by: "acquisition_month".to_owned(),
        with_ranges: true,
        ..Default::default()
    };
    let mut ask = clients.clv.clone();
    let found = ask.summarize_predictions(request.clone()).await.unwrap().into_inner();
    let whole = found.whole.unwrap();
    let relative = |row: &v1::PredictionSummary| {
        let (range, spend) = (row.purchases_range.unwrap(), row.spend_range.unwrap());
        let interval = row.expected_purchases.as_ref().unwrap();
        assert!(range.low_95 < interval.ci_low.unwrap() && interval.ci_high.unwrap() < range.high_95);
        for of in [range, spend] {
            let ends = [of.low_95, of.low_80, of.median, of.high_80, of.high_95];
            assert!(0.0 < ends[0] && ends.is_sorted(), "{of:?}");
            assert!(of.probability_80 > 0.799_999 && of.probability_95 > 0.949_999, "{of:?}");
        }
        (range.high_80 - range.low_80) / range.median
    };
    let of_whole = relative(&whole);
    // Eight customers had nothing but what was free, which is no order and has no month.
    let [free, months @ ..] = &found.rows[..] else { panic!("{:?}", found.rows) };
    assert_eq!((free.group.as_str(), free.customers), ("", 8));
    // Chance does not even out over the customers of one month as it does over all.
    assert!(months.iter().all(|row| relative(row) > of_whole), "{months:?}");
    // Counted in the file.
    let came = [522.0, 741.0, 619.0];
    assert_eq!(months.len(), came.len());
    for (row, came) in months.iter().zip(came) {
        let range = row.purchases_range.unwrap();
        assert!((range.low_95..=range.high_95).contains(&came), "{}: {came} {range:?}", row.group);
    }

    let totals = v1::PredictCustomersRequest {
        horizon: request.horizon.clone(),
        as_of: request.as_of,
        limit: Some(0),
        with_totals: true,
        ..Default::default()
    };
    let mut stream = ask.predict_customers(totals).await.unwrap().into_inner();
    let totals = stream.message().await.unwrap().unwrap().totals.unwrap();
    let ends = |range: Option<v1::OutcomeRange>| range.map(|of| [of.low_80, of.median, of.high_80]).unwrap();
    for (one, other) in ends(whole.purchases_range).into_iter().zip(ends(totals.purchases_range)) {
        assert!((one - other).abs() < 1e-6, "{one} {other}");
    }

    let model = ask.get_model(v1::GetModelRequest::default()).await.unwrap().into_inner().model.unwrap();
    assert!((0.01..0.2).contains(&model.group_error.unwrap()), "{model:?}");

    let without = v1::SummarizePredictionsRequest { with_ranges: false, ..request };
    let found = ask.summarize_predictions(without).await.unwrap().into_inner();
    assert!(found.rows.iter().chain(&found.whole).all(|row| row.purchases_range.is_none()));
}

#[tokio::test]
async fn predictions_of_segments_add_up() {
    let (_server, clients) = loaded().await;
    let request = v1::SummarizePredictionsRequest {
        as_of: Some(at(cdnow::END)),
        group_by: "segment".to_owned(),
        ..Default::default()
    };
    let found = clients.clv.clone().summarize_predictions(request).await.unwrap().into_inner();
    let whole = found.whole.unwrap();
    assert_eq!(found.rows.iter().map(|row| row.customers).sum::<i64>(), cdnow::CUSTOMERS as i64);
    let near = |of: fn(&v1::PredictionSummary) -> &Option<v1::Estimate>| {
        let sum: f64 = found.rows.iter().map(|row| value(of(row))).sum();
        let all = value(of(&whole));
        assert!((sum - all).abs() < 1e-9 * all, "{sum} {all}");
    };
    near(|row| &row.clv);
    near(|row| &row.expected_purchases);
    near(|row| &row.value_at_risk);
    let request = v1::PredictCustomersRequest {
        as_of: Some(at(cdnow::END)),
        limit: Some(0),
        with_totals: true,
        ..Default::default()
    };
    let mut stream = clients.clv.clone().predict_customers(request).await.unwrap().into_inner();
    let totals = stream.message().await.unwrap().unwrap().totals.unwrap();
    for (summed, total) in [(&whole.clv, &totals.clv), (&whole.value_at_risk, &totals.value_at_risk)] {
        let (summed, total) = (summed.as_ref().unwrap(), total.as_ref().unwrap());
        for (one, other) in
            [(summed.value, total.value), (summed.ci_low, total.ci_low), (summed.ci_high, total.ci_high)]
        {
            let (one, other) = (one.unwrap(), other.unwrap());
            assert!((one - other).abs() < 1e-9 * other, "{one} {other}");
        }
    }
}
