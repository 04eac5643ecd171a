//! One data set, all who forecast it, and how far off they were.

use std::time::Instant;

use lojal_tests::Clients;

use super::data_set::{DataSet, date_of};
use super::models::{self, Told};
use super::ranges::Held;
use super::rules::Rule;
use super::scores::{Forecast, Scores};

/// Who forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forecaster {
    /// The model that the workspace chose.
    Default,
    /// A model asked for by name.
    Named,
    Rule,
}

impl Forecaster {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Named => "model",
            Self::Rule => "rule",
        }
    }
}

/// What one forecaster said, of one life of the data set after the other.
pub(crate) struct Row {
    pub(crate) forecaster: Forecaster,
    pub(crate) name: &'static str,
    /// The server's model of each life in a few words; empty for rules.
    models: Vec<String>,
    forecast: Forecast,
}

impl Row {
    /// Its name, with what is to be known of the models.
    pub(crate) fn label(&self) -> String {
        match self.forecaster {
            Forecaster::Default => format!("default ({})", self.models()),
            Forecaster::Named => self.models(),
            Forecaster::Rule => self.name.to_owned(),
        }
    }

    /// The models of all lives, such as "MBG/NBD (3), Pareto/NBD (2)".
    pub(crate) fn models(&self) -> String {
        let mut sorted = self.models.clone();
        sorted.sort();
        let runs = sorted.chunk_by(|a, b| a == b);
        let mut counted: Vec<(usize, &str)> = runs.map(|run| (run.len(), run[0].as_str())).collect();
        counted.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        match counted[..] {
            [(_, only)] => only.to_owned(),
            _ => counted
                .iter()
                .map(|(count, model)| format!("{model} ({count})"))
                .collect::<Vec<_>>()
                .join(", "),
        }
    }
}

/// All forecasters of a data set.
#[derive(Default)]
pub(crate) struct Measured {
    pub(crate) name: String,
    /// The first day, the last that was known, and the last that was forecast, of the last life.
    pub(crate) days: [i32; 3],
    /// What the customers known at the cut did then, of one life after the other.
    came: Vec<f64>,
    rows: Vec<Row>,
    /// What came, against what the default said may come.
    pub(crate) held: Held,
    /// Forecasters that had no forecast of one life or more, and why.
    pub(crate) problems: Vec<(&'static str, String)>,
}

impl Measured {
    /// Asks everybody to forecast one life of the set.
    pub(crate) async fn add(&mut self, clients: &Clients, set: &DataSet) {
        let begun = Instant::now();
        let known = set.known();
        eprintln!(
            "{}: {} of {} customers known from {} to {}, forecast to {}",
            set.name,
            known.len(),
            set.customers.len(),
            date_of(set.first),
            date_of(set.cut),
            date_of(set.end),
        );
        self.name.clone_from(&set.name);
        self.days = [set.first, set.cut, set.end];
        self.came.extend(known.iter().map(|known| known.came));
        clients.import(set.chunks()).await.1.expect("purchases to be recorded");

        // The default first: it may know of no model that was asked for by name.
        let told = models::by_default(clients, set, &known).await;
        if let Ok(told) = &told {
            let came: Vec<f64> = known.iter().map(|known| known.came).collect();
            self.held.add(&told.ranges, &came);
            let ratio = told.forecast.expected.iter().sum::<f64>() / came.iter().sum::<f64>();
            eprintln!("  told over came: {ratio:.3}, on past days, the last one first: {:.3?}", told.past);
        }
        self.take(Forecaster::Default, "default", told.map_err(|status| status.message().to_owned()));
        for (kind, name) in models::named(set) {
            let told = models::by_name(clients, set, &known, kind).await;
            self.take(Forecaster::Named, name, told.map_err(|status| status.message().to_owned()));
        }
        for rule in Rule::all(set) {
            let told = Told { forecast: rule.forecast(set, &known), ..Told::default() };
            self.take(Forecaster::Rule, rule.name(), Ok(told));
        }
        eprintln!("  {:.1} s", begun.elapsed().as_secs_f64());
    }

    /// Keeps what a forecaster said, or why it said nothing.
    fn take(&mut self, forecaster: Forecaster, name: &'static str, told: Result<Told, String>) {
        let Told { forecast, model, why, .. } = match told {
            Ok(told) => told,
            Err(problem) => {
                eprintln!("  {name}: {problem}");
                self.problems.push((name, problem));
                return;
            }
        };
        if forecaster == Forecaster::Default {
            eprintln!("  {name}: {model}, {why}");
        }
        let same = |row: &&mut Row| row.forecaster == forecaster && row.name == name;
        let Some(row) = self.rows.iter_mut().find(same) else {
            self.rows.push(Row { forecaster, name, models: vec![model], forecast });
            return;
        };
        row.models.push(model);
        row.forecast.expected.extend(forecast.expected);
        row.forecast.again =
            row.forecast.again.take().zip(forecast.again).map(|(all, more)| [all, more].concat());
    }

    /// Customers known at the cut.
    pub(crate) fn customers(&self) -> usize {
        self.came.len()
    }

    /// Everybody who forecast every life, and how far off they were, the default first.
    pub(crate) fn judged(&self) -> Vec<(&Row, Scores)> {
        let whole = self.rows.iter().filter(|row| row.forecast.expected.len() == self.came.len());
        whole.map(|row| (row, Scores::of(&row.forecast, &self.came))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(expected: f64, again: Option<f64>, model: &str) -> Result<Told, String> {
        let forecast = Forecast { expected: vec![expected], again: again.map(|again| vec![again]) };
        Ok(Told { forecast, model: model.to_owned(), ..Told::default() })
    }

    #[test]
    fn lives_are_judged_together_and_whoever_missed_one_is_not() {
        let mut measured = Measured { came: vec![1.0, 0.0, 0.0], ..Measured::default() };
        for (expected, model) in [(1.0, "MBG/NBD"), (2.0, "BG/NBD"), (0.0, "BG/NBD")] {
            measured.take(Forecaster::Default, "default", told(expected, Some(0.5), model));
            measured.take(Forecaster::Rule, "same rate", told(0.0, None, ""));
        }
        measured.take(Forecaster::Named, "NBD", told(0.0, Some(0.0), "NBD"));
        measured.take(Forecaster::Named, "NBD", Err("too few".to_owned()));

        let judged = measured.judged();
        let labels: Vec<String> = judged.iter().map(|(row, _)| row.label()).collect();
        assert_eq!(labels, ["default (BG/NBD (2), MBG/NBD (1))", "same rate"]);
        assert_eq!(judged[0].1.squared, [0.0, 4.0, 0.0]);
        assert_eq!(judged[0].1.brier.as_deref(), Some(&[0.25; 3][..]));
        assert_eq!((measured.customers(), measured.problems.len()), (3, 1));
    }
}
