//! Customers added up by segment.

use lojal_scoring::rfm::{Cutpoints, RfmValues, SecondAxis, Segment, segment};
use serde::{Deserialize, Serialize};

use crate::Period;
use crate::ask::tally::Tally;

/// One segment.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentSummary {
    /// The group; empty when not grouped, or for customers without the attribute.
    pub group: String,
    /// The period at whose end they are counted; none without a series.
    pub period: Option<Period>,
    /// The segment.
    pub segment: Segment,
    /// Customers in it.
    pub customers: u64,
    /// Their share of all customers asked about; none of nobody.
    pub customer_share: Option<f64>,
    /// Their net spend in the window, in millionths of the currency.
    pub monetary_micros: i128,
    /// Their share of all net spend in the window; none of nothing.
    pub monetary_share: Option<f64>,
    /// Mean days since their last order; none of nobody.
    pub mean_recency_days: Option<f64>,
    /// Mean orders in the window; none of nobody.
    pub mean_frequency: Option<f64>,
    /// Mean net spend in the window, in currency units; none of nobody.
    pub mean_monetary: Option<f64>,
}

/// Customers, spend, recency and frequency by segment, best first.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct SegmentSums([Sums; Segment::ALL.len()]);

#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Sums {
    customers: u64,
    monetary_micros: i128,
    recency_days: i64,
    frequency: i64,
}

impl Tally for SegmentSums {
    fn merge(&mut self, other: Self) {
        for (sum, more) in self.0.iter_mut().zip(other.0) {
            sum.customers += more.customers;
            sum.monetary_micros += more.monetary_micros;
            sum.recency_days += more.recency_days;
            sum.frequency += more.frequency;
        }
    }
}

impl SegmentSums {
    /// Adds a customer.
    pub(crate) fn add(&mut self, values: &RfmValues, cutpoints: &Cutpoints) {
        let found = segment(cutpoints.score(values), SecondAxis::Frequency);
        let index = Segment::ALL.iter().position(|segment| *segment == found).unwrap_or(0);
        let sum = &mut self.0[index];
        sum.customers += 1;
        sum.monetary_micros += i128::from(values.monetary_micros);
        sum.recency_days += values.recency_days;
        sum.frequency += values.frequency;
    }

    /// Net spend of all of them, in millionths of the currency.
    pub(crate) fn monetary_micros(&self) -> i128 {
        self.0.iter().map(|sum| sum.monetary_micros).sum()
    }

    /// Every segment, best first.
    pub(crate) fn told(&self, group: &str, period: Option<&Period>) -> Vec<SegmentSummary> {
        let everybody: u64 = self.0.iter().map(|sum| sum.customers).sum();
        let spent_micros = self.monetary_micros();
        let told = |(segment, sum): (Segment, &Sums)| {
            let of_each = |total: f64| ratio(total, sum.customers as f64);
            SegmentSummary {
                group: group.to_owned(),
                period: period.cloned(),
                segment,
                customers: sum.customers,
                customer_share: ratio(sum.customers as f64, everybody as f64),
                monetary_micros: sum.monetary_micros,
                monetary_share: ratio(sum.monetary_micros as f64, spent_micros as f64),
                mean_recency_days: of_each(sum.recency_days as f64),
                mean_frequency: of_each(sum.frequency as f64),
                mean_monetary: of_each(sum.monetary_micros as f64 / 1e6),
            }
        };
        Segment::ALL.into_iter().zip(&self.0).map(told).collect()
    }
}

/// A share or a mean; none of nothing.
fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}
