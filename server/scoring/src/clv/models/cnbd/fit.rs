//! Maximum likelihood for BG/CNBD-k and MBG/CNBD-k, k included.
//!
//! For each k the search is that of BG/NBD. From one k to the next the maximum moves little once alpha is scaled, so each is the
//! start of the next. The k of the largest log-likelihood wins, the constant of the file `regularity` included; as in BTYDplus the search
//! stops when it has fallen twice, since it has one peak in k in all data known to us.

use super::MAX_K;
use super::likelihood::CnbdLikelihood;
use crate::clv::fitting::optimize::{Found, Optimum};
use crate::clv::fitting::outcome::check_enough;
use crate::clv::fitting::search::{Progress, Sample, Search};
use crate::clv::histories::patterns::PatternTable;
use crate::clv::histories::regularity::Regularity;
use crate::clv::models::bg;
use crate::clv::{FitError, TimeUnit};

/// After so many falls in a row a larger k is not tried.
const FALLS: u32 = 2;

/// The best k, its maximum, and what the others came to.
#[derive(Debug, Clone)]
pub(crate) struct CnbdFit {
    pub(crate) k: u32,
    /// The maximum for that k, as a mean a customer and without the constant of k.
    pub(crate) best: Optimum<4>,
    /// Log-likelihood of the whole table for k = 1, 2, ..., with the constant of k, as far as was tried.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests look at the way there"))]
    pub(crate) log_likelihoods: Vec<f64>,
}

/// What stays the same over all k and starts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CnbdSearch<'a> {
    pub(crate) table: &'a PatternTable,
    pub(crate) unit: TimeUnit,
    /// Chances to leave before the first repeat purchase.
    pub(crate) first_chances: u32,
}

impl CnbdSearch<'_> {
    /// Fits every k that may be the best. `regularity` must be that of the customers in the table.
    ///
    /// # Errors
    ///
    /// [`FitError`] with fewer than [`crate::clv::MIN_CUSTOMERS`] customers, without a repeat buyer, without convergence for k = 1,
    /// or if stopped.
    pub(crate) fn run(&self, regularity: &Regularity, progress: Progress<'_>) -> Result<CnbdFit, FitError> {
        let customers = self.table.customers() as f64;
        let (k, fits) = likeliest_k(MAX_K, |k, before| {
            let found = self.fit(k, before.map(|before| (k - 1, before.at)), progress)?;
            let value = found.evaluation.value * customers + regularity.ln_constant(k, self.unit);
            Ok((found, value))
        })?;
        let log_likelihoods = fits.iter().map(|(_, value)| *value).collect();
        Ok(CnbdFit { k, best: fits[k as usize - 1].0, log_likelihoods })
    }

    /// Fits one k, from the maximum of another one if there is one.
    ///
    /// # Errors
    ///
    /// As [`CnbdSearch::run`].
    pub(crate) fn fit(
        &self,
        k: u32,
        near: Option<(u32, [f64; 4])>,
        progress: Progress<'_>,
    ) -> Result<Optimum<4>, FitError> {
        check_enough(self.table.customers(), self.table.repeat_customers())?;
        let search = self.search(k);
        if let Some((other, [ln_r, ln_alpha, ln_a, ln_b])) = near {
            // The rate of events is that of purchases times k.
            let at = [ln_r, ln_alpha + (f64::from(other) / f64::from(k)).ln(), ln_a, ln_b];
            let found = search.starts.from(&self.sample(self.table, k), at, 1, progress)?;
            if found.termination.converged() {
                return Ok(found);
            }
        }
        search.run(self.table, &|table| self.sample(table, k), progress)
    }

    /// That of the models without regularity, for a rate of events k times that of purchases.
    fn search(&self, k: u32) -> Search<4> {
        let mut search = bg::fit::search(self.table, self.unit.days());
        let ln_k = f64::from(k).ln();
        search.starts.at.iter_mut().for_each(|at| at[1] -= ln_k);
        search.starts.bounds.low[1] -= ln_k;
        search
    }

    fn sample<'t>(&self, table: &'t PatternTable, k: u32) -> Sample<'t, 4> {
        let likelihood =
            CnbdLikelihood { table, unit_days: self.unit.days(), first_chances: self.first_chances, k };
        Sample::new(table.customers(), move |at| likelihood.evaluate(at))
    }
}

/// The k of the largest value, and what was found for 1, 2, ... up to where the value has fallen twice in a row. `fit` is given k and what
/// was found for the one before; where it does not converge for a larger k, the search ends.
///
/// # Errors
///
/// What `fit` says of k = 1, and of a larger one but for [`FitError::NotConverged`].
pub(crate) fn likeliest_k(
    most: u32,
    mut fit: impl FnMut(u32, Option<&Optimum<4>>) -> Result<(Optimum<4>, f64), FitError>,
) -> Result<(u32, Vec<(Optimum<4>, f64)>), FitError> {
    let mut found = vec![fit(1, None)?];
    let (mut best, mut falls) = (0, 0);
    for k in 2..=most {
        let (last, value_before) = &found[found.len() - 1];
        let (optimum, value) = match fit(k, Some(last)) {
            Err(FitError::NotConverged { .. }) => break,
            fitted => fitted?,
        };
        falls = if value < *value_before { falls + 1 } else { 0 };
        if value > found[best].1 {
            best = found.len();
        }
        found.push((optimum, value));
        if falls == FALLS {
            break;
        }
    }
    Ok((best as u32 + 1, found))
}

/// k, and r, alpha, a, b at the maximum, for the model with so many chances to leave before the first repeat purchase. The
/// log-likelihood has the constant of k, so it compares with that of the other models.
pub(crate) fn fit(
    first_chances: u32,
    table: &PatternTable,
    unit: TimeUnit,
    progress: Progress<'_>,
) -> Result<(u32, Found), FitError> {
    if table.repeat_customers() > 0 && table.regularity.gaps() == 0 {
        return Err(FitError::NoGaps);
    }
    let fit = CnbdSearch { table, unit, first_chances }.run(&table.regularity, progress)?;
    let mut found = Found::new(&fit.best, table.customers() as f64);
    found.log_likelihood += table.regularity.ln_constant(fit.k, unit);
    Ok((fit.k, found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::fitting::optimize::covariance;
    use crate::clv::oracle::cdnow::{self, CALIBRATION_END};
    use crate::clv::oracle::{Random, array, close, number};
    use crate::clv::{FitProgress, Purchase, gaps, summarize};
    use proptest::prelude::*;
    use std::ops::ControlFlow;

    /// Eight significant digits of each parameter.
    const PARAMETERS: f64 = 5e-9;
    /// Log-likelihood of the whole sample, absolute.
    const LOG_LIKELIHOOD: f64 = 1e-6;

    fn go_on(_: FitProgress) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    #[test]
    fn cdnow_is_not_regular() {
        let (golden, purchases) = (cdnow::golden(), cdnow::purchases());
        let table =
            PatternTable::from_summaries(purchases.iter().filter_map(|p| summarize(p, CALIBRATION_END)));
        let regularity = Regularity::from_gaps(purchases.iter().map(|p| gaps(p, CALIBRATION_END)));
        for (first_chances, name) in [(0, "bgnbd"), (1, "mbgnbd")] {
            let search = CnbdSearch { table: &table, unit: TimeUnit::Week, first_chances };
            let fit = search.run(&regularity, &mut go_on).unwrap();
            assert_eq!(fit.k, 1);
            for (at, expected) in fit.best.at.into_iter().zip(array::<4>(&golden["mle"][name]["params"])) {
                close(name, at.exp(), expected, PARAMETERS);
            }
            assert!((fit.log_likelihoods[0] - number(&golden["mle"][name]["loglik"])).abs() < LOG_LIKELIHOOD);
            assert!(fit.log_likelihoods.windows(2).all(|pair| pair[0] > pair[1]), "{fit:?}");
            assert_eq!(fit.log_likelihoods.len(), 3);
        }
    }

    /// The purchase days of a customer whose gaps are Erlang-k with this rate.
    fn live(
        random: &mut Random,
        k: u32,
        rate: f64,
        leave: f64,
        first_chances: u32,
        age: i32,
    ) -> Vec<Purchase> {
        let mut purchases = vec![Purchase { day: 0, gross_micros: 1, refunded_micros: 0 }];
        let mut time = 0.0;
        let mut alive = first_chances == 0 || random.uniform() > leave;
        while alive {
            time += random.gamma(f64::from(k)) / rate;
            if time >= f64::from(age) {
                break;
            }
            purchases.push(Purchase { day: time.round() as i32, ..purchases[0] });
            alive = random.uniform() > leave;
        }
        purchases
    }

    fn population(
        customers: i32,
        k: u32,
        first_chances: u32,
        mut traits: impl FnMut(&mut Random) -> (f64, f64),
    ) -> (PatternTable, Regularity) {
        let mut random = Random(2016);
        let (mut summaries, mut all_gaps) = (Vec::new(), Vec::new());
        for i in 0..customers {
            // Long gaps make the rounding to days harmless.
            let age = 6000 + i % 3000;
            let (rate, leave) = traits(&mut random);
            let purchases = live(&mut random, k, rate, leave, first_chances, age);
            summaries.extend(summarize(&purchases, age));
            all_gaps.push(gaps(&purchases, age));
        }
        (PatternTable::from_summaries(summaries), Regularity::from_gaps(all_gaps))
    }

    #[test]
    fn k_and_parameters_are_recovered_from_simulated_customers() {
        for (k, first_chances) in [(2, 0), (2, 1), (3, 0), (3, 1)] {
            let truth = [1.2, 400.0, 0.7, 2.5];
            let (table, regularity) = population(8000, k, first_chances, |random| {
                (random.gamma(truth[0]) / truth[1], random.beta(truth[2], truth[3]))
            });
            let search = CnbdSearch { table: &table, unit: TimeUnit::Day, first_chances };
            let fit = search.run(&regularity, &mut go_on).unwrap();
            assert_eq!(fit.k, k, "{fit:?}");
            assert!(fit.best.termination.converged());
            let quick = regularity.wheat_morrison_k().unwrap();
            assert!((quick - f64::from(k)).abs() < 0.5, "{quick}");
            let covariance = covariance(&fit.best, table.customers() as f64).unwrap();
            for i in 0..4 {
                let errors = (fit.best.at[i] - truth[i].ln()) / covariance[i][i].sqrt();
                assert!(errors.abs() < 4.0, "k {k}: parameter {i} is {errors} standard errors off");
            }
            // The same k alone, from the fixed starts, ends at the same maximum.
            let alone = search.fit(k, None, &mut go_on).unwrap();
            for (one, other) in alone.at.into_iter().zip(fit.best.at) {
                assert!((one - other).abs() < PARAMETERS, "{one} {other}");
            }
        }
    }

    #[test]
    fn customers_who_never_leave_end_at_the_border() {
        let (table, _) = population(3000, 2, 0, |random| (random.gamma(1.2) / 400.0, 0.0));
        let search = CnbdSearch { table: &table, unit: TimeUnit::Day, first_chances: 0 };
        let best = search.fit(2, None, &mut go_on).unwrap();
        let [ln_r, ln_alpha, ln_a, ln_b] = best.at;
        assert!((ln_a - ln_b).exp() < 1e-3, "{best:?}");
        close("mean rate", (ln_r - ln_alpha).exp(), 1.2 / 400.0, 0.05);
    }

    #[test]
    fn the_unit_of_time_does_not_matter() {
        let (table, regularity) =
            population(2000, 3, 1, |random| (random.gamma(1.2) / 400.0, random.beta(0.7, 2.5)));
        let fit =
            |unit| CnbdSearch { table: &table, unit, first_chances: 1 }.run(&regularity, &mut go_on).unwrap();
        let (days, weeks) = (fit(TimeUnit::Day), fit(TimeUnit::Week));
        assert_eq!((days.k, weeks.k), (3, 3));
        // A density a gap, whatever k is.
        let shift = regularity.gaps() as f64 * 7f64.ln();
        for (days, weeks) in days.log_likelihoods.iter().zip(&weeks.log_likelihoods) {
            close("log-likelihood", days + shift, *weeks, 1e-9);
        }
        close("alpha", (days.best.at[1] - weeks.best.at[1]).exp(), 7.0, 1e-7);
    }

    #[test]
    fn without_data_there_is_a_reason_instead_of_a_model() {
        let row = |x: u32, i: u32| crate::clv::oracle::summary(x, x, 10 + i);
        let fit = |rows: u32, x: u32| {
            let table = PatternTable::from_summaries((0..rows).map(|i| row(x, i)));
            let search = CnbdSearch { table: &table, unit: TimeUnit::Week, first_chances: 0 };
            search.run(&Regularity::default(), &mut go_on).err()
        };
        assert_eq!(fit(9, 1), Some(FitError::TooFewCustomers { customers: 9, needed: 10 }));
        assert_eq!(fit(50, 0), Some(FitError::NoRepeatBuyers));
        let table = PatternTable::from_summaries((0..50).map(|i| row(i % 3, i)));
        let search = CnbdSearch { table: &table, unit: TimeUnit::Week, first_chances: 0 };
        let stopped = search.run(&Regularity::default(), &mut |_| ControlFlow::Break(()));
        assert_eq!(stopped.err(), Some(FitError::Cancelled));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(30))]
        #[test]
        fn any_small_table_gives_an_estimate_or_a_reason(
            rows in prop::collection::vec((0_u32..12, 0_u32..400, 0_u32..400), 10..40), k in 2_u32..13, first_chances in 0_u32..2,
        ) {
            let table = PatternTable::from_summaries(rows.iter().map(|&(x, recency, more)| {
                let recency = if x == 0 { 0 } else { recency.max(x) };
                crate::clv::oracle::summary(x, recency, recency + more)
            }));
            let search = CnbdSearch { table: &table, unit: TimeUnit::Week, first_chances };
            match search.fit(k, None, &mut go_on) {
                Ok(best) => prop_assert!(best.evaluation.value.is_finite() && best.at.iter().all(|at| at.is_finite())),
                Err(reason) => prop_assert!(!reason.to_string().is_empty()),
            }
        }
    }
}
