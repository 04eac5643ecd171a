//! The model of customers with the same attributes, made when the first of them is met.
//!
//! Without covariates everybody has the same model, and nothing here costs anything.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use lojal_domain::{History, Warning, WarningCode};
use lojal_scoring::clv::{Directions, Ensemble, IntervalMethod, Levels, Memory, Pair, Uncertainty};
use parking_lot::{Mutex, RwLock};

use crate::EngineError;
use crate::clv::fitted::FittedModel;

/// Values named in a warning.
const MOST_NAMED: usize = 5;

/// Customers with the same attributes.
pub(crate) struct StratumModel {
    /// In the order in which they were met.
    number: usize,
    levels: Levels,
    /// What predicts for them.
    pub(crate) base: Ensemble,
    /// What the intervals of each are made of.
    pub(crate) uncertainty: Option<Uncertainty>,
    joint: OnceLock<Option<Uncertainty>>,
}

impl StratumModel {
    /// The values they share.
    pub(crate) const fn levels(&self) -> &Levels {
        &self.levels
    }
}

/// All of them that were met.
pub(crate) struct StratumModels {
    model: Arc<FittedModel>,
    method: Option<IntervalMethod>,
    /// Those of the reference values; everybody, without covariates.
    reference: Arc<StratumModel>,
    others: RwLock<HashMap<Levels, Arc<StratumModel>>>,
    directions: Option<Directions>,
    /// Values that nobody had in the fit, by the position of their attribute.
    unseen: Mutex<BTreeSet<(usize, String)>>,
}

impl StratumModels {
    /// # Errors
    /// [`EngineError::InvalidField`] for intervals the model does not have.
    pub(crate) fn new(model: Arc<FittedModel>, method: Option<IntervalMethod>) -> Result<Self, EngineError> {
        let uncertainty = match method {
            None => None,
            Some(IntervalMethod::Delta | IntervalMethod::Posterior | IntervalMethod::Mixture) => {
                model.spread().cloned()
            }
            Some(IntervalMethod::Bootstrap) => Some(model.bootstrap().ok_or_else(|| no_replicates(&model))?),
        };
        let covariates = model.covariates.as_ref();
        let reference = Arc::new(StratumModel {
            number: 0,
            levels: covariates.map(|fit| fit.reference()).unwrap_or_default(),
            base: model.ensemble(),
            uncertainty,
            joint: OnceLock::new(),
        });
        let directions = covariates.filter(|_| method.is_some()).and_then(|fit| fit.directions());
        let (others, unseen) = (RwLock::default(), Mutex::default());
        Ok(Self { model, method, reference, others, directions, unseen })
    }

    /// A customer's values.
    pub(crate) fn levels(&self, history: &History<'_>) -> Levels {
        let Some(fit) = &self.model.covariates else { return Levels::default() };
        let levels = fit.levels(|name| history.attribute(name));
        for i in levels.unseen() {
            let value = history.attribute(&fit.covariates[i].name);
            self.unseen.lock().insert((i, value.to_owned()));
        }
        levels
    }

    /// Those with these values.
    pub(crate) fn of(&self, levels: &Levels) -> Arc<StratumModel> {
        let Some(fit) = &self.model.covariates else { return self.reference.clone() };
        if *levels == self.reference.levels {
            return self.reference.clone();
        }
        if let Some(stratum) = self.others.read().get(levels) {
            return stratum.clone();
        }
        let purchases = fit.model(&self.model.purchases.model, levels);
        let value = self.model.value.as_ref();
        let uncertainty = self.method.and_then(|_| fit.uncertainty(&purchases, levels, value));
        let mut others = self.others.write();
        let number = others.len() + 1;
        let new = || {
            let base = Ensemble::from(Pair { purchases, ..self.model.pair() });
            let levels = levels.clone();
            Arc::new(StratumModel { number, levels, base, uncertainty, joint: OnceLock::new() })
        };
        others.entry(levels.clone()).or_insert_with(new).clone()
    }

    /// What the intervals of sums over customers with any values are made of.
    pub(crate) fn joint<'p>(&'p self, stratum: &'p StratumModel) -> Option<&'p Uncertainty> {
        let Some(fit) = &self.model.covariates else { return stratum.uncertainty.as_ref() };
        let directions = self.directions.as_ref()?;
        let value = self.model.value.as_ref();
        // Models with covariates are single ones.
        let purchases = &stratum.base.members().first()?.pair.purchases;
        let make = || fit.joint_uncertainty(purchases, &stratum.levels, directions, value);
        stratum.joint.get_or_init(make).as_ref()
    }

    /// That of everybody's sum.
    pub(crate) fn joint_of_all(&self) -> Option<&Uncertainty> {
        self.joint(&self.reference)
    }

    /// What predicts for those of the reference values.
    pub(crate) fn base_of_all(&self) -> &Ensemble {
        &self.reference.base
    }

    /// A new customer's values: as long as nothing is known of them, the reference.
    pub(crate) fn reference(&self) -> Levels {
        self.reference.levels.clone()
    }

    /// What to say about values that nobody had in the fit and that were met since.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let Some(fit) = &self.model.covariates else { return Vec::new() };
        let unseen = self.unseen.lock();
        let named = unseen.iter().take(MOST_NAMED).map(|(i, value)| {
            let covariate = &fit.covariates[*i];
            let sentence = format!(
                "{} {value:?} was unknown when model {} was fitted and counts as {:?}; fit it again",
                covariate.name, self.model.id, covariate.reference
            );
            Warning::new(WarningCode::UnseenCovariateValue, sentence)
        });
        named.collect()
    }
}

fn no_replicates(model: &FittedModel) -> EngineError {
    let advice = match &model.covariates {
        Some(_) => "and models with covariates get none; leave interval_method out",
        None => "no replicates; fit it with bootstrap_replicates and name it, or leave interval_method out",
    };
    let has = if model.covariates.is_some() { "has no replicates, " } else { "has " };
    EngineError::field(
        "interval_method",
        format!("asks for the bootstrap, but model {} {has}{advice}", model.id),
    )
}

/// What was computed for customers who are alike, apart for those with different attributes.
#[derive(Debug)]
pub(crate) enum Memories {
    /// Of one walk over many customers.
    Own(Vec<Memory>),
    /// What all single questions share.
    Shared(Memory),
}

impl Default for Memories {
    fn default() -> Self {
        Self::Own(Vec::new())
    }
}

impl Memories {
    pub(crate) const fn shared() -> Self {
        Self::Shared(Memory::Shared)
    }

    pub(crate) fn of(&mut self, stratum: &StratumModel) -> &mut Memory {
        match self {
            Self::Own(memories) => {
                if memories.len() <= stratum.number {
                    memories.resize_with(stratum.number + 1, Memory::default);
                }
                &mut memories[stratum.number]
            }
            Self::Shared(memory) => memory,
        }
    }
}

/// What is remembered in a scan of customers who are alike: as many memories as threads look at once, so that what a partition
/// has found out the next one need not. They go when the scan does.
#[derive(Default)]
pub(crate) struct MemoriesOfScan(Mutex<Vec<Memories>>);

impl MemoriesOfScan {
    pub(crate) fn lend<T>(&self, work: impl FnOnce(&mut Memories) -> T) -> T {
        let mut memories = self.0.lock().pop().unwrap_or_default();
        let done = work(&mut memories);
        self.0.lock().push(memories);
        done
    }
}
