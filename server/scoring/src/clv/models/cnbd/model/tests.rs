use super::*;
use crate::clv::oracle::{assert_in_range, beta_points, close, customers, gamma_points, horizons, wild};
use proptest::prelude::*;

/// Answers against the oracle.
const VALUES: f64 = 1e-9;

fn model(k: u32, [r, alpha, a, b]: [f64; 4], first_chances: u32) -> Cnbd {
    Cnbd::new(k, Family { r, alpha, a, b, first_chances })
}

/// One customer with rate and chance to leave known, who is alive: the weights of stages, and what is ahead in a time t.
struct Known {
    k: usize,
    q: f64,
    /// Poisson probabilities of 0, 1, 2, ... events in t, and of so many or more.
    events: Vec<f64>,
    at_least: Vec<f64>,
    stages: Vec<f64>,
}

fn poisson(mean: f64, terms: usize) -> Vec<f64> {
    let mut p = (-mean).exp();
    (1..=terms)
        .map(|n| {
            let now = p;
            p *= mean / n as f64;
            now
        })
        .collect()
}

impl Known {
    fn new(k: usize, rate: f64, silent: f64, t: f64) -> Self {
        // Beyond are events less likely than the last bit.
        let mean = rate * t;
        let events = poisson(mean, (mean + 12.0 * mean.sqrt() + 30.0) as usize);
        let mut at_least = events.clone();
        for i in (0..events.len() - 1).rev() {
            at_least[i] += at_least[i + 1];
        }
        // Stages before no purchase has come for so long, not yet divided by their sum.
        Self { k, q: 0.0, events, at_least, stages: poisson(rate * silent, k) }
    }

    fn at_least(&self, m: usize) -> f64 {
        self.at_least.get(m).copied().unwrap_or(0.0)
    }

    /// Sums over stages of the probability of so many purchases, were there no dropout, or of that many or more.
    fn over_stages(&self, f: impl Fn(usize) -> f64) -> f64 {
        self.stages.iter().enumerate().map(|(j, w)| w * f(j)).sum()
    }

    fn survives(&self) -> f64 {
        self.over_stages(|j| {
            let (mut sum, mut power) = (0.0, 1.0);
            for (m, p) in self.events.iter().enumerate() {
                sum += p * power;
                power *= if (m + 1 + j) % self.k == 0 { self.q } else { 1.0 };
            }
            sum
        })
    }

    fn expected(&self) -> f64 {
        self.over_stages(|j| {
            let (mut sum, mut power) = (0.0, 1.0);
            for next in (self.k - j..self.at_least.len()).step_by(self.k) {
                sum += power * self.at_least[next];
                power *= self.q;
            }
            sum
        })
    }

    fn exactly(&self, n: usize) -> f64 {
        self.over_stages(|j| {
            let low = (self.k * n).saturating_sub(j);
            let same = self.at_least(low) - self.at_least(self.k * (n + 1) - j);
            let left =
                if n > 0 { self.q.powi(n as i32 - 1) * (1.0 - self.q) * self.at_least(low) } else { 0.0 };
            self.q.powi(n as i32) * same + left
        })
    }

    fn discounted(&self, ln_g: f64) -> f64 {
        self.over_stages(|j| {
            ((self.k - j) as f64 * ln_g).exp() / (1.0 - self.q * (self.k as f64 * ln_g).exp())
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]
    #[test]
    fn answers_follow_from_the_assumptions(
        k in 1_u32..6, (r, alpha) in (0.5..4.0_f64, 6.0..60.0_f64), (a, b) in (0.5..3.0_f64, 0.5..6.0_f64),
        x in 0_u32..5, share in 0.0..1.0_f64, age in 1.0..40.0_f64, horizon in 0.5..12.0_f64, first_chances in 0_u32..2,
    ) {
        let model = model(k, [r, alpha, a, b], first_chances);
        let recency = if x == 0 { 0.0 } else { age * share };
        let of = Observed { x, recency, age };
        let c = (x + first_chances) as i32;
        let (silent, discount) = (age - recency, 0.03);
        let (mut still, mut gone) = (0.0, 0.0);
        let (mut survives, mut expected, mut discounted, mut out) = (0.0, 0.0, 0.0, [0.0; 4]);
        let chances: Vec<_> = beta_points(a, b).into_iter().filter(|c| c.2 > 1e-20).step_by(2).collect();
        for (rate, w) in gamma_points(r, alpha).into_iter().filter(|p| p.1 > 1e-25) {
            let of_rate = 2.0 * w * rate.powi((k * x) as i32) * (-rate * recency).exp();
            let mut known = Known::new(k as usize, rate, silent, horizon);
            for &(p, q, v) in &chances {
                let here = of_rate * v;
                known.q = q;
                if c > 0 {
                    gone += here * p * q.powi(c - 1);
                }
                let alive = here * q.powi(c);
                still += alive * known.over_stages(|_| 1.0);
                survives += alive * known.survives();
                expected += alive * known.expected();
                discounted += alive * known.discounted(-(discount / rate).ln_1p());
                for (n, slot) in out.iter_mut().enumerate() {
                    *slot += alive * known.exactly(n);
                }
            }
        }
        let total = still + gone;
        let what = format!("{model:?} {of:?} {horizon}");
        close(&what, model.log_likelihood(&of).exp(), total, VALUES);
        close(&what, model.p_alive(&of), still / total, VALUES);
        close(&what, model.p_alive_after(&of, horizon), survives / total, VALUES);
        close(&what, model.expected_purchases(&of, horizon), expected / total, VALUES);
        close(&what, model.discounted_purchases(&of, discount), discounted / total, VALUES);
        let mut probabilities = [0.0; 4];
        model.purchase_probabilities(&of, horizon, &mut probabilities);
        out[0] += gone;
        for (n, (p, sum)) in probabilities.into_iter().zip(out).enumerate() {
            close(&format!("P({n}) {what}"), p, sum / total, VALUES);
        }
        close(&what, 1.0 - model.p_purchase_within(&of, horizon), out[0] / total, VALUES);
        let median = model.wait_quantile(&of, 0.5);
        close(&what, model.p_purchase_within(&of, median), 0.5 * model.p_alive(&of), VALUES);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn answers_are_finite_and_in_range(
        k in 1_u32..13, (r, alpha, a, b) in (wild(), wild(), wild(), wild()), of in customers(),
        horizon in horizons(), rate in 1e-6..10.0_f64, first_chances in 0_u32..2,
    ) {
        assert_in_range(&model(k, [r, alpha, a, b], first_chances), &of, horizon, rate);
    }

    #[test]
    fn one_is_the_model_without_regularity(
        (r, alpha, a, b) in (wild(), wild(), wild(), wild()), of in customers(), horizon in horizons(), first_chances in 0_u32..2,
    ) {
        let same = model(1, [r, alpha, a, b], first_chances);
        let family = same.family;
        prop_assert_eq!(same.log_likelihood(&of).to_bits(), family.log_likelihood(&of).to_bits());
        prop_assert_eq!(same.p_alive(&of).to_bits(), family.p_alive(&of).to_bits());
        prop_assert_eq!(same.expected_purchases(&of, horizon).to_bits(), family.expected_purchases(&of, horizon).to_bits());
        prop_assert_eq!(same.wait_quantile(&of, 0.3).to_bits(), family.wait_quantile(&of, 0.3).to_bits());
        // The formulas for any k hold for k = 1 as well.
        let general = same.p_alive(&of) * same.ahead(&of).expected(same.share(&of, horizon));
        let exact = family.expected_purchases(&of, horizon);
        prop_assert!((general - exact).abs() <= VALUES * exact + f64::MIN_POSITIVE, "{general:e} {exact:e}");
        let new = Observed { x: 0, recency: 0.0, age: 0.0 };
        let (mut ours, mut theirs) = ([0.0; 5], [0.0; 5]);
        same.purchase_probabilities(&new, horizon, &mut ours);
        family.purchase_distribution(horizon, &mut theirs);
        for (ours, theirs) in ours.into_iter().zip(theirs) {
            prop_assert!((ours - theirs).abs() <= VALUES, "{ours:e} {theirs:e}");
        }
    }
}

#[test]
fn several_horizons_are_those_one_by_one() {
    let model = model(3, [0.8, 9.0, 0.7, 2.5], 1);
    let of = Observed { x: 4, recency: 30.0, age: 38.0 };
    let mut expected = [0.0; 40];
    model.expected_purchases_at(&of, &|i| (i * i) as f64, &mut expected);
    for (i, value) in expected.into_iter().enumerate() {
        close("expected", value, model.expected_purchases(&of, (i * i) as f64), 1e-15);
    }
    assert!(expected.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn models_survive_being_stored() {
    let model = MbgCnbd { k: 2, r: 0.5, alpha: 6.0, a: 0.9, b: 1.6, unit: TimeUnit::Week };
    let text = serde_json::to_string(&model).unwrap();
    assert_eq!(serde_json::from_str::<MbgCnbd>(&text).unwrap(), model);
    assert_eq!((model.core().k, model.core().family.first_chances), (2, 1));
    let bg = BgCnbd { k: 99, r: 0.5, alpha: 6.0, a: 0.9, b: 1.6, unit: TimeUnit::Week };
    assert_eq!((bg.core().k, bg.core().family.first_chances), (MAX_K, 0));
}
