//! Several models that answer as one.

use lojal_scoring::clv::{
    FitError, PatternTable, PenalisedFit, PosteriorNode, PurchaseFit, PurchaseModelKind, TimeUnit,
    fit_penalised, fit_purchase_model,
};

use crate::clv::choose_model::Voice;
use crate::clv::fit_warnings::determined;
use crate::clv::fitted::{Beside, FittedModel};
use crate::clv::model_parameters::{self, Parameter};
use crate::clv::progress::{Listener, hearing};

/// What ids of mixed models begin with.
pub(crate) const MIXTURE: &str = "mixture";

/// What the model with beliefs is called while it is fitted.
const WITH_BELIEFS: &str = "MBG/CNBD-k with beliefs";

/// One of the models that answer together.
#[derive(Clone, Debug)]
pub struct MixtureMember {
    /// Which.
    pub kind: PurchaseModelKind,
    /// How much it counts; those of all have the sum 1.
    pub weight: f64,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// Its log-likelihood in the literature's convention.
    pub log_likelihood: f64,
    /// k of a model of regular purchases.
    pub regularity: Option<u32>,
}

impl FittedModel {
    /// The models that answer together, the one that counts most first; none of a model that answers alone.
    #[must_use]
    pub fn members(&self) -> Vec<MixtureMember> {
        let member = |(weight, fit): (f64, &PurchaseFit)| MixtureMember {
            kind: fit.model.kind(),
            weight,
            parameters: model_parameters::of_purchases(fit),
            log_likelihood: fit.log_likelihood,
            regularity: fit.model.regularity(),
        };
        let mut members: Vec<MixtureMember> = match self.is_mixed() {
            true => self.voices().map(member).collect(),
            false => Vec::new(),
        };
        members.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        members
    }
}

/// Models that were fitted to the same customers.
pub(crate) struct Mixed {
    /// One with beliefs about shops in general where there are any that the data do not determine, otherwise the one that counts most.
    pub(crate) first: PurchaseFit,
    /// What stands for its posterior, where it has beliefs.
    pub(crate) posterior: Vec<PosteriorNode>,
    /// The others.
    pub(crate) beside: Vec<Beside>,
    /// Purchases that those who were to speak expected of landmarks over what came, of the latest one first.
    pub(crate) told_over_came: Vec<Option<f64>>,
}

/// Less than this is left to nobody: weights have the sum 1 but for rounding.
const NOTHING: f64 = 1e-9;

/// What the mean of models expected of landmarks over what came. What one of them has not, the mean has not.
fn told_over_came(voices: &[Voice]) -> Vec<Option<f64>> {
    let all: f64 = voices.iter().map(|voice| voice.weight).sum();
    let landmarks = voices.iter().map(|voice| voice.told_over_came.len()).min().unwrap_or(0);
    let of = |landmark: usize| {
        voices.iter().map(|voice| Some(voice.weight / all * voice.told_over_came[landmark]?)).sum()
    };
    (0..landmarks).map(of).collect()
}

/// Fits a model that was asked for, or those that are to speak together. One with weak beliefs about shops in general speaks for what these
/// leave, and for each of them as far as the data do not determine it: they forecast the past well and say little about a year, so to leave
/// them out would leave the word to whoever is sure and wrong.
pub(crate) fn fit_mixed(
    voices: &[Voice],
    table: &PatternTable,
    unit: TimeUnit,
    listen: &Listener,
) -> Result<Mixed, FitError> {
    let fit =
        |kind: PurchaseModelKind| fit_purchase_model(kind, table, unit, &mut hearing(listen, kind.name()));
    let told_over_came = told_over_came(voices);
    if let [only] = voices
        && only.is_asked_for
    {
        return Ok(Mixed {
            first: fit(only.kind)?,
            posterior: Vec::new(),
            beside: Vec::new(),
            told_over_came,
        });
    }
    let mut beside: Vec<Beside> = Vec::with_capacity(voices.len());
    let mut left = 1.0;
    for voice in voices {
        match fit(voice.kind) {
            Ok(purchases) => {
                let weight = determined(&purchases) * voice.weight;
                if weight > 0.0 {
                    left -= weight;
                    beside.push(Beside { weight, purchases });
                }
            }
            Err(FitError::Cancelled) => return Err(FitError::Cancelled),
            Err(_) => {}
        }
    }
    if left < NOTHING && !beside.is_empty() {
        let Beside { purchases: first, .. } = beside.remove(0);
        return Ok(Mixed { first, posterior: Vec::new(), beside, told_over_came });
    }
    let PenalisedFit { mode, posterior } = fit_penalised(table, unit, &mut hearing(listen, WITH_BELIEFS))?;
    Ok(Mixed { first: mode, posterior, beside, told_over_came })
}
