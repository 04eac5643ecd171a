//! Which models have forecast a workspace's own past best, and how much each counts.
//!
//! Several that forecast about as well are mixed, since a choice between them would be one of chance, and jump when a purchase more is
//! known.

use std::sync::Arc;

use lojal_domain::WorkspaceName;
use lojal_scoring::clv::{
    Example, LearnError, Learned, PurchaseModelKind, Score, SeasonClock, Standing, TimeUnit, learn, stack,
    standings,
};
use lojal_store::Wanted;

use crate::ask::day::date_of;
use crate::clv::fitted_pace::FittedPace;
use crate::clv::fitted_tails::FittedTails;
use crate::clv::holdout::{HoldoutDays, Whose};
use crate::clv::judge_models::{JudgedModel, JudgedModels};
use crate::clv::landmark::{Cuts, FEWEST_PURCHASES};
use crate::clv::own_pace::LearnedPace;
use crate::clv::progress::{FitStage, Listener};
use crate::{Engine, EngineError, Moment};

/// Log scores this close are of the same forecast.
const SAME: f64 = 1e-9;

/// A model that counts less than this does not speak, and the others count this much less before they are made 1 again, so that
/// nothing jumps when one falls silent.
const SILENT: f64 = 0.03;

/// Only fitted where purchases come on anniversaries.
const OF_ANNIVERSARIES: PurchaseModelKind = PurchaseModelKind::BgBbDated;

/// A model that may speak for a workspace.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Voice {
    pub(crate) kind: PurchaseModelKind,
    /// How much it counts. What those of all who speak have less than 1 together is left to beliefs about shops in general.
    pub(crate) weight: f64,
    /// How far that would move with other customers; none where that is not known.
    pub(crate) weight_error: Option<f64>,
    /// Purchases that it expected of landmarks over what came, of the latest one first; none of a landmark where that is no number.
    pub(crate) told_over_came: Vec<Option<f64>>,
    /// Whether it speaks for itself also where the data do not determine it, since somebody asked for it.
    pub(crate) is_asked_for: bool,
}

impl Voice {
    /// A model that somebody asked for, which speaks alone.
    pub(crate) const fn alone(kind: PurchaseModelKind, told_over_came: Vec<Option<f64>>) -> Self {
        Self { kind, weight: 1.0, weight_error: None, told_over_came, is_asked_for: true }
    }
}

/// Models chosen by what they said of past days.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Choice {
    /// The one that speaks if only one may: of those that forecast as well as the best the simplest; none where the data identify none.
    pub(crate) best: Option<Voice>,
    /// Those that speak together, the one that counts most first.
    pub(crate) together: Vec<Voice>,
    /// What past days taught beside these.
    pub(crate) lessons: Lessons,
    /// Why, in a sentence.
    pub(crate) reason: String,
}

/// What past days taught beside how much models count.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Lessons {
    /// What was learned of habits; none of a single landmark.
    pub(crate) learned: Option<Learned>,
    /// Which customers come faster or slower than models expect, where that helps.
    pub(crate) own_pace: Option<LearnedPace>,
    /// At which pace purchases come, where it is another than models expect.
    pub(crate) pace: Option<FittedPace>,
    /// How far out ranges of single customers reach, where it is another than models say.
    pub(crate) tails: Option<FittedTails>,
    /// How far off forecasts of groups are beside that of the whole shop, as the variance of their logarithm.
    pub(crate) group_variance: Option<f64>,
}

impl JudgedModels {
    /// What a workspace chooses of these, and what is learned beside them as long as somebody wants it; otherwise why it chooses none.
    pub(crate) fn choice(&self, wanted: &Wanted) -> Result<Choice, String> {
        if self.last.purchases < FEWEST_PURCHASES {
            return Err(format!(
                "there is too little history to compare models: {:.0} repeat purchases in its last third, and {FEWEST_PURCHASES:.0} are needed",
                self.last.purchases
            ));
        }
        let levelled = self.levelled(wanted);
        let (level, levels) = match &levelled {
            Some((level, levels)) => (level, levels.clone()),
            None => (self, vec![1.0; self.panels.len()]),
        };
        let mixable = self.mixable();
        let Some(weights) = level.weights(&mixable) else { return Err(self.why_none()) };
        let all = mixable.iter().copied().zip(weights.iter().map(|weight| weight.value));
        let weighted: Vec<(usize, f64)> = all.filter(|(_, weight)| *weight > 0.0).collect();
        let examples = self.examples(&weighted, &levels);
        let odds = self.learned(&examples, wanted);
        let paced = self.paced((&weighted, &levels), examples, odds.as_ref(), wanted);
        // From here on customers come at their own pace, and odds are those at it.
        let (this, learned) = match &paced {
            Some((paced, _)) => (paced, paced.learned(&paced.examples(&weighted, &levels), wanted)),
            None => (self, odds),
        };
        let drift = this.drift(&weighted, learned.as_ref(), wanted);
        let paces = drift.as_ref().map(|(_, paces)| &paces[..]);
        let told = self.last.tells();
        let voice = |(&i, weight): (&usize, &Score)| Voice {
            kind: self.models[i].kind,
            weight: told * weight.value,
            weight_error: weight.standard_error.map(|error| told * error),
            told_over_came: this.told_over_came(i, paces),
            is_asked_for: false,
        };
        let mut together: Vec<Voice> = mixable.iter().zip(&weights).map(voice).collect();
        together.retain(|voice| voice.weight > 0.0);
        together.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let tails = this.tails(&weighted, learned.as_ref(), paces, wanted);
        let group_variance = this.variance_of_groups(&weighted, learned.as_ref(), paces, wanted);
        let pace = self.pace(drift.map(|(drift, _)| drift));
        let own_pace = paced.map(|(_, own_pace)| own_pace);
        let (best, mut reason) = self.best();
        let more = [
            mixed_reason(&together, told),
            pace.as_ref().map(FittedPace::reason),
            own_pace.as_ref().map(reason_of_paces),
            reason_of(learned.as_ref()),
            tails.as_ref().map(FittedTails::reason),
        ];
        for more in more.into_iter().flatten() {
            reason = format!("{reason}; {more}");
        }
        let lessons = Lessons { learned, own_pace, pace, tails, group_variance };
        Ok(Choice { best, together, lessons, reason })
    }

    /// The model that speaks if only one may, and why.
    fn best(&self) -> (Option<Voice>, String) {
        let single = self.candidates(|model| model.is_identified && model.kind.may_speak_alone());
        let all = standings(&self.judgements_of(&single));
        let model = |standing: &Standing| &self.models[single[standing.model]];
        // The first of those that are as simple is the better one.
        let as_good = all.iter().filter(|standing| standing.is_as_good());
        match as_good.min_by_key(|standing| model(standing).kind.numbers_fitted()) {
            Some(best) => {
                let JudgedModel { kind, told_over_came, .. } = model(best);
                let voice = Voice::alone(*kind, told_over_came.clone());
                (Some(voice), self.reason(best, &all, |standing| model(standing).kind))
            }
            None => (None, self.why_no_best()),
        }
    }

    /// How much each of these counts, by their places, and how far that would move with other customers; none where nothing weighs them. Where only a
    /// part of all gaps says that purchases come on anniversaries, that part is weighed with the model of those, and the rest without it, so
    /// that nothing jumps where it begins to be one of them.
    pub(crate) fn weights(&self, places: &[usize]) -> Option<Vec<Score>> {
        let all = self.weights_of(places)?;
        let is_of_any_day = |&i: &usize| self.models[i].kind != OF_ANNIVERSARIES;
        let of_any_day: Vec<usize> = places.iter().copied().filter(is_of_any_day).collect();
        let part = self.anniversaries_count;
        if of_any_day.len() == places.len() || part >= 1.0 {
            return Some(all);
        }
        // Where there are no others the rest is left to beliefs.
        let without = self.weights_of(&of_any_day).unwrap_or_default();
        let nothing = Score { value: 0.0, standard_error: Some(0.0) };
        let mean = |(i, with): (&usize, Score)| {
            let place = of_any_day.iter().position(|other| other == i);
            let without = place.and_then(|place| without.get(place)).unwrap_or(&nothing);
            let between = |with: f64, without: f64| part * with + (1.0 - part) * without;
            Score {
                value: between(with.value, without.value),
                // Both are of the same customers, so their errors add up.
                standard_error: with
                    .standard_error
                    .zip(without.standard_error)
                    .map(|(with, without)| between(with, without)),
            }
        };
        Some(places.iter().zip(all).map(mean).collect())
    }

    /// The same of models that are weighed together, whatever purchases come on.
    fn weights_of(&self, places: &[usize]) -> Option<Vec<Score>> {
        let stacked = stack(&self.judgements_of(places), &self.beliefs_of(places))?.weights;
        let heard = audible(stacked.iter().map(|weight| weight.value));
        Some(stacked.iter().zip(heard).map(|(weight, value)| Score { value, ..*weight }).collect())
    }

    /// What is learned of odds beside the models from these examples, of one landmark after the other. Where that cannot be, models do without.
    fn learned(&self, landmarks: &[Vec<Example>], wanted: &Wanted) -> Option<Learned> {
        match learn(landmarks, &|| !wanted.given_up()) {
            // As models do, what is learned begins to count without a jump.
            Ok(learned) => learned.map(|learned| learned.counting(self.last.tells())),
            Err(LearnError::Cancelled) => None,
            Err(error) => {
                tracing::warn!(%error, "nothing was learned beside the models");
                None
            }
        }
    }

    /// Places of those that may speak for a workspace together, identified or not: where the data do not determine one, something
    /// else speaks for it.
    pub(crate) fn mixable(&self) -> Vec<usize> {
        self.candidates(|_| true)
    }

    /// Places of those that may speak for a workspace, the simplest first: of several that say the same, such as a model of regular
    /// purchases where they are not, only that. In a shop that nobody has left yet it is no model that says nobody ever will.
    fn candidates(&self, may: impl Fn(&JudgedModel) -> bool) -> Vec<usize> {
        let may = |&i: &usize| self.models[i].kind.is_eligible() && may(&self.models[i]);
        let mut all: Vec<usize> = (0..self.models.len()).filter(may).collect();
        all.sort_by_key(|&i| {
            let kind = self.models[i].kind;
            (!kind.may_speak_alone(), kind.numbers_fitted())
        });
        let same = |i: usize, j: usize| {
            self.judgements.iter().all(|of| (of.log_scores[i] - of.log_scores[j]).abs() < SAME)
        };
        let mut kept: Vec<usize> = Vec::new();
        for i in all {
            if !kept.iter().any(|&j| same(i, j)) {
                kept.push(i);
            }
        }
        kept
    }

    fn why_none(&self) -> String {
        if self.models.is_empty() {
            return "no model could be fitted and forecast purchases".to_owned();
        }
        format!("no model may become the default: the data do not determine {}", self.names(|_| true))
    }

    fn why_no_best(&self) -> String {
        let yardsticks = self.names(|kind| !kind.may_speak_alone());
        match self.models.iter().any(|model| model.kind.may_speak_alone()) {
            true => "the data identify no model that could speak alone".to_owned(),
            false => format!("no model may speak alone: {yardsticks} does so only where a request names it"),
        }
    }

    fn names(&self, of: impl Fn(PurchaseModelKind) -> bool) -> String {
        let kinds = self.models.iter().map(|model| model.kind).filter(|kind| of(*kind));
        kinds.map(PurchaseModelKind::name).collect::<Vec<_>>().join(", ")
    }

    fn reason(
        &self,
        best: &Standing,
        all: &[Standing],
        kind: impl Fn(&Standing) -> PurchaseModelKind,
    ) -> String {
        let (name, score) = (kind(best).name(), best.log_score.value);
        let days = match 1 + self.earlier.len() {
            1 => "on one past day".to_owned(),
            days => format!("on {days} past days"),
        };
        match all {
            [first, second, ..] if first.model == best.model => format!(
                "{name} forecast best {days}, log score {score:.4} against {:.4} of {}",
                second.log_score.value,
                kind(second).name()
            ),
            [first, _, ..] => format!(
                "{name} forecast as well as {} {days}, log score {score:.4} against {:.4}",
                kind(first).name(),
                first.log_score.value
            ),
            _ => format!("{name} is the only model that could be judged {days}, log score {score:.4}"),
        }
    }
}

/// How models speak together, beliefs about shops in general counting what is not told.
fn mixed_reason(together: &[Voice], told: f64) -> Option<String> {
    let mixed = (together.len() > 1).then(|| format!("{} models are mixed by how they did", together.len()));
    let of_anniversaries = together.iter().find(|voice| voice.kind == OF_ANNIVERSARIES).map(|voice| {
        let share = 100.0 * voice.weight;
        format!("BG/BB of purchases that come on anniversaries counts {share:.0} %")
    });
    let beliefs = (told < 1.0).then(|| {
        let share = 100.0 * (1.0 - told);
        format!("as few purchases say so, beliefs about shops in general count {share:.0} %")
    });
    let all: Vec<String> = [mixed, of_anniversaries, beliefs].into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// What was learned beside them.
fn reason_of(learned: Option<&Learned>) -> Option<String> {
    let learner = learned?.learner.as_ref()?;
    let share = 100.0 * learner.weight();
    Some(format!("what a learner sees in habits beside them counts {share:.0} %"))
}

/// Which customers come faster or slower than models expect.
fn reason_of_paces(learned: &LearnedPace) -> String {
    let share = 100.0 * learned.pace.weight();
    format!("customers come at a pace of their own, as their habits say, which counts {share:.0} %")
}

/// Weights without those of models that say next to nothing, of the sum 1 again.
fn audible(weights: impl Iterator<Item = f64>) -> Vec<f64> {
    let heard: Vec<f64> = weights.map(|weight| (weight - SILENT).max(0.0)).collect();
    let sum: f64 = heard.iter().sum();
    heard.into_iter().map(|weight| weight / sum).collect()
}

/// The kinds that a workspace chooses from: BG/BB of anniversaries is fitted only where purchases come on them.
fn kinds_to_choose_from() -> Vec<PurchaseModelKind> {
    let of_any_day = PurchaseModelKind::OF_PURCHASE_DAYS.into_iter().filter(|kind| kind.is_eligible());
    of_any_day.chain([OF_ANNIVERSARIES]).collect()
}

impl Engine {
    /// What a workspace chooses for the days up to `last_day`, by what models said of several of them; otherwise why it chooses none.
    pub(crate) async fn choose(
        &self,
        workspace: &WorkspaceName,
        unit: TimeUnit,
        last_day: i32,
        moment: &Moment,
        listen: &Listener,
    ) -> Result<Result<Choice, String>, EngineError> {
        let mut kinds = kinds_to_choose_from();
        let Some(cuts) = self.cuts_before(workspace, last_day, moment, listen).await? else {
            return Ok(Err(
                "there is one day of history, and models are compared on two parts of it".to_owned()
            ));
        };
        let judge = async |kinds: &[PurchaseModelKind], clock: Option<&SeasonClock>| {
            let whose = Whose::learned_from(cuts.part);
            let last = self.fit_holdout(workspace, kinds, unit, cuts.last, whose, (moment, clock)).await?;
            self.judge_models(workspace, last, unit, &cuts, (moment, clock)).await
        };
        let judged = Arc::new(judge(&kinds, None).await?);
        let of = judged.clone();
        let Some(season) = self.compute(move |wanted| of.season(wanted)).await? else {
            return self.compute(move |wanted| judged.choice(wanted)).await;
        };
        // Whatever has anniversaries has no season.
        kinds.retain(|&kind| kind != OF_ANNIVERSARIES);
        let mut judged = judge(&kinds, Some(&season.clock())).await?;
        judged.season = Some(season);
        self.compute(move |wanted| judged.choice(wanted)).await
    }

    /// A model that is asked for by name, with what it expected of the last third of the days up to `last_day` over what came, unless
    /// too little did.
    pub(crate) async fn asked_for(
        &self,
        workspace: &WorkspaceName,
        kind: PurchaseModelKind,
        unit: TimeUnit,
        last_day: i32,
        moment: &Moment,
        listen: &Listener,
    ) -> Result<Voice, EngineError> {
        let Some(cuts) = self.cuts_before(workspace, last_day, moment, listen).await? else {
            return Ok(Voice::alone(kind, Vec::new()));
        };
        let fitted =
            self.fit_holdout(workspace, &[kind], unit, cuts.last, Whose::EVERYBODY, (moment, None)).await?;
        let told_over_came = move |_: &Wanted| {
            let holdout = &fitted.holdout;
            let fit = fitted.fitted().next().filter(|_| holdout.came() >= FEWEST_PURCHASES);
            fit.map(|fit| holdout.told_over_came(&fit.model)).into_iter().collect()
        };
        Ok(Voice::alone(kind, self.compute(told_over_came).await?))
    }

    /// Where to cut the days up to `last_day`; none for a single day of purchases, which cannot be cut in two.
    async fn cuts_before(
        &self,
        workspace: &WorkspaceName,
        last_day: i32,
        moment: &Moment,
        listen: &Listener,
    ) -> Result<Option<Cuts>, EngineError> {
        if listen(FitStage::Comparing).is_break() {
            return Err(EngineError::Cancelled);
        }
        let days = HoldoutDays { calibration_end: None, holdout_end: Some(date_of(last_day)) };
        match self.cuts(workspace, days, moment).await {
            Ok(cuts) => Ok(Some(cuts)),
            Err(EngineError::InvalidField { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::landmark::Landmark;
    use lojal_scoring::clv::Judgement;

    /// What three models said of customers, the last of them of anniversaries, which count so much: it was right of nearly all of them.
    fn judged(kinds: &[PurchaseModelKind], anniversaries_count: f64) -> JudgedModels {
        let judgement = |customer: u64| {
            let scores =
                [0.9 + 0.2 * (customer % 3) as f64, 1.0, 0.4 + 0.9 * f64::from(customer.is_multiple_of(5))];
            Judgement { customer, counts: 1.0, log_scores: scores[..kinds.len()].to_vec() }
        };
        let model = |&kind| JudgedModel { kind, is_identified: true, told_over_came: vec![Some(1.0)] };
        let last = Landmark { calibration_end: 0, holdout_end: 365, customers: 200, purchases: 300.0 };
        JudgedModels {
            models: kinds.iter().map(model).collect(),
            last,
            earlier: Vec::new(),
            judgements: (0..200).map(judgement).collect(),
            panels: Vec::new(),
            first_day: 0,
            season: None,
            anniversaries_count,
        }
    }

    #[test]
    fn a_model_of_anniversaries_begins_to_count_without_a_jump() {
        let kinds = [PurchaseModelKind::BgNbd, PurchaseModelKind::ParetoNbd, OF_ANNIVERSARIES];
        let at = |part: f64| -> Vec<f64> {
            let weights = judged(&kinds, part).weights(&[0, 1, 2]).unwrap();
            weights.iter().map(|weight| weight.value).collect()
        };
        let without = judged(&kinds[..2], 0.0).weights(&[0, 1]).unwrap();
        let (none, half, all) = (at(0.0), at(0.5), at(1.0));
        assert!(all[2] > 0.8, "{all:?}");
        assert_eq!(none, [without[0].value, without[1].value, 0.0]);
        for m in 0..3 {
            assert!((half[m] - 0.5 * (none[m] + all[m])).abs() < 1e-15, "{half:?}");
        }
        // Alone it leaves the rest to beliefs.
        let alone = judged(&kinds, 0.25).weights(&[2]).unwrap();
        assert_eq!(alone[0].value.to_bits(), 0.25_f64.to_bits());
        let (_asking, wanted) = lojal_store::asking();
        let reason = judged(&kinds, 0.5).choice(&wanted).unwrap().reason;
        let share = format!("BG/BB of purchases that come on anniversaries counts {:.0} %", 100.0 * half[2]);
        assert!(reason.contains(&share), "{reason}");
    }
}
