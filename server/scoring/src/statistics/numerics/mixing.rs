//! Means over the beta and gamma distributions that customers differ by.
//!
//! ```text
//! E[f(p)] = sum w_i f(p_i),     p ~ Beta(a, b)                                                             (1)
//! E[f(l)] = sum w_i f(l_i),     l ~ Gamma(shape, 1)                                                        (2)
//! E[(1-p)^t] = (b)_t / (a+b)_t                                                                             (3)
//! ```
//!
//! The points of (1) are equidistant in the logit of p (of (2): in ln l), where both densities fall off exponentially,
//! stretched by a sinh, so that they fall off doubly exponentially and the trapezoidal rule converges geometrically:
//! halving the step doubles the digits (Takahasi and Mori, *Publ. RIMS* 9, 1974). Weights are divided by their own sum,
//! so no beta or gamma function is needed and parameters may be anything from 1e-6 to 1e6.
//!
//! What is averaged must be smooth in those logarithms. All our answers are: they are ratios and powers of chances and
//! rates, whose nearest singularities are half a turn off the real line.

use crate::statistics::special::{Rising, ln_gamma_ratio, softplus};

/// Beyond this many natural logarithms below the peak a tail is below the last bit, even if what is averaged is a
/// trillion times as large there.
const TAIL: f64 = 70.0;

/// And so are weights below this share of the peak, of which there are many between the tails and the peak.
const NEGLIGIBLE: f64 = 1e-30;

/// Halvings of the step 1 to begin with and to end with: at 1/64 every mean we know of has all its digits.
const HALVINGS: std::ops::RangeInclusive<i32> = 2..=6;

/// Two steps that agree so well: halving doubles the digits, so the finer one is better still. Not less strict, since where
/// what is averaged hardly varies, digits of the mean are not digits of its variation; not stricter, since sums of
/// thousands of points are rounded to about 1e-13.
const AGREED: f64 = 2e-12;

/// The same where a finer step surely has twice as many.
pub(super) const AGREED_OF_SIZE: f64 = 1e-8;

/// Up to so many factors (3) is multiplied out.
const DIRECT_FACTORS: f64 = 64.0;

/// One point of a beta distribution.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chance {
    /// The chance p.
    pub(crate) p: f64,
    /// `ln p`, also where p itself is below all numbers.
    pub(crate) ln_p: f64,
    /// `ln (1-p)`, with all its digits for small p.
    pub(crate) ln_not_p: f64,
    /// Share of the distribution.
    pub(crate) weight: f64,
}

/// How far the points reach on a side where the density falls off as `exp(-decay |u|)` from a peak `spread` wide.
fn reach(spread: f64, scale: f64, decay: f64) -> f64 {
    /// So many of its widths away a peak is below `TAIL`.
    const WIDTHS: f64 = 12.0;
    ((TAIL / decay + WIDTHS * spread) / scale).asinh()
}

/// The points of (1) for `a, b > 0`.
pub(crate) fn chances(a: f64, b: f64, step: f64) -> Vec<Chance> {
    // Below 1 a parameter makes a plateau that falls off slowly; where it ends depends on the other parameter alone.
    let (left, right) = (a.max(1.0), b.max(1.0));
    let spread = ((left + right) / left / right).sqrt();
    let scale = spread.min(1.0);
    let center = (left / right).ln();
    let ln_density = |u: f64| -a * softplus(-u) - b * softplus(u);
    let at_center = ln_density(center);
    let first = (-reach(spread, scale, a) / step).floor() as i64;
    let last = (reach(spread, scale, b) / step).ceil() as i64;
    let mut points = Vec::with_capacity((last - first + 1) as usize);
    let mut total = 0.0;
    for i in first..=last {
        let v = i as f64 * step;
        let u = center + scale * v.sinh();
        let weight = (ln_density(u) - at_center).exp() * v.cosh();
        if weight > NEGLIGIBLE {
            total += weight;
            let ln_p = -softplus(-u);
            points.push(Chance { p: ln_p.exp(), ln_p, ln_not_p: -softplus(u), weight });
        }
    }
    points.iter_mut().for_each(|point| point.weight /= total);
    points
}

/// The points of (2) for `shape > 0`, rate and weight, reweighted by `polynomial`: positive, of degree below twelve.
pub(crate) fn rates(shape: f64, polynomial: impl Fn(f64) -> f64, step: f64) -> Vec<(f64, f64)> {
    /// So far right of the center `l^12 e^-l` is below any last bit: `l = 400` for small shapes.
    const RIGHT: f64 = 6.0;
    // As for chances: a small shape makes a plateau, which ends at l = 1.
    let center = shape.max(1.0);
    let spread = 1.0 / center.sqrt();
    let first = (-reach(spread, spread, shape) / step).floor() as i64;
    let last = ((RIGHT / spread).asinh() / step).ceil() as i64;
    let mut points = Vec::with_capacity((last - first + 1) as usize);
    let mut total = 0.0;
    for i in first..=last {
        let v = i as f64 * step;
        let du = spread * v.sinh();
        let rate = center * du.exp();
        // The density relative to that at the center, without the difference of large numbers.
        let weight = (shape * du - center * du.exp_m1()).exp() * v.cosh() * polynomial(rate);
        if weight > 0.0 && weight.is_finite() {
            total += weight;
            points.push((rate, weight));
        }
    }
    points.iter_mut().for_each(|(_, weight)| *weight /= total);
    points.retain(|&(_, weight)| weight > NEGLIGIBLE);
    points
}

/// A mean by ever finer steps, until two agree. `mean` is asked with the step.
pub(crate) fn settle(mean: impl Fn(f64) -> f64) -> f64 {
    settled(AGREED, mean).0
}

/// The same of what varies by as much as it is large, so that a finer step has twice the digits of what two agree by.
pub(crate) fn settle_of_size(mean: impl Fn(f64) -> f64) -> f64 {
    settled(AGREED_OF_SIZE, mean).0
}

/// The mean, and the step.
pub(super) fn settled(agreed: f64, mean: impl Fn(f64) -> f64) -> (f64, f64) {
    let mut last = (f64::NAN, f64::NAN);
    for halvings in HALVINGS {
        let step = 0.5f64.powi(halvings);
        let fine = mean(step);
        let is_settled = (fine - last.0).abs() <= agreed * fine.abs();
        last = (fine, step);
        if is_settled {
            break;
        }
    }
    last
}

/// `ln (z)_n` for a whole number `n` of any size.
pub(crate) fn ln_rising(z: f64, n: f64) -> f64 {
    if n <= f64::from(u32::MAX) { Rising::ln(z, n as u32) } else { ln_gamma_ratio(z, n) }
}

/// The logarithm of (3), the share that survives `t` chances to leave; `t` is a whole number.
///
/// ```text
/// Gamma(b+t)/Gamma(b) Gamma(a+b)/Gamma(a+b+t)
/// ```
/// can be paired into ratios over `t` steps or over a steps of the argument; the fewer steps, the less cancels.
/// Measured: absolute error below 2e-12 where the share is not below all numbers.
pub(crate) fn ln_survival(a: f64, b: f64, t: f64) -> f64 {
    if t <= DIRECT_FACTORS {
        let factors = t as u32;
        -(0..factors).map(|i| (a / (b + f64::from(i))).ln_1p()).sum::<f64>()
    } else if a < t {
        ln_gamma_ratio(b, a) - ln_gamma_ratio(b + t, a)
    } else {
        ln_gamma_ratio(b, t) - ln_gamma_ratio(a + b, t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Better than what answers promise. The worst found, 1.2e-10, is where nearly everybody has next to no chance (a 1e-4, b
    /// 5,000) and the tail of those who have one is a hundred thousand logits long.
    const ALLOWED: f64 = 5e-10;

    fn wild() -> impl Strategy<Value = f64> {
        (-6.0..6.0_f64).prop_map(|e| 10f64.powf(e))
    }

    proptest! {
        #[test]
        fn moments_are_those_of_the_distributions(a in wild(), b in wild()) {
            for t in 1..5 {
                let t = f64::from(t);
                let mean = settle(|step| chances(a, b, step).iter().map(|c| c.weight * (t * c.ln_not_p).exp()).sum());
                let exact = ln_survival(a, b, t).exp();
                prop_assert!((mean - exact).abs() <= ALLOWED * exact, "t {t}: {mean:e} {exact:e}");
            }
            let mean = settle(|step| rates(a, |_| 1.0, step).iter().map(|(l, w)| l * w).sum());
            prop_assert!((mean - a).abs() <= ALLOWED * a, "{mean:e}");
            // E[l^11 / (1 + l^11) w(l)] relative to w = 1 + l^11.
            let mean = settle(|step| {
                rates(a, |l| 1.0 + l.powi(11), step).iter().map(|(l, w)| w / (1.0 + l.powi(11))).sum()
            });
            let exact = 1.0 / (1.0 + ln_rising(a, 11.0).exp());
            prop_assert!((mean - exact).abs() <= ALLOWED * exact, "{mean:e} {exact:e}");
        }

        #[test]
        fn survival_does_not_depend_on_the_pairing(a in wild(), b in wild(), t in 65_u32..3000) {
            let slow = -(0..t).map(|i| (a / (b + f64::from(i))).ln_1p()).sum::<f64>();
            let fast = ln_survival(a, b, f64::from(t));
            prop_assert!((fast - slow).abs() <= ALLOWED * slow.abs().max(1.0), "{fast} {slow}");
        }
    }
}
