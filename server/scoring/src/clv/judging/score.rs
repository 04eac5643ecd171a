//! A figure about many customers, and how far it would move with other customers.

/// A figure with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// The figure.
    pub value: f64,
    /// How far it would move with other customers; none of a single customer.
    pub standard_error: Option<f64>,
}

/// A mean with its standard error, in two passes.
pub(super) fn mean(of: impl Iterator<Item = f64> + Clone) -> Option<Score> {
    let n = of.clone().count() as f64;
    let value = of.clone().sum::<f64>() / n;
    let squares: f64 = of.map(|x| (x - value) * (x - value)).sum();
    (n > 0.0).then(|| Score { value, standard_error: (n > 1.0).then(|| (squares / (n * (n - 1.0))).sqrt()) })
}
