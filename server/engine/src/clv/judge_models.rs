//! Models judged by what they said of past days.
//!
//! On each of several past days all models are fitted to what was known then, and every customer's purchases of the time after it
//! are given a probability. Nothing that came after such a day is known on it.

use std::collections::HashSet;
use std::sync::Arc;

use lojal_domain::WorkspaceName;
use lojal_scoring::clv::{
    Judgement, PurchaseFit, PurchaseModelKind, SeasonClock, Standing, TimeUnit, standings,
};
use lojal_store::Wanted;

use crate::clv::fitted_holdout::FittedHoldout;
use crate::clv::fitted_pace::FittedSeason;
use crate::clv::holdout::Whose;
use crate::clv::landmark::{Cuts, FEWEST_PURCHASES, Landmark};
use crate::clv::panel::Panel;
use crate::{Engine, EngineError, Moment};

/// A model that has a forecast on every day.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct JudgedModel {
    pub(crate) kind: PurchaseModelKind,
    /// Whether what was known on the last day identified it.
    pub(crate) is_identified: bool,
    /// Purchases that it expected of all customers it was fitted to over what came, the latest day first. None where that is no number.
    pub(crate) told_over_came: Vec<Option<f64>>,
}

/// Models that were judged on the same days.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct JudgedModels {
    pub(crate) models: Vec<JudgedModel>,
    pub(crate) last: Landmark,
    /// The days before it, earliest first.
    pub(crate) earlier: Vec<Landmark>,
    /// What each of [`Self::models`] said.
    pub(crate) judgements: Vec<Judgement>,
    /// The customers of all these days, the latest day first, to be judged again.
    pub(crate) panels: Vec<Panel>,
    /// The day from which on days are known.
    pub(crate) first_day: i32,
    /// What comes every year, in whose time they were judged; none where nothing does.
    pub(crate) season: Option<FittedSeason>,
    /// How much BG/BB of anniversaries counts of what it is worth by that, of 1.
    pub(crate) anniversaries_count: f64,
}

impl JudgedModels {
    /// How the models did, best first.
    pub(crate) fn standings(&self) -> Vec<(PurchaseModelKind, Standing)> {
        let all = standings(&self.judgements);
        all.into_iter().map(|standing| (self.models[standing.model].kind, standing)).collect()
    }

    /// Customers judged, on one day or several.
    pub(crate) fn customers(&self) -> u64 {
        let customers: HashSet<u64> = self.judgements.iter().map(|judgement| judgement.customer).collect();
        customers.len() as u64
    }

    /// What some of the models said, by their places.
    pub(crate) fn judgements_of(&self, places: &[usize]) -> Vec<Judgement> {
        of_models(&self.judgements, places)
    }

    /// What is believed of these before they are judged.
    pub(crate) fn beliefs_of(&self, places: &[usize]) -> Vec<f64> {
        places.iter().map(|&i| self.models[i].kind.belief()).collect()
    }
}

impl Engine {
    /// Judges models on the days that the history is cut at, of which the last is already fitted. Earlier ones with fewer than
    /// [`FEWEST_PURCHASES`] after them are left out, and all of them where so few came after the last one.
    pub(crate) async fn judge_models(
        &self,
        workspace: &WorkspaceName,
        fitted: Arc<FittedHoldout>,
        unit: TimeUnit,
        cuts: &Cuts,
        (moment, clock): (&Moment, Option<&SeasonClock>),
    ) -> Result<JudgedModels, EngineError> {
        // The last day has the most to say, and the kinds that can be judged at all.
        let known: Vec<PurchaseModelKind> = fitted.fitted().map(|fit| fit.model.kind()).collect();
        let identified: Vec<bool> = fitted.fitted().map(PurchaseFit::is_identified).collect();
        let anniversaries_count = fitted.anniversaries_count;
        // Its customers are not needed while the other days are judged.
        let said = self.said(fitted, 1.0).await?;
        let judged = |((&kind, &is_identified), &bias): ((&PurchaseModelKind, &bool), &Option<f64>)| {
            JudgedModel { kind, is_identified, told_over_came: vec![bias] }
        };
        let mut judged = JudgedModels {
            models: known.iter().zip(&identified).zip(&said.panel.told_over_came).map(judged).collect(),
            last: said.panel.landmark,
            earlier: Vec::new(),
            judgements: said.judgements,
            panels: vec![said.panel],
            first_day: cuts.first_day,
            season: None,
            anniversaries_count,
        };
        let last = judged.last;
        let earlier = if last.purchases < FEWEST_PURCHASES { &[][..] } else { &cuts.earlier[..] };
        for &cut in earlier {
            let fitted = self
                .fit_holdout(workspace, &known, unit, cut, Whose::learned_from(cuts.part), (moment, clock))
                .await?;
            // A day on which one of them could not be fitted says nothing.
            if fitted.holdout.came() < FEWEST_PURCHASES || fitted.fitted().count() < known.len() {
                continue;
            }
            let said = self.said(fitted, cuts.known_share(cut)).await?;
            judged.earlier.push(said.panel.landmark);
            judged.judgements.extend(said.judgements);
            for (model, bias) in judged.models.iter_mut().zip(&said.panel.told_over_came) {
                model.told_over_came.insert(1, *bias);
            }
            // Later days come before earlier ones.
            judged.panels.insert(1, said.panel);
        }
        Ok(judged)
    }

    /// The customers of a day on whom models are judged, and what these said of them.
    async fn said(&self, fitted: Arc<FittedHoldout>, known_share: f64) -> Result<Said, EngineError> {
        let said = move |wanted: &Wanted| {
            let panel = Panel::of(&fitted, known_share);
            let as_told: Vec<(usize, f64)> = (0..panel.models.len()).map(|place| (place, 1.0)).collect();
            let judgements = panel.judgements(&as_told, wanted)?;
            Some(Said { panel, judgements })
        };
        // Given up, and so nobody hears of it.
        self.compute(said).await?.ok_or(EngineError::Cancelled)
    }
}

/// What some of the models said who said all this, by their places.
pub(crate) fn of_models(said: &[Judgement], places: &[usize]) -> Vec<Judgement> {
    let of = |judgement: &Judgement| Judgement {
        customer: judgement.customer,
        counts: judgement.counts,
        log_scores: places.iter().map(|&place| judgement.log_scores[place]).collect(),
    };
    said.iter().map(of).collect()
}

/// What models said on one day.
struct Said {
    panel: Panel,
    judgements: Vec<Judgement>,
}
