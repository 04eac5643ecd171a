//! The fit by maximum a posteriori: derivatives, limits, recovery, units of time, and shops with next to no data.

use std::ops::ControlFlow;

use super::beliefs::likeliest;
use super::*;
use crate::clv::oracle::{Random, assert_derivatives, summary, table};
use crate::clv::{PurchaseSummary, Uncertainty, simulate};

const WEEKS: Setting = Setting { unit_days: 7.0, k: 1 };

fn fitted(table: &PatternTable, unit: TimeUnit) -> PurchaseFit {
    fit_penalised(table, unit, &mut |_| ControlFlow::Continue(())).unwrap().mode
}

fn of(summaries: impl IntoIterator<Item: std::borrow::Borrow<PurchaseSummary>>) -> PurchaseFit {
    fitted(&PatternTable::from_summaries(summaries), TimeUnit::Week)
}

/// Purchases that all of these customers are expected to make in the next year.
fn in_a_year(fit: &PurchaseFit, summaries: &[PurchaseSummary]) -> f64 {
    let each = |of: &PurchaseSummary| fit.model.expected_purchases(&CustomerHistory::from(of), DAYS_PER_YEAR);
    summaries.iter().map(each).sum()
}

fn assert_sound(fit: &PurchaseFit) {
    let errors = fit.standard_errors.iter().all(|error| error.is_some_and(|e| e.is_finite() && e > 0.0));
    assert!(errors && fit.model.check().is_ok() && fit.log_likelihood.is_finite(), "{fit:?}");
    assert!(fit.covariance_of_log_params.iter().flatten().all(|v| v.is_finite()), "{fit:?}");
    assert!(Uncertainty::delta(fit, None).is_some(), "{fit:?}");
    assert!(!fit.is_identified() && fit.may_be_default(), "{fit:?}");
}

#[test]
fn derivatives_of_the_beliefs_and_of_the_whole_are_those_of_the_value() {
    let table = table();
    for (unit_days, k) in [(1.0, 1), (7.0, 1), (7.0, 3), (TimeUnit::Month.days(), 2)] {
        let setting = Setting { unit_days, k };
        for at in [[0.7, 5.0, 0.4, 2.0], [3.0, 0.2, 4.0, 0.01], [0.8, 10.0, 1e-4, 3.0]] {
            let at = at.map(f64::ln);
            assert_derivatives(|at| ln_belief(at, setting), &at, 1e-7);
            let whole = sample(&table, setting);
            assert_derivatives(|at| whole.at(at), &at, 1e-6);
        }
    }
}

#[test]
fn the_believed_covariance_is_that_of_the_beliefs_at_their_likeliest() {
    let at = likeliest(WEEKS);
    let there = ln_belief(&at, WEEKS);
    assert!(there.gradient.iter().all(|g| g.abs() < 1e-12) && there.value.abs() < 1e-24, "{there:?}");
    let believed = belief_covariance(1.0 / (1.0 + 1.2_f64.exp()));
    for (i, row) in there.hessian.iter().enumerate() {
        for j in 0..4 {
            let product: f64 = row.iter().zip(&believed).map(|(h, of)| -h * of[j]).sum();
            assert!((product - f64::from(u8::from(i == j))).abs() < 1e-9, "{i} {j}: {product}");
        }
    }
}

#[test]
fn customers_of_today_leave_the_beliefs_as_they_are() {
    for customers in [1, 5, 20] {
        let fit = of((0..customers).map(|_| summary(0, 0, 0)));
        assert_sound(&fit);
        for (found, believed) in fit.model.parameters().iter().zip(likeliest(WEEKS)) {
            assert!((found.ln() - believed).abs() < 1e-9, "{fit:?}");
        }
        let Estimation::MaximumAPosteriori { prior_share } = fit.estimation else { panic!("{fit:?}") };
        assert!((prior_share - 1.0).abs() < 1e-6, "{prior_share}");
    }
}

#[test]
fn there_is_a_model_from_the_first_customer_on_and_none_without() {
    let none = fit_penalised(&PatternTable::default(), TimeUnit::Week, &mut |_| ControlFlow::Continue(()));
    assert_eq!(none, Err(FitError::TooFewCustomers { customers: 0, needed: 1 }));
    for customers in [1_u32, 5, 20] {
        for (x, recency, age) in [(0, 0, 0), (0, 0, 400), (1, 30, 30), (3, 90, 400), (200, 399, 400)] {
            let fit = of((0..customers).map(|_| summary(x, recency, age)));
            assert_sound(&fit);
            let expected = in_a_year(&fit, &[summary(x, recency, age)]);
            assert!(expected.is_finite() && expected >= 0.0, "{fit:?}");
        }
    }
}

#[test]
fn a_shop_to_which_nobody_came_back_expects_next_to_nobody() {
    // Two thousand customers over a year. The bare prior, which looks at no shop's silence, expects 807 purchases.
    let shop: Vec<PurchaseSummary> = (0..2_000).map(|who| summary(0, 0, who * 365 / 2_000)).collect();
    let fit = of(&shop);
    assert_sound(&fit);
    let total = in_a_year(&fit, &shop);
    // None in a thousand customer years: at most three more in another two thousand, or six, are in keeping with that.
    assert!(total > 0.0 && total < 8.0, "{total}");
    let Estimation::MaximumAPosteriori { prior_share } = fit.estimation else { panic!("{fit:?}") };
    assert!(prior_share < 0.5, "{prior_share}");
}

#[test]
fn the_unit_of_time_does_not_matter() {
    let shop: Vec<PurchaseSummary> = (0..300)
        .map(|who| if who % 9 == 0 { summary(2, 20 + who / 3, 200) } else { summary(0, 0, 60 + who) })
        .collect();
    let table = PatternTable::from_summaries(&shop);
    let weeks = fitted(&table, TimeUnit::Week);
    for unit in [TimeUnit::Day, TimeUnit::Month, TimeUnit::Year] {
        let other = fitted(&table, unit);
        let (one, two) = (in_a_year(&weeks, &shop), in_a_year(&other, &shop));
        assert!((one / two - 1.0).abs() < 1e-8, "{unit:?}: {one} {two}");
        let scale = [1.0, 7.0 / unit.days(), 1.0, 1.0];
        for (i, (w, o)) in weeks.model.parameters().into_iter().zip(other.model.parameters()).enumerate() {
            assert!((w * scale[i] / o - 1.0).abs() < 1e-7, "{unit:?} {i}: {w} {o}");
            for j in 0..4 {
                let (w, o) = (weeks.covariance_of_log_params[i][j], other.covariance_of_log_params[i][j]);
                assert!((w - o).abs() < 1e-6, "{unit:?} {i} {j}: {w} {o}");
            }
        }
        assert_eq!(weeks.repeat_customers, other.repeat_customers);
    }
}

#[test]
fn the_order_of_customers_and_repetition_do_not_matter() {
    let mut shop: Vec<PurchaseSummary> =
        (0..40).map(|who| summary(who % 3, 10 * (who % 3), 30 + who)).collect();
    let table = PatternTable::from_summaries(&shop);
    let first = fitted(&table, TimeUnit::Week);
    shop.reverse();
    assert_eq!(first, of(&shop));
}

#[test]
fn many_customers_have_their_own_parameters() {
    let truth = PurchaseModel::new(PurchaseModelKind::MbgNbd, [0.6, 7.0, 0.9, 2.5], TimeUnit::Week);
    let mut random = Random(11);
    let ages: Vec<u32> = (0..40_000).map(|_| 100 + (random.uniform() * 300.0) as u32).collect();
    let shop: Vec<PurchaseSummary> =
        simulate(&truth, None, &ages, 1, 1).into_iter().map(|one| one.summary).collect();
    let table = PatternTable::from_summaries(&shop);
    let penalised = fitted(&table, TimeUnit::Week);
    assert_sound(&penalised);
    let likeliest =
        crate::clv::fit_purchase_model(PurchaseModelKind::MbgNbd, &table, TimeUnit::Week, &mut |_| {
            ControlFlow::Continue(())
        })
        .unwrap();
    let errors = likeliest.standard_errors.iter().map(|error| error.unwrap());
    let both = penalised.model.parameters().into_iter().zip(likeliest.model.parameters());
    for ((penalised, likeliest), error) in both.zip(errors) {
        assert!((penalised - likeliest).abs() < 0.2 * error, "{penalised} {likeliest} {error}");
    }
    for ((found, true_one), error) in
        penalised.model.parameters().iter().zip(truth.parameters()).zip(&penalised.standard_errors)
    {
        assert!((found - true_one).abs() < 4.0 * error.unwrap(), "{found} {true_one}");
    }
    let Estimation::MaximumAPosteriori { prior_share } = penalised.estimation else {
        panic!("{penalised:?}")
    };
    assert!(prior_share < 0.01, "{prior_share}");
    assert!(penalised.log_likelihood <= likeliest.log_likelihood, "the maximum is the maximum");
    assert!(penalised.log_likelihood > likeliest.log_likelihood - 1.0);
}

/// A shop of fourteen weeks that wins more and more customers, who never leave and come every so many `weeks` in the mean.
fn young_shop(k: u32, weeks: f64) -> (Vec<PurchaseSummary>, PatternTable) {
    let regular = [1.1, 1.1 * weeks / f64::from(k), 1e-4, 10.0];
    let truth = PurchaseModel::new(PurchaseModelKind::MbgCnbd, regular, TimeUnit::Week).with_regularity(k);
    let ages: Vec<u32> = (0..2_400).map(|who| 98 * who / 2_400 * who / 2_400).collect();
    let lives = simulate(&truth, None, &ages, 5, 1);
    let shop: Vec<PurchaseSummary> = lives.iter().map(|one| one.summary).collect();
    let gaps = crate::clv::Regularity::from_gaps(lives.iter().map(|one| one.gaps));
    let table = PatternTable::from_summaries(&shop).with_regularity(gaps);
    (shop, table)
}

#[test]
fn customers_who_come_regularly_and_have_not_had_the_time_are_not_gone() {
    let (shop, table) = young_shop(3, 18.0);
    let fit = fitted(&table, TimeUnit::Week);
    assert_sound(&fit);
    assert_eq!((fit.model.kind(), fit.model.regularity()), (PurchaseModelKind::MbgCnbd, Some(3)));
    // Each buys every eighteen weeks; the mean over rates of Gamma(1.1) needs no more than that.
    let told = in_a_year(&fit, &shop) / (shop.len() as f64 * DAYS_PER_YEAR / 7.0 / 18.0);
    assert!((0.6..1.6).contains(&told), "{told}");
    // As if they bought at random they are taken for gone.
    let blind = of(&shop);
    assert_eq!(blind.model.kind(), PurchaseModelKind::MbgNbd);
    let blind_to_told = in_a_year(&blind, &shop) / in_a_year(&fit, &shop);
    assert!(blind_to_told < 0.7, "{blind_to_told}");
}

#[test]
fn customers_who_buy_at_random_are_not_called_regular() {
    let (shop, table) = young_shop(1, 8.0);
    let fit = fitted(&table, TimeUnit::Week);
    assert_eq!(fit.model.kind(), PurchaseModelKind::MbgNbd);
    assert_eq!(fit.model.parameters(), of(&shop).model.parameters());
}

#[test]
fn regularity_does_not_depend_on_the_unit_of_time() {
    let (shop, table) = young_shop(2, 12.0);
    let weeks = fitted(&table, TimeUnit::Week);
    assert_eq!(weeks.model.regularity(), Some(2));
    for unit in [TimeUnit::Day, TimeUnit::Year] {
        let other = fitted(&table, unit);
        assert_eq!(other.model.regularity(), Some(2));
        assert!((in_a_year(&weeks, &shop) / in_a_year(&other, &shop) - 1.0).abs() < 1e-7, "{unit:?}");
    }
}
