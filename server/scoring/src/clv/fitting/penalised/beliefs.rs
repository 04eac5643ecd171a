//! What is believed of shops in general: equation (1) of the folder.

use crate::clv::TimeUnit;
use crate::clv::fitting::optimize::Evaluation;

/// A mean and a standard deviation.
pub(super) type Belief = (f64, f64);

/// Of ln r: most shops have customers who differ a lot, and few have customers who are all alike.
const LN_R: Belief = (-0.223_143_551_314_209_75, 1.0);
/// Of ln(k alpha) in weeks: events come k times as often as purchases.
const LN_ALPHA_WEEKS: Belief = (std::f64::consts::LN_10, 1.5);
/// Of the logarithm of the weeks that customers stay: where they buy as often as is likeliest, 23 % leave after a purchase.
const LN_STAY_WEEKS: Belief = (3.725_728_644_308_255, 1.2);
/// Of ln(a+b): how much customers differ in that.
const LN_A_PLUS_B: Belief = (1.098_612_288_668_109_8, 1.0);

/// What the search over the four parameters holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub(super) unit_days: f64,
    pub(super) k: u32,
}

impl Setting {
    /// ln alpha that (1) takes for the likeliest.
    pub(super) fn ln_alpha(self) -> f64 {
        LN_ALPHA_WEEKS.0 + self.ln_weeks() - f64::from(self.k).ln()
    }

    /// The logarithm of a week in the unit of time.
    pub(super) fn ln_weeks(self) -> f64 {
        (TimeUnit::Week.days() / self.unit_days).ln()
    }

    /// ln alpha + ln b - ln r - ln a that (1) takes for the likeliest.
    fn ln_stay(self) -> f64 {
        LN_STAY_WEEKS.0 + self.ln_weeks() - f64::from(self.k).ln()
    }
}

/// `ln(e^a + e^b)`, since a and b may differ by twelve orders of magnitude.
pub(super) fn ln_sum(a: f64, b: f64) -> f64 {
    a.max(b) + (-(a - b).abs()).exp().ln_1p()
}

/// The logarithm of (1) but for a constant, with derivatives in the logarithms of r, alpha, a, b.
pub(super) fn ln_belief([r, alpha, a, b]: &[f64; 4], setting: Setting) -> Evaluation<4> {
    let mut sum = Evaluation::default();
    let share = 1.0 / (1.0 + (b - a).exp());
    let both = ln_sum(*a, *b);
    let alike = share * (1.0 - share);
    let mut add = |(mean, deviation): Belief, at: f64, slope: [f64; 4], curvature: f64| {
        let off = (at - mean) / deviation;
        sum.value -= 0.5 * off * off;
        for i in 0..4 {
            sum.gradient[i] -= off / deviation * slope[i];
            for j in 0..4 {
                // The only belief that is curved in the logarithms is that about a + b.
                let bent = match (i.min(j), i.max(j)) {
                    (2, 2) | (3, 3) => curvature,
                    (2, 3) => -curvature,
                    _ => 0.0,
                };
                sum.hessian[i][j] -= (slope[i] * slope[j] / deviation + off * bent) / deviation;
            }
        }
    };
    add(LN_R, *r, [1.0, 0.0, 0.0, 0.0], 0.0);
    add((setting.ln_alpha(), LN_ALPHA_WEEKS.1), *alpha, [0.0, 1.0, 0.0, 0.0], 0.0);
    add((setting.ln_stay(), LN_STAY_WEEKS.1), alpha + b - r - a, [-1.0, 1.0, -1.0, 1.0], 0.0);
    add(LN_A_PLUS_B, both, [0.0, 0.0, share, 1.0 - share], alike);
    sum
}

/// The logarithms of r, alpha, a, b that (1) takes for the likeliest.
pub(super) fn likeliest(setting: Setting) -> [f64; 4] {
    let logit = setting.ln_alpha() - LN_R.0 - setting.ln_stay();
    let (leave, stay) = (-(-logit).exp().ln_1p(), -logit.exp().ln_1p());
    [LN_R.0, setting.ln_alpha(), LN_A_PLUS_B.0 + leave, LN_A_PLUS_B.0 + stay]
}

/// Covariance of the logarithms of r, alpha, a, b by (1) alone, where the mean chance to leave is `dropout`.
pub(super) fn belief_covariance(dropout: f64) -> [[f64; 4]; 4] {
    let variances = BELIEFS.map(|belief| belief.1.powi(2));
    // How the logarithms move with the coordinates of (1): the logit of dropout is ln(k alpha) - ln r - ln stay.
    let of_logit = |share: f64| [-share, share, -share, 1.0];
    let slopes = [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], of_logit(1.0 - dropout), of_logit(-dropout)];
    let one =
        |i: usize, j: usize| -> f64 { (0..4).map(|c| slopes[i][c] * variances[c] * slopes[j][c]).sum() };
    std::array::from_fn(|i| std::array::from_fn(|j| one(i, j)))
}

/// The means and standard deviations of (1), in its order.
pub(super) const BELIEFS: [Belief; 4] = [LN_R, LN_ALPHA_WEEKS, LN_STAY_WEEKS, LN_A_PLUS_B];
