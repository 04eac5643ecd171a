//! How long a silence is unusual for this customer.
//!
//! | symbol | meaning |
//! |---|---|
//! | y | logarithm of a gap in days between two purchase days of a customer, 1 day or more |
//! | n, m, S | a customer's gaps: how many, mean of y, sum of squares of y around m |
//! | mu, tau^2 | mean of customers' means, and how much they differ |
//! | sigma^2 | how much the gaps of one customer differ, in the mean over customers |
//!
//! ```text
//! y_ij ~ N(theta_i, sigma_i^2),  theta_i ~ N(mu, tau^2),  sigma_i^2 ~ inverse chi^2 with nu0 degrees of freedom around sigma^2
//! s_i^2  = (nu0 sigma^2 + S_i) / (nu0 + n_i - 1)
//! v_i    = 1 / (1/tau^2 + n_i/s_i^2)
//! m^_i   = v_i (mu/tau^2 + n_i m_i/s_i^2)
//! usual_i = exp(m^_i + t_(.9; nu0 + n_i - 1) sqrt(s_i^2 + v_i))
//! ```
//!
//! Of ten gaps such as this customer's, nine are over by `usual`. Whoever buys every Friday is missed after two weeks, and whoever buys
//! now and then is not. sigma^2, mu and tau^2 are those of the one-way layout with random effects (analysis of variance: Searle, *Linear
//! Models*, 1971, 10.2), to which as many gaps and customers as `BELIEVED` are added who buy every 30 days, give or take a factor e: beliefs
//! about shops in general, which count less as customers come back.
//!
//! Sources: Carlin and Louis, *Bayes and Empirical Bayes Methods for Data Analysis*, 2000, chapter 3; the shrunken variances are those of
//! Smyth, "Linear models and empirical Bayes methods for assessing differential expression", *Statistical Applications in Genetics and
//! Molecular Biology* 3, 2004, with nu0 held at 4.
//!
//! Where it fails: long gaps are seen less often than they are, since they have not ended yet; gaps of a season are taken for anybody's.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// nu0.
const VARIANCE_DEGREES: f64 = 4.0;
/// Customers and gaps that beliefs about shops in general count as.
const BELIEVED: f64 = 4.0;
/// Days between purchases in shops in general.
const BELIEVED_DAYS: f64 = 30.0;
/// tau^2 and sigma^2 of shops in general.
const BELIEVED_VARIANCE: f64 = 1.0;
/// Of so many gaps one is longer.
const PERCENTILE: f64 = 0.9;
/// Gaps of a customer from which on one more makes no difference to t.
const TABLE: usize = 256;

/// A customer's gaps.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct OwnGaps {
    /// n.
    pub gaps: u32,
    mean: f64,
    squares: f64,
}

impl OwnGaps {
    /// Those between purchase days, which ascend.
    #[must_use]
    pub fn between(days: impl IntoIterator<Item = i32>) -> Self {
        let (mut own, mut before) = (Self::default(), None);
        for day in days {
            if let Some(gap) = before.map(|before| day - before).filter(|gap| *gap > 0) {
                own.add(f64::from(gap).ln());
            }
            before = Some(day);
        }
        own
    }

    /// Welford's way, which loses no digits.
    fn add(&mut self, y: f64) {
        self.gaps += 1;
        let off = y - self.mean;
        self.mean += off / f64::from(self.gaps);
        self.squares += off * (y - self.mean);
    }
}

/// Sums over customers.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct GapSums {
    customers: f64,
    gaps: f64,
    gaps_squared: f64,
    means: f64,
    means_squared: f64,
    squares: f64,
}

impl GapSums {
    /// Adds a customer; one without a gap adds nothing.
    pub fn add(&mut self, own: &OwnGaps) {
        if own.gaps == 0 {
            return;
        }
        let n = f64::from(own.gaps);
        self.customers += 1.0;
        self.gaps += n;
        self.gaps_squared += n * n;
        self.means += n * own.mean;
        self.means_squared += n * own.mean * own.mean;
        self.squares += own.squares;
    }

    /// Adds those of other customers.
    pub fn merge(&mut self, other: &Self) {
        self.customers += other.customers;
        self.gaps += other.gaps;
        self.gaps_squared += other.gaps_squared;
        self.means += other.means;
        self.means_squared += other.means_squared;
        self.squares += other.squares;
    }
}

/// What gaps are usual in a shop, and from that for a customer.
#[derive(Debug, Clone, PartialEq)]
pub struct UsualGaps {
    mean: f64,
    between: f64,
    within: f64,
    /// t of customers with 0, 1, 2 ... gaps.
    quantiles: Vec<f64>,
}

impl UsualGaps {
    /// Those of a shop whose customers' gaps are these.
    #[must_use]
    pub fn of(sums: &GapSums) -> Self {
        let (k, n) = (sums.customers, sums.gaps);
        let repeated = (n - k).max(0.0);
        let within = (sums.squares + BELIEVED * BELIEVED_VARIANCE) / (repeated + BELIEVED);
        let mean = (sums.means + BELIEVED * BELIEVED_DAYS.ln()) / (n + BELIEVED);
        let between = if k > 1.0 {
            let own_mean = sums.means / n;
            let squares = (sums.means_squared - n * own_mean * own_mean).max(0.0);
            let size = (n - sums.gaps_squared / n) / (k - 1.0);
            let found = ((squares / (k - 1.0) - within) / size).max(0.0);
            (k * found + BELIEVED * BELIEVED_VARIANCE) / (k + BELIEVED)
        } else {
            BELIEVED_VARIANCE
        };
        let quantile = |gaps: usize| {
            let degrees = VARIANCE_DEGREES + gaps.max(1) as f64 - 1.0;
            StudentsT::new(0.0, 1.0, degrees).map_or(f64::INFINITY, |t| t.inverse_cdf(PERCENTILE))
        };
        Self { mean, between, within, quantiles: (0..TABLE).map(quantile).collect() }
    }

    /// Days that nine in ten gaps such as this customer's are over by.
    #[must_use]
    pub fn usual(&self, own: &OwnGaps) -> f64 {
        let n = f64::from(own.gaps);
        let variance =
            (VARIANCE_DEGREES * self.within + own.squares) / (VARIANCE_DEGREES + (n - 1.0).max(0.0));
        let certain = 1.0 / (1.0 / self.between + n / variance);
        let mean = certain * (self.mean / self.between + n * own.mean / variance);
        let quantile = self.quantiles[(own.gaps as usize).min(TABLE - 1)];
        (mean + quantile * (variance + certain).sqrt()).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_is_read_day_by_day() {
        let own = OwnGaps::between([0, 7, 7, 14, 28]);
        assert_eq!(own.gaps, 3);
        let logs = [7.0_f64.ln(), 7.0_f64.ln(), 14.0_f64.ln()];
        let mean = logs.iter().sum::<f64>() / 3.0;
        assert!((own.mean - mean).abs() < 1e-12);
        let squares: f64 = logs.iter().map(|y| (y - mean).powi(2)).sum();
        assert!((own.squares - squares).abs() < 1e-12);
        assert_eq!(OwnGaps::between([5]), OwnGaps::default());
    }

    #[test]
    fn the_regular_are_missed_sooner_than_the_irregular() {
        let mut sums = GapSums::default();
        let regular = OwnGaps::between((0..20).map(|i| 7 * i));
        let irregular = OwnGaps::between([0, 1, 3, 20, 22, 60, 61, 75, 77, 130, 133]);
        (0..50).for_each(|_| [regular, irregular].iter().for_each(|own| sums.add(own)));
        let usual = UsualGaps::of(&sums);
        let (soon, late) = (usual.usual(&regular), usual.usual(&irregular));
        assert!((7.0..15.0).contains(&soon) && late > 3.0 * soon, "{soon} {late}");
    }

    #[test]
    fn without_customers_there_are_beliefs() {
        let nobody = UsualGaps::of(&GapSums::default());
        let usual = nobody.usual(&OwnGaps::between([0, 30, 60]));
        assert!(usual > 60.0 && usual < 200.0, "{usual}");
    }
}
