//! Which models have forecast a workspace's own past best, and how much each counts.
//!
//! Several that forecast about as well are mixed, since a choice between them would be one of chance, and jump when a purchase more is
//! known.

use std::sync::Arc;

use lojal_domain::WorkspaceName;
use lojal_scoring::clv::{
    Example, LearnError, Learned, PurchaseModelKind, Score, SeasonClock, Standing, TimeUnit, learn, standings,
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
use crate::clv::weights::{OF_ANNIVERSARIES, that_speak};
use crate::{Engine, EngineError, Moment};

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
        let mixable = self.mixable();
        let as_said = || (self.judgements_of(&mixable), vec![1.0; self.panels.len()]);
        let (said, levels) = self.levelled(&mixable, wanted).unwrap_or_else(as_said);
        let Some(weights) = self.weights(&mixable, &said) else { return Err(self.why_none()) };
        let weighted = that_speak(&mixable, &weights);
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
