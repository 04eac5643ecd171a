//! The discounted time a customer has left, for the Pareto/NBD model's DERT.
//!
//! ```text
//! int_0^inf (1 + v)^-s e^(-z v) dv = U(1, 2-s, z) = e^z E_s(z),     z = rate (beta + T)                     (1)
//! ```
//!
//! with U Tricomi's function (Fader, Hardie and Lee, "RFM and CLV", 2005, eq. 2, write `Psi(s, s; z)`, which is
//! `z^(1-s) U(1, 2-s, z)` by Kummer's transformation) and E the generalized exponential integral. Series of it cancel near
//! whole s and its continued fraction crawls for small z, so the integral is summed as it stands, with `v = e^u - 1`.

use crate::statistics::numerics::panels::LogConcave;

/// The integrand of (1) as a function of u, with its Jacobian.
struct Discounted {
    s: f64,
    z: f64,
}

impl LogConcave for Discounted {
    type Known = ();

    fn look(&self, u: f64) -> (f64, ()) {
        (((1.0 - self.s) * u - self.z * u.exp_m1()).exp(), ())
    }

    fn slope(&self, u: f64) -> f64 {
        1.0 - self.s - self.z * u.exp()
    }
}

/// (1), for s and z positive. Not quite for ever, and not quite at once: z is kept where `e^u` is a number.
pub(crate) fn discounted_time(s: f64, z: f64) -> f64 {
    const SMALLEST: f64 = 1e-290;
    const LARGEST: f64 = 1e290;
    #[expect(clippy::manual_clamp, reason = "`max` gives the other operand for NaN, `clamp` does not")]
    let z = z.max(SMALLEST).min(LARGEST);
    let mut sum = 0.0;
    Discounted { s, z }.visit(f64::INFINITY, |_, (), weight| sum += weight);
    sum
}
