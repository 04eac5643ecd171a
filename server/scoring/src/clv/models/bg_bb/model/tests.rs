use super::*;
use crate::clv::oracle::{
    array, assert_in_range, beta_points, close, customers, golden, horizons, number, wild,
};
use crate::clv::{CustomerHistory, PurchaseModel};
use proptest::prelude::*;

/// Answers against references and the oracle.
const VALUES: f64 = 1e-9;

fn published() -> BgBb {
    let [alpha, beta, gamma, delta] = array(&golden()["bgbb"]["params"]);
    BgBb { alpha, beta, gamma, delta, unit: TimeUnit::Month }
}

#[test]
fn donors_are_judged_as_in_the_reference() {
    let model = published();
    for customer in golden()["bgbb"]["customers"].as_array().unwrap() {
        let count = |key: &str| number(&customer[key]) as u32;
        let of = OpportunityHistory { used: count("x"), last_used: count("t_x"), opportunities: count("n") };
        close("loglik", model.log_likelihood(&of), number(&customer["loglik"]), VALUES);
        close("P(alive)", model.p_alive(&of), number(&customer["p_alive_at_n"]), VALUES);
        close("P(alive) next", model.p_alive_after(&of, 1), number(&customer["p_alive_at_n_plus_1"]), VALUES);
        close("expected", model.expected_uses(&of, 5), number(&customer["E_purchases_next_5"]), VALUES);
    }
}

/// The same donors by the days of their gifts, each on the last day of a year, and asked as of any day until the next one.
#[test]
fn donors_are_judged_by_the_days_of_their_gifts() {
    /// 1995-12-31, and the days from it to the ends of the years 1996 to 2011.
    const FIRST: i32 = 9_495;
    let end_of = |year: u32| f64::from(365 * year + year.div_ceil(4));
    let [alpha, beta, gamma, delta] = published().parameters();
    let model = PurchaseModel::BgBbDated(BgBb { alpha, beta, gamma, delta, unit: TimeUnit::Year });
    for customer in golden()["bgbb"]["customers"].as_array().unwrap() {
        let count = |key: &str| number(&customer[key]) as u32;
        for (days_since, ahead) in [(0.0, end_of(5 + count("n"))), (200.0, end_of(5 + count("n")) + 364.0)] {
            let age_days = end_of(count("n")) + days_since;
            let history = CustomerHistory {
                repeat_purchases: count("x"),
                recency_days: end_of(count("t_x")),
                age_days,
                first_day: Some(FIRST),
                pace: 1.0,
            };
            let ahead = ahead - age_days;
            close("loglik", model.log_likelihood(&history), number(&customer["loglik"]), VALUES);
            close("P(alive)", model.p_alive(&history), number(&customer["p_alive_at_n"]), VALUES);
            let next = model.p_alive_after(&history, 366.0 - days_since);
            close("P(alive) next", next, number(&customer["p_alive_at_n_plus_1"]), VALUES);
            let expected = model.expected_purchases(&history, ahead);
            close("expected", expected, number(&customer["E_purchases_next_5"]), VALUES);
            // Nobody gives before the next end of a year.
            assert_eq!(model.p_purchase_within(&history, 364.0 - days_since).to_bits(), 0.0_f64.to_bits());
            let wait = model.wait_quantile_days(&history, 0.01).unwrap();
            assert!((365.0 - days_since..=366.0 - days_since).contains(&wait), "{wait}");
        }
        let on_the_day = CustomerHistory {
            repeat_purchases: count("x"),
            recency_days: end_of(count("t_x")),
            age_days: end_of(count("n")),
            first_day: Some(FIRST),
            pace: 1.0,
        };
        let later = CustomerHistory { age_days: on_the_day.age_days + 200.0, ..on_the_day };
        let [now, then] = [on_the_day, later].map(|of| model.discounted_purchases(&of, 0.1).unwrap());
        close("worth 200 days sooner", then / now, 1.1_f64.powf(200.0 / 365.25), VALUES);
    }
}

/// What the model says of one customer, from its assumptions alone: with p and theta known, and averaged over both.
struct Oracle {
    points: Vec<(f64, f64, f64)>,
    horizon: i32,
}

/// For known p and theta: probability to be alive at n + m, expected uses, the distribution of uses.
fn known(p: f64, theta: f64, m: i32) -> (f64, f64, Vec<f64>) {
    let mut alive = vec![0.0; m as usize + 1];
    let mut gone = alive.clone();
    alive[0] = 1.0;
    for _ in 0..m {
        for y in (0..alive.len()).rev() {
            gone[y] += alive[y] * theta;
            let used = if y > 0 { alive[y - 1] * (1.0 - theta) * p } else { 0.0 };
            alive[y] = alive[y] * (1.0 - theta) * (1.0 - p) + used;
        }
    }
    let all: Vec<f64> = alive.iter().zip(&gone).map(|(a, g)| a + g).collect();
    let expected = (0..).zip(&all).map(|(y, p)| f64::from(y) * p).sum();
    (alive.iter().sum(), expected, all)
}

impl Oracle {
    /// Weights are those of customers who are alive at n; also the likelihood and P(alive).
    fn new(model: &BgBb, of: &OpportunityHistory, horizon: i32) -> (Self, f64, f64) {
        let (x, last) = (of.used as i32, of.last_used as i32);
        let silent = of.opportunities as i32 - last;
        let mut points = Vec::new();
        let (mut alive, mut gone) = (0.0, 0.0);
        let leaves = beta_points(model.gamma, model.delta);
        for (p, not_p, w) in beta_points(model.alpha, model.beta) {
            for &(theta, stay, v) in &leaves {
                if w * v < 1e-18 {
                    continue;
                }
                let until = w * v * p.powi(x) * not_p.powi(last - x) * stay.powi(last);
                let neither = not_p * stay;
                let still = until * neither.powi(silent);
                gone += until * (0..silent).map(|i| neither.powi(i) * theta).sum::<f64>();
                alive += still;
                points.push((p, theta, still));
            }
        }
        points.iter_mut().for_each(|point| point.2 /= alive);
        points.retain(|point| point.2 > 1e-15);
        (Self { points, horizon }, alive + gone, alive / (alive + gone))
    }

    fn mean(&self, f: impl Fn(&(f64, f64, Vec<f64>)) -> f64) -> f64 {
        self.points.iter().map(|&(p, theta, w)| w * f(&known(p, theta, self.horizon))).sum()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]
    #[test]
    fn answers_follow_from_the_assumptions(
        (alpha, beta) in (0.4..3.0_f64, 0.4..3.0_f64), (gamma, delta) in (0.4..2.0_f64, 0.5..6.0_f64),
        used in 0_u32..4, more in 0_u32..3, silent in 0_u32..6, horizon in 1..5_i32,
    ) {
        let model = BgBb { alpha, beta, gamma, delta, unit: TimeUnit::Month };
        let last_used = if used == 0 { 0 } else { used + more };
        let of = OpportunityHistory { used, last_used, opportunities: last_used + silent };
        let (oracle, likelihood, alive) = Oracle::new(&model, &of, horizon);
        let ahead = horizon as u32;
        close("likelihood", model.log_likelihood(&of).exp(), likelihood, VALUES);
        close("P(alive)", model.p_alive(&of), alive, VALUES);
        close("later", model.p_alive_after(&of, ahead), alive * oracle.mean(|k| k.0), VALUES);
        close("expected", model.expected_uses(&of, ahead), alive * oracle.mean(|k| k.1), VALUES);
        close("within", model.p_use_within(&of, ahead), alive * oracle.mean(|k| 1.0 - k.2[0]), VALUES);
        let mut out = [0.0; 4];
        model.use_probabilities(&of, ahead, &mut out);
        for (y, p) in out.into_iter().enumerate() {
            let ahead = oracle.mean(|k| k.2.get(y).copied().unwrap_or(0.0));
            let expected = alive * ahead + if y == 0 { 1.0 - alive } else { 0.0 };
            prop_assert!((p - expected).abs() <= VALUES * expected, "P({y}) {p} {expected}");
        }
        let d = 0.05_f64.exp_m1();
        let discounted: f64 = oracle.points.iter().map(|&(p, theta, w)| w * p * (1.0 - theta) / (d + theta)).sum();
        close("DERT", model.discounted_uses(&of, 0.05).unwrap(), alive * discounted, VALUES);
        let ever: f64 =
            oracle.points.iter().map(|&(p, theta, w)| w * p * (1.0 - theta) / (p + theta - p * theta)).sum();
        let model: &dyn Answers = &model;
        let of = Observed::from(&of);
        for q in [0.1, 0.5, 0.9] {
            let wait = model.wait_quantile(&of, q);
            close("wait", model.p_purchase_within(&of, wait), q * alive * ever, VALUES);
        }
    }
}

proptest! {
    // Few cases: with parameters as wild as these, two distributions have a million points.
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn answers_are_finite_and_in_range(
        (alpha, beta, gamma, delta) in (wild(), wild(), wild(), wild()), of in customers(), horizon in horizons(),
        rate in 1e-6..10.0_f64,
    ) {
        let model = BgBb { alpha, beta, gamma, delta, unit: TimeUnit::Week };
        assert_in_range(&model, &of, horizon, rate);
    }

    #[test]
    fn both_routes_agree_where_they_meet(
        (a, b) in (0.1..9.0_f64, 0.1..9.0_f64), (g, d) in (0.1..9.0_f64, 0.1..60.0_f64),
    ) {
        let race = Race { a, b, g, d };
        let long = |f: &dyn Fn(f64) -> f64| [f(MAX_TERMS), f(MAX_TERMS + 1.0)];
        // One more opportunity hardly matters, so the two routes must nearly agree, and grow.
        let [before, after] = long(&|n| race.used_within(n));
        let next = (race.ln_neither(MAX_TERMS)).exp();
        prop_assert!(after >= before * (1.0 - VALUES) && after - before <= next + VALUES * before);
        let [before, after] = long(&|n| periods_alive(&race, n));
        let alive = ln_survival(g, d, MAX_TERMS + 1.0).exp();
        prop_assert!((after - before - alive).abs() <= VALUES * after, "{before} {after} {alive}");
        let mut short = [0.0; 5];
        let mut beyond = [0.0; 5];
        use_distribution(&race, MAX_TERMS, &mut short);
        long_use_distribution(&race, MAX_TERMS, &mut beyond);
        for (short, beyond) in short.into_iter().zip(beyond) {
            prop_assert!((short - beyond).abs() <= VALUES * short, "{short} {beyond}");
        }
        close("left", race.left_within(MAX_TERMS), race.mean(|p| p.left * p.decided(MAX_TERMS)), VALUES);
        close("used", race.used_within(MAX_TERMS), race.mean(|p| p.used * p.decided(MAX_TERMS)), VALUES);
    }
}

#[test]
fn fractions_of_an_opportunity_are_interpolated() {
    let model: &dyn Answers = &published();
    let of = Observed { x: 3, recency: 5.0, age: 6.0 };
    let middle = |f: &dyn Fn(f64) -> f64| close("halfway", f(2.5), 0.5 * (f(2.0) + f(3.0)), VALUES);
    middle(&|t| model.expected_purchases(&of, t));
    middle(&|t| model.p_alive_after(&of, t));
    middle(&|t| model.p_purchase_within(&of, t));
    middle(&|t| {
        let mut out = [0.0; 3];
        model.purchase_probabilities(&of, t, &mut out);
        out[1]
    });
}

#[test]
fn what_cannot_be_is_brought_into_range() {
    let model = published();
    let history = |used, last_used, opportunities| OpportunityHistory { used, last_used, opportunities };
    let same = |a, b| close("same", model.log_likelihood(&a), model.log_likelihood(&b), 1e-15);
    same(history(0, 4, 6), history(0, 0, 6));
    same(history(3, 9, 6), history(3, 6, 6));
    same(history(9, 6, 6), history(6, 6, 6));
    assert!(model.log_likelihood(&history(5000, 0, 0)).abs() < 1e-15);
    assert_eq!(model.wait_quantile(&history(1, 1, 1), 1.0), None);
    assert_eq!(model.discounted_uses(&history(1, 1, 1), 0.0), None);
    let broken = BgBb { gamma: f64::NAN, ..model };
    assert_eq!(broken.check().unwrap_err().name, "gamma");
}

#[test]
fn waits_may_be_long_or_endless() {
    let slow: &dyn Answers =
        &BgBb { alpha: 0.5, beta: 40_000.0, gamma: 1e-3, delta: 50.0, unit: TimeUnit::Day };
    let new = Observed { x: 0, recency: 0.0, age: 0.0 };
    let wait = slow.wait_quantile(&new, 0.5);
    assert!(wait > MAX_TERMS && wait.is_finite(), "{wait}");
    let (half, twice) = (slow.p_purchase_within(&new, wait), slow.p_purchase_within(&new, 1e14));
    assert!(half < twice);
    let never: &dyn Answers = &BgBb { alpha: 1e-3, beta: 1.0, gamma: 1e-6, delta: 1.0, unit: TimeUnit::Day };
    assert!(never.wait_quantile(&new, 0.9).is_infinite());
}
#[test]
fn hundreds_of_uses_are_seen_too() {
    // Nearly everybody has p = 0.01 and nobody leaves, so uses are all but binomial: the mode is near 160 of 16,000.
    let model = BgBb { alpha: 1e5, beta: 99e5, gamma: 1e-6, delta: 1e6, unit: TimeUnit::Day };
    for ahead in [16_000, 17_000] {
        let mut out = vec![0.0; 400];
        model.use_probabilities(&OpportunityHistory::default(), ahead, &mut out);
        let total: f64 = out.iter().sum();
        let mean: f64 = (0..).zip(&out).map(|(y, p)| f64::from(y) * p).sum();
        close("total", total, 1.0, VALUES);
        close("mean", mean, model.expected_uses(&OpportunityHistory::default(), ahead), VALUES);
    }
}
