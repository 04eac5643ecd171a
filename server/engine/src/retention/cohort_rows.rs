//! What the table of cohorts says of a cohort at an age, and of all cohorts at an age together.

use std::collections::BTreeSet;

use lojal_domain::{Estimate, Method, SurveyKind};
use lojal_scoring::retention::{CohortCell, CohortTally, spread};

use crate::Period;
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

/// One cohort.
#[derive(Clone, Debug)]
pub struct Cohort {
    /// The group; empty when not grouped, or for customers without the attribute.
    pub group: String,
    /// Its name: of its period, or the attribute's value.
    pub name: String,
    /// When it began; none for cohorts of an attribute.
    pub period: Option<Period>,
    /// Its customers.
    pub customers: u64,
    /// One for each of its ages that have begun.
    pub rows: Vec<CohortRow>,
}

/// The cohorts of a group together.
#[derive(Clone, Debug)]
pub struct CohortMeans {
    /// The group.
    pub group: String,
    /// One an age.
    pub ages: Vec<CohortMean>,
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

/// Keeps at most so many cohorts in their order: of periods the latest, of values the largest.
pub(crate) fn cut(cohorts: &mut Vec<Cohort>, limit: usize) {
    let over = cohorts.len().saturating_sub(limit);
    if over == 0 {
        return;
    }
    if cohorts.iter().all(|cohort| cohort.period.is_some()) {
        cohorts.drain(..over);
        return;
    }
    let mut sizes: Vec<(u64, usize)> = cohorts.iter().map(|cohort| cohort.customers).zip(0..).collect();
    // Of as many customers the first by name.
    sizes.sort_by_key(|&(customers, at)| (std::cmp::Reverse(customers), at));
    let kept: BTreeSet<usize> = sizes.into_iter().take(limit).map(|(_, at)| at).collect();
    let mut at = 0..;
    cohorts.retain(|_| at.next().is_some_and(|at| kept.contains(&at)));
}

/// All cohorts of a group together, at each age that has begun for any of them.
pub(crate) fn means_of(group: &str, all: &CohortTally, cohorts: &[Cohort], confidence: f64) -> CohortMeans {
    let of_age = |cell: CohortCell| {
        let same =
            |cohort: &Cohort| cohort.rows.iter().map(|row| row.cell).find(|each| each.ages == cell.ages);
        let cells = cohorts.iter().filter_map(same).filter(|cell| cell.mature > 0);
        let rates: Vec<f64> = cells.map(|cell| cell.retained as f64 / cell.mature as f64).collect();
        mean(cell, &rates, confidence)
    };
    let cells = all.cells().into_iter().filter(|cell| all.begun(cell));
    CohortMeans { group: group.to_owned(), ages: cells.map(of_age).collect() }
}

#[cfg(test)]
mod tests {
    use lojal_domain::{EventTime, Window, Zone};

    use super::*;

    fn cohort(name: &str, period: Option<Period>, customers: u64) -> Cohort {
        Cohort { group: String::new(), name: name.to_owned(), period, customers, rows: Vec::new() }
    }

    #[test]
    fn the_latest_periods_are_kept_and_the_largest_values() {
        let span = Window::All.resolve(EventTime::from_micros(0), &Zone::utc());
        let named = |customers: [(&str, u64); 4], is_period: bool| {
            let period =
                |name: &str| is_period.then(|| Period { span, label: name.to_owned(), is_cut_off: false });
            customers.map(|(name, customers)| cohort(name, period(name), customers)).to_vec()
        };
        let kept = |mut cohorts: Vec<Cohort>, limit| {
            cut(&mut cohorts, limit);
            cohorts.into_iter().map(|cohort| cohort.name).collect::<Vec<_>>()
        };
        let months = [("2025-01", 9), ("2025-02", 1), ("2025-03", 2), ("2025-05", 1)];
        assert_eq!(kept(named(months, true), 2), ["2025-03", "2025-05"]);
        assert_eq!(kept(named(months, true), 4).len(), 4);
        let values = [("a", 1), ("b", 7), ("c", 1), ("d", 3)];
        assert_eq!(kept(named(values, false), 3), ["a", "b", "d"], "in their order, of equals the first");
    }

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
