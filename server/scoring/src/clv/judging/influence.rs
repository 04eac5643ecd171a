//! How far figures over customers would move with other customers of the same kind, where a figure is no mean.
//!
//! A figure t depends on the distribution of customers. With `u_i` how fast it moves as customer i gets more weight (its influence),
//!
//! ```text
//! standard error = sqrt(sum over i of u_i^2 / (n (n - 1)))
//! ```
//!
//! the infinitesimal jackknife (Jaeckel, *The infinitesimal jackknife*, Bell Laboratories MM 72-1215-11, 1972; Efron, "Nonparametric
//! estimates of standard error", *Biometrika* 68, 1981), with n - 1 for one of its n, so that of a mean it is the usual one. With f
//! what was forecast of a customer, y what came, bars for means over customers:
//!
//! ```text
//! root of the mean of q     u = (q - mean q) / (2 root)
//! ratio R of the sums       u = (f - R y) / mean y                   Cochran, *Sampling Techniques*, 1977, section 2.11
//! slope b of y on f         u = (f - mean f) (y - mean y - b (f - mean f)) / var f      White, *Econometrica* 48, 1980
//! Pearson's r               u = z_f z_y - r (z_f^2 + z_y^2) / 2, z standardised
//! Spearman's r              the same of ranks, and how the ranks of all others move: [`of_ranks`]
//! share C captured          u = (w y - m (w - share) - C y) / mean y, w how much of the customer is among the highest and m the
//!                           mean of y at their edge, which moves: Bishop, Chow and Formby, *International Economic Review* 35, 1994
//! ```

use super::score::Score;

/// A mean.
fn mean(of: &[f64]) -> f64 {
    of.iter().sum::<f64>() / of.len() as f64
}

/// `sqrt(mean q)` of squares q.
pub(super) fn of_root(squares: impl ExactSizeIterator<Item = f64> + Clone) -> Score {
    let of = squares.clone().sum::<f64>() / squares.len() as f64;
    let root = of.sqrt();
    // Where all are 0 it does not move.
    let slope = if root > 0.0 { 0.5 / root } else { 0.0 };
    Score::moved_by(root, squares.map(|q| (q - of) * slope))
}

/// `(sum f - sum y) / sum y`.
pub(super) fn of_sum_error(expected: &[f64], actual: &[f64]) -> Score {
    let came = mean(actual);
    let ratio = mean(expected) / came;
    let found = Score::moved_by(ratio, expected.iter().zip(actual).map(|(f, y)| (f - ratio * y) / came));
    Score { value: (mean(expected) - came) / came, ..found }
}

/// Sums of squares and products around the means of two columns.
struct Moments {
    means: [f64; 2],
    /// Of a with itself, of b with itself, of both; divided by n.
    aa: f64,
    bb: f64,
    ab: f64,
}

impl Moments {
    fn of(a: &[f64], b: &[f64]) -> Self {
        let n = a.len() as f64;
        let means = [mean(a), mean(b)];
        let (mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0);
        for (x, y) in a.iter().zip(b) {
            let (x, y) = (x - means[0], y - means[1]);
            aa += x * x;
            bb += y * y;
            ab += x * y;
        }
        Self { means, aa: aa / n, bb: bb / n, ab: ab / n }
    }

    /// Pearson's correlation; none when either does not vary.
    fn correlation(&self) -> Option<f64> {
        let spread = self.aa.sqrt() * self.bb.sqrt();
        (spread > 0.0).then(|| (self.ab / spread).clamp(-1.0, 1.0))
    }
}

/// Pearson's correlation; none when either does not vary.
pub(super) fn of_correlation(a: &[f64], b: &[f64]) -> Option<Score> {
    let of = Moments::of(a, b);
    let r = of.correlation()?;
    let [of_a, of_b] = [of.aa.sqrt(), of.bb.sqrt()];
    let influence = |(x, y): (&f64, &f64)| {
        let (x, y) = ((x - of.means[0]) / of_a, (y - of.means[1]) / of_b);
        x * y - 0.5 * r * (x * x + y * y)
    };
    Some(Score::moved_by(r, a.iter().zip(b).map(influence)))
}

/// Slope of the straight line of y on f; none when f does not vary.
pub(super) fn of_slope(expected: &[f64], actual: &[f64]) -> Option<Score> {
    let of = Moments::of(expected, actual);
    if of.aa <= 0.0 {
        return None;
    }
    let slope = of.ab / of.aa;
    let influence = |(f, y): (&f64, &f64)| {
        let f = f - of.means[0];
        f * (y - of.means[1] - slope * f) / of.aa
    };
    Some(Score::moved_by(slope, expected.iter().zip(actual).map(influence)))
}

/// Values in an order, equal ones found together.
pub(super) struct Ordered<'a> {
    pub(super) values: &'a [f64],
    /// Places from the least value to the greatest.
    pub(super) order: &'a [usize],
}

impl<'a> Ordered<'a> {
    /// Places of equal values, from the least to the greatest.
    pub(super) fn runs(&self) -> impl DoubleEndedIterator<Item = &'a [usize]> {
        let values = self.values;
        self.order.chunk_by(move |&a, &b| values[a].total_cmp(&values[b]).is_eq())
    }

    /// The share of customers below each, of those who are equal a half, themselves included: their ranks less one half over n.
    fn shares_below(&self) -> Vec<f64> {
        let n = self.order.len() as f64;
        let mut shares = vec![0.0; self.order.len()];
        let mut below = 0.0;
        for run in self.runs() {
            for &i in run {
                shares[i] = (below + 0.5 * run.len() as f64) / n;
            }
            below += run.len() as f64;
        }
        shares
    }

    /// For each customer the sum of `of` over those above them, of those who are equal a half, over n: how fast the mean of the product of
    /// ranks and `of` moves as the customer gets more weight and pushes up those above.
    fn above(&self, of: &[f64]) -> Vec<f64> {
        let n = self.order.len() as f64;
        let mut sums = vec![0.0; self.order.len()];
        let mut above = 0.0;
        for run in self.runs().rev() {
            let here: f64 = run.iter().map(|&i| of[i]).sum();
            for &i in run {
                sums[i] = (above + 0.5 * here) / n;
            }
            above += here;
        }
        sums
    }
}

/// Spearman's rank correlation, ties at their mean rank; none when either does not vary. With F and G the shares below a customer (of f
/// and of y), A, B, C and D what [`Ordered::above`] says of G by f, of F by y, of F by f and of G by y,
///
/// ```text
/// r = N / sqrt(V W),  N = mean F G - 1/4,  V = mean F^2 - 1/4,  W = mean G^2 - 1/4
/// dN = F G + A + B - 3 mean F G    dV = F^2 + 2 C - 3 mean F^2    dW = G^2 + 2 D - 3 mean G^2
/// u  = dN / sqrt(V W) - r (dV / V + dW / W) / 2
/// ```
///
/// which without ties is the influence function of Croux and Dehon, "Influence functions of the Spearman and Kendall correlation
/// measures", *Statistical Methods & Applications* 19, 2010.
pub(super) fn of_ranks(by_forecast: &Ordered<'_>, by_actual: &Ordered<'_>) -> Option<Score> {
    let [f, g] = [by_forecast, by_actual].map(Ordered::shares_below);
    let r = Moments::of(&f, &g).correlation()?;
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / a.len() as f64;
    let [fg, ff, gg] = [product(&f, &g), product(&f, &f), product(&g, &g)];
    let [v, w] = [ff - 0.25, gg - 0.25];
    let (a, b) = (by_forecast.above(&g), by_actual.above(&f));
    let (c, d) = (by_forecast.above(&f), by_actual.above(&g));
    let influence = |i: usize| {
        let (f, g) = (f[i], g[i]);
        let dn = f * g + a[i] + b[i] - 3.0 * fg;
        let dv = f * f + 2.0 * c[i] - 3.0 * ff;
        let dw = g * g + 2.0 * d[i] - 3.0 * gg;
        dn / (v * w).sqrt() - 0.5 * r * (dv / v + dw / w)
    };
    Some(Score::moved_by(r, (0..f.len()).map(influence)))
}

/// The share of all that came that the highest `share` of customers by forecast brought, those tied at the edge in proportion. Something
/// has to have come.
pub(super) fn of_capture(by_forecast: &Ordered<'_>, actual: &[f64], share: f64) -> Score {
    let n = by_forecast.order.len();
    let came = mean(actual);
    let mut weights = vec![0.0; n];
    let mut room = share * n as f64;
    let mut captured = 0.0;
    let mut tied_at_edge: &[usize] = &[];
    for run in by_forecast.runs().rev() {
        let taken = (room / run.len() as f64).min(1.0);
        run.iter().for_each(|&i| weights[i] = taken);
        captured += taken * run.iter().map(|&i| actual[i]).sum::<f64>();
        room -= run.len() as f64;
        tied_at_edge = run;
        if room <= 0.0 {
            break;
        }
    }
    let captured = captured / (n as f64 * came);
    let at_edge = mean_at_edge(by_forecast, actual, n - (share * n as f64) as usize, tied_at_edge);
    let influence = |(w, y): (&f64, &f64)| (w * y - at_edge * (w - share) - captured * y) / came;
    Score::moved_by(captured, weights.iter().zip(actual).map(influence))
}

/// The mean of y of those at an edge of the order: of those tied there, or of about `sqrt(n)` nearest to it where these are fewer, so that
/// it is known the better the more customers there are and ever nearer to the edge (Stone, "Consistent nonparametric
/// regression", *Annals of Statistics* 5, 1977). Those who are tied count with their mean, so rows may come in any order.
fn mean_at_edge(by_forecast: &Ordered<'_>, actual: &[f64], edge: usize, tied: &[usize]) -> f64 {
    let n = by_forecast.order.len();
    let each_side = (0.5 * (n as f64).sqrt()).ceil() as usize;
    let of_run = |run: &[usize]| run.iter().map(|&i| actual[i]).sum::<f64>() / run.len() as f64;
    if tied.len() >= 2 * each_side {
        return of_run(tied);
    }
    let near = edge.saturating_sub(each_side)..(edge + each_side).min(n);
    let (mut sum, mut first) = (0.0, 0);
    for run in by_forecast.runs() {
        let after = first + run.len();
        let here = after.min(near.end).saturating_sub(first.max(near.start));
        if here > 0 {
            sum += here as f64 * of_run(run);
        }
        first = after;
    }
    sum / near.len() as f64
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::clv::judging::accuracy::{Accuracy, ascending};
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng as _;
    use rand_distr::{Distribution as _, Geometric, Uniform};

    /// Customers of a seed: forecasts that some of them share, and what came, which goes with them and is 0 for most.
    fn customers(n: usize, seed: u64) -> (Vec<f64>, Vec<f64>) {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let tenths = Uniform::new_inclusive(0, 40).unwrap();
        let one = |_| {
            let f = f64::from(tenths.sample(&mut random)) / 10.0;
            (f, Geometric::new(1.0 / (1.0 + f)).unwrap().sample(&mut random) as f64)
        };
        (0..n).map(one).unzip()
    }

    fn figures(f: &[f64], y: &[f64]) -> [Score; 9] {
        let of = Accuracy::of(f, y).unwrap();
        [
            of.mae,
            of.rmse,
            of.msle,
            of.sum_error.unwrap(),
            of.pearson.unwrap(),
            of.slope.unwrap(),
            of.spearman.unwrap(),
            of.top_decile_capture.unwrap(),
            of.top_fifth_capture.unwrap(),
        ]
    }

    /// Influences against what leaving each customer out does, which knows none of their formulas. The edge of a top share hops from
    /// customer to customer, so shares are only held against simulation below.
    #[test]
    fn errors_are_those_of_leaving_customers_out() {
        let (f, y) = customers(400, 1);
        let all = figures(&f, &y);
        let without = |i: usize| {
            let rest = |of: &[f64]| [&of[..i], &of[i + 1..]].concat();
            figures(&rest(&f), &rest(&y)).map(|score| score.value)
        };
        let left_out: Vec<[f64; 9]> = (0..400).map(without).collect();
        for figure in 0..7 {
            let mean = left_out.iter().map(|values| values[figure]).sum::<f64>() / 400.0;
            let squares: f64 = left_out.iter().map(|values| (values[figure] - mean).powi(2)).sum();
            let jackknife = (399.0 / 400.0 * squares).sqrt();
            let found = all[figure].standard_error.unwrap();
            assert!((found / jackknife - 1.0).abs() < 0.02, "{figure}: {found}, left out {jackknife}");
        }
    }

    /// The errors told, in the mean, against how far figures of other customers are apart.
    #[test]
    fn errors_are_as_far_as_figures_of_other_customers_are_apart() {
        const WORLDS: u64 = 600;
        let worlds: Vec<[Score; 9]> = (0..WORLDS)
            .map(|seed| {
                let (f, y) = customers(500, 100 + seed);
                figures(&f, &y)
            })
            .collect();
        for figure in 0..9 {
            let mean = worlds.iter().map(|all| all[figure].value).sum::<f64>() / WORLDS as f64;
            let apart = worlds.iter().map(|all| (all[figure].value - mean).powi(2)).sum::<f64>();
            let apart = (apart / (WORLDS - 1) as f64).sqrt();
            let told =
                worlds.iter().map(|all| all[figure].standard_error.unwrap()).sum::<f64>() / WORLDS as f64;
            // A spread over 600 worlds is known to 3 %.
            assert!((told / apart - 1.0).abs() < 0.09, "{figure}: told {told}, apart {apart}");
        }
    }

    #[test]
    fn nothing_depends_on_the_order_of_rows() {
        let (f, y) = customers(300, 7);
        let back = |of: &[f64]| of.iter().rev().copied().collect::<Vec<_>>();
        for (there, back) in figures(&f, &y).into_iter().zip(figures(&back(&f), &back(&y))) {
            assert!((there.value - back.value).abs() < 1e-12);
            assert!((there.standard_error.unwrap() / back.standard_error.unwrap() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn a_share_of_customers_forecast_alike_is_known_as_their_mean_is() {
        // Whoever is taken among the same, it is their share; nobody knows more of it than that.
        let (f, y) = ([1.0; 50], [0.0, 1.0, 3.0, 0.0, 1.0].repeat(10));
        let order = ascending(&f);
        let of = of_capture(&Ordered { values: &f, order: &order }, &y, 0.1);
        assert!((of.value - 0.1).abs() < 1e-15 && of.standard_error.unwrap() < 1e-15, "{of:?}");
    }

    #[test]
    fn a_single_customer_has_no_error() {
        assert_eq!(Score::moved_by(2.0, [0.0].into_iter()).standard_error, None);
        assert_eq!(of_root([0.0, 0.0].into_iter()).standard_error, Some(0.0));
    }
}
