//! How well forecasts do, beside everything simpler: of real and made-up customers two thirds of the days are told to a server, which
//! says what they will do in the last third, by the model it chose and by each kind asked for by name. Rules of thumb that only count
//! are held against the same days.
//!
//! `cargo run --release -p lojal-tests --bin bench -- forecasts`. What came of it: `server/docs/numerics/forecasts.md`.

mod data_set;
mod models;
mod real;
mod rules;
mod scores;
mod table;
mod worlds;

use std::path::PathBuf;
use std::time::Instant;

use lojal_tests::{Clients, Server};
use tonic::Status;

use data_set::{DataSet, Known, date_of};
use models::Told;
use rules::Rule;
use scores::Scores;
use worlds::{WORLDS, World};

/// What is forecast.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only data sets whose name has this in it; may be given several times. Files are always taken.
    #[arg(long)]
    only: Vec<String>,
    /// Names the data sets, and ends.
    #[arg(long)]
    list: bool,
    /// Customers of each made-up world.
    #[arg(long, default_value_t = 2_000)]
    customers: u64,
    /// What the made-up worlds are drawn from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A CSV file with the columns customer, date and perhaps amount, to be forecast, too; may be given several times.
    #[arg(long, value_name = "FILE")]
    transactions: Vec<PathBuf>,
    /// Also writes every number with all its digits to this file.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

/// Where a data set comes from.
enum Source {
    Cdnow,
    Donations,
    World(&'static World),
    File(PathBuf),
}

impl Source {
    /// All that is asked for.
    fn all(arguments: &Arguments) -> Vec<Self> {
        let mut all = vec![Self::Cdnow, Self::Donations];
        all.extend(WORLDS.iter().map(Self::World));
        let named = |source: &Self| {
            arguments.only.is_empty() || arguments.only.iter().any(|only| source.name().contains(only))
        };
        all.retain(named);
        all.extend(arguments.transactions.iter().cloned().map(Self::File));
        all
    }

    fn name(&self) -> String {
        match self {
            Self::Cdnow => "cdnow".to_owned(),
            Self::Donations => "donations".to_owned(),
            Self::World(world) => world.name.to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }

    fn about(&self) -> &'static str {
        match self {
            Self::Cdnow => "2,357 customers of a CD shop, 1997 and 1998",
            Self::Donations => "11,104 supporters of a charity, 1995 to 2001, a gift a year at most",
            Self::World(world) => world.about,
            Self::File(_) => "a file",
        }
    }

    fn data_set(&self, arguments: &Arguments) -> DataSet {
        match self {
            Self::Cdnow => real::cdnow(),
            Self::Donations => real::donations(arguments.seed),
            Self::World(world) => world.data_set(arguments.customers, arguments.seed),
            Self::File(path) => real::file(path),
        }
    }
}

/// Who forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Forecaster {
    /// The model that the workspace chose.
    Default,
    /// A model asked for by name.
    Named,
    Rule,
}

impl Forecaster {
    fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Named => "model",
            Self::Rule => "rule",
        }
    }
}

/// What one forecaster's errors came to.
struct Row {
    forecaster: Forecaster,
    name: &'static str,
    /// The server's model in a few words; empty for rules.
    model: String,
    scores: Scores,
}

impl Row {
    /// Its name, with what is to be known of the model.
    fn label(&self) -> String {
        match self.forecaster {
            Forecaster::Default => format!("default ({})", self.model),
            Forecaster::Named => self.model.clone(),
            Forecaster::Rule => self.name.to_owned(),
        }
    }
}

/// All forecasters of a data set.
struct Measured {
    name: String,
    first: i32,
    cut: i32,
    end: i32,
    /// Known at the cut.
    customers: usize,
    rows: Vec<Row>,
    /// Forecasters without a forecast, and why.
    problems: Vec<(&'static str, String)>,
}

pub(crate) fn run(arguments: &Arguments) {
    let sources = Source::all(arguments);
    if arguments.list {
        for source in sources {
            println!("{:<14} {}", source.name(), source.about());
        }
        return;
    }
    let server = Server::start();
    let all = crate::runtime().block_on(async {
        let clients = server.clients().await;
        let mut all = Vec::new();
        for (number, source) in sources.iter().enumerate() {
            let clients = clients.in_workspace(&format!("forecasts-{number}"));
            all.push(measure(&clients, &source.data_set(arguments)).await);
        }
        all
    });
    println!("{}", table::everything(&all));
    println!("{}", table::summary(&all));
    if let Some(path) = &arguments.csv {
        table::write_csv(&all, path).expect("a file to write to");
    }
}

async fn measure(clients: &Clients, set: &DataSet) -> Measured {
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
    clients.import(set.chunks()).await.1.expect("purchases to be recorded");
    let mut measured = Measured {
        name: set.name.clone(),
        first: set.first,
        cut: set.cut,
        end: set.end,
        customers: known.len(),
        rows: Vec::new(),
        problems: Vec::new(),
    };
    // The default first: it may know of no model that was asked for by name.
    let told = models::by_default(clients, set, &known).await;
    measured.take(Forecaster::Default, "default", told, &known);
    for (kind, name) in models::named(set) {
        let told = models::by_name(clients, set, &known, kind).await;
        measured.take(Forecaster::Named, name, told, &known);
    }
    for rule in Rule::all(set) {
        let told = Told { forecast: rule.forecast(set, &known), ..Told::default() };
        measured.take(Forecaster::Rule, rule.name(), Ok(told), &known);
    }
    eprintln!("  {:.1} s", begun.elapsed().as_secs_f64());
    measured
}

impl Measured {
    /// Adds what a forecaster said, or why it said nothing.
    fn take(
        &mut self,
        forecaster: Forecaster,
        name: &'static str,
        told: Result<Told, Status>,
        known: &[Known<'_>],
    ) {
        match told {
            Ok(Told { forecast, model, why }) => {
                let scores = Scores::of(&forecast, known);
                let row = Row { forecaster, name, model, scores };
                eprintln!("  {}: RMSE {:.4} {why}", row.label(), row.scores.accuracy.rmse);
                self.rows.push(row);
            }
            Err(status) => {
                eprintln!("  {name}: {}", status.message());
                self.problems.push((name, status.message().to_owned()));
            }
        }
    }
}
