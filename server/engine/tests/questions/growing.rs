//! Made-up shops that grow by a day, or by a repeat buyer, and what they are told before and after.
//!
//! A step may move the total over a year for two reasons. Customers did something, or were silent for a day: how far that moves the
//! total, the model of before says itself when it is asked about the records of after. And records teach: the model of after is
//! another one. How far that may go is what is tested here.
//!
//! **What new data can explain.** The logarithm of the total is known to a standard error `s`. Of independent records, of which a share
//! `q` is new, an estimate moves by `s sqrt(q)` in the root mean square when it takes them in (the variance of the difference of a mean of
//! n and of n + m is `s^2 m / (n + m)`, and likewise for any estimate that is as good as the maximum likelihood). `s` is
//! taken from the interval that the shop was told, before or after, whichever is wider, and `q` from whichever of repeat purchases, customers
//! and days of customers grew by the greatest share. [`DEVIATIONS`] of these and [`A_LITTLE`] are allowed: customers differ, so a single one can
//! say more than the mean of them. What is more is a cliff: not the records, but a rule of ours moved the total.
//!
//! Steps are looked for where something changes in what speaks for a shop, by bisection between points of its life; one ordinary step
//! a point is measured beside them, to see whether the bound is one.
//!
//! `GROWING=0..1000 cargo test --release -p lojal-engine-questions --test questions growing:: -- --nocapture` looks at one stretch of the lives of so many
//! shops, another one of each, and prints how far which switch moves totals. With `GROWING_WHOLE=1` it looks at whole lives, which takes ten
//! times as long.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lojal_domain::{Horizon, Record};
use lojal_engine::{
    FittedLearner, FittedModel, IntervalMethod, Outlook, PredictCustomer, PredictCustomers, PredictionOrder,
    Reach, Scope, WhenDue, Whom,
};
use lojal_scoring::clv::PurchaseFit;
use lojal_scoring::statistics::normal::two_sided_quantile;

use crate::common::{Shop, at, bought};
use crate::made_up::{Customer, MadeUp};
use crate::shops::poisson_ends;

/// Shops of every run; `GROWING` asks for others.
const SHOPS: [u64; 4] = [0, 4, 14, 15];

/// How closely the life of a shop is looked at.
#[derive(Clone, Copy)]
struct Look {
    /// Shops have customers for about so many purchases; of larger ones the first. What changes in who speaks for them does so before.
    most_purchases: usize,
    /// Points of a life between which changes are looked for.
    points: usize,
    /// Whether all stretches between them are looked at, or one, which is another for each shop.
    whole: bool,
}

/// In every run.
const GLANCE: Look = Look { most_purchases: FEW_PURCHASES, points: 4, whole: true };
const FEW_PURCHASES: usize = 400;

/// In the long forms.
const STRETCH: Look = Look { most_purchases: 1_000, points: 8, whole: false };
const WHOLE_LIFE: Look = Look { whole: true, ..STRETCH };

/// So many standard deviations are explained by new records.
const DEVIATIONS: f64 = 3.0;

/// Of as many normal moves as a long form makes the furthest lies beyond what is allowed in one run of so many.
const ONE_RUN_IN: f64 = 20.0;

/// How far the furthest of so many steps may be: of thousands a few are further than [`DEVIATIONS`] by chance.
fn furthest(steps: usize) -> f64 {
    two_sided_quantile(1.0 - 1.0 / (ONE_RUN_IN * steps as f64)).max(DEVIATIONS)
}

/// Ordinary steps hardly ever move totals so far; the long form prints those that do.
const WORTH_A_LOOK: f64 = 1.5;

/// And so much of the logarithm of the total.
const A_LITTLE: f64 = 0.02;

/// Half a purchase a year more or less is nothing, however few come.
const HALF_A_PURCHASE: f64 = 0.5;

/// The quantile of the normal distribution of which intervals of 95 % are made.
const TWO_SIDED: f64 = 1.96;

/// Days that are forecast.
const YEAR: f64 = 364.0;

/// Who bought, and on which day since the shop opened.
type Purchase = (usize, u32);

/// By what a shop grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    /// One day after the other.
    Day,
    /// On the same day, one customer after the other who came back, and is then known with all they did. The others are
    /// known to have come once.
    RepeatBuyer,
}

/// A shop at all points of its growth.
struct Growing {
    /// All that ever happens.
    histories: Vec<Vec<u32>>,
    /// Places of those who came back.
    repeat_buyers: Vec<usize>,
    days: u32,
    by: By,
}

/// A shop at one of them.
struct Stage {
    purchases: Vec<Purchase>,
    /// The day that is not over yet.
    today: u32,
}

/// What a shop was told.
struct Told {
    shop: Shop,
    total: f64,
    /// Standard error of its logarithm.
    error: f64,
    model: Arc<FittedModel>,
}

fn date(day: u32) -> String {
    let opened = jiff::civil::date(2020, 1, 1);
    opened.checked_add(jiff::Span::new().days(i64::from(day))).unwrap().to_string()
}

fn record(&(who, day): &Purchase) -> Record {
    bought(&format!("t{who}-{day}"), &format!("c{who}"), &date(day), "10.00")
}

fn year(model: Option<&str>) -> Outlook {
    Outlook {
        reach: Reach::Within(Horizon::parse(&format!("{YEAR}d")).unwrap()),
        scope: Scope::default(),
        model: model.map(str::to_owned),
        when_due: WhenDue::Make,
        yearly_discount_rate: 0.1,
        intervals: Some(IntervalMethod::Delta),
    }
}

/// Purchases expected of all customers in a year, their interval, and the model that expects them.
async fn total(shop: &Shop, model: Option<&str>) -> (f64, (f64, f64), Arc<FittedModel>) {
    let question = PredictCustomers {
        outlook: year(model),
        order: PredictionOrder::Recorded,
        limit: Some(0),
        with_intervals: false,
        with_ranges: false,
        with_shares: false,
        with_totals: true,
    };
    let batches = shop.engine.predict_customers(&shop.workspace, question).await.unwrap();
    let purchases = batches.totals().unwrap().expected_purchases;
    let interval = (purchases.low.unwrap(), purchases.high.unwrap());
    (purchases.value.unwrap(), interval, batches.model().clone())
}

impl Stage {
    async fn shop(&self) -> Shop {
        let shop = Shop::new(&date(self.today));
        for purchases in self.purchases.chunks(5_000) {
            shop.record(purchases.iter().map(record)).await;
        }
        shop
    }

    async fn told(&self) -> Told {
        let shop = self.shop().await;
        let (total, (low, high), model) = total(&shop, None).await;
        Told { shop, total, error: (high / low).ln() / (2.0 * TWO_SIDED), model }
    }

    /// Whether nothing has happened for a year: answers are then as of the last purchase, and say so.
    fn is_at_rest(&self) -> bool {
        let last = self.purchases.iter().map(|of| of.1).max();
        last.is_some_and(|last| self.today - last > 364)
    }

    /// Repeat purchases, customers, and days of customers.
    fn known(&self) -> [f64; 3] {
        let mut first: BTreeMap<usize, u32> = BTreeMap::new();
        for &(who, day) in &self.purchases {
            first.entry(who).and_modify(|first| *first = day.min(*first)).or_insert(day);
        }
        let days: u32 = first.values().map(|first| self.today - first).sum();
        let customers = first.len();
        [(self.purchases.len() - customers) as f64, customers as f64, f64::from(days)]
    }
}

impl Growing {
    fn new(made_up: &MadeUp, most_purchases: usize, by: By) -> Self {
        let mut purchases = 0;
        let in_it = |customer: &&Customer| {
            purchases += customer.days_ago.len();
            purchases <= most_purchases
        };
        let customers: Vec<&Customer> = made_up.customers.iter().take_while(in_it).collect();
        let days = customers.iter().map(|customer| customer.days_ago[0]).max().unwrap();
        let history = |days_ago: &Vec<u32>| days_ago.iter().map(|ago| days - ago).collect();
        let histories: Vec<Vec<u32>> = customers.iter().map(|of| history(&of.days_ago)).collect();
        let repeat_buyers = (0..histories.len()).filter(|&who| histories[who].len() > 1).collect();
        Self { histories, repeat_buyers, days, by }
    }

    /// Steps it can grow by.
    fn steps(&self) -> std::ops::RangeInclusive<u32> {
        match self.by {
            By::Day => 1..=self.days,
            By::RepeatBuyer => 0..=self.repeat_buyers.len() as u32,
        }
    }

    fn at(&self, step: u32) -> Stage {
        let all = self.histories.iter().enumerate();
        let mut came_back = vec![false; self.histories.len()];
        self.repeat_buyers.iter().take(step as usize).for_each(|&who| came_back[who] = true);
        let purchases = all.flat_map(|(who, history)| {
            let known = history.iter().take(match self.by {
                By::RepeatBuyer if !came_back[who] => 1,
                _ => history.len(),
            });
            known.map(move |&day| (who, day))
        });
        match self.by {
            By::Day => Stage { purchases: purchases.filter(|(_, day)| *day < step).collect(), today: step },
            By::RepeatBuyer => Stage { purchases: purchases.collect(), today: self.days },
        }
    }

    /// Points of its growth, closer to each other where it has little.
    fn points(&self, number: usize) -> Vec<u32> {
        let (first, last) = (*self.steps().start(), *self.steps().end());
        let growth = f64::from(last - first + 1);
        let at = |i: usize| first + growth.powf(i as f64 / (number - 1) as f64) as u32 - 1;
        let points: BTreeSet<u32> = (0..number).map(at).collect();
        points.into_iter().filter(|point| *point <= last).collect()
    }
}

/// What may change in what speaks for a shop, the k of models of regular purchases with them.
const SWITCHES: [&str; 6] = ["comparing at all", "landmarks", "learner", "paces", "beliefs", "members"];

/// All of it, in words, in the order of [`SWITCHES`].
fn speaking(model: &FittedModel) -> [String; SWITCHES.len()] {
    let kind = |fit: &PurchaseFit| match fit.model.regularity() {
        Some(k) => format!("{} {k}", fit.model.kind().name()),
        None => fit.model.kind().name().to_owned(),
    };
    let kinds: BTreeSet<String> = model.voices().map(|(_, fit)| kind(fit)).collect();
    let landmarks = model.backtest_bias.iter().count() + model.earlier_biases.len();
    [
        (landmarks > 0).to_string(),
        landmarks.to_string(),
        model.learner.as_ref().is_some_and(FittedLearner::moves_odds).to_string(),
        model.learner.as_ref().is_some_and(|learner| learner.own_pace.is_some()).to_string(),
        model.prior_share().is_some().to_string(),
        kinds.into_iter().collect::<Vec<_>>().join(" + "),
    ]
}

/// A step, and how far it moved the total.
struct Step {
    cause: &'static str,
    /// Of the logarithm of the total.
    moved: f64,
    /// The same over what one standard deviation of new records explains, and is beyond [`A_LITTLE`].
    deviations: f64,
    line: String,
}

/// What shops were told, of each point that was asked for.
struct Lives<'g> {
    growing: &'g Growing,
    told: BTreeMap<u32, Told>,
}

impl Lives<'_> {
    async fn told(&mut self, step: u32) -> &Told {
        if !self.told.contains_key(&step) {
            let told = self.growing.at(step).told().await;
            self.told.insert(step, told);
        }
        &self.told[&step]
    }

    async fn speaking(&mut self, step: u32, switch: usize) -> String {
        speaking(&self.told(step).await.model)[switch].clone()
    }

    /// The step between two points after which something speaks that did not before them.
    async fn switch(&mut self, (mut low, mut high): (u32, u32), switch: usize) -> u32 {
        let before = self.speaking(low, switch).await;
        while high - low > 1 {
            let middle = low.midpoint(high);
            if self.speaking(middle, switch).await == before {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }

    /// How far the step after a point moves the total.
    async fn step(&mut self, step: u32) -> Step {
        self.told(step + 1).await;
        // Its shop grows, and so it is asked again if need be.
        let (stage, grown) = (self.growing.at(step), self.growing.at(step + 1));
        self.told(step).await;
        let before = self.told.remove(&step).unwrap();
        let after = &self.told[&(step + 1)];
        let known: BTreeSet<Purchase> = stage.purchases.iter().copied().collect();
        let new: Vec<Purchase> = grown.purchases.iter().copied().filter(|of| !known.contains(of)).collect();
        before.shop.clock.set(at(&date(grown.today)));
        before.shop.record(new.iter().map(record)).await;
        let (by_before, _, _) = total(&before.shop, Some(&before.model.id)).await;
        let moved = ((after.total + HALF_A_PURCHASE) / (by_before + HALF_A_PURCHASE)).ln();
        let shares = stage.known().into_iter().zip(grown.known());
        let share = shares.map(|(old, all)| if all > 0.0 { 1.0 - old / all } else { 0.0 });
        let share = share.fold(0.0, f64::max);
        let error = before.error.max(after.error);
        let deviations = (moved.abs() - A_LITTLE).max(0.0) / (error * share.sqrt());
        let (was, is) = (speaking(&before.model), speaking(&after.model));
        let changed = SWITCHES.iter().enumerate().find(|(i, _)| was[*i] != is[*i]);
        let line = format!(
            "{step}: {:.1} (now {by_before:.1}) -> {:.1}, {deviations:.1} deviations; error {:.3} -> {:.3}, new {share:.4}; {} -> {} landmarks, {} -> {}; now: {}",
            before.total,
            after.total,
            before.error,
            after.error,
            was[1],
            is[1],
            describe(&before.model),
            describe(&after.model),
            after.model.reason
        );
        Step { cause: changed.map_or("nothing", |(_, name)| *name), moved, deviations, line }
    }
}

/// Who speaks, and how much each counts.
fn describe(model: &FittedModel) -> String {
    let voice = |(weight, kind): (f64, &str)| format!("{kind} {weight:.2}");
    let mut all: Vec<String> = model.voices().map(|(w, fit)| voice((w, fit.model.kind().name()))).collect();
    if model.prior_share().is_some() {
        all[0].push_str(" with beliefs");
    }
    if let Some(weight) = model.learner.as_ref().and_then(|learner| learner.score().weight.value) {
        all.push(voice((weight, "learner")));
    }
    if let Some(paces) = model.learner.as_ref().and_then(|learner| learner.score().own_pace) {
        all.push(voice((paces.weight.value.unwrap(), "paces")));
    }
    all.join(" + ")
}

/// The steps of a shop's growth around which something changes, and one ordinary one at each point.
async fn steps_of(growing: &Growing, look: Look, seed: u64) -> Vec<Step> {
    let mut lives = Lives { growing, told: BTreeMap::new() };
    let mut points = growing.points(look.points);
    if !look.whole && points.len() > 2 {
        let stretch = seed as usize % (points.len() - 1);
        points = points[stretch..=stretch + 1].to_vec();
    }
    let mut steps: BTreeSet<u32> =
        points.iter().copied().filter(|p| growing.steps().contains(&(p + 1))).collect();
    for pair in points.windows(2) {
        for switch in 0..SWITCHES.len() {
            let (low, high) = (pair[0], pair[1]);
            if lives.speaking(low, switch).await != lives.speaking(high, switch).await {
                steps.insert(lives.switch((low, high), switch).await);
            }
        }
    }
    let mut all = Vec::new();
    steps.retain(|step| !growing.at(step + 1).is_at_rest());
    for step in steps {
        all.push(lives.step(step).await);
    }
    all
}

/// Switches that are known to move totals further than [`DEVIATIONS`], and how far at most: what is left to do.
///
/// How regular purchases are is a whole number, k, which one model after the other takes as it is likeliest.
const KNOWN: [(&str, f64); 1] = [("members", 5.0)];

#[tokio::test(flavor = "multi_thread")]
async fn totals_move_by_no_more_than_new_records_explain() {
    let asked = std::env::var("GROWING").ok();
    let shops: Vec<u64> = asked.as_ref().map_or(SHOPS.to_vec(), |text| {
        let (from, to) = text.split_once("..").unwrap();
        (from.parse().unwrap()..to.parse().unwrap()).collect()
    });
    let look = match (&asked, std::env::var_os("GROWING_WHOLE")) {
        (None, _) => GLANCE,
        (Some(_), None) => STRETCH,
        (Some(_), Some(_)) => WHOLE_LIFE,
    };
    /// Deviations, how far the total moved, and that in a line.
    type Moved = (f64, f64, String);
    let mut all: BTreeMap<(By, &str), Vec<Moved>> = BTreeMap::new();
    for seed in shops {
        let made_up = MadeUp::new(seed);
        for by in [By::Day, By::RepeatBuyer] {
            for step in steps_of(&Growing::new(&made_up, look.most_purchases, by), look, seed).await {
                let line = format!("{seed} {by:?} {}", step.line);
                if asked.is_some() && step.deviations > WORTH_A_LOOK {
                    println!("{}: {line}", step.cause);
                }
                all.entry((by, step.cause)).or_default().push((step.deviations, step.moved, line));
            }
        }
    }
    let number: usize = all.values().map(Vec::len).sum();
    let explained = if asked.is_some() { furthest(number) } else { DEVIATIONS };
    println!("of {number} steps none may be beyond {explained:.2} deviations");
    let mut beyond = Vec::new();
    for ((by, cause), steps) in &mut all {
        steps.sort_by(|a, b| b.0.total_cmp(&a.0));
        let at = |share: f64| steps[((1.0 - share) * (steps.len() - 1) as f64).round() as usize].0;
        let allowed = KNOWN.iter().find(|of| of.0 == *cause).map_or(explained, |of| of.1.max(explained));
        let over = steps.iter().filter(|step| step.0 > DEVIATIONS).count();
        let moved = (steps.iter().map(|step| step.1 * step.1).sum::<f64>() / steps.len() as f64).sqrt();
        println!(
            "{by:?}, {cause} changes: {} steps, {over} beyond {DEVIATIONS} deviations; 50, 90, 99 %, most: {:.1} {:.1} {:.1} {:.1}; total moved by {moved:.3} (RMS of its logarithm)",
            steps.len(),
            at(0.5),
            at(0.9),
            at(0.99),
            at(1.0)
        );
        for step in steps.iter().take(3) {
            println!("    {}", step.2);
        }
        beyond.extend(steps.iter().filter(|step| step.0 > allowed).map(|step| step.2.clone()));
    }
    assert!(beyond.is_empty(), "{} beyond:\n{}", beyond.len(), beyond.join("\n"));
}

/// A first customer is what shops in general believed of a new one, and not another law.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_purchase_moves_what_is_believed_of_customers_within_its_interval() {
    let question = PredictCustomer {
        whom: Whom::NewCustomer,
        outlook: year(None),
        with_distribution: false,
        with_alive_history: false,
    };
    let nobody = Shop::new(&date(2));
    let forecast = nobody.engine.predict_customer(&nobody.workspace, question).await.unwrap();
    assert!(forecast.model.is_prior(), "{}", forecast.model.id);
    let believed = forecast.estimated().expected_purchases;
    let (total, _, model) = total(&Stage { purchases: vec![(0, 1)], today: 2 }.shop().await, None).await;
    assert!(!model.is_prior());
    let (low, high) = (believed.low.unwrap(), believed.high.unwrap());
    assert!((low..=high).contains(&total), "{total}, not within {low} to {high}");
}

/// Where nobody came back, a Poisson count of nothing over the days of all customers says how often they may buy at most. They may be gone,
/// or buy rarely, so nothing is too little.
#[tokio::test(flavor = "multi_thread")]
async fn totals_of_shops_to_which_nobody_came_back_are_those_of_a_count_of_nothing() {
    for seed in 0..12 {
        let Stage { purchases, today } =
            Growing::new(&MadeUp::new(seed), FEW_PURCHASES, By::RepeatBuyer).at(0);
        for day in [today.div_ceil(8), today.div_ceil(2), today, 2 * today] {
            let purchases: Vec<Purchase> = purchases.iter().copied().filter(|of| of.1 < day).collect();
            let stage = Stage { purchases, today: day };
            if stage.purchases.is_empty() || stage.is_at_rest() {
                continue;
            }
            let [_, customers, days] = stage.known();
            let (total, (low, high), model) = total(&stage.shop().await, None).await;
            let most = poisson_ends(0.0).1 * YEAR * customers / days;
            println!(
                "{seed}, day {day}: {total:.2} ({low:.2} to {high:.2}) of {customers} customers, at most {most:.2}"
            );
            assert!(
                total > 0.0 && total <= most,
                "{seed}, day {day}: {total}, not 0 to {most}; {}",
                model.reason
            );
        }
    }
}
