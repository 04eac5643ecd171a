//! Where the posterior is looked at: points of normal distributions around its tops, and of the beliefs.
//!
//! A normal distribution around a top has the curvature there, once as it is and once twice as wide, since posteriors of few data
//! have longer tails; the beliefs themselves reach what no top leads to. Numbers of points are fixed beforehand and each is
//! weighed against the density of all of them together (Owen and Zhou, "Safe and effective importance sampling", *Journal of the
//! American Statistical Association* 95(449), 2000, section 2): no weight can be larger than the reciprocal of the beliefs' share.
//!
//! Points are not random but evenly spread: the additive recurrence of Roberts, "The unreasonable effectiveness of quasirandom
//! sequences" (2018), through the normal quantile.

use crate::statistics::normal;

/// Reciprocal powers of the root of x^5 = x + 1: the steps of the recurrence in four dimensions.
const STEPS: [f64; 4] =
    [0.856_674_883_854_502_9, 0.733_891_856_627_126_2, 0.628_706_721_038_087_4, 0.538_597_257_223_612_4];

/// A normal distribution of the four coordinates for one k.
#[derive(Clone, Debug)]
pub(super) struct Normal {
    pub(super) k: u32,
    /// Share of the points.
    pub(super) share: f64,
    pub(super) mean: [f64; 4],
    /// The lower triangle L with L L' the covariance; positive on the diagonal.
    pub(super) lower: [[f64; 4]; 4],
}

impl Normal {
    /// The same, so many times as wide, with this share.
    pub(super) fn wider(&self, times: f64, share: f64) -> Self {
        Self { share, lower: self.lower.map(|row| row.map(|l| l * times)), ..self.clone() }
    }

    /// Logarithm of the share times the density, but for a constant that all have.
    fn ln_density(&self, at: &[f64; 4]) -> f64 {
        let mut off = [0.0; 4];
        let mut ln_density = self.share.ln();
        for i in 0..4 {
            let before: f64 = (0..i).map(|j| self.lower[i][j] * off[j]).sum();
            off[i] = (at[i] - self.mean[i] - before) / self.lower[i][i];
            ln_density -= 0.5 * off[i] * off[i] + self.lower[i][i].ln();
        }
        ln_density
    }

    /// The point whose standard normal coordinates are these.
    fn at(&self, standard: [f64; 4]) -> [f64; 4] {
        std::array::from_fn(|i| self.mean[i] + (0..=i).map(|j| self.lower[i][j] * standard[j]).sum::<f64>())
    }
}

/// About so many points, those of each distribution by its share: k, and the coordinates.
pub(super) fn points(of: &[Normal], points: u32) -> impl Iterator<Item = (u32, [f64; 4])> {
    let mut number = 0;
    of.iter().flat_map(move |normal| {
        let from = number;
        number += (normal.share * f64::from(points)).ceil() as u32;
        (from..number).map(|i| {
            let uniform = STEPS.map(|step| (0.5 + f64::from(i + 1) * step).fract());
            (normal.k, normal.at(uniform.map(normal::quantile)))
        })
    })
}

/// Logarithm of the density of all distributions together at a point, but for a constant.
pub(super) fn ln_density(of: &[Normal], k: u32, at: &[f64; 4]) -> f64 {
    let each = || of.iter().filter(|normal| normal.k == k).map(|normal| normal.ln_density(at));
    let most = each().fold(f64::NEG_INFINITY, f64::max);
    most + each().map(|one| (one - most).exp()).sum::<f64>().ln()
}
