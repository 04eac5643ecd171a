//! Tables of what was measured: every forecaster, one row a set, and as CSV.

use std::path::Path;

use super::data_set::date_of;
use super::measured::{Forecaster, Measured, Row};
use super::ranges::Held;
use super::scores::{Ratio, Scores, mean};

/// Every forecaster of every set, as Markdown.
pub(crate) fn everything(all: &[Measured]) -> String {
    let mut text = String::from(
        "| data set | forecaster | RMSE | MAE | total | Spearman | AUC | Brier | log loss | top tenth | under 1 %, and bought |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for set in all {
        for (row, scores) in set.judged() {
            let cells = [
                set.name.clone(),
                row.label(),
                decimals(scores.accuracy.rmse.value, 4),
                decimals(scores.accuracy.mae.value, 4),
                percent(scores.accuracy.sum_error.map(|of| of.value)),
                optional(scores.accuracy.spearman.map(|of| of.value)),
                optional(scores.area),
                optional(scores.brier.as_deref().map(mean)),
                optional(scores.log_loss.as_deref().map(mean)),
                optional(scores.accuracy.top_decile_capture.map(|of| of.value)),
                scores.unlikely.map_or_else(String::new, |[all, bought]| format!("{all}, {bought}")),
            ];
            text.push_str(&line(&cells));
        }
        for (forecaster, problem) in &set.problems {
            text.push_str(&format!("| {} | {forecaster} | {problem} ||||||||||\n", set.name));
        }
    }
    text
}

/// The default beside the best of all, a row a set, and at the end how far behind it is at worst.
pub(crate) fn summary(all: &[Measured]) -> String {
    let mut text = String::from(
        "| data set | customers | came | default: RMSE | total | best model by name | best rule | RMSE, times the best | Brier | log loss |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    let mut worst: [Option<(f64, &str, String)>; 3] = [None, None, None];
    for set in all {
        let judged = set.judged();
        let Some((default, scores)) = judged.iter().find(|(row, _)| row.forecaster == Forecaster::Default)
        else {
            text.push_str(&format!("| {} | no default |||||||||\n", set.name));
            continue;
        };
        let behind = LOSSES.map(|loss| behind(&judged, scores, loss));
        for (worst, behind) in worst.iter_mut().zip(&behind) {
            let Some((ratio, best)) = behind else { continue };
            if worst.as_ref().is_none_or(|(value, ..)| ratio.value > *value) {
                *worst = Some((ratio.value, &set.name, best.label()));
            }
        }
        let cells = [
            set.name.clone(),
            crate::grouped(set.customers() as f64),
            crate::grouped(scores.accuracy.actual_sum),
            format!("{}: {}", default.models(), decimals(scores.accuracy.rmse.value, 4)),
            percent(scores.accuracy.sum_error.map(|of| of.value)),
            best_of(&judged, Forecaster::Named),
            best_of(&judged, Forecaster::Rule),
        ];
        let ratios = behind.map(|behind| {
            behind.map_or_else(String::new, |(ratio, _)| match ratio.value > 1.0 {
                true => format!("{:.3} ± {:.3}", ratio.value, ratio.standard_error),
                false => "best".to_owned(),
            })
        });
        text.push_str(&line(&[&cells[..], &ratios[..]].concat()));
    }
    text.push('\n');
    for (loss, worst) in LOSSES.iter().zip(worst) {
        if let Some((value, set, best)) = worst {
            text.push_str(&format!("Worst {}: {value:.3} times that of {best} ({set}).\n", loss.name()));
        }
    }
    text
}

/// What came against what the default said may come, a row a set and one of all.
pub(crate) fn ranges(all: &[Measured]) -> String {
    let head = "| data set | customers | in 80 % (due) | in 95 % (due) | lives | totals in 80 % | in 95 % | in the interval of the expectation |\n\
                |---|---|---|---|---|---|---|---|\n";
    held_by(head, all, held)
}

/// A row a set and one of all.
fn held_by(head: &str, all: &[Measured], row: impl Fn(&str, &Held) -> String) -> String {
    let mut text = head.to_owned();
    let mut of_all = Held::default();
    for set in all {
        text.push_str(&row(&set.name, &set.held));
        of_all.merge(set.held);
    }
    text.push_str(&row("all", &of_all));
    text
}

fn held(name: &str, held: &Held) -> String {
    let share = |within: f64| match held.customers {
        0 => String::new(),
        all => format!("{:.1}", 100.0 * within / all as f64),
    };
    let held_and_due =
        |i: usize| format!("{} ({}) %", share(held.customers_in[i] as f64), share(held.customers_due[i]));
    let [in_80, in_95] = held.totals_in.map(|count| count.to_string());
    line(&[
        name.to_owned(),
        crate::grouped(held.customers as f64),
        held_and_due(0),
        held_and_due(1),
        held.totals.to_string(),
        in_80,
        in_95,
        held.totals_in_interval.to_string(),
    ])
}

/// The same of groups: of customers whose first order was in the same month, or who ordered about as often.
pub(crate) fn ranges_of_groups(all: &[Measured]) -> String {
    let head = "| data set | groups | in 80 % (due) | in 95 % (due) |\n|---|---|---|---|\n";
    let row = |name: &str, held: &Held| {
        let share = |within: f64| format!("{:.0}", 100.0 * within / held.groups.max(1) as f64);
        let cell =
            |i: usize| format!("{} ({}) %", share(held.groups_in[i] as f64), share(held.groups_due[i]));
        line(&[name.to_owned(), held.groups.to_string(), cell(0), cell(1)])
    };
    held_by(head, all, row)
}

/// A loss by which the default is held against the best.
#[derive(Clone, Copy)]
enum Loss {
    Squared,
    Brier,
    Log,
}

const LOSSES: [Loss; 3] = [Loss::Squared, Loss::Brier, Loss::Log];

impl Loss {
    fn name(self) -> &'static str {
        match self {
            Self::Squared => "RMSE",
            Self::Brier => "Brier score",
            Self::Log => "log loss",
        }
    }

    fn of(self, scores: &Scores) -> Option<&[f64]> {
        match self {
            Self::Squared => Some(&scores.squared),
            Self::Brier => scores.brier.as_deref(),
            Self::Log => scores.log_loss.as_deref(),
        }
    }
}

/// How many times the least loss of all the default's is, and whose that was.
fn behind<'a>(judged: &[(&'a Row, Scores)], default: &Scores, loss: Loss) -> Option<(Ratio, &'a Row)> {
    let own = loss.of(default)?;
    let losses = judged.iter().filter_map(|(row, scores)| Some((*row, loss.of(scores)?)));
    let (best, least) = losses.min_by(|(_, a), (_, b)| mean(a).total_cmp(&mean(b)))?;
    let ratio = match loss {
        Loss::Squared => Ratio::of_roots(own, least),
        Loss::Brier | Loss::Log => Ratio::of_means(own, least),
    };
    Some((ratio, best))
}

/// The forecaster of a kind with the least error of purchases, with it.
fn best_of(judged: &[(&Row, Scores)], kind: Forecaster) -> String {
    let of_kind = judged.iter().filter(|(row, _)| row.forecaster == kind);
    let best = of_kind.min_by(|(_, a), (_, b)| a.accuracy.rmse.value.total_cmp(&b.accuracy.rmse.value));
    best.map_or_else(String::new, |(row, scores)| {
        format!("{}: {}", row.name, decimals(scores.accuracy.rmse.value, 4))
    })
}

/// Everything with all digits, for programs.
pub(crate) fn write_csv(all: &[Measured], path: &Path) -> csv::Result<()> {
    let mut writer = csv::Writer::from_path(path)?;
    writer.write_record([
        "data_set",
        "first_day",
        "calibration_end",
        "holdout_end",
        "customers",
        "came",
        "forecaster",
        "kind",
        "model",
        "rmse",
        "mae",
        "total_error",
        "spearman",
        "auc",
        "brier",
        "log_loss",
        "top_tenth",
        "under_1_percent",
        "under_1_percent_bought",
    ])?;
    for set in all {
        let [first, cut, end] = set.days.map(|day| date_of(day).to_string());
        for (row, scores) in set.judged() {
            let accuracy = &scores.accuracy;
            let count =
                |which: usize| scores.unlikely.map(|both| both[which].to_string()).unwrap_or_default();
            let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
            writer.write_record([
                set.name.clone(),
                first.clone(),
                cut.clone(),
                end.clone(),
                set.customers().to_string(),
                accuracy.actual_sum.to_string(),
                row.name.to_owned(),
                row.forecaster.name().to_owned(),
                row.models(),
                accuracy.rmse.value.to_string(),
                accuracy.mae.value.to_string(),
                number(accuracy.sum_error.map(|of| of.value)),
                number(accuracy.spearman.map(|of| of.value)),
                number(scores.area),
                number(scores.brier.as_deref().map(mean)),
                number(scores.log_loss.as_deref().map(mean)),
                number(accuracy.top_decile_capture.map(|of| of.value)),
                count(0),
                count(1),
            ])?;
        }
    }
    writer.flush()?;
    Ok(())
}

fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

fn decimals(value: f64, digits: usize) -> String {
    format!("{value:.digits$}")
}

fn optional(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| decimals(value, 4))
}

fn percent(ratio: Option<f64>) -> String {
    ratio.map_or_else(String::new, |ratio| format!("{:+.1} %", 100.0 * ratio))
}
