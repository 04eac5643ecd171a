//! Answers to surveys counted by customer: who answers again is one customer.

use crate::common::{Shop, answered, at, is};
use lojal_domain::{
    Disposition, Interval, Method, Record, SurveyKind, SurveyMetric, SurveyResponse, WarningCode, Window,
};
use lojal_engine::{
    CompareNps, CompareScores, ComparedWith, CountedAnswers, EngineError, GetNps, GetScores, ListResponses,
    NpsAnswer, PageRequest, SummarizeComments, SurveyQuestion,
};

fn close(actual: Option<f64>, expected: f64) {
    assert!(actual.is_some_and(|actual| (actual - expected).abs() < 1e-9), "{actual:?} is not {expected}");
}

fn question() -> SurveyQuestion {
    SurveyQuestion::of(SurveyMetric::Nps)
}

fn first_score(who: usize) -> i32 {
    [10, 9, 10, 3, 8, 9, 2, 10, 7, 5, 9, 8][who]
}

/// The score of a customer in a quarter: the panel of `server/scoring/tests/golden/clusters.py`.
fn score(who: usize, turn: usize) -> u8 {
    (first_score(who) + (who + turn) as i32 % 3 - 1).clamp(0, 10) as u8
}

/// Twelve customers who answer in each of three quarters.
async fn panel() -> Shop {
    let shop = Shop::new("2026-01-15");
    let answer = |who: usize, turn: usize| {
        let (id, name) = (format!("a{who}-{turn}"), format!("c{who}"));
        let time = format!("2025-{:02}-15", 3 * turn + 2);
        let channel = ["web", "app", "sms"][turn].to_owned();
        let response = answered(&id, Some(&name), &time, score(who, turn));
        Record::SurveyResponse(SurveyResponse { channel, ..response })
    };
    shop.record((0..12).flat_map(|who| (0..3).map(move |turn| answer(who, turn)))).await;
    let market = |who: usize| is(&format!("c{who}"), "market", if who < 6 { "hr" } else { "pl" });
    shop.record((0..12).map(market)).await;
    shop
}

async fn nps(shop: &Shop, answers: SurveyQuestion) -> NpsAnswer {
    shop.engine.get_nps(&shop.workspace, GetNps::of(answers)).await.unwrap()
}

/// Expected values by statsmodels: `server/scoring/tests/golden/clusters.py`.
#[tokio::test]
async fn who_answers_again_is_one_customer() {
    let shop = panel().await;
    let answer = nps(&shop, question()).await;
    let found = &answer.whole.nps;
    close(found.value, 19.444_444_444_444_446);
    close(found.standard_error, 23.375_983_147_308_58);
    close(found.low, -27.008_101_442_433_418);
    close(found.high, 57.797_952_434_081_41);
    close(found.design_effect, 2.685_413_178_370_924_3);
    close(answer.whole.effective_n, 13.405_758_298_184_49);
    assert_eq!((answer.whole.customers, found.n), (12, 36));
    assert_eq!(found.methods.to_string(), "adjusted_wald, clustered_by_customer");
    // In a quarter everybody answered once, and the whole is of the same customers still.
    for grouped in [
        SurveyQuestion { interval: Some(Interval::Quarter), ..question() },
        SurveyQuestion { group_by: Some("channel".to_owned()), ..question() },
    ] {
        let answer = nps(&shop, grouped).await;
        assert_eq!(answer.whole.nps.standard_error, found.standard_error);
        assert_eq!(answer.rows.len(), 3);
        for row in answer.rows {
            assert_eq!((row.scores.customers, row.scores.nps.n), (12, 12));
            assert_eq!((row.scores.nps.design_effect, row.scores.effective_n), (None, None));
            assert_eq!(row.scores.nps.methods, Method::AdjustedWald.into());
        }
    }
    let by_market = SurveyQuestion { group_by: Some("market".to_owned()), ..question() };
    let answer = nps(&shop, by_market).await;
    assert_eq!(answer.whole.nps.standard_error, found.standard_error);
    let rows: Vec<(u64, bool)> = answer
        .rows
        .iter()
        .map(|row| (row.scores.customers, row.scores.nps.design_effect.is_some()))
        .collect();
    assert_eq!(rows, [(6, true), (6, true)]);
    // One stratum is the sample itself.
    shop.record((0..12).map(|who| is(&format!("c{who}"), "base", "all"))).await;
    let strata = SurveyQuestion { strata: Some("base".to_owned()), ..question() };
    let of_base = nps(&shop, strata).await.of_base.unwrap();
    close(of_base.standard_error, 23.375_983_147_308_58);
    assert_eq!(of_base.methods.to_string(), "post_stratified, clustered_by_customer");
}

#[tokio::test]
async fn anonymous_answers_are_of_a_customer_each() {
    let shop = Shop::new("2026-01-15");
    let answer = |id: usize| answered(&format!("a{id}"), None, "2025-05-01", [10, 3][id % 2]);
    shop.record((0..20).map(|id| Record::SurveyResponse(answer(id)))).await;
    for counted in [CountedAnswers::All, CountedAnswers::LatestPerCustomer] {
        let answer = nps(&shop, SurveyQuestion { counted, ..question() }).await;
        assert_eq!((answer.whole.customers, answer.whole.nps.n), (20, 20));
        assert_eq!(answer.whole.nps.design_effect, None);
    }
}

#[tokio::test]
async fn the_latest_answer_of_each_customer_is_that_of_a_cell() {
    let shop = panel().await;
    let latest = SurveyQuestion { counted: CountedAnswers::LatestPerCustomer, ..question() };
    let answer = nps(&shop, latest.clone()).await;
    let mut numbers = [0; 11];
    (0..12).for_each(|who| numbers[usize::from(score(who, 2))] += 1);
    assert_eq!((answer.numbers, answer.whole.customers), (numbers, 12));
    assert_eq!(answer.whole.nps.methods, Method::AdjustedWald.into());
    // Of each quarter it is the last in the quarter, of the whole the last of all.
    let quarterly = SurveyQuestion { interval: Some(Interval::Quarter), ..latest.clone() };
    let answer = nps(&shop, quarterly).await;
    assert_eq!(answer.numbers, numbers);
    let all = nps(&shop, SurveyQuestion { interval: Some(Interval::Quarter), ..question() }).await;
    for (one, two) in answer.rows.iter().zip(&all.rows) {
        assert_eq!(one.scores.counts, two.scores.counts);
    }
    // By customer there is one row, whatever they said before.
    let by_market = SurveyQuestion { group_by: Some("market".to_owned()), ..latest };
    assert!(nps(&shop, by_market).await.rows.iter().all(|row| row.scores.nps.n == 6));
}

#[tokio::test]
async fn a_base_is_as_large_as_it_has_customers() {
    let shop = panel().await;
    let asked = |population| GetNps { population: Some(population), ..GetNps::of(question()) };
    let of =
        async |population| shop.engine.get_nps(&shop.workspace, asked(population)).await.unwrap().whole.nps;
    let half = of(24).await;
    close(half.standard_error, 23.375_983_147_308_58 * (12.0_f64 / 23.0).sqrt());
    assert!(half.warnings.is_empty());
    assert_eq!(half.methods.to_string(), "adjusted_wald_finite, clustered_by_customer");
    let fewer = of(11).await;
    assert_eq!((fewer.standard_error, fewer.warnings[0].code), (Some(0.0), WarningCode::PopulationTooSmall));
}

/// Nine customers of two to six answers from 1 to 5: `server/scoring/tests/golden/clusters.py`.
#[tokio::test]
async fn satisfaction_is_counted_by_customer_too() {
    let shop = Shop::new("2026-01-15");
    let rated = |who: usize, turn: usize| {
        let score = 1 + (who as i16 / 2 + turn as i16 / 3) % 5;
        let response = answered(&format!("a{who}-{turn}"), Some(&format!("c{who}")), "2025-05-01", 0);
        let scale = SurveyMetric::Csat.scale(None, None, false).unwrap();
        let time = at(&format!("2025-05-{:02}", turn + 1));
        let metric = SurveyMetric::Csat;
        Record::SurveyResponse(SurveyResponse { metric, scale, time, score: Some(score), ..response })
    };
    shop.record((0..9).flat_map(|who| (0..2 + who % 5).map(move |turn| rated(who, turn)))).await;
    let asked =
        GetScores { answers: SurveyQuestion::of(SurveyMetric::Csat), top_box: None, confidence: 0.95 };
    let whole = shop.engine.get_scores(&shop.workspace, asked).await.unwrap().whole.unwrap().scores;
    close(whole.mean.standard_error, 0.340_059_484_062_007_1);
    close(whole.mean.low, 2.127_586_129_419_969_4);
    close(whole.mean.design_effect, 2.209_039_554_140_899);
    close(whole.index.standard_error, 25.0 * 0.340_059_484_062_007_1);
    close(whole.top_box_share.standard_error, 0.138_458_306_279_525_2);
    close(whole.top_box_share.low, 0.156_056_098_412_242);
    close(whole.top_box_share.high, 0.674_525_270_269_563_7);
    assert_eq!((whole.customers, whole.mean.n), (9, 34));
    assert_eq!(whole.mean.methods.to_string(), "student_t, clustered_by_customer");
}

fn warned(warnings: &[lojal_domain::Warning], code: WarningCode) -> Option<&str> {
    warnings.iter().find(|warning| warning.code == code).map(|warning| warning.sentence.as_str())
}

#[tokio::test]
async fn samples_that_share_customers_are_told_of() {
    let shop = panel().await;
    shop.record([Record::SurveyResponse(answered("x", Some("new"), "2025-05-20", 10))]).await;
    let (window, baseline) = (Window::parse("2025-Q2").unwrap(), Window::parse("2025-Q1").unwrap());
    let windows = |paired| CompareNps {
        answers: SurveyQuestion { window, ..question() },
        with: ComparedWith::Window { baseline, paired },
        confidence: 0.95,
    };
    let found = shop.engine.compare_nps(&shop.workspace, windows(false)).await.unwrap();
    let told = warned(&found.provenance.warnings, WarningCode::CustomersShared).unwrap();
    assert!(told.starts_with("12 customers answered in both windows (13 answered in window, 12"), "{told}");
    let found = shop.engine.compare_nps(&shop.workspace, windows(true)).await.unwrap();
    assert_eq!(warned(&found.provenance.warnings, WarningCode::CustomersShared), None);
    assert_eq!(found.comparisons[0].difference.methods, Method::PairedT.into());
    let by_channel = CompareNps {
        answers: SurveyQuestion { group_by: Some("channel".to_owned()), ..question() },
        with: ComparedWith::Groups,
        confidence: 0.95,
    };
    let found = shop.engine.compare_nps(&shop.workspace, by_channel).await.unwrap();
    let told = warned(&found.provenance.warnings, WarningCode::CustomersShared).unwrap();
    assert!(told.starts_with("12 of 13 customers answered in more than one group"), "{told}");
    // Customers of two markets are different ones.
    let by_market = CompareNps {
        answers: SurveyQuestion { group_by: Some("market".to_owned()), ..question() },
        with: ComparedWith::Groups,
        confidence: 0.95,
    };
    let found = shop.engine.compare_nps(&shop.workspace, by_market).await.unwrap();
    assert_eq!(warned(&found.provenance.warnings, WarningCode::CustomersShared), None);
    let between = found.comparisons.iter().find(|found| found.first == "hr").unwrap();
    assert_eq!(between.difference.methods.to_string(), "adjusted_wald, clustered_by_customer");
}

/// Changes of category -1, 0 seven times, 1 four times and 2 twice: SciPy's `ttest_1samp` has 0.0475, the normal 0.0286.
#[tokio::test]
async fn the_same_customers_twice_are_compared_by_students_t() {
    let shop = Shop::new("2026-01-15");
    let pairs = [(7, 3), (7, 7), (8, 9), (8, 10), (7, 9), (7, 10), (0, 10), (1, 9)];
    let same = [(9, 10), (0, 0), (3, 4), (8, 8), (10, 10), (6, 5)];
    let mut records = Vec::new();
    for (who, (before, after)) in pairs.into_iter().chain(same).enumerate() {
        let name = format!("c{who}");
        for (time, score) in [("2025-02-01", before), ("2025-05-01", after)] {
            let response = answered(&format!("{name} {time}"), Some(&name), time, score);
            records.push(Record::SurveyResponse(response));
        }
    }
    shop.record(records).await;
    let (window, baseline) = (Window::parse("2025-Q2").unwrap(), Window::parse("2025-Q1").unwrap());
    let asked = CompareNps {
        answers: SurveyQuestion { window, ..question() },
        with: ComparedWith::Window { baseline, paired: true },
        confidence: 0.95,
    };
    let found = shop.engine.compare_nps(&shop.workspace, asked).await.unwrap().comparisons.remove(0);
    close(found.difference.value, 50.0);
    close(found.z, 2.188_486_619_609_662_4);
    close(found.p_value, 0.047_490_546_152_780_73);
    assert!(found.difference.low.is_some_and(|low| low > 0.0));
}

/// Every customer is a sample of their own opinion, so 30 answers of 3 customers against 30 of 3 others show little.
#[tokio::test]
async fn differences_of_scores_are_as_sure_as_there_are_customers() {
    let shop = Shop::new("2026-01-15");
    let rated = |market: &str, who: usize, turn: usize, score: i16| {
        let name = format!("{market}{who}");
        let response = answered(&format!("{name}-{turn}"), Some(&name), "2025-05-01", 0);
        let scale = SurveyMetric::Csat.scale(None, None, false).unwrap();
        let metric = SurveyMetric::Csat;
        Record::SurveyResponse(SurveyResponse { metric, scale, score: Some(score), ..response })
    };
    let mut records = Vec::new();
    for (market, scores) in [("hr", [5, 4, 3]), ("pl", [4, 3, 2])] {
        for (who, score) in scores.into_iter().enumerate() {
            records.push(is(&format!("{market}{who}"), "market", market));
            records.extend((0..10).map(|turn| rated(market, who, turn, score)));
        }
    }
    shop.record(records).await;
    let answers =
        SurveyQuestion { group_by: Some("market".to_owned()), ..SurveyQuestion::of(SurveyMetric::Csat) };
    let scores = GetScores { answers, top_box: None, confidence: 0.95 };
    let asked = CompareScores { scores, with: ComparedWith::Groups };
    let found = shop.engine.compare_scores(&shop.workspace, asked).await.unwrap().comparisons.remove(0);
    // Each customer says the same ten times, so it is Welch's test of 5, 4, 3 against 4, 3, 2: SciPy's ttest_ind.
    close(found.t, 1.224_744_871_391_589);
    close(found.p_value, 0.287_864_134_726_690_7);
    assert_eq!(found.mean_difference.methods.to_string(), "welch_t, clustered_by_customer");
    assert!(found.top_box_p_value.is_some_and(|p| p > 0.3));
}

fn csat(id: &str, kind: SurveyKind, most: i32, score: i16) -> Record {
    let scale = SurveyMetric::Csat.scale(None, Some(most), false).unwrap();
    let response = answered(id, None, "2025-05-01", 0);
    Record::SurveyResponse(SurveyResponse {
        metric: SurveyMetric::Csat,
        scale,
        kind,
        score: Some(score),
        ..response
    })
}

/// One odd record beside many stands by itself, and takes nothing away from them.
#[tokio::test]
async fn questions_that_must_not_be_mixed_stand_beside_each_other() {
    let shop = Shop::new("2026-01-15");
    let (transactional, relationship) = (SurveyKind::Transactional, SurveyKind::Relationship);
    let many = (0..423).map(|i| csat(&format!("t{i}"), transactional, 5, 4 + i % 2));
    shop.record(many).await;
    let asked = |answers| GetScores { answers, top_box: None, confidence: 0.95 };
    let question = || SurveyQuestion::of(SurveyMetric::Csat);
    let ask = async |answers| shop.engine.get_scores(&shop.workspace, asked(answers)).await.unwrap();
    let before = ask(question()).await;
    assert!(before.questions.is_empty() && before.provenance.warnings.is_empty());
    shop.record([csat("odd", relationship, 5, 1), csat("ten", transactional, 10, 10)]).await;
    let after = ask(question()).await;
    let (one, two) = (before.whole.unwrap(), after.whole.unwrap());
    assert_eq!((one.scores.mean, one.kind), (two.scores.mean, two.kind));
    let found: Vec<(SurveyKind, i16, u64)> = after
        .questions
        .iter()
        .map(|row| (row.kind, row.measured.scale.highest(), row.scores.mean.n))
        .collect();
    assert_eq!(found, [(transactional, 5, 423), (relationship, 5, 1), (transactional, 10, 1)]);
    let told = warned(&after.provenance.warnings, WarningCode::SeveralQuestions).unwrap();
    assert!(
        told.contains("3 questions") && told.contains("423 answers to CSAT, transactional, 1 to 5; 1 answer"),
        "{told}"
    );
    // Each has rows of its own, and only where it was asked.
    let monthly = SurveyQuestion { interval: Some(Interval::Month), ..question() };
    let rows = ask(monthly).await.rows;
    let found: Vec<(SurveyKind, u64)> = rows.iter().map(|row| (row.kind, row.scores.mean.n)).collect();
    assert_eq!(found, [(transactional, 423), (relationship, 1), (transactional, 1)]);
    assert_eq!(rows[0].scores.numbers, [0, 0, 0, 212, 211]);
    // What chooses one asks about one.
    let chosen = ask(SurveyQuestion { kind: Some(relationship), ..question() }).await;
    assert!(chosen.questions.is_empty() && chosen.provenance.warnings.is_empty());
    // A top box is of the question with most answers.
    let off = GetScores { top_box: Some(9), ..asked(question()) };
    let refused = shop.engine.get_scores(&shop.workspace, off).await;
    assert!(matches!(refused, Err(EngineError::InvalidField { field, .. }) if field == "top_box"));
    // What compares has to choose.
    let by_channel = SurveyQuestion { group_by: Some("channel".to_owned()), ..question() };
    let compare = CompareScores { scores: asked(by_channel), with: ComparedWith::Groups };
    let refused = shop.engine.compare_scores(&shop.workspace, compare).await;
    assert!(matches!(refused, Err(EngineError::InvalidField { field, .. }) if field == "kind"));
}

fn wrote(id: &str, who: &str, time: &str, score: Option<i16>, comment: &str) -> Record {
    let disposition = if score.is_some() { Disposition::Completed } else { Disposition::Dismissed };
    let topics = if comment.contains("price") { vec!["price".to_owned()] } else { Vec::new() };
    let comment = comment.to_owned();
    let response = answered(id, Some(who).filter(|who| !who.is_empty()), time, 0);
    Record::SurveyResponse(SurveyResponse { disposition, score, comment, topics, ..response })
}

async fn written() -> Shop {
    let shop = Shop::new("2026-01-15");
    shop.record([
        wrote("a1", "ann", "2025-05-01", Some(3), "Delivery was late, and the price is high"),
        wrote("a2", "ann", "2025-06-01", Some(9), "late delivery again, otherwise fine"),
        wrote("b1", "bob", "2025-05-02", None, "The price!"),
        wrote("c1", "", "2025-05-03", Some(6), "Late delivery"),
        wrote("d1", "dan", "2025-05-04", Some(10), ""),
        // Dismissed at first, with a word, and answered in the end: the answer counts.
        wrote("e1", "eve", "2025-05-05", None, "not now, the price"),
        wrote("e1", "eve", "2025-05-06", Some(8), "the price is fair"),
    ])
    .await;
    shop
}

#[tokio::test]
async fn comments_without_a_score_are_heard() {
    let shop = written().await;
    let asked = SummarizeComments { question: question(), limit: 20 };
    let found = shop.engine.summarize_comments(&shop.workspace, asked).await.unwrap();
    assert_eq!((found.answers, found.comments, found.comments_without_score), (5, 5, 1));
    let topic = &found.topics[0];
    assert_eq!((&*topic.term, topic.answers), ("price", 3));
    // Of 3 and 8; who gave no score has no part in it.
    let mean = topic.mean_score.clone().unwrap();
    assert_eq!((mean.value, mean.n), (Some(5.5), 2));
    let latest = SurveyQuestion { counted: CountedAnswers::LatestPerCustomer, ..question() };
    let asked = SummarizeComments { question: latest, limit: 20 };
    let found = shop.engine.summarize_comments(&shop.workspace, asked).await.unwrap();
    assert_eq!((found.answers, found.comments), (4, 4));
}

#[tokio::test]
async fn comments_are_listed_newest_first_page_by_page() {
    let shop = written().await;
    let all = || ListResponses {
        question: question(),
        term: None,
        min_score: None,
        max_score: None,
        page: PageRequest::default(),
    };
    let list = async |asked: ListResponses| {
        let (page, _) = shop.engine.list_responses(&shop.workspace, asked).await.unwrap();
        let told = page
            .entries
            .iter()
            .map(|of| (of.customer.as_ref().map_or("", |who| who.as_str()).to_owned(), of.score));
        (told.collect::<Vec<(String, Option<i16>)>>(), page.next_token)
    };
    let of = |who: &str, score| (who.to_owned(), score);
    let expected =
        [of("ann", Some(9)), of("eve", Some(8)), of("", Some(6)), of("bob", None), of("ann", Some(3))];
    let (found, next) = list(all()).await;
    assert_eq!((found.as_slice(), next.as_str()), (&expected[..], ""));
    // In pages of two the same, although something is recorded meanwhile.
    let (mut pages, mut token) = (Vec::new(), String::new());
    loop {
        let page = PageRequest { size: Some(2), token };
        let (found, next) = list(ListResponses { page, ..all() }).await;
        pages.push(found);
        token = next;
        if token.is_empty() {
            break;
        }
        shop.record([wrote(&format!("n{}", pages.len()), "new", "2025-05-03", Some(1), "meanwhile")]).await;
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1]);
    assert_eq!(pages.concat(), expected);
    let other = ListResponses { term: Some("late".to_owned()), ..all() };
    let page = PageRequest { size: Some(2), token: String::new() };
    let (_, token) = list(ListResponses { page, ..all() }).await;
    let strange = ListResponses { page: PageRequest { size: Some(2), token }, ..other.clone() };
    let refused = shop.engine.list_responses(&shop.workspace, strange).await;
    assert!(matches!(refused, Err(EngineError::PageTokenMismatch)));
    for (asked, expected) in [
        (other, vec![of("ann", Some(9)), of("", Some(6)), of("ann", Some(3))]),
        (
            ListResponses { term: Some("Late Delivery".to_owned()), ..all() },
            vec![of("ann", Some(9)), of("", Some(6))],
        ),
        (ListResponses { max_score: Some(6), min_score: Some(4), ..all() }, vec![of("", Some(6))]),
        (
            ListResponses {
                question: SurveyQuestion { topic: Some("price".to_owned()), ..question() },
                ..all()
            },
            vec![of("eve", Some(8)), of("bob", None), of("ann", Some(3))],
        ),
    ] {
        let (found, _) = list(asked.clone()).await;
        let found: Vec<_> = found.into_iter().filter(|(who, _)| who != "new").collect();
        assert_eq!(found, expected, "{asked:?}");
    }
}

/// Stars from 1 to 5 loaded as NPS make everybody a detractor.
#[tokio::test]
async fn scores_of_another_scale_are_noticed() {
    let shop = Shop::new("2026-01-15");
    let star = |id: usize| {
        Record::SurveyResponse(answered(&format!("a{id}"), None, "2025-05-01", 1 + (id % 5) as u8))
    };
    shop.record((0..29).map(star)).await;
    let told = async || nps(&shop, question()).await.provenance.warnings;
    assert_eq!(warned(&told().await, WarningCode::LowScoresOnly), None);
    shop.record([star(29)]).await;
    let warnings = told().await;
    let low = warned(&warnings, WarningCode::LowScoresOnly).unwrap();
    assert!(low.starts_with("none of 30 answers to NPS, relationship, 0 to 10 is above 5"), "{low}");
    shop.record([Record::SurveyResponse(answered("six", None, "2025-05-01", 6))]).await;
    assert_eq!(warned(&told().await, WarningCode::LowScoresOnly), None);
}
