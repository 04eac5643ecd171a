//! How well forecasts do, beside everything simpler: of real and made-up customers two thirds of the days are told to a server, which
//! says what they will do in the last third, by the model it chose and by each kind asked for by name. Rules of thumb that only count
//! are held against the same days.
//!
//! `cargo run --release -p lojal-tests --bin bench -- forecasts`. What came of it: `server/docs/numerics/forecasts.md`.

mod data_set;
mod groups;
mod measured;
mod models;
mod ranges;
mod real;
mod rules;
mod scores;
mod table;
mod worlds;

use std::path::PathBuf;

use lojal_tests::Server;

use data_set::DataSet;
use measured::Measured;
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
    /// Customers of each life of a made-up world.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(1..))]
    customers: u64,
    /// What the first life of a made-up world is drawn from; the others follow.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How often a made-up world is lived, each time in a workspace of its own. Their customers are judged together.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// A CSV file with the columns customer, date and perhaps amount, to be forecast, too; may be given several times.
    #[arg(long, value_name = "FILE")]
    transactions: Vec<PathBuf>,
    /// Also says how the models stood on each of the past days on which the default was chosen.
    #[arg(long)]
    why: bool,
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

    /// Worlds are lived several times, and so are not told by one lucky choice of a model; real customers lived once.
    fn seeds(&self, arguments: &Arguments) -> std::ops::Range<u64> {
        let times = if matches!(self, Self::World(_)) { arguments.seeds } else { 1 };
        arguments.seed..arguments.seed + times
    }

    fn data_set(&self, customers: u64, seed: u64) -> DataSet {
        match self {
            Self::Cdnow => real::cdnow(),
            Self::Donations => real::donations(seed),
            Self::World(world) => world.data_set(customers, seed),
            Self::File(path) => real::file(path),
        }
    }
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
            let mut measured = Measured::default();
            for seed in source.seeds(arguments) {
                let clients = clients.in_workspace(&format!("forecasts-{number}-{seed}"));
                measured.add(&clients, &source.data_set(arguments.customers, seed)).await;
                if arguments.why {
                    let told = models::past_days(&clients).await;
                    let lines = told.unwrap_or_else(|status| vec![status.message().to_owned()]);
                    lines.iter().for_each(|line| eprintln!("  {line}"));
                }
            }
            all.push(measured);
        }
        all
    });
    println!("{}", table::everything(&all));
    println!("{}", table::summary(&all));
    println!("{}", table::ranges(&all));
    println!("{}", table::ranges_of_groups(&all));
    if let Some(path) = &arguments.csv {
        table::write_csv(&all, path).expect("a file to write to");
    }
}
