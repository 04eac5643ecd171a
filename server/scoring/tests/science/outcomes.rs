//! What came of simulated customers lies in the ranges they were given as often as it should.
//!
//! Customers live by a model for longer than is looked at; what is predicted from the first part is held against the second. Every run
//! takes some of them, and `CUSTOMERS=200000 cargo test --release -p lojal-scoring --test science outcomes:: -- --nocapture` as
//! many as it says, and prints what it counts.

use crate::random::Random;
use lojal_scoring::clv::{
    CustomerHistory, Ensemble, ExpectedTotal, GammaGamma, Known, OutcomeRange, Pair, PurchaseCounts,
    PurchaseModel, PurchaseModelKind, Scatter, Tails, TimeUnit, customer_ranges, shared_variance,
    total_ranges,
};
use proptest::prelude::*;

const VALUE: GammaGamma = GammaGamma::new(2.5, 4.0, 30.0);
/// Days looked at, and days after them.
const SEEN: f64 = 300.0;
const AHEAD: f64 = 200.0;

fn customers() -> usize {
    std::env::var("CUSTOMERS").map_or(1_500, |text| text.parse().unwrap())
}

fn model(kind: PurchaseModelKind, parameters: [f64; 4]) -> PurchaseModel {
    let regularity = if kind == PurchaseModelKind::MbgCnbd { 2 } else { 1 };
    PurchaseModel::new(kind, parameters, TimeUnit::Day).with_regularity(regularity)
}

/// The models and parameters by which customers live: with few purchases and many.
fn laws() -> Vec<PurchaseModel> {
    use PurchaseModelKind::{BgNbd, MbgCnbd, MbgNbd, Nbd, ParetoNbd};
    let few = [0.8, 70.0, 0.9, 3.0];
    vec![
        model(BgNbd, few),
        model(MbgNbd, few),
        model(ParetoNbd, [0.8, 70.0, 0.7, 300.0]),
        model(MbgCnbd, [0.8, 35.0, 0.9, 3.0]),
        model(Nbd, few),
        model(BgNbd, [3.0, 30.0, 0.3, 9.0]),
        model(Nbd, [4.0, 30.0, 0.0, 0.0]),
    ]
}

/// What is seen of a customer, and their purchases and spend in the days after.
struct Lived {
    known: Known,
    came: f64,
    spent: f64,
}

fn live(model: &PurchaseModel, random: &mut Random) -> Lived {
    let parameters = model.parameters();
    let rate = random.gamma(parameters[0]) / parameters[1];
    let mut stay = f64::INFINITY;
    let mut leave = 0.0;
    match model.kind() {
        PurchaseModelKind::Nbd => {}
        PurchaseModelKind::ParetoNbd => {
            stay = random.exponential() / (random.gamma(parameters[2]) / parameters[3]);
        }
        _ => leave = random.beta(parameters[2], parameters[3]),
    }
    let at_first = matches!(model.kind(), PurchaseModelKind::MbgNbd | PurchaseModelKind::MbgCnbd);
    let nu = random.gamma(VALUE.q) / VALUE.gamma;
    let (mut time, mut seen, mut last, mut seen_spend, mut came, mut spent) = (0.0, 0, 0.0, 0.0, 0.0, 0.0);
    let mut alive = !at_first || random.uniform() > leave;
    while alive {
        time += (0..model.regularity().unwrap_or(1)).map(|_| random.exponential()).sum::<f64>() / rate;
        if time > stay.min(SEEN + AHEAD) {
            break;
        }
        let value = random.gamma(VALUE.p) / nu;
        if time <= SEEN {
            (seen, last, seen_spend) = (seen + 1, time, seen_spend + value);
        } else {
            (came, spent) = (came + 1.0, spent + value);
        }
        alive = random.uniform() > leave;
    }
    let history = CustomerHistory {
        repeat_purchases: seen,
        recency_days: last,
        age_days: SEEN,
        first_day: None,
        pace: 1.0,
    };
    let mean_value = (seen > 0).then(|| seen_spend / f64::from(seen));
    Lived { known: Known { history, mean_value, habits: None }, came, spent }
}

/// How often outcomes lay in the ranges of 80 % and 95 %, and how often they should have.
#[derive(Default)]
struct Tally {
    n: f64,
    held: [f64; 2],
    due: [f64; 2],
}

impl Tally {
    fn add(&mut self, range: &OutcomeRange, came: f64, due: [f64; 2]) {
        let ends = [(range.low_80, range.high_80), (range.low_95, range.high_95)];
        self.n += 1.0;
        for (i, (low, high)) in ends.into_iter().enumerate() {
            self.held[i] += f64::from(u8::from((low..=high).contains(&came)));
            self.due[i] += due[i];
        }
    }

    /// Holds what was counted to what was due, within four standard deviations of such a count.
    fn check(&self, about: &str) {
        for ((held, due), name) in self.held.iter().zip(self.due).zip(["80 %", "95 %"]) {
            let (share, wanted) = (held / self.n, due / self.n);
            println!("{about}, {name}: {:.4} of {}, due {wanted:.4}", share, self.n);
            let error = (wanted * (1.0 - wanted) / self.n).sqrt();
            assert!((share - wanted).abs() < 4.0 * error, "{about}, {name}: {share}, not {wanted}");
        }
    }
}

/// By the distribution itself: a whole number cannot end where 80 % are reached, so a range holds more.
fn due_of_counts(counts: &PurchaseCounts, range: &OutcomeRange) -> [f64; 2] {
    [(range.low_80, range.high_80), (range.low_95, range.high_95)].map(|(low, high)| {
        let (low, high) = (low as usize, high as usize);
        counts.probabilities()[low..=high].iter().sum()
    })
}

#[test]
fn single_customers_lie_in_their_ranges() {
    for (number, law) in laws().into_iter().enumerate() {
        let mut random = Random(33 + number as u64);
        let models = Ensemble::from(Pair { purchases: law, value: Some(VALUE) });
        let (mut purchases, mut spend, mut always) = (Tally::default(), Tally::default(), Tally::default());
        for _ in 0..customers() {
            let Lived { known, came, spent } = live(&law, &mut random);
            let counts = PurchaseCounts::ahead(&models, &known, AHEAD);
            let range = counts.range(&Tails::default()).unwrap();
            let due = due_of_counts(&counts, &range);
            assert!(due[0] >= 0.8 && due[1] >= 0.95, "{due:?}");
            purchases.add(&range, came, due);
            let range = customer_ranges(&counts, Some(&VALUE), &known, &Tails::default()).spend.unwrap();
            // Nothing is as probable as it is; what is above 0 has quantiles that are met exactly.
            let none = counts.probabilities()[0];
            let below = |end: f64, wanted: f64| if end > 0.0 { wanted } else { 0.0 };
            let above = |end: f64, wanted: f64| if end > 0.0 { wanted } else { 1.0 - none };
            let due = [
                1.0 - below(range.low_80, 0.1) - above(range.high_80, 0.1),
                1.0 - below(range.low_95, 0.025) - above(range.high_95, 0.025),
            ];
            if none < 0.025 {
                assert_eq!(due, [0.8, 0.95]);
                always.add(&range, spent, due);
            }
            spend.add(&range, spent, due);
        }
        let about = format!("{} {number}", law.kind().name());
        purchases.check(&format!("{about}, purchases"));
        spend.check(&format!("{about}, spend"));
        if always.n > 200.0 {
            always.check(&format!("{about}, spend of those who surely buy"));
        }
    }
}

/// With nothing shared: models that were never off, and parameters that are known.
#[test]
fn sums_over_customers_lie_in_their_ranges() {
    let never_off = 0.0;
    for (law, group) in [(laws()[1], 3), (laws()[1], 40), (laws()[5], 40), (laws()[3], 400)] {
        let mut random = Random(80 + group as u64);
        let models = Ensemble::from(Pair { purchases: law, value: Some(VALUE) });
        let (mut purchases, mut spend) = ([0.0; 2], [0.0; 2]);
        let groups = (customers() / group).clamp(100, 1_000);
        for _ in 0..groups {
            let (mut scatter, mut expected, mut worth) = (Scatter::default(), 0.0, 0.0);
            let (mut came, mut spent) = (0.0, 0.0);
            for _ in 0..group {
                let lived = live(&law, &mut random);
                scatter.merge(&Scatter::of(&models, AHEAD, &lived.known));
                let mean = law.expected_purchases(&lived.known.history, AHEAD);
                let history = lived.known.history;
                let value =
                    VALUE.expected_value(history.repeat_purchases, lived.known.mean_value.unwrap_or(0.0));
                (expected, worth) = (expected + mean, worth + mean * value.unwrap());
                (came, spent) = (came + lived.came, spent + lived.spent);
            }
            let of = |mean| ExpectedTotal { mean, log_error: 0.0 };
            let ranges = total_ranges(&scatter, &of(expected), Some(&of(worth)), never_off);
            for (held, range, came) in
                [(&mut purchases, ranges.purchases, came), (&mut spend, ranges.spend, spent)]
            {
                let range = range.unwrap();
                held[0] += f64::from(u8::from((range.low_80..=range.high_80).contains(&came)));
                held[1] += f64::from(u8::from((range.low_95..=range.high_95).contains(&came)));
            }
        }
        let n = groups as f64;
        let share = [purchases, spend].map(|held| held.map(|held| held / n));
        println!("{} of {group}: purchases, spend in 80 %, 95 %: {share:.3?} of {groups}", law.kind().name());
        let least = [0.8_f64, 0.95].map(|p| p - 0.02 - 3.0 * (p * (1.0 - p) / n).sqrt());
        for held in share {
            assert!(held[0] > least[0] && held[1] > least[1], "{held:?}");
            // Whole numbers hold more, above all few of them.
            assert!(group < 40 || held[0] < 0.84 + 3.0 * (0.16 / n).sqrt(), "{held:?}");
        }
    }
}

/// Parameters far beyond any data set.
fn wild() -> impl Strategy<Value = f64> {
    (-6.0..6.0_f64).prop_map(|exponent| 10_f64.powf(exponent))
}

fn assert_ordered(range: Option<OutcomeRange>) -> Result<(), TestCaseError> {
    let Some(range) = range else { return Ok(()) };
    let all = range.ascending();
    prop_assert!(all[0] >= 0.0 && all.is_sorted() && all.iter().all(|end| end.is_finite()), "{range:?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn ranges_are_numbers_in_order_whatever_the_parameters(
        (r, alpha, a, b) in (wild(), wild(), wild(), wild()),
        (p, q, gamma) in (wild(), wild(), wild()),
        x in prop_oneof![0_u32..3, 0_u32..600],
        share in prop_oneof![Just(0.0), Just(1.0), 0.0..1.0_f64],
        age in prop_oneof![Just(0.0), 0.0..2_000.0_f64],
        horizon in prop_oneof![Just(0.0), 0.0..800.0_f64],
        mean_value in prop_oneof![Just(0.0), wild()],
    ) {
        let history = CustomerHistory { repeat_purchases: x, recency_days: age * share, age_days: age, first_day: None, pace: 1.0 };
        let known = Known { history, mean_value: (x > 0).then_some(mean_value), habits: None };
        let value = GammaGamma::new(p, q, gamma);
        for kind in [PurchaseModelKind::MbgNbd, PurchaseModelKind::Nbd] {
            let purchases = PurchaseModel::new(kind, [r, alpha, a, b], TimeUnit::Week);
            let models = Ensemble::from(Pair { purchases, value: Some(value) });
            let counts = PurchaseCounts::ahead(&models, &history.into(), horizon);
            assert_ordered(counts.range(&Tails::default()))?;
            if counts.probabilities().len() <= 512 {
                assert_ordered(customer_ranges(&counts, Some(&value), &known, &Tails::default()).spend)?;
            }
            let scatter = Scatter::of(&models, horizon, &known);
            for log_error in [0.0, 0.3, 3.0] {
                let mean = purchases.expected_purchases(&history, horizon);
                let of = |mean| ExpectedTotal { mean, log_error };
                let worth = value.expected_value(x, mean_value).map(|value| of(mean * value));
                let ranges = total_ranges(&scatter, &of(mean), worth.as_ref(), shared_variance(&[]));
                prop_assert!(ranges.purchases.is_some() || mean > 1e12, "{mean} {scatter:?}");
                assert_ordered(ranges.purchases)?;
                assert_ordered(ranges.spend)?;
            }
        }
    }
}
