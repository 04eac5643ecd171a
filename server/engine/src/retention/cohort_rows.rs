//! What the table of cohorts says of a cohort at an age, and of all cohorts at an age together.

use lojal_domain::{Estimate, Method, SurveyKind};
use lojal_scoring::retention::{CohortCell, spread};

use crate::ask::estimates::{normal, share};
use crate::surveys::nps_estimate::{of_counts, of_customers};

/// A cohort at an age.
#[derive(Clone, Debug)]
pub struct CohortRow {
    /// Counts and sums.
    pub cell: CohortCell,
    /// Retained of those who are old enough.
    pub retention_rate: Estimate,
    /// Retained over those retained at the age before; none unless both are of the same customers.
    pub ratio_to_previous: Option<f64>,
    /// What each customer who is old enough has paid to date, in currency units.
    pub cumulative_revenue_per_customer: Option<f64>,
    /// Their NPS, in points.
    pub nps: Estimate,
}

/// All cohorts of a group at an age.
#[derive(Clone, Debug)]
pub struct CohortMean {
    /// All their customers as one cohort.
    pub cell: CohortCell,
    /// Cohorts with a rate.
    pub cohorts: u64,
    /// Each customer counts the same.
    pub weighted_mean_rate: Estimate,
    /// Each cohort counts the same.
    pub simple_mean_rate: Estimate,
    /// What each customer who is old enough has paid to date, in currency units.
    pub cumulative_revenue_per_customer: Option<f64>,
}

/// The place of a kind of survey in a cell's answers.
pub(crate) const fn kind_number(kind: SurveyKind) -> usize {
    match kind {
        SurveyKind::Relationship => 0,
        SurveyKind::Transactional => 1,
    }
}

fn paid_per_customer(cell: &CohortCell) -> Option<f64> {
    (cell.mature > 0).then(|| cell.cumulative_micros as f64 / 1e6 / cell.mature as f64)
}

/// The rows of a cohort, from its cells in order of age. `kind` is that of the answers of its NPS; none for no NPS.
pub(crate) fn rows(cells: Vec<CohortCell>, kind: Option<SurveyKind>, confidence: f64) -> Vec<CohortRow> {
    let mut before: Option<CohortCell> = None;
    let row = |cell: CohortCell| {
        let same = before.replace(cell).filter(|before| before.mature == cell.mature && before.retained > 0);
        let answers = kind.map(|kind| cell.answers[kind_number(kind)]).unwrap_or_default();
        CohortRow {
            retention_rate: share(cell.retained, cell.mature, confidence),
            ratio_to_previous: same.map(|before| cell.retained as f64 / before.retained as f64),
            cumulative_revenue_per_customer: paid_per_customer(&cell),
            nps: match answers.beyond_first {
                0 => of_counts(answers.counts, confidence),
                _ => of_customers(&answers.nps(), confidence, None),
            },
            cell,
        }
    };
    cells.into_iter().map(row).collect()
}

/// All cohorts at an age: `cell` has their customers, `rates` what is retained of each.
pub(crate) fn mean(cell: CohortCell, rates: &[f64], confidence: f64) -> CohortMean {
    let n = rates.len();
    let simple = (n > 0).then(|| rates.iter().sum::<f64>() / n as f64);
    let error = spread(rates).map(|spread| spread / (n as f64).sqrt());
    let simple = normal(simple, error, n as u64, Method::MeanOfRates, confidence);
    CohortMean {
        cohorts: n as u64,
        weighted_mean_rate: share(cell.retained, cell.mature, confidence),
        simple_mean_rate: Estimate { high: simple.high.map(|high| high.min(1.0)), ..simple },
        cumulative_revenue_per_customer: paid_per_customer(&cell),
        cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(age: usize, mature: u64, retained: u64) -> CohortCell {
        CohortCell {
            ages: (age, age),
            mature,
            retained,
            cumulative_micros: 5_000_000,
            ..CohortCell::default()
        }
    }

    #[test]
    fn ratios_are_of_the_same_customers() {
        let rows = rows(vec![cell(0, 10, 10), cell(1, 10, 4), cell(2, 8, 2), cell(3, 8, 1)], None, 0.95);
        let ratios: Vec<Option<f64>> = rows.iter().map(|row| row.ratio_to_previous).collect();
        assert_eq!(ratios, [None, Some(0.4), None, Some(0.5)]);
        assert_eq!(rows[1].retention_rate.value, Some(0.4));
        assert_eq!(rows[1].cumulative_revenue_per_customer, Some(0.5));
        assert_eq!(rows[1].nps.value, None);
    }

    #[test]
    fn a_mean_of_rates_stays_a_share() {
        let found = mean(cell(1, 20, 19), &[1.0, 0.9], 0.95);
        assert_eq!((found.cohorts, found.simple_mean_rate.value), (2, Some(0.95)));
        assert!(found.simple_mean_rate.high.is_some_and(|high| high <= 1.0));
        let none = mean(cell(1, 0, 0), &[], 0.95);
        assert_eq!((none.simple_mean_rate.value, none.cumulative_revenue_per_customer), (None, None));
    }
}
