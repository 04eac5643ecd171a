//! Looking at those customers only whom a question is about.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use lojal_domain::{Exclusion, ExclusionCode, History, Warning, WarningCode, WorkspaceName};
use lojal_store::Parts;

use super::reading::place;
use super::{FIELD, Filter, fact_names};
use crate::ask::facts::reading::{CustomerFacts, FactsAt};
use crate::ask::groups::{known_names, note_attributes};
use crate::ask::page::Place;
use crate::{Engine, EngineError, Moment};

/// Tells who matches, where nothing needs to be remembered but whom the filter could not be decided of.
#[derive(Clone)]
pub(crate) struct Sieve(Option<Arc<Sifting>>);

struct Sifting {
    filter: Filter,
    at: FactsAt,
    /// Why it could not be decided of the first of whom it could not. How many these are is not known: some are looked at again and again.
    failure: OnceLock<String>,
}

impl Sieve {
    /// One for a moment whose filter is known to name attributes that somebody has.
    pub(crate) fn of(moment: &Moment) -> Self {
        let sifting = |filter| Sifting { filter, at: moment.facts(), failure: OnceLock::new() };
        Self(moment.filter.clone().map(|filter| Arc::new(sifting(filter))))
    }

    /// Whether a customer is one of those the moment is about.
    pub(crate) fn passes(&self, history: &History<'_>) -> bool {
        let Some(sifting) = &self.0 else { return true };
        sifting.filter.matches(&sifting.at.of(history)).unwrap_or_else(|failure| {
            sifting.failure.get_or_init(|| failure);
            false
        })
    }

    /// What there is to say of those of whom the filter could not be decided so far.
    pub(crate) fn warning(&self) -> Option<Warning> {
        Some(undecided("some", self.0.as_ref()?.failure.get()?))
    }
}

/// Tells who matches, and remembers what there is to say about it.
struct Matcher {
    filter: Filter,
    at: FactsAt,
    met: Met,
    /// For a filter of attributes alone: what became of the values met so far. Many customers share few of them.
    verdicts: HashMap<String, bool>,
    /// Room for the values of one customer.
    values: String,
}

/// More combinations of values than this are not remembered.
const VERDICTS: usize = 1_024;

/// What was met on the way.
#[derive(Default)]
struct Met {
    /// Customers who matched, and who did not.
    matched: u64,
    left_out: u64,
    /// Responses of those of whom nothing else is known.
    unnamed: u64,
    /// Customers whose facts could not be compared, and why the first could not.
    failed: u64,
    failure: Option<String>,
    /// Names of attributes, to say which there are.
    attributes: BTreeSet<Arc<str>>,
}

impl Met {
    fn merge(&mut self, other: Self) {
        self.matched += other.matched;
        self.left_out += other.left_out;
        self.unnamed += other.unnamed;
        self.failed += other.failed;
        self.failure = self.failure.take().or(other.failure);
        self.attributes.extend(other.attributes);
    }
}

impl Matcher {
    /// Whether a customer matches.
    fn matches(&mut self, history: &History<'_>) -> bool {
        if self.filter.0.attributes().next().is_some() {
            note_attributes(&mut self.met.attributes, history);
        }
        match self.verdict(history) {
            Ok(true) => {
                self.met.matched += 1;
                return true;
            }
            Ok(false) if history.customer.is_none() => self.met.unnamed += history.responses.len() as u64,
            Ok(false) => self.met.left_out += 1,
            Err(failure) => {
                self.met.failed += 1;
                self.met.failure.get_or_insert(failure);
            }
        }
        false
    }

    fn verdict(&mut self, history: &History<'_>) -> Result<bool, String> {
        let facts = self.at.of(history);
        if history.customer.is_none() || !self.filter.is_of_attributes() {
            return self.filter.matches(&facts);
        }
        remembered(&self.filter, &facts, &mut self.verdicts, &mut self.values)
    }
}

fn remembered(
    filter: &Filter,
    facts: &CustomerFacts<'_, '_>,
    verdicts: &mut HashMap<String, bool>,
    values: &mut String,
) -> Result<bool, String> {
    values.clear();
    for (name, _) in filter.0.attributes() {
        let value = facts.attribute(name);
        // With its length a value ends where it ends, whatever is in it.
        let _ = write!(values, "{}:{value}", value.len());
    }
    if let Some(verdict) = verdicts.get(values.as_str()) {
        return Ok(*verdict);
    }
    let verdict = filter.matches(facts)?;
    if verdicts.len() < VERDICTS {
        verdicts.insert(values.clone(), verdict);
    }
    Ok(verdict)
}

impl Engine {
    /// Folds over the histories of those customers a moment is about: at least the parts it asks for, and all of them
    /// where the filter may look at any. What there is to say about the filter goes into the moment.
    ///
    /// # Errors
    /// Those of the store, and [`EngineError::InvalidField`] for a filter with an attribute nobody has.
    pub(crate) async fn fold<A, N, V>(
        &self,
        workspace: &WorkspaceName,
        moment: &mut Moment,
        parts: Parts,
        new: N,
        visit: V,
    ) -> Result<Vec<A>, EngineError>
    where
        A: Send + 'static,
        N: Fn() -> A + Send + Sync + 'static,
        V: Fn(&mut A, &History<'_>) + Send + Sync + 'static,
    {
        let cut = moment.cut();
        let Some(filter) = moment.filter.clone() else {
            return self.scan(workspace, cut, parts, new, visit).await;
        };
        let at = moment.facts();
        let new = move || {
            let (filter, at) = (filter.clone(), at.clone());
            let (met, verdicts, values) = Default::default();
            (new(), Matcher { filter, at, met, verdicts, values })
        };
        let visit = move |(part, matcher): &mut (A, Matcher), history: &History<'_>| {
            if matcher.matches(history) {
                visit(part, history);
            }
        };
        let folded_parts = self.scan(workspace, cut, Parts::ALL, new, visit).await?;
        let mut met = Met::default();
        let mut folded = Vec::with_capacity(folded_parts.len());
        for (part, matcher) in folded_parts {
            folded.push(part);
            met.merge(matcher.met);
        }
        if !parts.responses || parts.purchases {
            // Nothing is left out of a question that is not about what they said.
            met.unnamed = 0;
        }
        moment.filtered(met)?;
        Ok(folded)
    }
}

impl Engine {
    /// A sieve for walks, which may end before they have met everybody, so that attributes are looked for first: by the first
    /// page, and not by those after it.
    ///
    /// # Errors
    /// Those of [`Self::fold`].
    pub(crate) async fn sieve(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
        place: Option<Place>,
    ) -> Result<Sieve, EngineError> {
        let names_attributes = |filter: &&Filter| place.is_none() && filter.0.attributes().next().is_some();
        if let Some(filter) = moment.filter.as_ref().filter(names_attributes) {
            let note = |(anybody, names): &mut (bool, BTreeSet<Arc<str>>), history: &History<'_>| {
                *anybody |= history.customer.is_some();
                note_attributes(names, history);
            };
            let parts = self.scan(workspace, moment.cut(), Parts::ALL, Default::default, note).await?;
            let (anybody, names): (Vec<bool>, Vec<BTreeSet<Arc<str>>>) = parts.into_iter().unzip();
            filter.check_attributes(anybody.contains(&true), &names.into_iter().flatten().collect())?;
        }
        Ok(Sieve::of(moment))
    }
}

fn undecided(customers: &str, failure: &str) -> Warning {
    let sentence =
        format!("the filter could not be evaluated for {customers} customers, who were left out: {failure}");
    Warning::new(WarningCode::FilterUndecided, sentence)
}

impl Filter {
    /// Refuses attributes that nobody has. Without customers nothing is known, and there is no reason to complain.
    fn check_attributes(&self, anybody: bool, known: &BTreeSet<Arc<str>>) -> Result<(), EngineError> {
        let is_unknown = |name: &str| anybody && !known.iter().any(|known| **known == *name);
        let Some((name, at)) = self.0.attributes().find(|(name, _)| is_unknown(name)) else { return Ok(()) };
        let problem = format!(
            "has {name:?} at {}, which is not a fact, and no customer has such an attribute; facts: {}; {}",
            place(self.text(), at),
            fact_names(),
            known_names(known),
        );
        Err(EngineError::field(FIELD, problem))
    }
}

impl Moment {
    /// Takes down what a filter met.
    fn filtered(&mut self, met: Met) -> Result<(), EngineError> {
        let Some(filter) = &self.filter else { return Ok(()) };
        if !self.names_known {
            filter.check_attributes(met.matched + met.left_out + met.failed > 0, &met.attributes)?;
        }
        let cause = "customers who do not match the filter";
        self.excluded = vec![Exclusion { code: ExclusionCode::NotMatching, cause, count: met.left_out }];
        if met.unnamed > 0 {
            let cause = "responses without a customer, whenever they were, of whom a filter knows nothing";
            let code = ExclusionCode::WithoutCustomer;
            self.excluded.push(Exclusion { code, cause, count: met.unnamed });
        }
        if let Some(failure) = met.failure {
            let cause = "customers whose facts the filter cannot compare";
            self.excluded.push(Exclusion { code: ExclusionCode::Undecided, cause, count: met.failed });
            // Some questions go through everybody twice.
            let warning = undecided(&met.failed.to_string(), &failure);
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
        Ok(())
    }
}
