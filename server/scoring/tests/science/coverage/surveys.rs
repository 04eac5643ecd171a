//! How often intervals of shares and of the NPS hold the truth, exactly: every sample there can be, with its probability.
//!
//! `cargo test --release -p lojal-scoring --test science coverage::surveys:: -- --nocapture` prints the table of
//! `server/docs/numerics/surveys.md`.

use lojal_scoring::nps::NpsCounts;
use lojal_scoring::statistics::proportion::wilson;

const SIZES: [u64; 4] = [10, 30, 100, 1_000];
/// Where the nominal 95 % should be.
const GOOD: std::ops::RangeInclusive<f64> = 0.93..=0.97;

/// `ln k!` for k up to n.
fn ln_factorials(n: u64) -> Vec<f64> {
    let mut sum = 0.0;
    (0..=n)
        .map(|k| {
            sum += if k > 0 { (k as f64).ln() } else { 0.0 };
            sum
        })
        .collect()
}

/// `count ln p`, with nothing of nothing.
fn ln_power(p: f64, count: u64) -> f64 {
    if count == 0 { 0.0 } else { count as f64 * p.ln() }
}

fn wilson_coverage(share: f64, n: u64, ln: &[f64]) -> f64 {
    let holds = |hits: &u64| {
        let found = wilson(*hits, n, 0.95).unwrap();
        found.ci_low <= share && share <= found.ci_high
    };
    let chance = |hits: u64| {
        let rest = n - hits;
        (ln[n as usize] - ln[hits as usize] - ln[rest as usize]
            + ln_power(share, hits)
            + ln_power(1.0 - share, rest))
        .exp()
    };
    (0..=n).filter(holds).map(chance).sum()
}

fn nps_coverage(promoter: f64, detractor: f64, n: u64, ln: &[f64]) -> f64 {
    let truth = 100.0 * (promoter - detractor);
    let passive = (1.0 - promoter - detractor).max(0.0);
    let mut covered = 0.0;
    for promoters in 0..=n {
        for detractors in 0..=n - promoters {
            let passives = n - promoters - detractors;
            let chance =
                ln[n as usize] - ln[promoters as usize] - ln[detractors as usize] - ln[passives as usize]
                    + ln_power(promoter, promoters)
                    + ln_power(detractor, detractors)
                    + ln_power(passive, passives);
            // What is rarer than this adds nothing that is shown.
            if chance < -30.0 {
                continue;
            }
            let found = NpsCounts { promoters, passives, detractors }.adjusted_wald(0.95).unwrap();
            if found.ci_low <= truth && truth <= found.ci_high {
                covered += chance.exp();
            }
        }
    }
    covered
}

/// Prints mean, lowest and highest coverage, and how many of a grid are within the good range.
fn tell(what: &str, n: u64, coverages: &[(String, f64)]) -> f64 {
    let mean = coverages.iter().map(|(_, c)| c).sum::<f64>() / coverages.len() as f64;
    let lowest = coverages.iter().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
    let highest = coverages.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
    let good = coverages.iter().filter(|(_, c)| GOOD.contains(c)).count();
    println!(
        "| {what} | {n} | {:.1} | {:.1} at {} | {:.1} at {} | {good} of {} |",
        100.0 * mean,
        100.0 * lowest.1,
        lowest.0,
        100.0 * highest.1,
        highest.0,
        coverages.len()
    );
    mean
}

#[test]
fn shares_are_held_by_wilsons_interval() {
    let grid: Vec<f64> = (1..20).map(|i| f64::from(i) * 0.05).collect();
    for n in SIZES {
        let ln = ln_factorials(n);
        let all: Vec<(String, f64)> =
            grid.iter().map(|share| (format!("{share:.2}"), wilson_coverage(*share, n, &ln))).collect();
        let mean = tell("share, Wilson", n, &all);
        assert!(GOOD.contains(&mean), "{n}: {mean}");
        // Samples are whole numbers, so single shares cannot be held to 95 %; none is held badly.
        assert!(all.iter().all(|(_, coverage)| *coverage > 0.83), "{n}: {all:?}");
    }
}

#[test]
fn the_nps_is_held_by_the_adjusted_interval() {
    let mut grid = Vec::new();
    for promoter in (1..10).map(|i| f64::from(i) * 0.1) {
        for detractor in (1..10).map(|i| f64::from(i) * 0.1) {
            if promoter + detractor < 1.05 {
                grid.push((promoter, detractor));
            }
        }
    }
    for n in SIZES {
        // Half a million samples for each truth: a few of them will do.
        let step = if n > 100 { 9 } else { 1 };
        let ln = ln_factorials(n);
        let all: Vec<(String, f64)> = grid
            .iter()
            .step_by(step)
            .map(|(p, d)| (format!("({p:.1}, {d:.1})"), nps_coverage(*p, *d, n, &ln)))
            .collect();
        let mean = tell("NPS, adjusted Wald", n, &all);
        assert!(GOOD.contains(&mean), "{n}: {mean}");
        // The worst is ten answers where nobody is passive: few different scores can come out.
        assert!(all.iter().all(|(_, coverage)| *coverage > 0.88), "{n}: {all:?}");
    }
}
