//! Likelihood and beliefs together, and where to look for their maximum.

use super::beliefs::{Setting, likeliest, ln_belief};
use crate::clv::MbgNbd;
use crate::clv::TimeUnit;
use crate::clv::fitting::optimize::Bounds;
use crate::clv::fitting::search::{Sample, Search, Starts, mean_rate};
use crate::clv::histories::patterns::PatternTable;
use crate::clv::models::bg::likelihood::Likelihood;
use crate::clv::models::cnbd::likelihood::CnbdLikelihood;

/// Range of r, a, b and of alpha in weeks: more than six standard deviations to either side of every belief.
const RANGE: (f64, f64) = (1e-6, 1e6);

/// Starting values of r, a, b beside those of (1): nearly nobody leaves, and nearly everybody does.
const STARTS: [[f64; 3]; 3] = [[0.8, 0.02, 3.0], [0.8, 3.0, 1.0], [0.3, 0.8, 2.5]];

/// The mean a customer of log-likelihood and belief.
pub(super) fn sample(table: &PatternTable, setting: Setting) -> Sample<'_, 4> {
    let Setting { unit_days, k } = setting;
    let first_chances = MbgNbd::FIRST_CHANCES;
    let random = Likelihood { table, unit_days, first_chances };
    let regular = CnbdLikelihood { table, unit_days, first_chances, k };
    let customers = table.customers();
    Sample::new(customers, move |at| {
        let mut sum = ln_belief(at, setting);
        sum.scale(1.0 / customers as f64);
        sum.add(&if k == 1 { random.evaluate(at) } else { regular.evaluate(at) });
        sum
    })
}

pub(super) fn search(table: &PatternTable, setting: Setting) -> Search<4> {
    let likeliest = likeliest(setting);
    let (rate, ln_k) = (mean_rate(table, setting.unit_days), f64::from(setting.k).ln());
    // Nobody came back, or nobody had the time to: what shops in general are like is all there is to begin with.
    let ln_alpha =
        |r: f64| if rate > 0.0 && rate.is_finite() { (r / rate).ln() - ln_k } else { likeliest[1] };
    let others = STARTS.map(|[r, a, b]| [r.ln(), ln_alpha(r), a.ln(), b.ln()]);
    let weeks = (TimeUnit::Week.days() / setting.unit_days).ln();
    let (low, high) = (RANGE.0.ln(), RANGE.1.ln());
    Search {
        starts: Starts {
            at: std::iter::once(likeliest).chain(others).collect(),
            bounds: Bounds {
                low: [low, low + weeks - ln_k, low, low],
                high: [high, high + weeks - ln_k, high, high],
            },
        },
        coarsen_above: 8192,
        coarse_steps: 48,
    }
}
