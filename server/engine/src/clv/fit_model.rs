//! When do customers buy and leave, and what is a purchase worth? Fitted to history.

use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::civil::Date;
use lojal_domain::{AttributeName, WorkspaceName};
use lojal_scoring::clv::{
    Dated, FitError, Gaps, Levels, PatternTable, PurchaseModelKind, PurchaseSummary, Regularity, TimeUnit,
    bootstrap, fit_gamma_gamma, fit_value,
};
use lojal_store::Wanted;

use crate::ask::day::{date_of, day_number};
use crate::ask::purchases::Counting;
use crate::clv::choose_model::{Choice, Lessons, Voice};
use crate::clv::covariates::{check, check_known, fit_split};
use crate::clv::fitted::{Both, Fitted, FittedModel, Replicate, insufficient};
use crate::clv::fitted_learner::FittedLearner;
use crate::clv::fitted_pace::FittedSeason;
use crate::clv::mixture::{MIXTURE, Mixed, fit_mixed};
use crate::clv::models::KIND_WITHOUT_HISTORY;
use crate::clv::progress::{FitStage, Listener, heard_while, hearing};
use crate::clv::sample::{Ages, InParts, Sample, all, last_whole_day, values};
use crate::clv::share::Share;
use crate::{Engine, EngineError, Moment, Scope};

/// Fitting again and again to more customers than this would take minutes.
const BOOTSTRAP_CUSTOMERS_MAX: u64 = 200_000;
/// Seed of the bootstrap: the same data give the same intervals.
const BOOTSTRAP_SEED: u64 = 1979;

/// What to fit, to what.
#[derive(Clone, Debug)]
pub struct FitModel {
    /// Which model; none for those that forecast past days best, mixed, with covariates the one with the better likelihood.
    pub kind: Option<PurchaseModelKind>,
    /// Attributes that may shift how often customers buy and how readily they leave.
    pub covariates: Vec<AttributeName>,
    /// Last day of the data, included; none for the last whole day.
    pub last_day: Option<Date>,
    /// Unit of time of the parameters.
    pub unit: TimeUnit,
    /// Also make so many bootstrap replicates.
    pub replicates: usize,
    /// Keep it without making it the default.
    pub keep_default: bool,
    /// Asking again under this name gives the same model.
    pub request_id: Option<String>,
}

/// What to fit and why; what is the same for fits that were asked for and those that were not.
#[derive(Clone, Debug)]
pub(crate) struct FitPlan {
    /// Those that speak together, or one alone; none leaves the choice to the fit, which only one with covariates can take.
    pub(crate) voices: Vec<Voice>,
    /// What past days taught beside those that speak together.
    pub(crate) lessons: Lessons,
    pub(crate) covariates: Vec<String>,
    pub(crate) unit: TimeUnit,
    pub(crate) last_day: i32,
    pub(crate) replicates: usize,
    pub(crate) automatic: bool,
    pub(crate) how_valued: HowValued,
    pub(crate) reason: String,
}

/// How what purchases are worth is fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HowValued {
    /// As in the literature, which is what a model is asked for by name: the maximum of the likelihood, where enough came back.
    ByLikelihood,
    /// As it is likely to forecast best: with beliefs about shops in general, which any number of purchases determines.
    WithBeliefs,
}

impl Engine {
    /// Fits a model and keeps it; it becomes the default if the data determine it.
    ///
    /// # Errors
    /// [`EngineError::InsufficientHistory`] when too little is known, [`EngineError::RequestIdReused`],
    /// [`EngineError::InvalidField`] for a last day that is not over yet, too many replicates, or attributes that can be no
    /// covariates,
    /// [`EngineError::Cancelled`].
    pub async fn fit_model(
        &self,
        workspace: &WorkspaceName,
        question: FitModel,
        listen: impl Fn(FitStage) -> ControlFlow<()> + Send + Sync + 'static,
    ) -> Result<(Arc<FittedModel>, bool), EngineError> {
        let listen: Listener = Arc::new(listen);
        check(&question.covariates, question.kind, question.replicates)?;
        let _one_at_a_time = self.models.fitting.lock().await;
        let requested = question.last_day.map(day_number);
        if let Some(done) = self.fitted_before(workspace, &question, requested).await? {
            let is_default = self.is_default(workspace, &done).await?;
            return Ok((done, is_default));
        }
        let moment = self.moment(workspace, Scope::default()).await?;
        let last_day = requested.unwrap_or_else(|| last_whole_day(&moment));
        let today = moment.zone.day_of(self.clock.now());
        if last_day >= today {
            let problem = format!(
                "is {}, and the last day that is over is {}; name that one or an earlier day",
                date_of(last_day),
                date_of(today - 1)
            );
            return Err(EngineError::field("calibration_end", problem));
        }
        let plan = self.plan(workspace, &question, last_day, &moment, &listen).await?;
        let mut model = self.fit(workspace, plan, &moment, &listen).await?;
        model.is_aside = question.keep_default;
        model.request_id = question.request_id;
        model.requested_last_day = requested;
        model.requested_kind = Some(question.kind.map_or("", PurchaseModelKind::slug).to_owned());
        let model = Arc::new(model);
        self.shelve(workspace, model.clone()).await?;
        let is_default = self.is_default(workspace, &model).await?;
        Ok((model, is_default))
    }

    async fn is_default(&self, workspace: &WorkspaceName, model: &FittedModel) -> Result<bool, EngineError> {
        Ok(self.default_model(workspace).await?.is_some_and(|default| default.id == model.id))
    }

    /// What a request comes to.
    async fn plan(
        &self,
        workspace: &WorkspaceName,
        question: &FitModel,
        last_day: i32,
        moment: &Moment,
        listen: &Listener,
    ) -> Result<FitPlan, EngineError> {
        let unit = question.unit;
        let covariates: Vec<String> =
            question.covariates.iter().map(|name| name.as_str().to_owned()).collect();
        let alone = |voice: Voice, reason: String| (vec![voice], Lessons::default(), reason);
        let (voices, lessons, reason) = match question.kind {
            // Backtests know no covariates, so there is no bias to tell, and the likelihood chooses.
            Some(kind) if !covariates.is_empty() => {
                alone(Voice::alone(kind, Vec::new()), "requested".to_owned())
            }
            None if !covariates.is_empty() => (Vec::new(), Lessons::default(), "requested".to_owned()),
            Some(kind) => {
                let voice = self.asked_for(workspace, kind, unit, last_day, moment, listen).await?;
                alone(voice, "requested".to_owned())
            }
            None => match self.choose(workspace, unit, last_day, moment, listen).await? {
                // Customers are simulated from one model.
                Ok(Choice { best: Some(best), reason, .. }) if question.replicates > 0 => {
                    alone(best, format!("requested: {reason}"))
                }
                Ok(Choice { together, lessons, reason, .. }) if question.replicates == 0 => {
                    (together, lessons, format!("requested: {reason}"))
                }
                Ok(Choice { reason, .. }) | Err(reason) => {
                    let kind = KIND_WITHOUT_HISTORY;
                    let reason = format!("requested: {}, as {reason}", kind.name());
                    alone(Voice::alone(kind, Vec::new()), reason)
                }
            },
        };
        let replicates = question.replicates;
        // Whoever leaves the choice to the workspace gets what it would choose; the bootstrap fits again by the likelihood.
        let is_left_to_us = question.kind.is_none() && covariates.is_empty() && replicates == 0;
        let how_valued = if is_left_to_us { HowValued::WithBeliefs } else { HowValued::ByLikelihood };
        Ok(FitPlan {
            voices,
            lessons,
            covariates,
            unit,
            last_day,
            replicates,
            automatic: false,
            how_valued,
            reason,
        })
    }

    /// The model that the same request made before.
    async fn fitted_before(
        &self,
        workspace: &WorkspaceName,
        question: &FitModel,
        requested: Option<i32>,
    ) -> Result<Option<Arc<FittedModel>>, EngineError> {
        let Some(request_id) = &question.request_id else { return Ok(None) };
        let shelf = self.shelf(workspace).await?;
        let Some(model) = shelf.iter().find(|model| model.request_id.as_ref() == Some(request_id)) else {
            return Ok(None);
        };
        let kind = match &model.requested_kind {
            Some(slug) => slug.as_str(),
            None => model.kind().slug(),
        };
        let asked = question.kind.map_or("", PurchaseModelKind::slug);
        // Anniversaries alone have a unit of their own, whatever was asked for.
        let is_dated = model.voices().all(|(_, fit)| fit.model.kind() == PurchaseModelKind::BgBbDated);
        let unit = if is_dated { question.unit } else { model.unit() };
        let same = (kind, unit, model.requested_last_day) == (asked, question.unit, requested)
            && model.is_aside == question.keep_default
            && model.replicates.is_empty() == (question.replicates == 0)
            && model.covariate_names().eq(question.covariates.iter().map(AttributeName::as_str));
        if same { Ok(Some(model.clone())) } else { Err(EngineError::RequestIdReused(request_id.clone())) }
    }

    pub(crate) async fn fit(
        &self,
        workspace: &WorkspaceName,
        plan: FitPlan,
        moment: &Moment,
        listen: &Listener,
    ) -> Result<FittedModel, EngineError> {
        if listen(FitStage::Reading).is_break() {
            return Err(EngineError::Cancelled);
        }
        let (fitted, first_day) = match plan.covariates.is_empty() {
            true => self.fit_everybody(workspace, &plan, moment, listen).await?,
            false => self.fit_by_attributes(workspace, &plan, moment, listen).await?,
        };
        let Both { purchases, posterior, beside, told_over_came, value, replicates, ages } = fitted.both;
        let Lessons { learned, own_pace, pace, tails, group_variance } = plan.lessons;
        let learner = FittedLearner::of(learned.as_ref(), own_pace);
        let is_single = beside.is_empty() && learner.is_none();
        let slug = if is_single { purchases.model.kind().slug() } else { MIXTURE };
        let id = self.next_model_id(workspace, slug).await?;
        let days = (first_day, plan.last_day);
        let now = self.clock.now();
        let mut model = FittedModel::new(id, now, days, moment, plan.automatic, purchases, value);
        model.reason = fitted.reason.unwrap_or(plan.reason);
        model.with_posterior(posterior);
        model.with_beside(beside);
        let moved = learned.map(|learned| learned.moved);
        model.with_past(moved_by(told_over_came, &moved.unwrap_or_default()));
        model.with_learner(learner);
        model.with_pace(pace);
        model.with_tails(tails);
        model.with_group_variance(group_variance);
        model.replicates = replicates;
        model.with_covariates(fitted.covariates);
        model.with_customers(&ages);
        Ok(model)
    }

    async fn fit_everybody(
        &self,
        workspace: &WorkspaceName,
        plan: &FitPlan,
        moment: &Moment,
        listen: &Listener,
    ) -> Result<(Fitted, i32), EngineError> {
        let first = plan
            .voices
            .first()
            .ok_or_else(|| EngineError::Internal("no kind of model was chosen".to_owned()))?;
        let counting = Counting::of(first.kind, plan.unit);
        let Sample { mut summaries, gaps, first_day } =
            self.sample(workspace, plan.last_day, moment, (Share::ALL, counting)).await?;
        let season = plan.lessons.pace.as_ref().and_then(|pace| pace.season.as_ref());
        let clock = season.map(FittedSeason::clock);
        let customers: usize = summaries.iter().map(Vec::len).sum();
        if plan.replicates > 0 && customers as u64 > BOOTSTRAP_CUSTOMERS_MAX {
            let problem = format!(
                "asks for a bootstrap of {customers} customers, and at most {BOOTSTRAP_CUSTOMERS_MAX} can be; \
                 so many determine a model so well that the delta method does: leave it out"
            );
            return Err(EngineError::field("bootstrap_replicates", problem));
        }
        let (hear, unit, replicates) = (listen.clone(), plan.unit, plan.replicates);
        let (how_valued, voices) = (plan.how_valued, plan.voices.clone());
        let fits = move |wanted: &Wanted| {
            let listen = heard_while(wanted, hear);
            if let Some(clock) = clock {
                summaries.iter_mut().flatten().for_each(|summary| *summary = clock.summary(summary));
            }
            fit_both(&summaries, gaps, &voices, unit, how_valued, replicates, &listen)
        };
        let both: Both = self.compute(fits).await?.map_err(insufficient)?;
        Ok((Fitted { both, covariates: None, reason: None }, first_day))
    }

    async fn fit_by_attributes(
        &self,
        workspace: &WorkspaceName,
        plan: &FitPlan,
        moment: &Moment,
        listen: &Listener,
    ) -> Result<(Fitted, i32), EngineError> {
        let split = self.split_by(workspace, &plan.covariates, plan.last_day, moment).await?;
        check_known(&plan.covariates, &split)?;
        let (hear, unit) = (listen.clone(), plan.unit);
        let kind = plan.voices.first().map(|voice| voice.kind);
        let (names, strata) = (plan.covariates.clone(), split.strata);
        let fits = move |wanted: &Wanted| fit_split(&strata, &names, kind, unit, &heard_while(wanted, hear));
        Ok((self.compute(fits).await??, split.first_day))
    }
}

/// What models expected of landmarks over what came, with a learner beside them that moved that so far on each.
fn moved_by(told_over_came: Vec<Option<f64>>, moved: &[f64]) -> Vec<Option<f64>> {
    let moved = moved.iter().copied().chain(std::iter::repeat(1.0));
    told_over_came.into_iter().zip(moved).map(|(told, moved)| Some(moved * told?)).collect()
}

/// Fits purchase models and the value model, and again to simulated customers if replicates are asked for.
fn fit_both(
    summaries: &InParts<PurchaseSummary>,
    gaps: InParts<Gaps>,
    voices: &[Voice],
    unit: TimeUnit,
    how_valued: HowValued,
    replicates: usize,
    listen: &Listener,
) -> Result<Both, FitError> {
    let has_dated = voices.iter().any(|voice| voice.kind == PurchaseModelKind::BgBbDated);
    let regularity = Regularity::from_gaps(all(&gaps));
    let dated = has_dated.then(|| Dated::of(all(summaries), all(&gaps))).flatten();
    // A table is as large, so both are not held at once.
    drop(gaps);
    let table =
        PatternTable::from_summaries(all(summaries)).with_regularity(regularity).with_anniversaries(dated);
    let Mixed { first: purchases, posterior, beside, told_over_came } =
        fit_mixed(voices, &table, unit, listen)?;
    let most = purchases.most_repeat_purchases();
    let heard = &mut hearing(listen, "Gamma-Gamma");
    let value = match how_valued {
        HowValued::ByLikelihood => fit_gamma_gamma(&values(all(summaries), most), heard),
        HowValued::WithBeliefs => fit_value(all(summaries), most, heard),
    };
    let value = match value {
        Err(FitError::Cancelled) => return Err(FitError::Cancelled),
        value => value.map_err(|error| error.to_string()),
    };
    let made = if replicates == 0 {
        Vec::new()
    } else {
        let value = value.as_ref().ok().map(|fit| &fit.model);
        let hear = |done| listen(FitStage::Bootstrapping { done });
        bootstrap(&purchases.model, value, &table, replicates, BOOTSTRAP_SEED, &hear)?
    };
    Ok(Both {
        purchases,
        posterior,
        beside,
        told_over_came,
        value,
        replicates: made.iter().map(Replicate::from).collect(),
        ages: vec![(Levels::default(), Ages::of(all(summaries)))],
    })
}
