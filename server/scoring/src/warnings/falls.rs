//! Do they buy, or spend, less than they did?
//!
//! | symbol | meaning |
//! |---|---|
//! | x1, t1 | what was counted in recent days, and for how long |
//! | x2, t2 | what was counted before them, and for how long |
//!
//! ```text
//! x1 | x1 + x2 ~ Binomial(x1 + x2, t1 / (t1 + t2))     if the rate has stayed as it was
//! P(X <= x1) = I_(t2/(t1+t2))(x2, x1 + 1)              one-sided: have they fallen?
//! P(X >= x1) = I_(t1/(t1+t2))(x1, x2 + 1)              have they risen?
//! ```
//!
//! I is the regularised incomplete beta function. No purchase in 90 days after 6 in 180 is (2/3)^6 = .0878: not yet a sign.
//!
//! Amounts are weighed: what came to v1, v2 ... counts as `sum v / c` purchases of the size `c = sum v^2 / sum v`, whose sum has the mean
//! and the variance of what came. Equal amounts count as what they are, and one large purchase among small ones as hardly more than one.
//!
//! Sources: Przyborowski and Wilenski, "Homogeneity of results in testing samples from Poisson series", *Biometrika* 31, 1940; Bohm and
//! Zech, "Statistics of weighted Poisson events and its applications", *Nuclear Instruments and Methods A* 748, 2014.
//!
//! Where it fails: whoever buys before each Christmas has fallen in each spring. What that is worth is for the precision to say that is
//! measured.

use statrs::function::beta::checked_beta_reg;

/// What was counted in recent days, and before them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recent {
    /// x1.
    pub recent: f64,
    /// x2.
    pub earlier: f64,
    /// t1, or what else x1 is counted over.
    pub recent_exposure: f64,
    /// t2.
    pub earlier_exposure: f64,
}

/// The probability of so few in recent days, or fewer, if the rate had stayed as it was; `None` where nothing was looked at before.
#[must_use]
pub fn fewer(of: &Recent) -> Option<f64> {
    let share = of.earlier_exposure / (of.recent_exposure + of.earlier_exposure);
    tail(of.earlier, of.recent + 1.0, share)
}

/// The probability of so many in recent days, or more, if the rate had stayed as it was; `None` where nothing was looked at before.
#[must_use]
pub fn more(of: &Recent) -> Option<f64> {
    let share = of.recent_exposure / (of.recent_exposure + of.earlier_exposure);
    tail(of.recent, of.earlier + 1.0, share)
}

/// I_x(a, b), which is 1 for a = 0.
fn tail(a: f64, b: f64, x: f64) -> Option<f64> {
    if !(x > 0.0 && x < 1.0) {
        return None;
    }
    if a <= 0.0 { Some(1.0) } else { checked_beta_reg(a, b, x).ok() }
}

/// Amounts, weighed.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Weighed {
    /// Sum of v.
    pub sum: f64,
    /// Sum of v^2.
    pub squares: f64,
}

impl Weighed {
    /// Adds an amount, 0 or more.
    pub fn add(&mut self, amount: f64) {
        self.sum += amount;
        self.squares += amount * amount;
    }
}

/// How many purchases amounts count as in recent days and before; `None` where nothing came.
#[must_use]
pub fn weigh(recent: &Weighed, earlier: &Weighed) -> Option<(f64, f64)> {
    let sum = recent.sum + earlier.sum;
    let size = (recent.squares + earlier.squares) / sum;
    (sum > 0.0 && size > 0.0).then(|| (recent.sum / size, earlier.sum / size))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn windows(recent: f64, earlier: f64) -> Recent {
        Recent { recent, earlier, recent_exposure: 90.0, earlier_exposure: 180.0 }
    }

    /// By `tests/golden/falls.py`: SciPy's binomial distribution.
    #[test]
    fn tails_are_those_of_the_binomial() {
        let golden_fewer = [
            (0.0, 6.0, 0.087_791_495),
            (1.0, 9.0, 0.104_049_179),
            (2.0, 20.0, 0.009_322_588),
            (5.0, 5.0, 0.923_436_468),
        ];
        for (recent, earlier, p) in golden_fewer {
            assert!((fewer(&windows(recent, earlier)).unwrap() - p).abs() < 1e-9, "{recent} after {earlier}");
        }
        assert!((fewer(&windows(0.0, 6.0)).unwrap() - (2.0_f64 / 3.0).powi(6)).abs() < 1e-14);
        let refunds = Recent { recent: 2.0, earlier: 0.0, recent_exposure: 2.0, earlier_exposure: 10.0 };
        assert!((more(&refunds).unwrap() - 1.0 / 36.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_before_is_no_fall() {
        assert!((fewer(&windows(0.0, 0.0)).unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(fewer(&Recent { earlier_exposure: 0.0, ..windows(3.0, 0.0) }), None);
        assert!((more(&windows(0.0, 3.0)).unwrap() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn equal_amounts_count_as_what_they_are() {
        let (mut recent, mut earlier) = (Weighed::default(), Weighed::default());
        (0..3).for_each(|_| recent.add(25.0));
        (0..8).for_each(|_| earlier.add(25.0));
        let (few, many) = weigh(&recent, &earlier).unwrap();
        assert!((few - 3.0).abs() < 1e-12 && (many - 8.0).abs() < 1e-12);
        // One large purchase among small ones is hardly more than one.
        earlier.add(10_000.0);
        let (_, many) = weigh(&recent, &earlier).unwrap();
        assert!((1.0..1.1).contains(&many), "{many}");
        assert_eq!(weigh(&Weighed::default(), &Weighed::default()), None);
    }
}
