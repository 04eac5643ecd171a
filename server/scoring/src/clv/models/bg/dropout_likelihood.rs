//! What chances to leave after a purchase add to the likelihood of the purchases (the file `nbd::likelihood`).
//!
//! ```text
//! sum n [ ln (b)_c - ln (a+b)_c + ln(S + e^u) ],   u = ln a - ln(b+c-1) + rho D                              (1)
//! ```
//!
//! for c chances survived, `D = L(T) - L(t_x)`, and S the chance, relative to no event at all, that a customer who is still
//! there did not buy since: 1 unless purchases are regular. With `w = e^u/(S + e^u)` and `v = u - ln S`, the last term has the
//! gradient `(1-w) (ln S)' + w u'` and the Hessian `(1-w) (ln S)'' + w u'' + w (1-w) v' v'^T`.

use crate::clv::fitting::optimize::Evaluation;
use crate::statistics::special::Rising;

/// Sums over the customers of one group.
#[derive(Default)]
pub(crate) struct DropoutSums {
    /// Of `ln(S + e^u)`: value, gradient and Hessian in r and alpha.
    pub(crate) value: f64,
    pub(crate) r: f64,
    pub(crate) alpha: f64,
    pub(crate) rr: f64,
    pub(crate) r_alpha: f64,
    pub(crate) alpha_alpha: f64,
    /// Of w, and of `s = w (1-w)` alone and times the derivatives of v.
    pub(crate) w: f64,
    pub(crate) s: f64,
    pub(crate) s_r: f64,
    pub(crate) s_alpha: f64,
}

/// `u` at D = 0 after c chances; `None` without a chance to leave.
pub(crate) fn ln_odds_of_leaving_last(c: u32, a: f64, b: f64) -> Option<f64> {
    (c > 0).then(|| (a / (b + f64::from(c) - 1.0)).ln())
}

impl DropoutSums {
    /// (1) of a group of n customers with so many chances, in a and b themselves, added to the likelihood of their purchases.
    pub(crate) fn likelihood(
        &self,
        purchases: &Evaluation<2>,
        n: f64,
        c: u32,
        [a, b]: [f64; 2],
    ) -> Evaluation<4> {
        let (stay, all) = (Rising::new(b, c), Rising::new(a + b, c));
        // Derivatives of u in a and b.
        let ua = 1.0 / a;
        let ub = if c > 0 { -1.0 / (b + f64::from(c) - 1.0) } else { 0.0 };
        let [rr, r_alpha] = [purchases.hessian[0][0] + self.rr, purchases.hessian[0][1] + self.r_alpha];
        let alpha_alpha = purchases.hessian[1][1] + self.alpha_alpha;
        let aa = -n * all.second + ua * ua * (self.s - self.w);
        let ab = -n * all.second + ua * ub * self.s;
        let bb = n * (stay.second - all.second) + ub * ub * (self.s + self.w);
        let (ra, rb) = (ua * self.s_r, ub * self.s_r);
        let (alpha_a, alpha_b) = (ua * self.s_alpha, ub * self.s_alpha);
        Evaluation {
            value: purchases.value + n * (stay.ln - all.ln) + self.value,
            gradient: [
                purchases.gradient[0] + self.r,
                purchases.gradient[1] + self.alpha,
                -n * all.first + ua * self.w,
                n * (stay.first - all.first) + ub * self.w,
            ],
            hessian: [
                [rr, r_alpha, ra, rb],
                [r_alpha, alpha_alpha, alpha_a, alpha_b],
                [ra, alpha_a, aa, ab],
                [rb, alpha_b, ab, bb],
            ],
        }
    }
}
