//! The score of one customer with its explanation, and the place it has.

use super::{COMPONENTS, Component, LoyaltyModel, Side};
use crate::statistics::normal::two_sided_quantile;

/// Below this coverage too little is known for a score.
const LEAST_COVERAGE: f64 = 0.3;

/// What somebody is to us, by what they say and what they do (Dick and Basu 1994).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// They think well of us and do much.
    True,
    /// They think well of us and do little.
    Latent,
    /// They do much and do not think well of us: habit, price, or nothing better near.
    Spurious,
    /// Neither.
    None,
    /// They have not said what they think.
    Unknown,
}

impl Place {
    /// All of them, the best first.
    pub const ALL: [Self; 5] = [Self::True, Self::Latent, Self::Spurious, Self::None, Self::Unknown];

    /// The name as filters and groups write it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::True => "true",
            Self::Latent => "latent",
            Self::Spurious => "spurious",
            Self::None => "none",
            Self::Unknown => "unknown",
        }
    }

    /// Above the cuts or not. Whoever is right on one is not above it.
    const fn of(thinks_well: bool, does_much: bool) -> Self {
        match (thinks_well, does_much) {
            (true, true) => Self::True,
            (true, false) => Self::Latent,
            (false, true) => Self::Spurious,
            (false, false) => Self::None,
        }
    }
}

/// A number from 0 to 100 and its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Points {
    /// The number.
    pub value: f64,
    /// Its standard error: answers that could have been others, and how well the model knows who still is a customer.
    pub standard_error: f64,
}

impl Points {
    /// The normal interval of a coverage, cut at 0 and 100.
    #[must_use]
    pub fn interval(&self, confidence: f64) -> (f64, f64) {
        let reach = two_sided_quantile(confidence) * self.standard_error;
        ((self.value - reach).max(0.0), (self.value + reach).min(100.0))
    }

    fn reaches_over(&self, cut: f64, confidence: f64) -> bool {
        let (low, high) = self.interval(confidence);
        low <= cut && cut <= high
    }
}

/// The score of one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// The score, 0 to 100; none where too little is known, with a coverage below 0.3.
    pub score: Option<Points>,
    /// What the average customer would score on the components that are known; none where nothing is.
    pub base: Option<f64>,
    /// Weight of what is known, of 1.
    pub coverage: f64,
    /// The value of each component, 0 to 1, by [`Component::index`]; none where it is not known.
    pub values: [Option<f64>; COMPONENTS],
    /// How far each component moves the score from the base, in points; 0 where it is not known.
    pub contributions: [f64; COMPONENTS],
    /// What they say; none where they have said nothing.
    pub attitude: Option<Points>,
    /// What they do.
    pub behaviour: Option<Points>,
    /// What that makes of them.
    pub place: Place,
    cuts: [Option<f64>; 2],
}

impl Scored {
    pub(super) fn new(
        model: &LoyaltyModel,
        values: [Option<f64>; COMPONENTS],
        variances: [f64; COMPONENTS],
        means: &[Option<f64>; COMPONENTS],
        [attitude, behaviour]: [Option<f64>; 2],
        cuts: [Option<f64>; 2],
    ) -> Self {
        let known = |k: usize| if values[k].is_some() { model.weights[k] } else { 0.0 };
        let weight: f64 = (0..COMPONENTS).map(known).sum();
        let coverage = weight / model.weights.iter().sum::<f64>();
        let sum = |of: &dyn Fn(usize) -> f64| (0..COMPONENTS).map(|k| known(k) * of(k)).sum::<f64>();
        let mean = |k: usize| means[k].unwrap_or(0.0);
        // Divided first, so that rounding makes nothing more than 100.
        let points = |value: f64| 100.0 * (value / weight);
        let is_known = weight > 0.0;
        let contributions = std::array::from_fn(|k| {
            values[k].filter(|_| is_known).map_or(0.0, |value| points(known(k) * (value - mean(k))))
        });
        let base = is_known.then(|| points(sum(&mean)));
        let error = |side: Option<Side>| {
            let counts = |k: &usize| side.is_none_or(|side| Component::ALL[*k].side() == side);
            let of: f64 = (0..COMPONENTS).filter(counts).map(known).sum();
            let variance: f64 = (0..COMPONENTS).filter(counts).map(|k| known(k).powi(2) * variances[k]).sum();
            if of > 0.0 { 100.0 * variance.sqrt() / of } else { 0.0 }
        };
        let side =
            |value: Option<f64>, side| value.map(|value| Points { value, standard_error: error(Some(side)) });
        let (attitude, behaviour) = (side(attitude, Side::Attitude), side(behaviour, Side::Behaviour));
        let value = sum(&|k| values[k].unwrap_or(0.0));
        let score = (is_known && coverage >= LEAST_COVERAGE)
            .then(|| Points { value: points(value), standard_error: error(None) });
        let is_above = |side: &Option<Points>, cut: Option<f64>| Some(side.as_ref()?.value > cut?);
        let place = match (is_above(&attitude, cuts[0]), is_above(&behaviour, cuts[1])) {
            (Some(thinks_well), Some(does_much)) => Place::of(thinks_well, does_much),
            _ => Place::Unknown,
        };
        Self { score, base, coverage, values, contributions, attitude, behaviour, place, cuts }
    }

    /// Whether an interval of attitude or behaviour reaches over its cut, so that they may as well have another place.
    #[must_use]
    pub fn is_on_the_border(&self, confidence: f64) -> bool {
        let sides = [&self.attitude, &self.behaviour].into_iter().zip(self.cuts);
        self.place != Place::Unknown
            && sides
                .flat_map(|(side, cut)| side.as_ref().zip(cut))
                .any(|(side, cut)| side.reaches_over(cut, confidence))
    }
}
