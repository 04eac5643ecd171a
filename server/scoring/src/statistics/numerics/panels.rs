//! Integrals from 0 upwards of positive functions whose logarithm is concave and smooth.
//!
//! Panels are short against the function's own scale (how fast its logarithm falls) and against the distance of its
//! singularities from the real axis, which the functions here keep at pi or more; each takes Gauss and Legendre's 16
//! points. Since the logarithm is concave, what is left beyond a point where the function falls is at most its value over
//! its slope there, so an infinite range ends by itself.

use super::gauss_legendre::POINTS_16;

/// Longest panel: just below pi, so that 16 points leave an error of about `4.4^-32 = 3e-21`.
const LONGEST: f64 = 3.0;

/// Natural logarithms by which the function may change within a panel at the rate of its start, ...
const CHANGE: f64 = 6.0;

/// ... and at the rate of its end, which may be far higher; 16 points integrate `e^-14y` to `1e-18` of its start.
const CHANGE_AT_END: f64 = 14.0;

/// What is left may be left out below this share of what has been summed.
const NEGLIGIBLE: f64 = 1e-18;

/// A positive function with concave logarithm.
pub(crate) trait LogConcave {
    /// What else is known once the function has been computed at a point.
    type Known;

    /// Its value, and what is known besides.
    fn look(&self, u: f64) -> (f64, Self::Known);

    /// The derivative of the logarithm.
    fn slope(&self, u: f64) -> f64;

    fn at(&self, u: f64) -> f64 {
        self.look(u).0
    }

    /// How far a panel that starts at `u` may go.
    fn panel(&self, u: f64) -> f64 {
        let mut panel = LONGEST.min(CHANGE / self.slope(u).abs());
        while self.slope(u + panel).abs() * panel > CHANGE_AT_END {
            panel *= 0.5;
        }
        panel
    }

    /// The integral from `start` over a width within a panel.
    fn over_panel(&self, start: f64, width: f64) -> f64 {
        POINTS_16.iter().map(|&(x, weight)| weight * width * self.at(start + width * x)).sum()
    }

    /// Whether what is beyond `u` no longer counts in a sum.
    fn is_over(&self, u: f64, sum: f64) -> bool {
        let slope = self.slope(u);
        slope < 0.0 && sum > 0.0 && self.at(u) <= -slope * NEGLIGIBLE * sum
    }

    /// The integral from 0 to `end` until the rest no longer counts: of each point what is known there, and the function
    /// times the point's weight.
    fn visit(&self, end: f64, mut visit: impl FnMut(f64, Self::Known, f64)) {
        let (mut u, mut sum) = (0.0, 0.0);
        while u < end && !self.is_over(u, sum) {
            let panel = self.panel(u).min(end - u);
            for &(x, weight) in POINTS_16 {
                let at = u + panel * x;
                let (value, known) = self.look(at);
                let weighted = weight * panel * value;
                sum += weighted;
                visit(at, known, weighted);
            }
            u += panel;
        }
    }

    /// The point within a panel up to which the integral from its start is `wanted`: Newton's steps, kept between bounds.
    fn solve(&self, start: f64, panel: f64, wanted: f64) -> f64 {
        /// Newton's steps double the digits; even halving alone would be done by then.
        const STEPS: u32 = 60;
        let (mut low, mut high) = (start, start + panel);
        let mut u = start + 0.5 * panel;
        for _ in 0..STEPS {
            let off = self.over_panel(start, u - start) - wanted;
            if off > 0.0 {
                high = u;
            } else {
                low = u;
            }
            let newton = u - off / self.at(u);
            let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
            if (next - u).abs() <= f64::EPSILON * u {
                break;
            }
            u = next;
        }
        u
    }
}
