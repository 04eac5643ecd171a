//! Maximum likelihood for the purchase models.
//!
//! Newton's method from several fixed starts; on a large table they are compared on a coarser copy of it, and only
//! the best goes on to the full table. What is reported beside the parameters is what decides whether to trust
//! them: standard errors, why the search ended, a histogram of actual against expected purchases, and warnings for
//! solutions at infinity ("nobody ever leaves"), which have a likelihood but no standard error.

use super::optimize::Found;
use super::outcome::{
    CalibrationHistogram, Estimation, FEW_REPEAT_BUYERS, FitError, FitProgress, FitWarning, PurchaseFit,
    check_enough,
};
use crate::clv::histories::patterns::PatternTable;
use crate::clv::models::{bg, bg_bb, cnbd, nbd, pareto};
use crate::clv::{CustomerHistory, PurchaseModel, PurchaseModelKind, TimeUnit};
use std::ops::ControlFlow;

/// Fits a purchase model. `progress` hears of every iteration and may stop the fit.
///
/// # Errors
///
/// [`FitError`] with fewer than [`crate::clv::MIN_CUSTOMERS`] customers, without a repeat buyer, without convergence, or if
/// stopped.
pub fn fit_purchase_model(
    kind: PurchaseModelKind,
    table: &PatternTable,
    unit: TimeUnit,
    progress: &mut dyn FnMut(FitProgress) -> ControlFlow<()>,
) -> Result<PurchaseFit, FitError> {
    match kind {
        PurchaseModelKind::BgBb => return bg_bb::fit::fit(table, unit, progress),
        PurchaseModelKind::BgBbDated => return bg_bb::fit::fit_dated(table, progress),
        _ => {}
    }
    check_enough(table.customers(), table.repeat_customers())?;
    let mut warnings = Vec::new();
    let without_outliers = leave_out_outliers(table, &mut warnings);
    let kept = without_outliers.as_ref().unwrap_or(table);
    let mut k = 1;
    let (found, judge): (Found, Judge) = match kind {
        PurchaseModelKind::BgNbd => (bg::fit::fit(0, kept, unit.days(), progress)?, bg::fit::judge),
        PurchaseModelKind::MbgNbd => (bg::fit::fit(1, kept, unit.days(), progress)?, bg::fit::judge),
        PurchaseModelKind::ParetoNbd => (pareto::fit::fit(kept, unit.days(), progress)?, pareto::fit::judge),
        PurchaseModelKind::Nbd => (nbd::fit::fit(kept, unit.days(), progress)?, nbd::fit::judge),
        PurchaseModelKind::BgCnbd | PurchaseModelKind::MbgCnbd => {
            let first_chances = u32::from(kind == PurchaseModelKind::MbgCnbd);
            let found;
            (k, found) = cnbd::fit::fit(first_chances, kept, unit, progress)?;
            (found, bg::fit::judge)
        }
        PurchaseModelKind::BgBb | PurchaseModelKind::BgBbDated => return Err(FitError::NoAnniversaries),
    };
    let parameters: Vec<f64> = found.at.iter().map(|p| p.exp()).collect();
    let model = PurchaseModel::new(kind, parameters, unit).with_regularity(k);
    let standard_errors = found.standard_errors();
    if kept.repeat_customers() < FEW_REPEAT_BUYERS {
        warnings.push(FitWarning::FewRepeatBuyers { customers: kept.repeat_customers() });
    }
    judge(&found, &standard_errors, &mut warnings);
    let parameters = found.at.len();
    Ok(PurchaseFit {
        model,
        estimation: Estimation::MaximumLikelihood,
        log_likelihood: found.log_likelihood,
        standard_errors,
        covariance_of_log_params: found.covariance.unwrap_or_else(|| vec![vec![0.0; parameters]; parameters]),
        iterations: found.iterations,
        termination: found.termination,
        warnings,
        customers: kept.customers(),
        patterns: kept.patterns() as u64,
        repeat_customers: kept.repeat_customers(),
        calibration: calibrate(&model, kept),
    })
}

/// Recognises solutions at infinity and parameters the data do not speak about, given standard errors.
type Judge = fn(&Found, &[Option<f64>], &mut Vec<FitWarning>);

/// The table without the customers who are no people, said in `warnings`; `None` if there are none.
pub(crate) fn leave_out_outliers(
    table: &PatternTable,
    warnings: &mut Vec<FitWarning>,
) -> Option<PatternTable> {
    let (ordinary, customers, repeat_purchases_at_least) = table.outliers()?;
    warnings.push(FitWarning::OutliersLeftOut { customers, repeat_purchases_at_least });
    Some(table.up_to(ordinary))
}

pub(crate) fn calibrate(model: &PurchaseModel, table: &PatternTable) -> CalibrationHistogram {
    let mut actual = [0.0; 8];
    for group in &table.groups {
        let customers: f64 = table.weights[group.rows.clone()].iter().sum();
        actual[group.repeat_purchases.min(7) as usize] += customers;
    }
    let mut expected = [0.0; 8];
    for (age, n) in table.by_age() {
        let mut distribution = [0.0; 7];
        model.purchase_probabilities(&CustomerHistory::NEW, f64::from(age), &mut distribution);
        for (bin, p) in expected.iter_mut().zip(distribution) {
            *bin += n * p;
        }
        expected[7] += n * (1.0 - distribution.iter().sum::<f64>()).max(0.0);
    }
    CalibrationHistogram::new(actual, expected, 7 - model.parameters().len() as u32)
}
