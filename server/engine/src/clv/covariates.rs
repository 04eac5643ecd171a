//! Fits in which attributes of customers matter: what is asked, who has which value, and what cannot be.

use std::collections::BTreeSet;
use std::sync::Arc;

use lojal_domain::{AttributeName, History, WorkspaceName, limits};
use lojal_scoring::clv::{
    COVARIATE_VALUES_MAX, CovariateError, CovariateFit, FitError, PurchaseFit, PurchaseModelKind,
    PurchaseSummary, Strata, TimeUnit, fit_gamma_gamma, fit_with_covariates,
};
use lojal_store::Parts;

use crate::ask::purchases::Counting;
use crate::clv::fitted::{Both, Fitted, insufficient};
use crate::clv::progress::{Listener, hearing};
use crate::clv::sample::{Ages, cut_after, first_day_of, values};
use crate::{Engine, EngineError, Moment};

const _: () = assert!(limits::COVARIATE_VALUES == COVARIATE_VALUES_MAX);

/// The models that take covariates, in the order in which they are tried.
const KINDS: [PurchaseModelKind; 2] = [PurchaseModelKind::ParetoNbd, PurchaseModelKind::BgNbd];

/// Attributes named in an error, to say which there are.
const MOST_NAMED: usize = 50;

/// Customers by the values of some attributes.
pub(crate) struct Split {
    pub(crate) strata: Strata,
    /// Names of all attributes that customers have.
    pub(crate) attributes: BTreeSet<Arc<str>>,
    pub(crate) first_day: i32,
}

/// What one thread has read.
#[derive(Default)]
struct SplitReading {
    strata: Strata,
    attributes: BTreeSet<Arc<str>>,
    /// The values of the customer at hand.
    values: Vec<String>,
}

impl SplitReading {
    fn add(&mut self, names: &[String], history: &History<'_>, summary: PurchaseSummary) {
        for fact in history.attributes {
            if !self.attributes.contains(&fact.name) {
                self.attributes.insert(fact.name.clone());
            }
        }
        self.values.resize_with(names.len(), String::new);
        for (value, name) in self.values.iter_mut().zip(names) {
            value.clear();
            value.push_str(history.attribute(name));
        }
        match self.strata.get_mut(&self.values) {
            Some(summaries) => summaries.push(summary),
            None => {
                self.strata.insert(self.values.clone(), vec![summary]);
            }
        }
    }
}

/// Checks what can be checked before anything is read.
pub(crate) fn check(
    covariates: &[AttributeName],
    kind: Option<PurchaseModelKind>,
    replicates: usize,
) -> Result<(), EngineError> {
    if covariates.is_empty() {
        return Ok(());
    }
    if covariates.len() > limits::COVARIATES {
        let problem = format!("is one too many: at most {} attributes are taken", limits::COVARIATES);
        return Err(EngineError::field(format!("covariates[{}]", limits::COVARIATES), problem));
    }
    for (i, name) in covariates.iter().enumerate() {
        if covariates[..i].contains(name) {
            let problem = format!("names {:?} again; name each attribute once", name.as_str());
            return Err(EngineError::field(format!("covariates[{i}]"), problem));
        }
    }
    if let Some(kind) = kind.filter(|kind| !KINDS.contains(kind)) {
        return Err(not_a_model_with_covariates(kind));
    }
    if replicates > 0 {
        let problem = "asks for a bootstrap, which is not made for models with covariates; leave it out and take \
                       intervals by the delta method, or leave covariates out";
        return Err(EngineError::field("bootstrap_replicates", problem));
    }
    Ok(())
}

fn not_a_model_with_covariates(kind: PurchaseModelKind) -> EngineError {
    let [first, second] = KINDS.map(PurchaseModelKind::name);
    let problem = format!(
        "is {}, which takes no covariates; choose {second} or {first}, or leave covariates out",
        kind.name()
    );
    EngineError::field("kind", problem)
}

impl Engine {
    /// Customers by their values of the attributes at the end of a day, with what they bought by then.
    pub(crate) async fn split_by(
        &self,
        workspace: &WorkspaceName,
        names: &[String],
        last_day: i32,
        moment: &Moment,
    ) -> Result<Split, EngineError> {
        let (zone, of) = (moment.zone.clone(), names.to_vec());
        let add = move |reading: &mut SplitReading, history: &History<'_>| {
            if let Some(summary) = Counting::Days.summary(history, &zone, last_day) {
                reading.add(&of, history, summary);
            }
        };
        let cut = cut_after(moment, last_day);
        let parts = self.scan(workspace, cut, Parts::ALL, SplitReading::default, add).await?;
        self.aside(move || together(parts, last_day)).await?
    }
}

fn together(parts: Vec<SplitReading>, last_day: i32) -> Result<Split, EngineError> {
    let mut split = Split { strata: Strata::new(), attributes: BTreeSet::new(), first_day: last_day };
    for part in parts {
        for (values, summaries) in part.strata {
            split.strata.entry(values).or_default().extend(summaries);
        }
        split.attributes.extend(part.attributes);
    }
    split.first_day = first_day_of(split.strata.values().flatten(), last_day)?;
    Ok(split)
}

/// An attribute that nobody has is a typing error, and no attribute that is the same for everybody.
pub(crate) fn check_known(names: &[String], split: &Split) -> Result<(), EngineError> {
    for (i, name) in names.iter().enumerate() {
        if split.strata.keys().all(|values| values[i].is_empty()) {
            let there = match split.attributes.is_empty() {
                true => "customers have none at all; record attributes first".to_owned(),
                false => {
                    let named: Vec<&str> =
                        split.attributes.iter().take(MOST_NAMED).map(|name| &**name).collect();
                    format!("there are: {}", named.join(", "))
                }
            };
            let problem = format!("names {name:?}, which no customer with a purchase has; {there}");
            return Err(EngineError::field(format!("covariates[{i}]"), problem));
        }
    }
    Ok(())
}

/// Fits with covariates: the kind asked for, or the one with the better likelihood; one that the data determine, if there is.
pub(crate) fn fit_split(
    strata: &Strata,
    names: &[String],
    asked: Option<PurchaseModelKind>,
    unit: TimeUnit,
    listen: &Listener,
) -> Result<Fitted, EngineError> {
    let kinds = asked.map_or_else(|| KINDS.to_vec(), |kind| vec![kind]);
    let mut fits: Vec<(PurchaseFit, CovariateFit)> = Vec::new();
    let mut problem = None;
    for kind in kinds {
        match fit_with_covariates(kind, names, strata, unit, &mut hearing(listen, kind.name())) {
            Ok(fit) => fits.push(fit),
            Err(CovariateError::Fit(FitError::NotConverged { starts })) => {
                problem = Some(FitError::NotConverged { starts });
            }
            Err(error) => return Err(refusal(error)),
        }
    }
    fits.sort_by(|(a, _), (b, _)| {
        let by_likelihood = || b.log_likelihood.total_cmp(&a.log_likelihood);
        b.is_identified().cmp(&a.is_identified()).then_with(by_likelihood)
    });
    let reason = match (&fits[..], asked) {
        ([(best, _), (second, _)], None) => Some(chosen(best, second)),
        ([(only, _)], None) => Some(format!("requested: only {} could be fitted", only.model.kind().name())),
        _ => None,
    };
    let Some((purchases, covariates)) = fits.into_iter().next() else {
        return Err(insufficient(problem.unwrap_or(FitError::NoRepeatBuyers)));
    };
    let values = values(strata.values().flatten(), purchases.most_repeat_purchases());
    let value = match fit_gamma_gamma(&values, &mut hearing(listen, "Gamma-Gamma")) {
        Err(FitError::Cancelled) => return Err(EngineError::Cancelled),
        value => value.map_err(|error| error.to_string()),
    };
    let ages = strata
        .iter()
        .map(|(values, summaries)| {
            let value_of = |name: &str| {
                names.iter().zip(values).find(|(of, _)| *of == name).map_or("", |(_, value)| value)
            };
            (covariates.levels(value_of), Ages::of(summaries))
        })
        .collect();
    let both = Both {
        purchases,
        posterior: Vec::new(),
        beside: Vec::new(),
        told_over_came: Vec::new(),
        value,
        replicates: Vec::new(),
        ages,
    };
    Ok(Fitted { both, covariates: Some(covariates), reason })
}

fn chosen(best: &PurchaseFit, second: &PurchaseFit) -> String {
    let (name, other) = (best.model.kind().name(), second.model.kind().name());
    if best.log_likelihood >= second.log_likelihood {
        let (one, two) = (best.log_likelihood, second.log_likelihood);
        format!(
            "requested: with covariates {name} has the better log-likelihood, {one:.2} against {two:.2} of {other}"
        )
    } else {
        format!("requested: with covariates the data determine {name} and not {other}")
    }
}

fn refusal(error: CovariateError) -> EngineError {
    match error {
        CovariateError::Kind(kind) => not_a_model_with_covariates(kind),
        CovariateError::Attribute { index, name, problem } => {
            EngineError::field(format!("covariates[{index}]"), format!("names {name:?}, which {problem}"))
        }
        CovariateError::Fit(error) => insufficient(error),
    }
}
