//! How often intervals hold the truth where customers answer again and again, and mostly say the same.
//!
//! Each customer has an attitude, standard normal, and says each time what they feel then: correlated with their attitude, by
//! `SAME`. Answers are cut from it, so that true shares and means are known.
//!
//! `cargo test --release -p lojal-scoring --test science coverage::repeated_answers -- --nocapture` prints the table of
//! `server/docs/numerics/surveys.md`.

use lojal_scoring::scores::Distribution;
use lojal_scoring::statistics::clusters::Repeats;
use lojal_scoring::statistics::normal::below;
use lojal_scoring::statistics::proportion::{Sample, wilson_clustered};

use crate::random::Random;
use crate::repeated_answers::{Answer, by_score, nps_of, satisfied, scores_of};

/// Share of the variance of an answer that is the customer's own.
const SAME: f64 = 0.75;

/// Simulated samples: the standard error of a coverage of 95 % is 0.35 points.
const DRAWS: usize = 4_000;

/// Feelings below these are scored 1, 2, 3 and 4.
const CUTS: [f64; 4] = [-1.5, -0.8, -0.2, 0.7];

/// Answers from 1 to 5, `times(customer)` of each customer.
fn panel(random: &mut Random, customers: usize, times: impl Fn(usize) -> usize) -> Vec<Answer> {
    let mut answers = Vec::new();
    for who in 0..customers {
        let attitude = SAME.sqrt() * random.normal();
        for _ in 0..times(who) {
            let felt = attitude + (1.0 - SAME).sqrt() * random.normal();
            answers.push((who, 2, 1 + CUTS.iter().filter(|cut| felt > **cut).count() as i32));
        }
    }
    answers
}

/// Shares of samples, in percent, whose intervals hold the truth: by customer, and as if all were of different ones.
#[derive(Debug)]
struct Held {
    nps: [f64; 2],
    top_box: [f64; 2],
    mean: [f64; 2],
}

fn held(customers: usize, times: impl Fn(usize) -> usize + Copy) -> Held {
    let at_least = |score: usize| 1.0 - below(CUTS[score - 2]);
    // As NPS: 5 is a promoter, 4 a passive.
    let true_nps = 100.0 * (at_least(5) - (1.0 - at_least(4)));
    let (true_share, true_mean) = (at_least(4), 1.0 + (2..=5).map(at_least).sum::<f64>());
    let (mut random, mut counted) = (Random(2_016), [[0_u32; 2]; 3]);
    for _ in 0..DRAWS {
        let answers = panel(&mut random, customers, times);
        let on_ten: Vec<Answer> =
            answers.iter().map(|(who, w, score)| (*who, *w, [6, 6, 6, 8, 9][*score as usize - 1])).collect();
        let (counts, nps) = (by_score(&answers), nps_of(&on_ten));
        let (scores, shares) = (scores_of(&answers, &counts), satisfied(&answers));
        for (place, by_customer) in [true, false].into_iter().enumerate() {
            let repeats = |of: Repeats| if by_customer { of } else { Repeats::default() };
            let mut count = |what: usize, low: f64, high: f64, truth: f64| {
                counted[what][place] += u32::from(low <= truth && truth <= high);
            };
            let mut nps = nps;
            nps.repeats = repeats(nps.repeats);
            let found = nps.estimate(0.95).unwrap();
            count(0, found.ci_low, found.ci_high, true_nps);
            let Sample { hits, n, repeats: of } = shares;
            let (found, _) = wilson_clustered(hits, n, &repeats(of), 0.95).unwrap();
            count(1, found.ci_low, found.ci_high, true_share);
            let found = Distribution { repeats: repeats(scores.repeats), ..scores }.mean(0.95).unwrap();
            count(2, found.ci_low.unwrap(), found.ci_high.unwrap(), true_mean);
        }
    }
    let percent = |what: [u32; 2]| what.map(|hits| 100.0 * f64::from(hits) / DRAWS as f64);
    let [nps, top_box, mean] = counted.map(percent);
    Held { nps, top_box, mean }
}

fn tell(what: &str, held: &Held) {
    for (name, [by_customer, alone]) in
        [("NPS", held.nps), ("top box share", held.top_box), ("mean", held.mean)]
    {
        println!("| {what} | {name} | {by_customer:.1} | {alone:.1} |");
    }
}

#[test]
fn quarterly_answers_of_the_same_customers_are_held() {
    let found = held(150, |_| 4);
    tell("150 customers, 4 answers each", &found);
    for [by_customer, alone] in [found.nps, found.top_box, found.mean] {
        assert!((93.0..=97.0).contains(&by_customer), "{found:?}");
        // What they were before: one person taken for four.
        assert!(alone < 82.0, "{found:?}");
    }
}

#[test]
fn few_customers_and_uneven_ones_are_held() {
    for (what, found) in [
        ("12 customers, 3 answers each", held(12, |_| 3)),
        ("6 customers, 10 answers each", held(6, |_| 10)),
        ("60 customers, 1 to 8 answers each", held(60, |who| 1 + who % 8)),
        (
            "200 customers, every tenth 6 answers, the others 1",
            held(200, |who| if who % 10 == 0 { 6 } else { 1 }),
        ),
    ] {
        tell(what, &found);
        for [by_customer, _] in [found.nps, found.top_box, found.mean] {
            assert!((92.0..=99.5).contains(&by_customer), "{what}: {found:?}");
        }
    }
}
