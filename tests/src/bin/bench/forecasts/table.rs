//! Tables of what was measured: every forecaster, one row a set, and as CSV.

use std::path::Path;

use super::data_set::date_of;
use super::scores::{Ratio, Scores, mean};
use super::{Forecaster, Measured, Row};

/// Every forecaster of every set, as Markdown.
pub(crate) fn everything(all: &[Measured]) -> String {
    let mut text = String::from(
        "| data set | forecaster | RMSE | MAE | total | Spearman | AUC | Brier | log loss | top tenth |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    for set in all {
        for row in &set.rows {
            let scores = &row.scores;
            let cells = [
                set.name.clone(),
                row.label(),
                decimals(scores.accuracy.rmse, 4),
                decimals(scores.accuracy.mae, 4),
                percent(scores.accuracy.sum_error),
                optional(scores.accuracy.spearman),
                optional(scores.area),
                optional(scores.brier.as_deref().map(mean)),
                optional(scores.log_loss.as_deref().map(mean)),
                optional(scores.accuracy.top_decile_capture),
            ];
            text.push_str(&line(&cells));
        }
        for (forecaster, problem) in &set.problems {
            text.push_str(&format!("| {} | {forecaster} | {problem} |||||||||\n", set.name));
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
        let Some(default) = set.rows.iter().find(|row| row.forecaster == Forecaster::Default) else {
            text.push_str(&format!("| {} | no default |||||||||\n", set.name));
            continue;
        };
        let behind = LOSSES.map(|loss| behind(set, default, loss));
        for (worst, behind) in worst.iter_mut().zip(&behind) {
            let Some((ratio, best)) = behind else { continue };
            if worst.as_ref().is_none_or(|(value, ..)| ratio.value > *value) {
                *worst = Some((ratio.value, &set.name, best.label()));
            }
        }
        let cells = [
            set.name.clone(),
            crate::grouped(set.customers as f64),
            crate::grouped(default.scores.accuracy.actual_sum),
            format!("{}: {}", default.model, decimals(default.scores.accuracy.rmse, 4)),
            percent(default.scores.accuracy.sum_error),
            best_of(set, Forecaster::Named),
            best_of(set, Forecaster::Rule),
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

/// How many times the least loss of the set the default's is, and whose that was.
fn behind<'a>(set: &'a Measured, default: &Row, loss: Loss) -> Option<(Ratio, &'a Row)> {
    let own = loss.of(&default.scores)?;
    let judged = set.rows.iter().filter_map(|row| Some((row, loss.of(&row.scores)?)));
    let (best, least) = judged.min_by(|(_, a), (_, b)| mean(a).total_cmp(&mean(b)))?;
    let ratio = match loss {
        Loss::Squared => Ratio::of_roots(own, least),
        Loss::Brier | Loss::Log => Ratio::of_means(own, least),
    };
    Some((ratio, best))
}

/// The forecaster of a kind with the least error of purchases, with it.
fn best_of(set: &Measured, kind: Forecaster) -> String {
    let of_kind = set.rows.iter().filter(|row| row.forecaster == kind);
    let best = of_kind.min_by(|a, b| a.scores.accuracy.rmse.total_cmp(&b.scores.accuracy.rmse));
    best.map_or_else(String::new, |best| {
        format!("{}: {}", best.label(), decimals(best.scores.accuracy.rmse, 4))
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
    ])?;
    for set in all {
        for row in &set.rows {
            let (scores, accuracy) = (&row.scores, &row.scores.accuracy);
            let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
            writer.write_record([
                set.name.clone(),
                date_of(set.first).to_string(),
                date_of(set.cut).to_string(),
                date_of(set.end).to_string(),
                set.customers.to_string(),
                accuracy.actual_sum.to_string(),
                row.name.to_owned(),
                row.forecaster.name().to_owned(),
                row.model.clone(),
                accuracy.rmse.to_string(),
                accuracy.mae.to_string(),
                number(accuracy.sum_error),
                number(accuracy.spearman),
                number(scores.area),
                number(scores.brier.as_deref().map(mean)),
                number(scores.log_loss.as_deref().map(mean)),
                number(accuracy.top_decile_capture),
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
