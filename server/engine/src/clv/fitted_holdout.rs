//! Models fitted to what was known on a past day, to be held against what came after it.

use std::sync::Arc;

use lojal_domain::WorkspaceName;
use lojal_scoring::clv::{
    FitError, PurchaseFit, PurchaseModelKind, SeasonClock, TimeUnit, fit_purchase_model,
};
use lojal_store::Wanted;

use crate::ask::pool::while_wanted;
use crate::ask::purchases::Counting;
use crate::clv::holdout::{Holdout, Whose};
use crate::clv::landmark::Cut;
use crate::{Engine, EngineError, Moment};

/// A history that was cut in two, and models that know its first part.
pub(crate) struct FittedHoldout {
    pub(crate) holdout: Holdout,
    /// The most repeat purchases of a customer who is in the fits.
    pub(crate) most_repeat_purchases: u32,
    /// How much anniversaries count, of 1; 0 where purchases do not come on them.
    pub(crate) anniversaries_count: f64,
    /// Each model that was asked for, or why it could not be fitted.
    pub(crate) fits: Vec<(PurchaseModelKind, Result<PurchaseFit, FitError>)>,
}

impl FittedHoldout {
    /// The models that could be fitted.
    pub(crate) fn fitted(&self) -> impl Iterator<Item = &PurchaseFit> {
        self.fits.iter().filter_map(|(_, fit)| fit.as_ref().ok())
    }
}

impl Engine {
    /// Cuts the histories of some customers and fits models to what comes before the cut, in the time of the shop where that has a season.
    pub(crate) async fn fit_holdout(
        &self,
        workspace: &WorkspaceName,
        kinds: &[PurchaseModelKind],
        unit: TimeUnit,
        cut: Cut,
        whose: Whose,
        (moment, clock): (&Moment, Option<&SeasonClock>),
    ) -> Result<Arc<FittedHoldout>, EngineError> {
        let counting = kinds.first().map_or(Counting::Days, |&kind| Counting::of(kind, unit));
        let holdout = self.split(workspace, cut, whose, moment, counting).await?;
        let (kinds, clock) = (kinds.to_vec(), clock.cloned());
        let fit_all = move |wanted: &Wanted| {
            let holdout = match &clock {
                Some(clock) => holdout.in_time_of(clock),
                None => holdout,
            };
            let (table, most_repeat_purchases) = holdout.patterns(&kinds);
            let fit = |&kind: &PurchaseModelKind| {
                (kind, fit_purchase_model(kind, &table, unit, &mut |_| while_wanted(wanted)))
            };
            let mut fits: Vec<_> = kinds.iter().map(fit).collect();
            // Among others nobody asked for it by name, and where purchases come on any day there is nothing to say of it.
            let is_among_others = kinds.len() > 1;
            fits.retain(|(kind, fit)| {
                *kind != PurchaseModelKind::BgBbDated || fit.is_ok() || !is_among_others
            });
            let anniversaries_count = table.anniversaries_count();
            Arc::new(FittedHoldout { holdout, most_repeat_purchases, anniversaries_count, fits })
        };
        self.compute(fit_all).await
    }
}
