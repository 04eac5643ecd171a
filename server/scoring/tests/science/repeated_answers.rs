//! Answers of which some are of the same customer, against statsmodels and SciPy: `tests/golden/clusters.py` has the same data.

use std::collections::BTreeMap;

use lojal_scoring::nps::{NpsCounts, NpsDifference, WeightedNps, post_stratified};
use lojal_scoring::scores::Distribution;
use lojal_scoring::statistics::clusters::{PairSums, Repeats};
use lojal_scoring::statistics::proportion::{Sample, compare, compare_clustered, wilson, wilson_clustered};

/// An answer: its customer, its weight in halves, and its score.
pub(crate) type Answer = (usize, u64, i32);

fn close(actual: f64, expected: f64) {
    assert!((actual - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{actual} is not {expected}");
}

fn nps_panel() -> Vec<Answer> {
    let first = [10, 9, 10, 3, 8, 9, 2, 10, 7, 5, 9, 8];
    let score = |who: usize, turn: usize| (first[who] + (who + turn) as i32 % 3 - 1).clamp(0, 10);
    (0..12).flat_map(|who| (0..3).map(move |turn| (who, 2, score(who, turn)))).collect()
}

fn weighted_panel() -> Vec<Answer> {
    let of = |who: usize, turn: usize| {
        (who, 1 + (who as u64 * 7 + turn as u64) % 4, (who as i32 * 4 + turn as i32 / 2) % 11)
    };
    let named = (0..25).flat_map(|who| (0..=who % 5).map(move |turn| of(who, turn)));
    named.chain((0..10).map(|i| (100 + i, 2 * (1 + i as u64 % 3), (5 * i as i32) % 11))).collect()
}

fn satisfaction_panel() -> Vec<Answer> {
    let score = |who: usize, turn: usize| 1 + (who as i32 / 2 + turn as i32 / 3) % 5;
    (0..9).flat_map(|who| (0..2 + who % 5).map(move |turn| (who, 2, score(who, turn)))).collect()
}

const fn category(score: i32) -> i32 {
    (score >= 9) as i32 - (score <= 6) as i32
}

/// What is known of customers who answered more than once, where an answer is worth this.
pub(crate) fn repeats(answers: &[Answer], worth: impl Fn(i32) -> i32) -> Repeats {
    let mut by_customer: BTreeMap<usize, Vec<(u64, i32)>> = BTreeMap::new();
    for (who, weight, score) in answers {
        by_customer.entry(*who).or_default().push((*weight, worth(*score)));
    }
    let mut pairs = PairSums::default();
    by_customer.values().for_each(|answers| pairs.add_customer(answers.iter().copied()));
    Repeats::new((answers.len() - by_customer.len()) as u64, &pairs, 2.0)
}

pub(crate) fn nps_of(answers: &[Answer]) -> WeightedNps {
    let mut nps = WeightedNps {
        n: answers.len() as u64,
        repeats: repeats(answers, category),
        ..WeightedNps::default()
    };
    for (_, weight, score) in answers {
        let (place, weight) = ((category(*score) + 1) as usize, *weight as f64 / 2.0);
        nps.weights[place] += weight;
        nps.squares[place] += weight * weight;
    }
    nps
}

/// How often each score from 1 to 5 was given.
pub(crate) fn by_score(answers: &[Answer]) -> [u64; 5] {
    let mut counts = [0; 5];
    answers.iter().for_each(|(.., score)| counts[*score as usize - 1] += 1);
    counts
}

pub(crate) fn scores_of<'a>(answers: &[Answer], counts: &'a [u64; 5]) -> Distribution<'a> {
    Distribution { repeats: repeats(answers, |score| score), ..Distribution::new(1, counts) }
}

pub(crate) fn satisfied(answers: &[Answer]) -> Sample {
    let hits = answers.iter().filter(|(.., score)| *score >= 4).count() as u64;
    Sample { hits, n: answers.len() as u64, repeats: repeats(answers, |score| i32::from(score >= 4)) }
}

#[test]
fn an_nps_of_customers_who_answer_again_is_less_sure() {
    let nps = nps_of(&nps_panel());
    let found = nps.estimate(0.95).unwrap();
    close(found.nps, 19.444_444_444_444_446);
    close(found.standard_error, 23.375_983_147_308_58);
    close(found.ci_low, -27.008_101_442_433_418);
    close(found.ci_high, 57.797_952_434_081_41);
    let by_customer = nps.clustered().unwrap();
    assert_eq!((by_customer.customers, nps.customers()), (12, 12));
    close(by_customer.design_effect, 2.685_413_178_370_924_3);
    close(nps.effective_n(), 13.405_758_298_184_49);
    // Were they 36 customers, 14.07 points.
    close(
        WeightedNps { repeats: Repeats::default(), ..nps }.estimate(0.95).unwrap().standard_error,
        14.065_238_454_595_66,
    );
}

#[test]
fn weights_and_anonymous_answers_are_counted_by_customer_too() {
    let nps = nps_of(&weighted_panel());
    let found = nps.estimate(0.95).unwrap();
    close(found.nps, -47.533_632_286_995_53);
    close(found.standard_error, 12.605_438_416_586_232);
    close(found.ci_low, -68.095_293_979_838_23);
    close(found.ci_high, -19.862_961_543_472_146);
    assert_eq!(nps.customers(), 35);
    close(nps.clustered().unwrap().design_effect, 1.764_548_887_122_310_3);
    close(nps.effective_n(), 38.765_163_512_332_414);
    // A single stratum is the sample itself, whatever its size.
    let (alone, _) = post_stratified(&[(7_000, nps)]).unwrap();
    let alone = alone.estimate(0.95).unwrap();
    close(alone.standard_error, found.standard_error);
    close(alone.ci_low, found.ci_low);
}

#[test]
fn means_and_shares_of_customers_who_answer_again_are_less_sure() {
    let answers = satisfaction_panel();
    let counts = by_score(&answers);
    let of = scores_of(&answers, &counts);
    let mean = of.mean(0.95).unwrap();
    close(mean.mean, 2.911_764_705_882_353);
    close(mean.standard_error.unwrap(), 0.340_059_484_062_007_1);
    close(mean.ci_low.unwrap(), 2.127_586_129_419_969_4);
    close(mean.ci_high.unwrap(), 3.695_943_282_344_735);
    close(mean.clustered.unwrap().design_effect, 2.209_039_554_140_899);

    let Sample { hits, n, repeats } = satisfied(&answers);
    let (share, by_customer) = wilson_clustered(hits, n, &repeats, 0.95).unwrap();
    close(share.share, 0.382_352_941_176_470_6);
    close(share.standard_error, 0.138_458_306_279_525_2);
    close(share.ci_low, 0.156_056_098_412_242);
    close(share.ci_high, 0.674_525_270_269_563_7);
    close(by_customer.unwrap().design_effect, 2.678_842_351_420_206_7);

    let other: Vec<Answer> = answers
        .iter()
        .filter(|(who, ..)| *who != 4)
        .map(|(who, weight, score)| (*who, *weight, (score + 1).min(5)))
        .collect();
    let other_counts = by_score(&other);
    let welch = of.compare(&scores_of(&other, &other_counts), 0.95).unwrap();
    close(welch.t.unwrap(), -1.488_303_452_300_580_5);
    close(welch.p_value.unwrap(), 0.157_631_494_037_945_16);
}

#[test]
fn two_scores_are_compared_as_surely_as_there_are_customers() {
    let panel = nps_panel();
    let lower = |again: usize| {
        let few = panel.iter().filter(|(who, ..)| *who < 4);
        few.map(move |(who, weight, score)| (who + 100 * again, *weight, (score - 1).max(0)))
    };
    let other: Vec<Answer> = (0..2).flat_map(lower).collect();
    let found = nps_of(&panel).compare(&nps_of(&other), 0.95).unwrap();
    close(found.adjusted_difference, 3.103_394_196_431_894);
    close(found.z.unwrap(), 0.104_108_577_783_751_39);
    close(found.p_value.unwrap(), 0.918_335_825_733_503_3);
    // Against as many answers of as many customers only the panel is uncertain by its customers.
    let alone = WeightedNps { repeats: Repeats::default(), ..nps_of(&other) };
    let found = nps_of(&panel).compare(&alone, 0.95).unwrap();
    let back = alone.compare(&nps_of(&panel), 0.95).unwrap();
    assert!(found.p_value.unwrap() > 0.0 && found.p_value == back.p_value);
}

#[test]
fn the_same_respondents_twice_are_compared_by_students_t() {
    let found = NpsDifference::paired([0, 1, 7, 4, 2], 0.95).unwrap();
    close(found.difference, 50.0);
    close(found.z.unwrap(), 2.188_486_619_609_662_4);
    // By the normal distribution 0.0286.
    close(found.p_value.unwrap(), 0.047_490_546_152_780_73);
    assert!(found.ci_low > 0.0 && found.ci_low < 1.0);
}

/// Numbers that were told before, of answers by as many customers, are told to the bit.
#[test]
fn where_nobody_answers_twice_nothing_changes() {
    let nobody = Repeats::default();
    for (hits, n) in [(84, 100), (0, 20), (20, 20), (1, 3)] {
        let (found, by_customer) = wilson_clustered(hits, n, &nobody, 0.95).unwrap();
        assert_eq!((found, by_customer), (wilson(hits, n, 0.95).unwrap(), None));
        let of = |hits, n| Sample { hits, n, repeats: nobody };
        assert_eq!(compare_clustered(&of(hits, n), &of(7, 9), 0.95), compare((hits, n), (7, 9), 0.95));
    }
    let nps = WeightedNps::from(NpsCounts { promoters: 40, passives: 30, detractors: 30 });
    assert_eq!((nps.clustered(), nps.customers(), nps.effective_n()), (None, 100, 100.0));
    assert_eq!(Distribution::new(1, &[1, 2, 3]).mean(0.95).unwrap().clustered, None);
}

#[test]
fn one_customer_is_one_however_often_they_answer() {
    let often: Vec<Answer> = (0..40).map(|turn| (0, 2, 3 + turn % 3)).collect();
    let counts = by_score(&often);
    let mean = scores_of(&often, &counts).mean(0.95).unwrap();
    assert_eq!((mean.standard_error, mean.ci_low, mean.n), (None, None, 40));
    assert_eq!(mean.clustered.unwrap().customers, 1);
    let nps: Vec<Answer> = (0..40).map(|turn| (0, 2, 9 + turn % 2)).collect();
    let nps = nps_of(&nps);
    assert_eq!(nps.effective_n(), 1.0);
    let single = NpsCounts { promoters: 1, passives: 0, detractors: 0 }.adjusted_wald(0.95).unwrap();
    close(nps.estimate(0.95).unwrap().ci_low, single.ci_low);
    let many = WeightedNps::from(NpsCounts { promoters: 40, passives: 30, detractors: 30 });
    assert_eq!(nps.compare(&many, 0.95), None);
    // Where all agree nothing tells how much customers repeat themselves, so it is taken that they do.
    let agreed: Vec<Answer> = (0..40).map(|turn| (turn % 10, 2, 10)).collect();
    close(nps_of(&agreed).effective_n(), 10.0);
}

/// Customers who say the contrary of what they said before make a mean surer than as many others would, which no interval
/// takes for granted.
#[test]
fn no_more_answers_are_counted_than_there_are() {
    let torn: Vec<Answer> = (0..60).map(|i| (i / 2, 2, if i % 2 == 0 { 1 } else { 5 })).collect();
    let counts = by_score(&torn);
    let mean = scores_of(&torn, &counts).mean(0.95).unwrap();
    assert!(mean.clustered.unwrap().design_effect < 0.01);
    close(mean.clustered.unwrap().effective_n, 60.0);
    let plain = Distribution::new(1, &counts).mean(0.95).unwrap();
    assert!(mean.ci_low < plain.ci_low && mean.ci_high > plain.ci_high);
}

/// Half of a base of 24 answered, so what is not known of it is that of the other half.
#[test]
fn a_base_is_counted_in_customers() {
    let nps = nps_of(&nps_panel());
    let (endless, half) = (nps.estimate(0.95).unwrap(), nps.estimate_of(24, 0.95).unwrap());
    close(half.standard_error, endless.standard_error * (12.0_f64 / 23.0).sqrt());
    close(half.ci_high - half.ci_low, (endless.ci_high - endless.ci_low) * (12.0_f64 / 23.0).sqrt());
    let all = nps.estimate_of(12, 0.95).unwrap();
    close(all.ci_low, all.nps);
    // However many answers.
    close(nps.estimate_of(u64::MAX, 0.95).unwrap().ci_low, endless.ci_low);
}
