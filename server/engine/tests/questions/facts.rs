//! Facts: what filters and groups know of customers, the server's own answers with them, and when that is read.

use std::collections::BTreeMap;

use lojal_domain::{
    Horizon, Interaction, InteractionId, InteractionKind, Record, SurveyMetric, WarningCode, Window,
};
use lojal_engine::{
    ActivityWindow, CurveSteps, CustomerOrder, EngineError, FactsAsOf, Filter, GetNps, GetRetention,
    GetSurvival, ListCustomers, Outlook, PageRequest, PredictCustomers, PredictionOrder, Reach, Scope,
    SegmentQuestion, SurveyQuestion, WhenDue,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};

use crate::common::{Shop, all_of, answered, at, bought, is, refunded};

fn scope(as_of: Option<&str>, filter: &str) -> Scope {
    Scope { as_of: as_of.map(at), filter: Some(Filter::parse(filter).unwrap()), ..Scope::default() }
}

fn contact(id: &str, who: &str, time: &str, kind: InteractionKind) -> Record {
    Record::Interaction(Interaction {
        id: InteractionId::new(id).unwrap(),
        customer: crate::common::customer(who),
        time: at(time),
        kind,
        name: String::new(),
        channel: String::new(),
        status: String::new(),
        topics: Vec::new(),
        case_id: String::new(),
    })
}

/// Who matches.
async fn who(shop: &Shop, filter: &str) -> Vec<String> {
    let question = ListCustomers {
        scope: scope(None, filter),
        order: CustomerOrder::Recorded,
        page: PageRequest::default(),
    };
    let (page, _) = shop.engine.list_customers(&shop.workspace, question).await.unwrap();
    let mut found: Vec<String> = page.entries.into_iter().map(|one| one.customer).collect();
    found.sort();
    found
}

/// Answers to the question of NPS by group.
async fn answers_by(shop: &Shop, group_by: &str) -> Result<Vec<(String, u64)>, EngineError> {
    let question =
        SurveyQuestion { group_by: Some(group_by.to_owned()), ..SurveyQuestion::of(SurveyMetric::Nps) };
    let answer = shop.engine.get_nps(&shop.workspace, GetNps::of(question)).await?;
    Ok(answer.rows.into_iter().map(|row| (row.group, row.scores.counts.total())).collect())
}

/// Thirty regulars, of whom the more frequent half hate to come, and one who came once.
async fn shop() -> Shop {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    let answer = |who: i64| {
        let (id, who, score) = (format!("n{who}"), format!("c{who:02}"), if who >= 15 { 3 } else { 10 });
        Record::SurveyResponse(answered(&id, Some(&who), "2026-02-28", score))
    };
    shop.record((1..30).map(answer)).await;
    shop
}

#[tokio::test]
async fn nps_by_segment_brings_to_light_who_only_seems_loyal() {
    let shop = shop().await;
    let by_segment =
        SurveyQuestion { group_by: Some("segment".to_owned()), ..SurveyQuestion::of(SurveyMetric::Nps) };
    let answer = shop.engine.get_nps(&shop.workspace, GetNps::of(by_segment)).await.unwrap();
    let segments = shop.engine.summarize_segments(&shop.workspace, SegmentQuestion::default()).await.unwrap();
    // The same customers in each, in the order of segments, best first.
    let expected: Vec<(String, u64)> = segments
        .segments
        .iter()
        .filter(|one| one.customers > 0)
        .map(|one| (one.segment.word().to_owned(), one.customers))
        .collect();
    let found: Vec<(String, u64)> =
        answer.rows.iter().map(|row| (row.group.clone(), row.scores.counts.total())).collect();
    assert_eq!(found, expected);
    assert_eq!(answer.rows[0].group, "champions");
    assert_eq!(answer.rows[0].scores.nps.value, Some(-100.0));
    assert!(answer.whole.nps.value.unwrap() > -10.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_of_the_server_are_its_answers() {
    let shop = shop().await;
    let question = PredictCustomers {
        outlook: Outlook {
            reach: Reach::Within(Horizon::parse("12mo").unwrap()),
            scope: Scope::default(),
            model: None,
            when_due: WhenDue::Make,
            yearly_discount_rate: Outlook::YEARLY_DISCOUNT_RATE,
            intervals: None,
        },
        order: PredictionOrder::Recorded,
        limit: Some(usize::MAX),
        with_intervals: false,
        with_ranges: false,
        with_shares: false,
        with_totals: false,
    };
    let mut batches = shop.engine.predict_customers(&shop.workspace, question).await.unwrap();
    let all = all_of(&mut batches).await;
    assert_eq!(all.len(), 29);
    for one in [&all[0], &all[14], &all[28]] {
        let (alive, buys, clv) =
            (one.expected.alive, one.expected.purchase_probability.unwrap(), one.expected.clv.unwrap());
        for (fact, value) in [
            ("alive_probability", alive),
            ("churn_probability", 1.0 - buys),
            ("expected_purchases_12mo", one.expected.purchases.unwrap()),
            ("clv_12mo", clv),
            ("clv_if_alive", clv / alive),
            ("value_at_risk", (1.0 - buys) * clv),
        ] {
            let within = format!(
                "customer_id == '{}' && {fact} >= {:?} && {fact} <= {:?}",
                one.customer,
                value - 1e-9,
                value + 1e-9
            );
            assert_eq!(who(&shop, &within).await, [one.customer.as_str()], "{within}");
        }
    }
}

#[tokio::test]
async fn windows_and_typed_attributes_are_facts_too() {
    let shop = Shop::new("2026-03-01");
    shop.record([
        bought("a1", "ann", "2025-06-01", "10"),
        bought("a2", "ann", "2026-02-01", "20"),
        bought("b1", "bob", "2026-02-20", "5"),
        bought("b2", "bob", "2026-02-25", "5"),
        refunded("r1", "b2", "2026-02-26", "1"),
        contact("k1", "ann", "2026-01-15", InteractionKind::Campaign),
        contact("k2", "ann", "2026-02-15", InteractionKind::Campaign),
        contact("k3", "bob", "2026-02-27", InteractionKind::SupportCase),
        is("ann", "age", "34"),
        is("bob", "age", "unknown"),
        is("ann", "birthday", "1992-02-03"),
        is("bob", "vip", "Yes"),
        is("ann", "vip", "no"),
    ])
    .await;
    for (filter, expected) in [
        ("orders('90d') == 1", &["ann"][..]),
        ("orders(\"12mo\") == 2", &["ann", "bob"]),
        ("revenue('30d') == 9.0", &["bob"]),
        ("refunds('7d') == 1 && refunded('7d') == 1.0", &["bob"]),
        ("average_order_value('90d') > 10", &["ann"]),
        ("interactions('campaign', '30d') == 1", &["ann"]),
        ("interactions('campaign', '12mo') == 2", &["ann"]),
        ("days_since('support_case') == 2", &["bob"]),
        ("days_since('campaign') == 14", &["ann"]),
        ("days_since('refund') < 10", &["bob"]),
        ("days_since('answer') < 1000", &[]),
        ("days_since('order') == days_since_last_order", &["ann", "bob"]),
        // Whoever has no such number does not match, nor do they break the question.
        ("number(age) >= 18", &["ann"]),
        ("!(number(attributes.age) >= 18)", &[]),
        ("date(birthday) < timestamp('2000-01-01T00:00:00Z')", &["ann"]),
        ("flag(vip)", &["bob"]),
        ("!flag(attributes['vip'])", &["ann"]),
        ("is_new", &["bob"]),
        ("is_new == false && orders == 2", &["ann"]),
    ] {
        assert_eq!(who(&shop, filter).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn groups_are_cut_into_bands_and_combined() {
    let shop = Shop::new("2026-03-01");
    let mut records = Vec::new();
    for (name, first, market, age) in [
        ("ann", "2026-02-25", "hr", "34"),
        ("bob", "2025-12-15", "pl", "9"),
        ("cleo", "2025-01-01", "hr", "110"),
        ("dan", "2026-02-20", "a, b", "x"),
    ] {
        records.push(bought(&format!("t{name}"), name, first, "10"));
        records.extend([is(name, "market", market), is(name, "age", age)]);
        records.push(Record::SurveyResponse(answered(&format!("n{name}"), Some(name), "2026-02-27", 9)));
    }
    shop.record(records).await;
    let by = async |group_by: &str| answers_by(&shop, group_by).await.unwrap();
    let rows =
        |rows: &[(&str, u64)]| rows.iter().map(|(group, n)| ((*group).to_owned(), *n)).collect::<Vec<_>>();
    assert_eq!(
        by("band(tenure_days, 30, 90, 365)").await,
        rows(&[("under 30", 2), ("30 to under 90", 1), ("365 or more", 1)])
    );
    assert_eq!(by("tenure_days").await, rows(&[("4", 1), ("9", 1), ("76", 1), ("424", 1)]));
    assert_eq!(
        by("band(number(age), 18, 67.5)").await,
        rows(&[("", 1), ("under 18", 1), ("18 to under 67.5", 1), ("67.5 or more", 1)])
    );
    assert_eq!(
        by("market, band(tenure_days, 30)").await,
        rows(&[("\"a, b\", under 30", 1), ("hr, under 30", 1), ("hr, 30 or more", 1), ("pl, 30 or more", 1)])
    );
    assert_eq!(by("orders('30d')").await, rows(&[("0", 2), ("1", 2)]));
}

#[tokio::test]
async fn what_makes_no_groups_is_refused_in_a_sentence() {
    let shop = shop().await;
    for (group_by, part) in [
        ("customer_id", "another one for everybody"),
        ("clv_12mo", "band(clv_12mo, 10, 100)"),
        ("first_order_time", "acquisition_month"),
        ("band(tenure_days)", "without bounds"),
        ("band(tenure_days, 90, 30)", "do not ascend"),
        ("band(tenure_days, 'x')", "no numbers"),
        ("band(segment, 3)", "which is no number"),
        ("segment, orders, is_new, referred", "names 4 things; the most is 3"),
        ("segment, segment", "the same thing twice"),
        ("orders('x')", "write a window"),
        ("interactions('call', '30d')", "\"support_case\", \"visit\""),
        ("frobnicate('x')", "which is not there"),
        ("segment, (", "cannot be read"),
        ("market + segment, orders", "cannot be grouped by"),
        ("segment, market", "\"market\", which no customer has"),
    ] {
        let error = answers_by(&shop, group_by).await.unwrap_err().to_string();
        assert!(error.contains(part), "{group_by}: {error}");
    }
    let deep = format!("{}orders{}, segment", "(".repeat(900), ")".repeat(900));
    assert!(answers_by(&shop, &deep).await.is_err());
    for (filter, part) in [
        ("orders('x') > 1", "calls orders at column 1"),
        ("orders(3) > 1", "as in orders(\"90d\")"),
        ("days_since('war') > 1", "there are \"order\""),
        ("number('34') > 1", "takes an attribute"),
        ("number(orders) > 1", "takes an attribute"),
        ("orders('90d') == 'x'", "compares a whole number with a text"),
    ] {
        let error = Filter::parse(filter).unwrap_err().to_string();
        assert!(error.contains(part), "{filter}: {error}");
    }
}

/// Customers who come every ten days until each leaves on a day of their own. Each has a support case every hundred days and answers
/// after fifty with a score of the past, whatever becomes of them: neither has a part in how long they stay.
async fn indifferent() -> Shop {
    let shop = Shop::new("2026-01-01");
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let start = jiff::civil::date(2024, 1, 1);
    let day = |days: u64| {
        let date = start.checked_add(jiff::Span::new().days(days as i64)).unwrap();
        date.to_string()
    };
    let mut records = Vec::new();
    for who in 0..400_u64 {
        let (name, first) = (format!("c{who}"), random.next_u64() % 10);
        // A day of a year and a half, all alike.
        let stays = random.next_u64() % 720;
        for (n, after) in (0..=stays).step_by(10).enumerate() {
            records.push(bought(&format!("t{who}-{n}"), &name, &day(first + after), "10"));
        }
        for (n, after) in (0..=stays).skip(60).step_by(100).enumerate() {
            let id = format!("k{who}-{n}");
            records.push(contact(&id, &name, &day(first + after), InteractionKind::SupportCase));
        }
        if stays >= 50 {
            let score = if random.next_u64() % 2 == 0 { 10 } else { 2 };
            records.push(Record::SurveyResponse(answered(
                &format!("n{who}"),
                Some(&name),
                &day(first + 50),
                score,
            )));
        }
    }
    for records in records.chunks(5_000) {
        shop.record(records.to_vec()).await;
    }
    shop
}

fn retention(facts_as_of: Option<FactsAsOf>, group_by: &str) -> GetRetention {
    GetRetention {
        scope: Scope { as_of: Some(at("2026-01-01")), facts_as_of, ..Scope::default() },
        window: Window::parse("2025-01-01/2025-07-01").unwrap(),
        group_by: Some(group_by.to_owned()),
        activity: ActivityWindow::parse("30d").unwrap(),
        interval: None,
        confidence: 0.95,
    }
}

#[tokio::test]
async fn what_has_no_part_in_churn_shows_none_at_a_landmark() {
    let shop = indifferent().await;
    let churn = async |facts_as_of| {
        let question = retention(facts_as_of, "support_cases");
        let answer = shop.engine.get_retention(&shop.workspace, question).await.unwrap();
        let codes: Vec<WarningCode> = answer.provenance.warnings.iter().map(|warning| warning.code).collect();
        let rates: BTreeMap<String, (u64, f64)> = answer
            .rows
            .iter()
            .filter(|row| row.count.start > 0)
            .map(|row| (row.group.clone(), (row.count.start, row.churn_rate.value.unwrap())))
            .collect();
        (rates, codes, answer.provenance.facts_as_of)
    };
    // At the end whoever stayed has more of them: churn falls from everybody to nobody.
    let (at_end, codes, _) = churn(Some(FactsAsOf::End)).await;
    assert!(at_end["3"].1 > 0.99, "{at_end:?}");
    assert!(at_end["7"].1 < 0.1, "{at_end:?}");
    assert!(codes.contains(&WarningCode::FactsAfterOutcome));
    // At the start everybody there has had the same.
    let (at_start, codes, read) = churn(None).await;
    assert_eq!(read, Some(at("2025-01-01")));
    assert!(!codes.contains(&WarningCode::FactsAfterOutcome));
    // At the start they differ by their days alone, of which a few had another case.
    let ((few, fewer_left), (more, more_left)) = (at_start["3"], at_start["4"]);
    assert_eq!(at_start.len(), 2, "{at_start:?}");
    let error = (0.25 / few as f64 + 0.25 / more as f64).sqrt();
    assert!(few > 50 && more > 50 && (fewer_left - more_left).abs() < 2.0 * error, "{at_start:?}");
}

#[tokio::test]
async fn facts_of_survivors_are_those_of_their_first_purchase() {
    let shop = indifferent().await;
    let question = |facts_as_of| GetSurvival {
        scope: Scope { as_of: Some(at("2026-01-01")), facts_as_of, ..Scope::default() },
        window: Window::All,
        group_by: Some("nps_category".to_owned()),
        activity: ActivityWindow::parse("30d").unwrap(),
        horizon_days: None,
        steps: CurveSteps::OfDays(30),
        confidence: 0.95,
    };
    let ask =
        async |facts_as_of| shop.engine.get_survival(&shop.workspace, question(facts_as_of)).await.unwrap();
    // Whoever answered has lived to answer.
    let at_end = ask(Some(FactsAsOf::End)).await;
    assert_eq!(at_end.groups.len(), 3);
    assert!(at_end.log_rank.unwrap().p_value < 1e-6);
    // When they came nobody had answered yet, so nobody differs.
    let at_start = ask(None).await;
    assert_eq!(at_start.groups.len(), 1);
    assert_eq!(at_start.groups[0].group, "");
}

#[tokio::test]
async fn nothing_after_the_landmark_changes_a_group() {
    let shop = indifferent().await;
    let question = || retention(None, "segment, band(churn_probability, 0.2, 0.5), orders('90d')");
    let before = shop.engine.get_retention(&shop.workspace, question()).await.unwrap();
    assert!(before.rows.len() > 2);
    // Whoever comes again then, once, changes who stays, and not who they were.
    let groups = |rows: &[lojal_engine::RetentionRow]| {
        rows.iter().map(|row| (row.group.clone(), row.count.start)).collect::<Vec<_>>()
    };
    let later = (0..400).map(|who| bought(&format!("later{who}"), &format!("c{who}"), "2025-06-20", "500"));
    shop.record(later).await;
    let after = shop.engine.get_retention(&shop.workspace, question()).await.unwrap();
    assert_eq!(groups(&before.rows), groups(&after.rows));
    assert!(after.whole.count.lost < before.whole.count.lost);
}

#[tokio::test]
async fn a_filter_of_own_answers_is_read_at_the_landmark_too() {
    let shop = indifferent().await;
    let question = GetRetention {
        scope: Scope {
            as_of: Some(at("2026-01-01")),
            filter: Some(Filter::parse("segment == 'champions' || segment == 'loyal'").unwrap()),
            ..Scope::default()
        },
        group_by: None,
        ..retention(None, "")
    };
    let answer = shop.engine.get_retention(&shop.workspace, question).await.unwrap();
    let segments =
        SegmentQuestion { scope: Scope { as_of: Some(at("2025-01-01")), ..Scope::default() }, window: None };
    let then = shop.engine.summarize_segments(&shop.workspace, segments).await.unwrap();
    let best: u64 = then.segments[..2].iter().map(|one| one.customers).sum();
    assert!(answer.whole.count.start <= best && answer.whole.count.start > 0);
    // With nobody but them, hardly anybody was silent when the window began.
    assert!(answer.whole.count.start * 10 >= best * 9, "{} of {best}", answer.whole.count.start);
}

#[tokio::test]
async fn without_a_purchase_the_server_knows_nothing_and_says_so() {
    let shop = Shop::new("2026-03-01");
    shop.record([
        is("ann", "market", "hr"),
        Record::SurveyResponse(answered("n1", Some("ann"), "2026-02-27", 9)),
    ])
    .await;
    assert_eq!(answers_by(&shop, "segment").await.unwrap(), [(String::new(), 1)]);
    assert_eq!(answers_by(&shop, "band(churn_probability, 0.5)").await.unwrap(), [(String::new(), 1)]);
    assert!(who(&shop, "churn_probability >= 0.0").await.is_empty());
    let question = GetNps::of(SurveyQuestion {
        scope: scope(None, "churn_probability >= 0.0"),
        ..SurveyQuestion::of(SurveyMetric::Nps)
    });
    let answer = shop.engine.get_nps(&shop.workspace, question).await.unwrap();
    assert!(answer.provenance.warnings.iter().any(|warning| warning.code == WarningCode::PriorOnly));
}

#[tokio::test]
async fn lists_say_of_whom_a_filter_could_not_be_decided() {
    let shop = Shop::new("2026-03-01");
    shop.record([
        bought("a", "ann", "2026-02-01", "10"),
        bought("b", "bob", "2026-02-01", "10"),
        is("ann", "floor", "3"),
        is("bob", "floor", "attic"),
    ])
    .await;
    let scope = scope(None, "int(floor) > 2");
    let question = ListCustomers { scope, order: CustomerOrder::Recorded, page: PageRequest::default() };
    let (page, provenance) = shop.engine.list_customers(&shop.workspace, question).await.unwrap();
    assert_eq!(page.entries.len(), 1);
    let warning = &provenance.warnings[0];
    assert_eq!(warning.code, WarningCode::FilterUndecided);
    assert!(warning.sentence.contains("for some customers"), "{}", warning.sentence);
    // Read as a number, whoever has none does not match, and nothing is undecided.
    assert_eq!(who(&shop, "number(floor) > 2").await, ["ann"]);
}

#[tokio::test]
async fn steps_of_a_support_case_are_one_case() {
    let shop = Shop::new("2026-03-10");
    let step = |id: &str, who: &str, day: &str, case_id: &str| {
        let Record::Interaction(step) = contact(id, who, day, InteractionKind::SupportCase) else {
            unreachable!("a contact is an interaction");
        };
        Record::Interaction(Interaction { case_id: case_id.to_owned(), ..step })
    };
    shop.record([
        step("1/opened", "ann", "2026-02-01", "1"),
        step("1/resolved", "ann", "2026-02-03", "1"),
        step("2/opened", "ann", "2026-02-04", "2"),
        step("3", "bob", "2026-02-01", ""),
        step("4", "bob", "2026-02-03", ""),
        // Another customer's case of the same name is another case.
        step("5", "bob", "2026-02-05", "1"),
    ])
    .await;
    assert_eq!(who(&shop, "support_cases == 2").await, ["ann"]);
    assert_eq!(who(&shop, "support_cases == 3").await, ["bob"]);
    assert_eq!(who(&shop, "interactions(\"support_case\", \"90d\") == 3").await, ["ann", "bob"]);
}
