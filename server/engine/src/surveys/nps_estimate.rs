//! A Net Promoter Score with its interval, from answers that were counted.

use lojal_domain::{Estimate, Method, Warning, WarningCode};
use lojal_scoring::nps::{NpsCounts, NpsEstimate, WeightedNps, finite_correction, post_stratified};
use lojal_scoring::statistics::clusters::Clustered;

use crate::surveys::score_counts::{ScoreCounts, category};

/// Promoters, passives and detractors.
pub(crate) fn counts(ScoreCounts { by_score: scores, .. }: &ScoreCounts) -> NpsCounts {
    let sum = |scores: &[crate::ScoreCount]| scores.iter().map(|count| count.n).sum();
    // Without any answer there are no scores either.
    match scores.len() {
        11 => NpsCounts {
            promoters: sum(&scores[9..]),
            passives: sum(&scores[7..9]),
            detractors: sum(&scores[..7]),
        },
        _ => NpsCounts::default(),
    }
}

/// The answers by their weights, all the same or not, and by customer.
pub(crate) fn by_weight(scores: &ScoreCounts) -> WeightedNps {
    let repeats = scores.repeated_categories();
    let mut weighted = WeightedNps { n: scores.total(), repeats, ..WeightedNps::default() };
    for (score, count) in (0..).zip(&scores.by_score) {
        let category = (category(score) + 1) as usize;
        weighted.weights[category] += count.weight as f64 / 1e6;
        weighted.squares[category] += count.weight_squared as f64 / 1e12;
    }
    weighted
}

fn estimate(found: Option<NpsEstimate>, standard_error: Option<f64>, method: Method) -> Estimate {
    let Some(found) = found else { return Estimate::undefined(method) };
    Estimate::plain(Some(found.nps), found.n, method)
        .between(Some(found.ci_low), Some(found.ci_high), found.confidence)
        .give_or_take(standard_error)
}

/// Each answer counts once.
pub(crate) fn of_counts(counts: NpsCounts, confidence: f64) -> Estimate {
    // The standard error is that of the value; the interval has its own, of the adjusted proportions.
    let standard_error = counts.wald(confidence).map(|plain| plain.standard_error);
    estimate(counts.adjusted_wald(confidence), standard_error, Method::AdjustedWald)
}

/// Of answers with weights the weighted score; where some customers answered more than once, by customer; of a base of known
/// size the interval that fits it.
pub(crate) fn of_scores(scores: &ScoreCounts, confidence: f64, population: Option<u64>) -> Estimate {
    if !scores.is_unweighted() {
        return of_weighted(&by_weight(scores), confidence, Method::WeightedAdjustedWald);
    }
    if scores.repeats.is_some() {
        return of_customers(&by_weight(scores), confidence, population);
    }
    let counts = counts(scores);
    let Some(population) = population else { return of_counts(counts, confidence) };
    let found = counts.adjusted_wald_of(population, confidence);
    let correction = finite_correction(counts.total(), population);
    let standard_error = counts.wald(confidence).map(|plain| plain.standard_error * correction);
    let mut estimate = estimate(found, standard_error, Method::AdjustedWaldFinite);
    if population < counts.total() {
        let sentence =
            format!("there are {} answers of {population} customers, so all count as known", counts.total());
        estimate.warnings.push(Warning::new(WarningCode::PopulationTooSmall, sentence));
    }
    estimate
}

/// Answers by their weights, and by customer where some answered more than once.
fn of_weighted(weighted: &WeightedNps, confidence: f64, method: Method) -> Estimate {
    let found = weighted.estimate(confidence);
    by_customer(estimate(found, found.map(|found| found.standard_error), method), weighted.clustered(), 100.0)
}

/// Answers that all weigh the same, some of them of the same customers.
pub(crate) fn of_customers(answers: &WeightedNps, confidence: f64, population: Option<u64>) -> Estimate {
    let Some(population) = population else { return of_weighted(answers, confidence, Method::AdjustedWald) };
    let found = answers.estimate_of(population, confidence);
    let plain = estimate(found, None, Method::AdjustedWaldFinite);
    let correction = finite_correction(answers.customers(), population);
    let mut estimate = by_customer(plain, answers.clustered(), 100.0 * correction);
    if population < answers.customers() {
        let sentence =
            format!("{} customers of {population} answered, so all count as known", answers.customers());
        estimate.warnings.push(Warning::new(WarningCode::PopulationTooSmall, sentence));
    }
    estimate
}

/// An estimate of answers of which some are of the same customers; a `unit` of it is 1 of theirs. It is the same where nobody
/// answered more than once.
pub(crate) fn by_customer(estimate: Estimate, clustered: Option<Clustered>, unit: f64) -> Estimate {
    let Some(clustered) = clustered else { return estimate };
    let standard_error = clustered.standard_error.map(|error| error * unit);
    let methods = estimate.methods.and(Method::ClusteredByCustomer);
    Estimate { standard_error, methods, design_effect: Some(clustered.design_effect), ..estimate }
}

/// The score of the whole base, from customers and answers by stratum; `answers` are all, with those in no stratum.
pub(crate) fn of_base(strata: &[(u64, WeightedNps)], answers: u64, confidence: f64) -> Estimate {
    let found = post_stratified(strata);
    let mut of_base = found.map_or_else(
        || estimate(None, None, Method::PostStratified),
        |(base, _)| of_weighted(&base, confidence, Method::PostStratified),
    );
    if let Some((_, silent)) = found.filter(|(_, silent)| *silent > 0) {
        let sentence = format!("{silent} customers are in groups in which nobody answered, and are left out");
        of_base.warnings.push(Warning::new(WarningCode::StrataWithoutAnswers, sentence));
    }
    let of_nobody = answers - found.map_or(0, |(base, _)| base.n).min(answers);
    if of_nobody > 0 {
        let sentence = format!("{of_nobody} answers without a customer are in no group, and are left out");
        of_base.warnings.push(Warning::new(WarningCode::AnswersWithoutStratum, sentence));
    }
    of_base
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ScoreCount;

    fn scores(numbers: [u64; 11], weight: u64) -> ScoreCounts {
        let of = |n: u64| ScoreCount {
            n,
            weight: n * weight,
            weight_squared: u128::from(n) * u128::from(weight * weight),
        };
        ScoreCounts { by_score: numbers.map(of).to_vec(), repeats: None }
    }

    const EVEN: [u64; 11] = [0, 0, 0, 0, 0, 0, 40, 0, 10, 50, 0];

    #[test]
    fn the_score_has_the_interval_of_its_counts() {
        let found = of_scores(&scores(EVEN, 1_000_000), 0.95, None);
        assert_eq!((found.value, found.n, found.confidence), (Some(10.0), 100, Some(0.95)));
        assert_eq!(found.methods, Method::AdjustedWald.into());
        assert!(found.low.is_some_and(|low| low < 10.0) && found.high.is_some_and(|high| high > 10.0));
    }

    #[test]
    fn weights_that_are_not_one_are_used() {
        let found = of_scores(&scores(EVEN, 2_000_000), 0.95, Some(1_000));
        assert_eq!(found.methods, Method::WeightedAdjustedWald.into());
    }

    #[test]
    fn a_population_narrows_the_interval_and_may_be_too_small() {
        let scores = scores(EVEN, 1_000_000);
        let (of_many, of_few) = (of_scores(&scores, 0.95, None), of_scores(&scores, 0.95, Some(200)));
        assert!(of_few.standard_error < of_many.standard_error && of_few.warnings.is_empty());
        let of_fewer = of_scores(&scores, 0.95, Some(50));
        assert_eq!(of_fewer.standard_error, Some(0.0));
        assert_eq!(of_fewer.warnings[0].code, WarningCode::PopulationTooSmall);
    }

    #[test]
    fn nobody_asked_is_undefined() {
        let found = of_scores(&ScoreCounts::default(), 0.95, None);
        assert_eq!((found.value, found.n, found.confidence), (None, 0, None));
    }

    #[test]
    fn the_base_tells_who_is_left_out() {
        let strata = [(100, by_weight(&scores(EVEN, 1_000_000))), (20, WeightedNps::default())];
        let found = of_base(&strata, 103, 0.95);
        let codes: Vec<WarningCode> = found.warnings.iter().map(|warning| warning.code).collect();
        assert_eq!(codes, [WarningCode::StrataWithoutAnswers, WarningCode::AnswersWithoutStratum]);
        assert_eq!(found.value, Some(10.0));
    }
}
