//! From customers and their values to strata: which values are told apart, and whether their effects can be.

use super::model::{COLUMN, Covariate, Levels, SHARED, Shape};
use crate::clv::PurchaseSummary;
use crate::clv::histories::patterns::PatternTable;
use std::collections::{BTreeMap, BTreeSet};

/// Customers by their values of the attributes, in the order of the attributes.
pub type Strata = BTreeMap<Vec<String>, Vec<PurchaseSummary>>;

/// Most values of an attribute: each costs two parameters, and needs customers who came back.
pub const COVARIATE_VALUES_MAX: usize = 20;

/// A column whose part that the others do not explain is a smaller share than this follows from them. One customer in a
/// hundred million would make more; rounding makes a millionth of it.
const EXPLAINED: f64 = 1e-9;

/// Coefficients below this in such an explanation are rounding; they are ratios of small numbers of columns.
const NO_PART: f64 = 1e-6;

/// Why an attribute can be no covariate; it goes on from the attribute's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CovariateProblem {
    /// There is nothing to compare.
    #[error("is {value:?} for every customer, so it explains nothing; leave it out")]
    Constant {
        /// The only value.
        value: String,
    },
    /// Too many to estimate an effect of each.
    #[error(
        "has {values} values, and at most {COVARIATE_VALUES_MAX} can be told apart; group them into fewer"
    )]
    TooManyValues {
        /// How many.
        values: usize,
    },
    /// Its effect is that of others.
    #[error("follows from {}, so their effects cannot be told apart; leave one of them out", .with.join(" and "))]
    Collinear {
        /// The names of the others.
        with: Vec<String>,
    },
}

/// Customers with the same values.
pub(crate) struct Stratum {
    pub(crate) levels: Levels,
    pub(crate) table: PatternTable,
}

/// A value without a customer who came back.
pub(crate) struct Silent {
    pub(crate) covariate: usize,
    pub(crate) level: u16,
    pub(crate) customers: u64,
}

/// Attributes with their values, and the customers by them.
pub(crate) struct Design {
    pub(crate) covariates: Vec<Covariate>,
    pub(crate) strata: Vec<Stratum>,
    pub(crate) silent: Vec<Silent>,
}

/// Customers with a value, and those of them who came back.
#[derive(Default, Clone, Copy)]
pub(crate) struct Count {
    customers: u64,
    repeat_customers: u64,
}

pub(crate) type Values<'s> = BTreeMap<&'s str, Count>;

/// Which of an attribute's values the others are compared with.
pub(crate) type Reference<'r> = &'r dyn Fn(&str, &Values<'_>) -> Option<String>;

/// The most frequent value; of equals the first. One without a customer who came back would leave every other value without a
/// yardstick, so those come last.
pub(crate) fn most_frequent(_: &str, values: &Values<'_>) -> Option<String> {
    let order = |count: &Count| (count.repeat_customers > 0, count.customers);
    let best = values.iter().rev().max_by_key(|(_, count)| order(count));
    best.map(|(value, _)| (*value).to_owned())
}

impl Design {
    /// Of the customers with at most so many repeat purchases.
    ///
    /// # Errors
    ///
    /// The position of an attribute that can be no covariate, and why.
    pub(crate) fn new(
        names: &[String],
        strata: &Strata,
        most: u32,
        reference: Reference<'_>,
    ) -> Result<Self, (usize, CovariateProblem)> {
        let kept = |of: &'_ [PurchaseSummary]| {
            PatternTable::from_summaries(of.iter().filter(|summary| summary.frequency <= most))
        };
        let tables: Vec<(&Vec<String>, PatternTable)> = strata
            .iter()
            .map(|(values, summaries)| (values, kept(summaries)))
            .filter(|(_, table)| table.customers() > 0)
            .collect();
        let mut covariates = Vec::with_capacity(names.len());
        let mut silent = Vec::new();
        for (i, name) in names.iter().enumerate() {
            let mut values = Values::new();
            for (of, table) in &tables {
                let count = values.entry(of.get(i).map_or("", String::as_str)).or_default();
                count.customers += table.customers();
                count.repeat_customers += table.repeat_customers();
            }
            let covariate = covariate(name, &values, reference).map_err(|problem| (i, problem))?;
            silent.extend(silent_values(i, &covariate, &values));
            covariates.push(covariate);
        }
        let strata: Vec<Stratum> = tables
            .into_iter()
            .map(|(values, table)| Stratum { levels: levels(&covariates, values), table })
            .collect();
        let design = Self { covariates, strata, silent };
        match design.collinear() {
            Some(problem) => Err(problem),
            None => Ok(design),
        }
    }

    /// The first attribute whose columns follow from those before: by Cholesky's factor of the columns' products. Our own,
    /// since the rows before say what it follows from, and nalgebra hands out no part of a factor.
    fn collinear(&self) -> Option<(usize, CovariateProblem)> {
        // With a single effect theta's coefficients are the columns; the place before them is taken by the constant.
        let shape = Shape::new(COLUMN, &self.covariates);
        let owners: Vec<usize> = self
            .covariates
            .iter()
            .enumerate()
            .flat_map(|(i, covariate)| std::iter::repeat_n(i, covariate.others.len()))
            .collect();
        let columns = owners.len() + 1;
        let mut products = vec![vec![0.0; columns]; columns];
        for stratum in &self.strata {
            let own: Vec<usize> =
                shape.map(&stratum.levels).iter().skip(SHARED - 1).map(|(i, _)| i + 1 - SHARED).collect();
            for &i in &own {
                for &j in &own {
                    products[i][j] += stratum.table.customers() as f64;
                }
            }
        }
        let mut factor = vec![vec![0.0; columns]; columns];
        for i in 0..columns {
            for j in 0..i {
                let dot: f64 = (0..j).map(|k| factor[i][k] * factor[j][k]).sum();
                factor[i][j] = (products[i][j] - dot) / factor[j][j];
            }
            let rest = products[i][i] - factor[i][..i].iter().map(|f| f * f).sum::<f64>();
            if rest <= EXPLAINED * products[i][i] {
                let owner = owners[i - 1];
                let with = self.explained_by(&factor, i, &owners).into_iter().filter(|&by| by != owner);
                let with = with.map(|by| format!("{:?}", self.covariates[by].name)).collect();
                return Some((owner, CovariateProblem::Collinear { with }));
            }
            factor[i][i] = rest.sqrt();
        }
        None
    }

    /// The attributes with a part in column `i`, given the factor up to its row.
    fn explained_by(&self, factor: &[Vec<f64>], i: usize, owners: &[usize]) -> BTreeSet<usize> {
        let mut part = factor[i][..i].to_vec();
        for row in (0..i).rev() {
            let dot: f64 = (row + 1..i).map(|k| factor[k][row] * part[k]).sum();
            part[row] = (part[row] - dot) / factor[row][row];
        }
        let parts = part.iter().enumerate().skip(1);
        parts.filter(|(_, part)| part.abs() > NO_PART).map(|(k, _)| owners[k - 1]).collect()
    }
}

/// An attribute's values, the reference apart.
fn covariate(
    name: &str,
    values: &Values<'_>,
    reference: Reference<'_>,
) -> Result<Covariate, CovariateProblem> {
    if values.len() > COVARIATE_VALUES_MAX {
        return Err(CovariateProblem::TooManyValues { values: values.len() });
    }
    let reference = reference(name, values).unwrap_or_default();
    if values.len() < 2 {
        return Err(CovariateProblem::Constant { value: reference });
    }
    let others = values.keys().filter(|value| **value != reference).map(ToString::to_string).collect();
    Ok(Covariate { name: name.to_owned(), reference, others })
}

fn silent_values(i: usize, covariate: &Covariate, values: &Values<'_>) -> Vec<Silent> {
    (1..)
        .zip(&covariate.others)
        .filter_map(|(level, value)| {
            let count = values.get(value.as_str()).copied().unwrap_or_default();
            let silent = count.repeat_customers == 0;
            silent.then_some(Silent { covariate: i, level, customers: count.customers })
        })
        .collect()
}

fn levels(covariates: &[Covariate], values: &[String]) -> Levels {
    Levels::of(covariates, |name| {
        let place = covariates.iter().position(|covariate| covariate.name == name);
        place.and_then(|i| values.get(i)).map_or("", String::as_str)
    })
}
