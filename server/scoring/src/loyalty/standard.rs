//! Everybody, as the one customer is compared with: ranks, means and medians, all of the same instant.

use rayon::prelude::*;

use super::{COMPONENTS, Component, Cut, LoyaltyModel, Metric, Percentiles, Person, Scored, Side};
use crate::rfm::Segment;

/// Weeks that engagement looks back.
const WEEKS: f64 = 13.0;
const SEGMENTS: usize = Segment::ALL.len();
/// People whose means are summed one after another, whatever the number of threads, which so has no bearing on the sum.
const STRETCH: usize = 1 << 16;

/// Answers by segment: their mean, drawn to that of everybody by as many pseudo-answers as a customer's own is to it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Opinion {
    mean: f64,
    /// How far one answer is from what its customer thinks, squared.
    variance: f64,
    of_segments: [f64; SEGMENTS],
}

/// What some people who follow each other add to everybody.
#[derive(Default)]
struct Stretch {
    sums: [f64; COMPONENTS],
    counts: [u64; COMPONENTS],
    attitudes: Vec<f64>,
    behaviours: Vec<f64>,
}

/// Everybody.
#[derive(Debug, Clone, PartialEq)]
pub struct Standard {
    model: LoyaltyModel,
    frequency: Percentiles,
    spend: Percentiles,
    opinions: [Option<Opinion>; Metric::ALL.len()],
    /// Whether anybody's recommendation has brought anybody.
    knows_referrals: bool,
    /// Whether any order was at a discount.
    knows_discounts: bool,
    means: [Option<f64>; COMPONENTS],
    attitude_cut: Option<f64>,
    behaviour_cut: Option<f64>,
    customers: u64,
    with_attitude: u64,
}

impl Standard {
    /// What everybody makes of it. Uses the threads of the rayon pool that it is called in.
    #[must_use]
    pub fn of(people: &[Person], model: &LoyaltyModel) -> Self {
        let ranked = |value: fn(&Person) -> i64| Percentiles::of(people.par_iter().map(value).collect());
        let (frequency, (spend, opinions)) = rayon::join(
            || ranked(|person| i64::from(person.orders)),
            || {
                rayon::join(
                    || ranked(|person| person.spend_micros),
                    || Metric::ALL.map(|metric| opinion(people, metric, model)),
                )
            },
        );
        let mut standard = Self {
            frequency,
            spend,
            opinions,
            knows_referrals: people.iter().any(|person| person.referrals > 0),
            knows_discounts: people.iter().any(|person| person.discounted > 0),
            means: [None; COMPONENTS],
            attitude_cut: None,
            behaviour_cut: None,
            customers: people.len() as u64,
            with_attitude: 0,
            model: model.clone(),
        };
        standard.measure(people);
        standard
    }

    fn measure(&mut self, people: &[Person]) {
        let stretches: Vec<Stretch> = people.par_chunks(STRETCH).map(|people| self.stretch(people)).collect();
        let (mut sums, mut counts) = ([0.0; COMPONENTS], [0_u64; COMPONENTS]);
        let (mut attitudes, mut behaviours) = (Vec::new(), Vec::with_capacity(people.len()));
        for stretch in stretches {
            for k in 0..COMPONENTS {
                sums[k] += stretch.sums[k];
                counts[k] += stretch.counts[k];
            }
            attitudes.extend(stretch.attitudes);
            behaviours.extend(stretch.behaviours);
        }
        self.means = std::array::from_fn(|k| (counts[k] > 0).then(|| sums[k] / counts[k] as f64));
        self.with_attitude = attitudes.len() as u64;
        (self.attitude_cut, self.behaviour_cut) = match self.model.cut {
            Cut::Medians => rayon::join(|| median(&mut attitudes), || median(&mut behaviours)),
            Cut::Fifty => (Some(50.0), Some(50.0)),
        };
    }

    fn stretch(&self, people: &[Person]) -> Stretch {
        let mut stretch = Stretch::default();
        for person in people {
            let values = self.values(person);
            for (k, value) in values.iter().enumerate() {
                if let Some(value) = value {
                    stretch.sums[k] += value;
                    stretch.counts[k] += 1;
                }
            }
            stretch.attitudes.extend(self.side(&values, Side::Attitude));
            stretch.behaviours.extend(self.side(&values, Side::Behaviour));
        }
        stretch
    }

    /// The values of components that are known of somebody, by [`Component::index`].
    #[must_use]
    pub fn values(&self, person: &Person) -> [Option<f64>; COMPONENTS] {
        let mut values = [None; COMPONENTS];
        let mut has_said_something = false;
        for metric in Metric::ALL {
            let value = self.thinks(person, metric).map(|(value, _)| value);
            has_said_something |= value.is_some() && self.model.weight(metric.component()) > 0.0;
            values[metric.component().index()] = value;
        }
        // Whoever says nothing has no attitude, however they pay.
        if self.knows_discounts && has_said_something && person.orders > 0 {
            let share = f64::from(person.discounted) / f64::from(person.orders);
            values[Component::FullPrice.index()] = Some(1.0 - share.min(1.0));
        }
        if self.knows_referrals {
            values[Component::Referral.index()] = Some(1.0 - (-f64::from(person.referrals)).exp());
        }
        let frequency = self.frequency.rank(i64::from(person.orders));
        values[Component::Repeat.index()] = Some(person.alive * frequency);
        values[Component::Value.index()] = Some(self.spend.rank(person.spend_micros));
        values[Component::Engagement.index()] = Some((f64::from(person.active_weeks) / WEEKS).min(1.0));
        values
    }

    /// What somebody thinks, and the variance of that: the mean of their answers and of as many of their segment's mean as there are
    /// pseudo-answers, which is the posterior mean where customers of a segment differ among each other as much as an answer does from what its
    /// customer thinks, over the pseudo-answers. None of whoever has not answered, or not lately.
    fn thinks(&self, person: &Person, metric: Metric) -> Option<(f64, f64)> {
        let sum = &person.answers[metric.index()];
        let opinion = self.opinions[metric.index()].as_ref().filter(|_| sum.weight > 0.0)?;
        let all = sum.weight + self.model.pseudo_answers;
        let prior = opinion.of_segments.get(usize::from(person.segment)).copied().unwrap_or(opinion.mean);
        Some(((sum.value + self.model.pseudo_answers * prior) / all, opinion.variance / all))
    }

    /// The variances of what is known, by [`Component::index`]: of answers, and of the probability to be a customer still.
    fn variances(&self, person: &Person) -> [f64; COMPONENTS] {
        let mut variances = [0.0; COMPONENTS];
        for metric in Metric::ALL {
            variances[metric.component().index()] =
                self.thinks(person, metric).map_or(0.0, |(_, variance)| variance);
        }
        let frequency = self.frequency.rank(i64::from(person.orders));
        variances[Component::Repeat.index()] = (frequency * person.alive_error).powi(2);
        variances
    }

    /// The score over the components of a side; none where none of those that count is known.
    fn side(&self, values: &[Option<f64>; COMPONENTS], side: Side) -> Option<f64> {
        let of_side = Component::ALL.into_iter().filter(|component| component.side() == side);
        let (mut sum, mut weight) = (0.0, 0.0);
        for component in of_side {
            if let Some(value) = values[component.index()] {
                sum += self.model.weight(component) * value;
                weight += self.model.weight(component);
            }
        }
        (weight > 0.0).then(|| 100.0 * (sum / weight))
    }

    /// The score of somebody.
    #[must_use]
    pub fn score(&self, person: &Person) -> Scored {
        let values = self.values(person);
        let sides = [Side::Attitude, Side::Behaviour].map(|side| self.side(&values, side));
        Scored::new(
            &self.model,
            values,
            self.variances(person),
            &self.means,
            sides,
            [self.attitude_cut, self.behaviour_cut],
        )
    }

    /// The rank of how often somebody buys, 0 to 1.
    #[must_use]
    pub fn frequency_rank(&self, person: &Person) -> f64 {
        self.frequency.rank(i64::from(person.orders))
    }

    /// How scores are made.
    #[must_use]
    pub const fn model(&self) -> &LoyaltyModel {
        &self.model
    }

    /// The mean of a component over those of whom it is known; none where that is nobody.
    #[must_use]
    pub const fn mean(&self, component: Component) -> Option<f64> {
        self.means[component.index()]
    }

    /// Whoever is above it thinks well of us; none where nobody has said anything.
    #[must_use]
    pub const fn attitude_cut(&self) -> Option<f64> {
        self.attitude_cut
    }

    /// Whoever is above it does much for us; none without customers.
    #[must_use]
    pub const fn behaviour_cut(&self) -> Option<f64> {
        self.behaviour_cut
    }

    /// Customers compared with.
    #[must_use]
    pub const fn customers(&self) -> u64 {
        self.customers
    }

    /// Those of them who have said something.
    #[must_use]
    pub const fn with_attitude(&self) -> u64 {
        self.with_attitude
    }
}

fn opinion(people: &[Person], metric: Metric, model: &LoyaltyModel) -> Option<Opinion> {
    let (mut all, mut of_segments) = ([0.0; 3], [[0.0; 2]; SEGMENTS]);
    for person in people {
        let sum = &person.answers[metric.index()];
        all[0] += sum.weight;
        all[1] += sum.value;
        all[2] += sum.square;
        if let Some(of_segment) = of_segments.get_mut(usize::from(person.segment)) {
            of_segment[0] += sum.weight;
            of_segment[1] += sum.value;
        }
    }
    if all[0] <= 0.0 {
        return None;
    }
    let mean = all[1] / all[0];
    let total = (all[2] / all[0] - mean * mean).max(0.0);
    let drawn =
        |[weight, value]: [f64; 2]| (value + model.pseudo_answers * mean) / (weight + model.pseudo_answers);
    // With so many pseudo-answers the variance of an answer is that part of all variance.
    let part = model.pseudo_answers / (1.0 + model.pseudo_answers);
    Some(Opinion { mean, variance: part * total, of_segments: of_segments.map(drawn) })
}

/// The mean of the two in the middle, of an even number.
fn median(values: &mut [f64]) -> Option<f64> {
    let (middle, is_odd) = (values.len() / 2, values.len() % 2 == 1);
    if values.is_empty() {
        return None;
    }
    let (below, upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let upper = *upper;
    if is_odd {
        return Some(upper);
    }
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Some((lower + upper) / 2.0)
}
