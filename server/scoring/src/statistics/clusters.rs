//! Means of answers of which some are of the same customer, who mostly says again what they said before.
//!
//! | symbol | name | meaning |
//! |---|---|---|
//! | w, x | | weight and value of an answer; m = sum w x / sum w |
//! | n, G | `n`, `customers` | answers, and customers who gave them; an anonymous answer is a customer of its own |
//! | Q | | sum of squares that the variance of m is made of |
//! | deff | `design_effect` | variance of m over that of as many answers of as many customers |
//!
//! ```text
//! Q_0  = sum over answers   of w^2 (x - m)^2                          were all independent
//! Q    = sum over customers of (sum over their answers of w (x - m))^2
//!      = Q_0 + sum over customers of sum over i != j of w_i w_j (x_i - m) (x_j - m)
//! Var  = G/(G-1) Q / (sum w)^2                                        linearization
//! deff = G/(G-1) Q / (n/(n-1) Q_0)
//! ```
//!
//! The second form of Q needs what is gathered here: sums over pairs of different answers of the same customer, which are
//! nothing where nobody answers twice. An interval is made as for so many answers as tell as much, `n / deff`, and never as
//! for more than there are; and since deff itself is known from G customers only, that number is multiplied by `(t_(n-1) /
//! t_(G-1))^2` (Korn and Graubard 1998; Dean and Pagano 2015 compare it with others, and find that Wilson's interval with it
//! holds what it promises).
//!
//! Sources: Kish, *Survey Sampling*, 1965 (design effect); Woodruff, "A simple method for approximating the variance of a
//! complicated estimate", *JASA* 66, 1971 (linearization); Korn and Graubard, "Confidence intervals for proportions with
//! small expected number of positive counts estimated from survey data", *Survey Methodology* 24, 1998; Dean and Pagano,
//! "Evaluating confidence interval methods for binomial proportions in clustered surveys", *Journal of Survey Statistics and
//! Methodology* 3, 2015.
//!
//! Where it fails: customers are taken as independent of each other. Those of one household or company are not.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Sums over ordered pairs of different answers of the same customer, exact, so that their order does not matter. Weights
/// are whole numbers in a unit of the caller's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairSums {
    /// `sum w_i w_j`.
    pub ww: i128,
    /// `sum w_i w_j x_j`.
    pub wx: i128,
    /// `sum w_i w_j x_i x_j`.
    pub xx: i128,
}

impl PairSums {
    /// Adds the answers of one customer, each as weight and value.
    pub fn add_customer(&mut self, answers: impl Iterator<Item = (u64, i32)>) {
        let (mut weight, mut value, mut own) = (0_i128, 0_i128, Self::default());
        for (w, x) in answers {
            let (w, x) = (i128::from(w), i128::from(x));
            weight += w;
            value += w * x;
            own.ww += w * w;
            own.wx += w * w * x;
            own.xx += w * w * x * x;
        }
        self.add(&Self {
            ww: weight * weight - own.ww,
            wx: weight * value - own.wx,
            xx: value * value - own.xx,
        });
    }

    /// Adds the pairs of other customers.
    pub fn add(&mut self, other: &Self) {
        self.ww = self.ww.saturating_add(other.ww);
        self.wx = self.wx.saturating_add(other.wx);
        self.xx = self.xx.saturating_add(other.xx);
    }
}

/// What is known of customers who answered more than once; that of nobody by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Repeats {
    /// Answers beyond the first of each customer: n - G.
    pub beyond_first: u64,
    /// `sum w_i w_j` over pairs of different answers of the same customer.
    pub ww: f64,
    /// `sum w_i w_j x_j` over them.
    pub wx: f64,
    /// `sum w_i w_j x_i x_j` over them.
    pub xx: f64,
}

impl Repeats {
    /// From exact sums in which a weight of 1 is `unit`.
    #[must_use]
    pub fn new(beyond_first: u64, pairs: &PairSums, unit: f64) -> Self {
        let scaled = |sum: i128| sum as f64 / (unit * unit);
        Self { beyond_first, ww: scaled(pairs.ww), wx: scaled(pairs.wx), xx: scaled(pairs.xx) }
    }

    /// The same where each weight is multiplied by `factor`.
    #[must_use]
    pub fn times(&self, factor: f64) -> Self {
        let square = factor * factor;
        Self { ww: self.ww * square, wx: self.wx * square, xx: self.xx * square, ..*self }
    }

    /// Adds those of other customers.
    pub fn add(&mut self, other: &Self) {
        self.beyond_first += other.beyond_first;
        self.ww += other.ww;
        self.wx += other.wx;
        self.xx += other.xx;
    }

    /// Whether anybody answered more than once.
    #[must_use]
    pub const fn is_any(&self) -> bool {
        self.beyond_first > 0
    }

    /// `Q - Q_0` around a mean.
    fn excess(&self, mean: f64) -> f64 {
        self.xx - 2.0 * mean * self.wx + mean * mean * self.ww
    }
}

/// Answers whose mean is known, were they independent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Independent {
    /// Answers, 1 or more.
    pub n: u64,
    /// Their mean, m.
    pub mean: f64,
    /// `sum w`, more than 0.
    pub weight: f64,
    /// `sum w^2`.
    pub weight_squared: f64,
    /// `sum w^2 (x - m)^2`, Q_0.
    pub squares: f64,
}

/// The same answers, counted by customer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Clustered {
    /// Answers, n.
    pub n: u64,
    /// Customers who gave them, G.
    pub customers: u64,
    /// deff: more than 1 where customers say again what they said before, below it where they say the contrary.
    pub design_effect: f64,
    /// Of the mean, in its unit; `None` for the answers of a single customer.
    pub standard_error: Option<f64>,
    /// `(sum w)^2 / sum w^2 / deff`, of Kish's effective answers; at least 1, at most what it is without clusters.
    pub effective_n: f64,
}

impl Clustered {
    /// The variance of the mean of these answers, some of which are of the same customers.
    #[must_use]
    pub fn new(of: &Independent, repeats: &Repeats) -> Self {
        let customers = of.n.saturating_sub(repeats.beyond_first).max(1);
        let (n, groups) = (of.n as f64, customers as f64);
        // Rounding can leave a little less than nothing where the answers of each customer cancel out.
        let squares = (of.squares + repeats.excess(of.mean)).max(0.0);
        let kish = of.weight * of.weight / of.weight_squared;
        let (design_effect, standard_error) = if customers == 1 {
            // One person, however often: how others would have answered is not known.
            (kish, None)
        } else {
            let corrected = groups / (groups - 1.0) * squares;
            let independent = n / (n - 1.0) * of.squares;
            let effect = if independent > 0.0 {
                corrected / independent
            } else {
                // All agree, so nothing tells how much customers repeat themselves: as if they did nothing else.
                (of.weight_squared + repeats.ww) / of.weight_squared
            };
            (effect, Some(corrected.sqrt() / of.weight))
        };
        let effective_n = (kish / design_effect.max(1.0)).max(1.0).min(kish);
        Self { n: of.n, customers, design_effect, standard_error, effective_n }
    }

    /// Degrees of freedom of the variance, G - 1; none of a single customer.
    #[must_use]
    pub fn degrees(&self) -> Option<f64> {
        (self.customers > 1).then_some(self.customers as f64 - 1.0)
    }

    /// Answers that tell as much, for an interval of this confidence: `effective_n (t_(n-1) / t_(G-1))^2`, at least 1.
    #[must_use]
    pub fn effective_for(&self, confidence: f64) -> f64 {
        let Some(degrees) = self.degrees() else { return 1.0 };
        let ratio = t_quantile(confidence, self.n as f64 - 1.0).zip(t_quantile(confidence, degrees));
        let ratio = ratio.map_or(1.0, |(many, few)| many / few);
        (self.effective_n * ratio * ratio).max(1.0)
    }
}

/// The t within which a Student's t with so many degrees of freedom falls either way with this probability; `None` without
/// any degree of freedom.
#[must_use]
pub fn t_quantile(confidence: f64, degrees: f64) -> Option<f64> {
    let t = StudentsT::new(0.0, 1.0, degrees).ok()?;
    Some(t.inverse_cdf(0.5 + 0.5 * confidence))
}

/// The probability that a Student's t with so many degrees of freedom is at least as far from 0 as `t`; `None` without any
/// degree of freedom.
#[must_use]
pub fn t_two_sided_p(t: f64, degrees: f64) -> Option<f64> {
    let student = StudentsT::new(0.0, 1.0, degrees).ok()?;
    Some((2.0 * student.cdf(-t.abs())).min(1.0))
}

/// Degrees of freedom of the difference of two means with variances `a` and `b` (Satterthwaite 1946; Welch 1947).
#[must_use]
pub fn satterthwaite((a, degrees_a): (f64, f64), (b, degrees_b): (f64, f64)) -> f64 {
    (a + b).powi(2) / (a * a / degrees_a + b * b / degrees_b)
}
