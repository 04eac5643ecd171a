//! Early warnings: what raises them and when, what they are called, and what became of such as were before.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use lojal_domain::{Disposition, EventTime, Horizon, MICROS_PER_DAY, Record, SurveyResponse, WarningCode};
use lojal_engine::{
    EarlyWarning, EarlyWarningKind as Kind, EarlyWarningOrder, EarlyWarningTotals, EngineError, Filter,
    FitModel, GetWarningQuality, ListEarlyWarnings, NewWarnings, PurchaseModelKind, Scope, Seen, Severity,
    TimeUnit, WarningQuality, WatchEarlyWarnings,
};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use rand_distr::{Distribution as _, Exp, Gamma, LogNormal, Normal};

use crate::common::{Shop, answered, at, bought, customer, is, refunded};

fn question(kinds: &[Kind]) -> ListEarlyWarnings {
    ListEarlyWarnings {
        scope: Scope::default(),
        kinds: kinds.to_vec(),
        min_value_at_risk: None,
        with_acknowledged: false,
        order: EarlyWarningOrder::ValueAtRisk,
        limit: 100_000,
        horizon: Horizon::parse("90d").unwrap(),
        confidence: 0.95,
    }
}

async fn ask(shop: &Shop, question: ListEarlyWarnings) -> (Vec<EarlyWarning>, EarlyWarningTotals) {
    let mut batches = shop.engine.list_early_warnings(&shop.workspace, question).await.unwrap();
    let mut all = Vec::new();
    loop {
        let batch = batches.next_batch();
        if batch.is_empty() {
            return (all, batches.totals);
        }
        all.extend(batch);
    }
}

async fn list(shop: &Shop, kinds: &[Kind]) -> Vec<EarlyWarning> {
    ask(shop, question(kinds)).await.0
}

async fn quality(shop: &Shop) -> WarningQuality {
    let question = GetWarningQuality {
        scope: Scope::default(),
        horizon: Horizon::parse("90d").unwrap(),
        confidence: 0.95,
    };
    shop.engine.get_warning_quality(&shop.workspace, question).await.unwrap()
}

fn day(of: EventTime) -> i32 {
    of.micros().div_euclid(MICROS_PER_DAY) as i32
}

/// So many days after 2025-01-01.
fn on(days: i64) -> String {
    let start = jiff::civil::date(2025, 1, 1);
    start.checked_add(jiff::Span::new().days(days)).unwrap().to_string()
}

/// Somebody who buys on these days.
fn buys(who: &str, days: impl IntoIterator<Item = i64>, amount: &str) -> Vec<Record> {
    let buy = |(n, day): (usize, i64)| bought(&format!("{who}-{n}-{day}"), who, &on(day), amount);
    days.into_iter().enumerate().map(buy).collect()
}

fn invited(id: &str, who: &str, day: i64) -> Record {
    let answer = answered(id, Some(who), &on(day), 0);
    Record::SurveyResponse(SurveyResponse { disposition: Disposition::Invited, score: None, ..answer })
}

#[tokio::test]
async fn six_purchases_before_a_silence_of_90_days_are_too_few_for_a_sign() {
    // As of the end of the day 300, of which 211 to 300 are recent and 31 to 210 were before.
    let shop = Shop::new(&on(301));
    shop.record(buys("six", [0, 40, 70, 100, 130, 160, 190], "10")).await;
    shop.record(buys("eight", [0, 40, 60, 80, 100, 120, 140, 160, 190], "10")).await;
    shop.record(buys("still", (0..30).map(|n| 10 * n), "10")).await;
    let found = list(&shop, &[Kind::FewerOrders, Kind::LowerSpend]).await;
    let kinds: Vec<_> = found.iter().map(|one| (one.customer.as_str(), one.seen.kind())).collect();
    assert_eq!(kinds, [("eight", Kind::FewerOrders), ("eight", Kind::LowerSpend)]);
    let p_value = found[0].seen.p_value().unwrap();
    assert!((p_value - (2.0_f64 / 3.0).powi(8)).abs() < 1e-12, "{p_value}");
    // Equal amounts weigh as purchases.
    assert!((found[1].seen.p_value().unwrap() - p_value).abs() < 1e-9);
    assert!(
        found[0].evidence.starts_with("0 days with a purchase in 90 days after 8 in 180"),
        "{}",
        found[0].evidence
    );
    assert_eq!(found[1].evidence, "spent 0.00 EUR in 90 days after 80.00 EUR in 180 (p = 0.039)");
    // Too little is recorded for days in the past, which is said.
    let batches = shop.engine.list_early_warnings(&shop.workspace, question(&[])).await.unwrap();
    let codes: Vec<_> = batches.provenance().warnings.iter().map(|warning| warning.code).collect();
    assert!(codes.contains(&WarningCode::InsufficientHistory), "{codes:?}");
    assert_eq!(found[0].precision.value, None);
    let fused = found[0].churn_probability.value.unwrap();
    assert!((fused - found[0].model_churn_probability).abs() < 1e-9, "{fused}");
}

#[tokio::test]
async fn each_kind_is_seen_and_said() {
    let shop = Shop::new(&on(400));
    let often = |who: &str| buys(who, (0..40).map(|n| 10 * n), "10");
    for who in ["nps", "hard", "back", "mute", "fine"] {
        shop.record(often(who)).await;
    }
    let answer = |id: &str, who: &str, day: i64, score: u8| {
        Record::SurveyResponse(answered(id, Some(who), &on(day), score))
    };
    shop.record([answer("a1", "nps", 200, 9), answer("a2", "nps", 350, 3)]).await;
    shop.record([answer("a3", "fine", 200, 9), answer("a4", "fine", 350, 10)]).await;
    let back = ["back-30-300", "back-36-360", "back-38-380"];
    for (n, transaction) in back.into_iter().enumerate() {
        shop.record([refunded(&format!("r{n}"), transaction, &on(385 + n as i64), "10")]).await;
    }
    for n in 0..8 {
        let id = format!("s{n}");
        let asked = invited(&id, "mute", 130 + 30 * n);
        shop.record([asked]).await;
        if n < 5 {
            shop.record([answer(&id, "mute", 131 + 30 * n, 8)]).await;
        }
    }
    // One of two for whom it was hard says later that it was easy.
    let effort = |id: &str, who: &str, day: i64, score: i16| {
        let scale = lojal_domain::SurveyMetric::Ces2.scale(None, None, false).unwrap();
        Record::SurveyResponse(SurveyResponse {
            metric: lojal_domain::SurveyMetric::Ces2,
            kind: lojal_domain::SurveyKind::Transactional,
            scale,
            score: Some(score),
            ..answered(id, Some(who), &on(day), 0)
        })
    };
    for (n, who) in ["hard", "fine"].into_iter().enumerate() {
        let reopened = Record::Interaction(lojal_domain::Interaction {
            status: "Reopened".to_owned(),
            ..contact(&format!("case{n}"), who, &on(390))
        });
        shop.record([effort(&format!("e{n}"), who, 380, 1), reopened]).await;
    }
    shop.record([effort("easy", "fine", 395, 6)]).await;
    let found = list(&shop, &[]).await;
    let mut said: Vec<_> = found.iter().map(|one| (one.customer.as_str(), one.evidence.as_str())).collect();
    said.sort_unstable();
    assert_eq!(
        said,
        [
            ("back", "3 purchases given back in 90 days, with 8 made, after 0 with 27 before (p = 0.012)"),
            ("hard", "said on 2026-01-16 that it was hard, and a case was opened again on 2026-01-26"),
            ("mute", "3 surveys without an answer after 5 answered of 5 (p = 0.011)"),
            ("nps", "gave 3 of 10 after 9"),
        ]
    );
    let nps = found.iter().find(|one| one.customer == "nps").unwrap();
    assert_eq!((nps.id.as_str(), nps.severity), ("lower_nps@2025-12-17@nps", Severity::Low));
    // They still buy every ten days.
    assert!(nps.model_churn_probability < 0.3, "{nps:?}");
}

fn contact(id: &str, who: &str, day: &str) -> lojal_domain::Interaction {
    lojal_domain::Interaction {
        id: lojal_domain::InteractionId::new(id).unwrap(),
        customer: customer(who),
        time: at(day),
        kind: lojal_domain::InteractionKind::SupportCase,
        name: String::new(),
        channel: String::new(),
        status: String::new(),
        topics: Vec::new(),
        case_id: String::new(),
    }
}

fn watch(resume_token: &str) -> WatchEarlyWarnings {
    WatchEarlyWarnings {
        filter: None,
        kinds: Vec::new(),
        min_value_at_risk: None,
        horizon: Horizon::parse("90d").unwrap(),
        confidence: 0.95,
        resume_token: resume_token.to_owned(),
    }
}

/// A world: customers who come all the time, each at their own pace, more or less regularly, and leave on a day that nobody sees; some say so
/// before. It is as old as it takes to stay as it is, so that what was measured of the past is what comes.
struct World {
    shop: Shop,
    /// Those who bought in the 90 days after its end.
    came: BTreeSet<String>,
}

/// Its last day, after 2025-01-01.
const END: i64 = 2_000;

async fn world(seed: u64, customers: u32) -> World {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (pace, jitter) = (LogNormal::new(24_f64.ln(), 0.5).unwrap(), Normal::new(0.0, 1.0).unwrap());
    let stays = Exp::new(1.0 / 300.0).unwrap();
    let mut uniform = {
        let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0x5eed);
        move || (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    };
    let (mut records, mut came) = (Vec::new(), BTreeSet::new());
    for who in 0..customers {
        let name = format!("c{who}");
        let (every, shape) = (pace.sample(&mut random), 1.0 + 5.0 * uniform());
        let wait = Gamma::new(shape, every / shape).unwrap();
        let start = (uniform() * END as f64).floor();
        let end = start + stays.sample(&mut random);
        let (mut time, mut n) = (start, 0);
        while time < end && time < (END + 90) as f64 {
            let days = time.floor() as i64;
            if days < END {
                let off: f64 = 0.4 * jitter.sample(&mut random);
                let amount = 30.0 * off.exp();
                records.push(bought(&format!("{name}-{n}"), &name, &on(days), &format!("{amount:.2}")));
            } else {
                came.insert(name.clone());
            }
            n += 1;
            time += wait.sample(&mut random);
        }
        // Asked each 90 days; half of those who are about to leave say so, and a few say so for nothing.
        for (n, asked) in (0..END).skip(start as usize + 20).step_by(90).enumerate() {
            let about_to_leave = asked as f64 > end - 60.0;
            let is_low = uniform() < if about_to_leave { 0.5 } else { 0.05 };
            if (asked as f64) < end && uniform() < 0.6 {
                let score = if is_low { 3 } else { 9 };
                let id = format!("n{who}-{n}");
                records.push(Record::SurveyResponse(answered(&id, Some(&name), &on(asked), score)));
            }
        }
    }
    let shop = Shop::new(&on(END));
    // As of the beginning of its last day.
    shop.clock.set(at(&on(END)).minus_micros(20_000_000));
    for records in records.chunks(5_000) {
        shop.record(records.to_vec()).await;
    }
    // One kind of model, or each of the past days would have all of them judged anew.
    let model = FitModel {
        kind: Some(PurchaseModelKind::MbgNbd),
        covariates: Vec::new(),
        last_day: None,
        unit: TimeUnit::Week,
        replicates: 0,
        keep_default: false,
        request_id: None,
    };
    shop.engine.fit_model(&shop.workspace, model, |_| ControlFlow::Continue(())).await.unwrap();
    World { shop, came }
}

/// Worlds that are looked at: a few, or all of `WORLDS=0..20`.
fn worlds() -> std::ops::Range<u64> {
    let asked = std::env::var("WORLDS").ok().and_then(|text| {
        let (from, to) = text.split_once("..")?;
        Some(from.parse().ok()?..to.parse().ok()?)
    });
    asked.unwrap_or(0..2)
}

/// What was promised of a kind in each world, and how many were warned of and left in all of them.
#[derive(Default)]
struct Promised {
    intervals: Vec<(f64, f64)>,
    /// Warnings of the past, and how many left.
    past: (u64, u64),
    warned: u64,
    left: u64,
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_promised_comes() {
    let (mut all, mut kinds) = (Vec::new(), BTreeMap::<Kind, Promised>::new());
    for seed in worlds() {
        let World { shop, came } = world(seed, 600).await;
        let warnings = list(&shop, &[]).await;
        let quality = quality(&shop).await;
        assert_eq!(quality.dates.len(), 6);
        for row in &quality.kinds {
            let promised = kinds.entry(row.kind).or_default();
            promised.past = (promised.past.0 + row.warned.0, promised.past.1 + row.warned.1);
            if let (Some(low), Some(high)) = (row.precision.low, row.precision.high) {
                promised.intervals.push((low, high));
                assert!(row.precision.value.unwrap() > row.base_rate.value.unwrap(), "{row:?}");
            }
        }
        let mut seen = BTreeSet::new();
        for warning in &warnings {
            let left = !came.contains(&warning.customer);
            let promised = kinds.entry(warning.seen.kind()).or_default();
            promised.warned += 1;
            promised.left += u64::from(left);
            if seen.insert(warning.customer.clone()) {
                all.push((warning.churn_probability.value.unwrap(), left));
            }
        }
        println!("world {seed}: {} warnings", warnings.len());
    }
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    for fifth in all.chunks(all.len().div_ceil(5)) {
        let n = fifth.len() as f64;
        let predicted = fifth.iter().map(|(p, _)| p).sum::<f64>() / n;
        let left = fifth.iter().filter(|(_, left)| *left).count() as f64 / n;
        println!("of {n} customers {predicted:.3} were to leave, and {left:.3} did");
        let chance = 2.0 * (0.25 / n).sqrt();
        assert!((predicted - left).abs() < 0.05 + chance, "{predicted} {left}");
    }
    let (mut held, mut promises) = (0, 0);
    for (kind, Promised { intervals, past, warned, left }) in kinds {
        // Of one world too few are warned of to say what share leaves; of all of them the past says so, too.
        let share = |(n, left): (u64, u64)| left as f64 / n.max(1) as f64;
        let (before, came) = (share(past), share((warned, left)));
        let truth = share((past.0 + warned, past.1 + left));
        let covers = intervals.iter().filter(|(low, high)| (*low..=*high).contains(&truth)).count();
        println!(
            "{}: {came:.3} of {warned} left, {before:.3} of {} before; {covers} of {} intervals hold {truth:.3}",
            kind.name(),
            past.0,
            intervals.len()
        );
        let chance = 3.5 * (truth * (1.0 - truth) / warned.max(1) as f64).sqrt();
        assert!((came - before).abs() < 0.02 + chance, "{kind:?}");
        held += covers;
        promises += intervals.len();
    }
    println!("{held} of {promises} intervals");
    assert!(promises > 0 && held as f64 >= 0.8 * promises as f64, "{held} of {promises}");
}

/// Whoever buys every so many days until the day 200.
async fn regulars() -> Shop {
    let shop = Shop::new(&on(201));
    for (who, every) in [(0, 5), (1, 7), (2, 10), (3, 14), (4, 20), (5, 30), (6, 40), (7, 50)] {
        shop.record(buys(&format!("c{who}"), (0..=200 / every).map(|n| 200 - every * n), "10")).await;
    }
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_without_a_write_raises_each_silence_on_its_day() {
    let shop = regulars().await;
    let question = WatchEarlyWarnings { kinds: vec![Kind::Silence], ..watch("") };
    let mut watcher = shop.engine.watch_early_warnings(&shop.workspace, question).await.unwrap();
    let (mut raised, mut messages) = (BTreeMap::new(), 0);
    for days in 201..=201 + 366 {
        shop.clock.set(at(&on(days)));
        let NewWarnings { warnings, as_of, .. } = watcher.next().await.unwrap();
        assert_eq!(as_of, at(&on(days)), "each day is looked at when it begins");
        messages += 1;
        for warning in warnings {
            let Seen::Silence { days: silent, usual, .. } = warning.seen else { panic!("{warning:?}") };
            // It is there the day after the last one that was usual.
            assert_eq!(silent, usual as i32 + 1, "{warning:?}");
            assert_eq!(day(as_of) - 1, day(warning.raised));
            assert_eq!(warning.onset, at(&on(200)));
            assert!(raised.insert(warning.customer.clone(), silent).is_none(), "{warning:?} comes twice");
        }
    }
    assert_eq!((messages, raised.len()), (367, 8));
    let days: Vec<i32> = raised.values().copied().collect();
    assert!(days.is_sorted(), "whoever comes more often is missed sooner: {days:?}");
    assert!(days[0] > 5 && days[0] < 30 && days[7] < 200, "{days:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_goes_on_where_it_was() {
    let shop = regulars().await;
    shop.clock.set(at(&on(260)));
    let mut watcher = shop.engine.watch_early_warnings(&shop.workspace, watch("")).await.unwrap();
    let first = watcher.next().await.unwrap();
    let held: Vec<&str> = first.warnings.iter().map(|one| one.customer.as_str()).collect();
    assert!(held.contains(&"c0") && !held.contains(&"c7"), "{held:?}");
    drop(watcher);
    // While nobody watches they are missed, somebody thinks less of us, and one is back.
    shop.record(buys("c0", [262], "10")).await;
    let fall = [("a1", 100, 10), ("a2", 263, 2)];
    shop.record(
        fall.map(|(id, day, score)| Record::SurveyResponse(answered(id, Some("c0"), &on(day), score))),
    )
    .await;
    shop.clock.set(at(&on(300)));
    let shop = shop.reopened();
    let mut resumed =
        shop.engine.watch_early_warnings(&shop.workspace, watch(&first.resume_token)).await.unwrap();
    let next = resumed.next().await.unwrap();
    let new: Vec<&str> = next.warnings.iter().map(|one| one.id.as_str()).collect();
    assert!(new.contains(&"lower_nps@2025-09-21@c0"), "{new:?}");
    let before: Vec<&str> = first.warnings.iter().map(|one| one.id.as_str()).collect();
    assert!(new.iter().all(|id| !before.contains(id)), "{new:?}");
    let now = list(&shop, &[]).await;
    let missing = |one: &&EarlyWarning| !before.contains(&one.id.as_str()) && !new.contains(&one.id.as_str());
    assert_eq!(now.iter().filter(missing).count(), 0, "none is missed that holds");
    let elsewhere = watch("nonsense");
    let refused = shop.engine.watch_early_warnings(&shop.workspace, elsewhere).await;
    assert!(matches!(refused.err(), Some(EngineError::InvalidField { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_taken_care_of_is_listed_no_more() {
    let shop = regulars().await;
    shop.clock.set(at(&on(260)));
    let all = list(&shop, &[Kind::Silence]).await;
    let one = all.iter().find(|one| one.customer == "c2").unwrap();
    let acknowledge = async |shop: &Shop, id: &str, note: &str| {
        shop.engine.acknowledge_warning(&shop.workspace, id, note.to_owned()).await
    };
    let (first, is_new) = acknowledge(&shop, &one.id, "called").await.unwrap();
    assert!(is_new && first.note == "called");
    shop.clock.set(at(&on(270)));
    let shop = shop.reopened();
    let (again, is_new) = acknowledge(&shop, &one.id, "called again").await.unwrap();
    assert!(!is_new && again == first, "the first stays");
    let rest = list(&shop, &[Kind::Silence]).await;
    assert!(rest.iter().all(|other| other.id != one.id) && rest.len() + 1 >= all.len());
    let (with, _) = ask(&shop, ListEarlyWarnings { with_acknowledged: true, ..question(&[]) }).await;
    let kept = with.iter().find(|other| other.id == one.id).unwrap();
    assert_eq!(kept.acknowledgement.as_ref(), Some(&first));
    for unknown in [
        "",
        "silence@2025-07-20@c2@x",
        "silence@2025-07-19@c2",
        "lower_nps@2025-07-20@c2",
        "silence@2025-07-20@nobody",
    ] {
        let refused = acknowledge(&shop, unknown, "").await;
        assert!(matches!(refused, Err(EngineError::WarningNotFound(_))), "{unknown}");
    }
    // Whoever came back may have been called before.
    shop.record(buys("c3", [269], "10")).await;
    let c3 = all.iter().find(|one| one.customer == "c3").unwrap();
    assert!(acknowledge(&shop, &c3.id, "").await.unwrap().1);
    // Of data at rest, too, which is asked about as of long ago.
    shop.clock.set(at(&on(900)));
    let at_rest = list(&shop, &[Kind::Silence]).await;
    assert!(!at_rest.is_empty());
    acknowledge(&shop, &at_rest[0].id, "").await.unwrap();
    let rest = list(&shop, &[Kind::Silence]).await;
    assert_eq!(rest.len() + 1, at_rest.len());
    shop.clock.set(at(&on(270)));
    // Erasing takes what was said with it.
    shop.engine.erase_customer(&shop.workspace, &customer("c2")).await.unwrap();
    shop.record(buys("c2", (0..=20).map(|n| 200 - 10 * n), "10")).await;
    let back = list(&shop, &[Kind::Silence]).await;
    assert!(back.iter().any(|other| other.id == one.id), "it is as if it had never been said");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_about_whom_they_are_asked() {
    let shop = regulars().await;
    shop.record((0..8).map(|who| is(&format!("c{who}"), "market", if who < 3 { "hr" } else { "pl" }))).await;
    shop.clock.set(at(&on(260)));
    let (all, totals) = ask(&shop, question(&[])).await;
    assert_eq!(totals.warnings as usize, all.len());
    assert_eq!(totals.by_kind.iter().sum::<u64>(), totals.warnings);
    let values: Vec<f64> = all.iter().map(|one| one.value_at_risk.unwrap()).collect();
    assert!(values.is_sorted_by(|a, b| a >= b), "{values:?}");
    let (few, same) = ask(&shop, ListEarlyWarnings { limit: 2, ..question(&[]) }).await;
    assert_eq!((few.len(), same), (2, totals));
    assert_eq!((&few[0].id, &few[1].id), (&all[0].id, &all[1].id));
    let least = values[values.len() / 2];
    let (worth, _) = ask(&shop, ListEarlyWarnings { min_value_at_risk: Some(least), ..question(&[]) }).await;
    assert!(!worth.is_empty() && worth.iter().all(|one| one.value_at_risk.unwrap() >= least));
    let filter = Some(Filter::parse("market == 'hr' && segment != 'nobody'").unwrap());
    let scope = Scope { filter, ..Scope::default() };
    let (here, _) = ask(&shop, ListEarlyWarnings { scope, ..question(&[]) }).await;
    assert!(!here.is_empty() && here.iter().all(|one| ["c0", "c1", "c2"].contains(&one.customer.as_str())));
    let by_day = ListEarlyWarnings { order: EarlyWarningOrder::Newest, ..question(&[]) };
    let (newest, _) = ask(&shop, by_day).await;
    assert!(newest.is_sorted_by(|a, b| a.raised >= b.raised));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_after_an_instant_changes_nothing_of_it() {
    let shop = regulars().await;
    shop.clock.set(at(&on(300)));
    let scope = || Scope { as_of: Some(at(&on(260))), ..Scope::default() };
    let before = ask(&shop, ListEarlyWarnings { scope: scope(), ..question(&[]) }).await;
    shop.record(buys("c1", [261, 262, 270, 290], "99")).await;
    let fall = Record::SurveyResponse(answered("late", Some("c4"), &on(261), 0));
    shop.record([fall]).await;
    let after = ask(&shop, ListEarlyWarnings { scope: scope(), ..question(&[]) }).await;
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
}
