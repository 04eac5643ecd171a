//! A figure about many customers, and how far it would move with other customers.

/// A figure with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// The figure.
    pub value: f64,
    /// How far it would move with other customers; none of a single customer.
    pub standard_error: Option<f64>,
}

impl Score {
    /// A figure with the error that its influences come to, one of each customer: how fast it moves as that customer gets more weight.
    pub(super) fn moved_by(value: f64, influences: impl Iterator<Item = f64>) -> Self {
        let (n, squares) = influences.fold((0.0, 0.0), |(n, squares), u| (n + 1.0, squares + u * u));
        Self { value, standard_error: (n > 1.0).then(|| (squares / (n * (n - 1.0))).sqrt()) }
    }
}

/// A mean with its standard error, in two passes. `None` of nobody.
pub(super) fn mean(of: impl Iterator<Item = f64> + Clone) -> Option<Score> {
    let n = of.clone().count() as f64;
    let value = of.clone().sum::<f64>() / n;
    (n > 0.0).then(|| Score::moved_by(value, of.map(|x| x - value)))
}
