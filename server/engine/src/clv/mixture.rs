//! Several models that answer as one.

use lojal_scoring::clv::{
    FitError, PatternTable, PenalisedFit, PosteriorNode, PurchaseFit, PurchaseModelKind, TimeUnit,
    fit_penalised, fit_purchase_model,
};

use crate::clv::choose_model::Voice;
use crate::clv::fit_warnings::why_not_determined;
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

/// What the mean of models expected of landmarks over what came. What one of them has not, the mean has not.
fn told_over_came(voices: &[Voice]) -> Vec<Option<f64>> {
    let landmarks = voices.iter().map(|voice| voice.told_over_came.len()).min().unwrap_or(0);
    let of = |landmark: usize| {
        voices.iter().map(|voice| Some(voice.weight * voice.told_over_came[landmark]?)).sum()
    };
    (0..landmarks).map(of).collect()
}

/// Fits a model that is to speak alone, or several that are to speak together. Of several, one with weak beliefs about shops in general
/// speaks for those that the data do not determine: they forecast the past well and say little about a year, so to leave them out
/// would leave the word to whoever is sure and wrong.
pub(crate) fn fit_mixed(
    voices: &[Voice],
    table: &PatternTable,
    unit: TimeUnit,
    listen: &Listener,
) -> Result<Mixed, FitError> {
    let fit =
        |kind: PurchaseModelKind| fit_purchase_model(kind, table, unit, &mut hearing(listen, kind.name()));
    let told_over_came = told_over_came(voices);
    if let [only] = voices {
        return Ok(Mixed {
            first: fit(only.kind)?,
            posterior: Vec::new(),
            beside: Vec::new(),
            told_over_came,
        });
    }
    let mut beside: Vec<Beside> = Vec::with_capacity(voices.len());
    let mut are_all_determined = true;
    for voice in voices {
        match fit(voice.kind) {
            Ok(purchases) if why_not_determined(&purchases).is_none() => {
                beside.push(Beside { weight: voice.weight, purchases });
            }
            Err(FitError::Cancelled) => return Err(FitError::Cancelled),
            Ok(_) | Err(_) => are_all_determined = false,
        }
    }
    if are_all_determined && !beside.is_empty() {
        let Beside { purchases: first, .. } = beside.remove(0);
        return Ok(Mixed { first, posterior: Vec::new(), beside, told_over_came });
    }
    let PenalisedFit { mode, posterior } = fit_penalised(table, unit, &mut hearing(listen, WITH_BELIEFS))?;
    Ok(Mixed { first: mode, posterior, beside, told_over_came })
}
