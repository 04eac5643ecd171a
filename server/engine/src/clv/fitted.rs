//! Fitted models: what a fit comes to, and what is kept of it.

use lojal_domain::{EventTime, Warning, WarningCode};
use lojal_scoring::clv::{
    CovariateFit, Credibility, CustomerHistory, Ensemble, Estimation, FitError, GammaGamma, GammaGammaFit,
    Habits, Pair, PosteriorNode, PurchaseFit, PurchaseModel, PurchaseModelKind, PurchaseSummary, TimeUnit,
    Uncertainty, likely_log_error,
};
use serde::{Deserialize, Serialize};

use crate::clv::fit_warnings::{warnings, warnings_of_value};
use crate::clv::fitted_learner::FittedLearner;
use crate::clv::fitted_pace::FittedPace;
use crate::clv::fitted_tails::FittedTails;
use crate::clv::format;
use crate::clv::once::Once;
use crate::clv::sample::AgesByLevels;
use crate::{EngineError, Moment};

/// A fitted purchase model, with the value model beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedModel {
    pub(crate) format: u32,
    /// Its id.
    pub id: String,
    /// When it was fitted, in microseconds since 1970.
    pub fitted_at_micros: i64,
    /// First day of the data, in days since 1970.
    pub first_day: i32,
    /// Last day of the data, in days since 1970.
    pub last_day: i32,
    /// Revision of the data.
    pub revision: u64,
    /// Transactions recorded by then.
    pub transactions: u64,
    /// Where days were cut; none for models of before that was noted.
    #[serde(default)]
    pub zone: Option<String>,
    /// Whether nobody asked for it.
    pub automatic: bool,
    /// The request that asked for it.
    pub request_id: Option<String>,
    /// The last day that request named; none if it left that to us.
    pub requested_last_day: Option<i32>,
    /// The kind that request named, empty if it left that to us; none for models of before that was noted.
    #[serde(default)]
    pub requested_kind: Option<String>,
    /// The purchase model; with covariates that of customers with the reference values.
    pub purchases: PurchaseFit,
    /// Models that answer together with it, with what each counts; it counts the rest, or its posterior does. None where it answers alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<Beside>,
    /// Models that stand for its posterior, whose weighted mean it predicts; none where it predicts by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub posterior: Vec<PosteriorNode>,
    /// What moves the odds that all of them give another purchase, by habits; none where that does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learner: Option<FittedLearner>,
    /// At which pace purchases come that it expects; none where that is always the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pace: Option<FittedPace>,
    /// How far out ranges of single customers reach; none where it is as far as its models say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tails: Option<FittedTails>,
    /// The variance of the logarithm of forecasts of groups beside that of the whole shop, by past days; none where it was not held against any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_variance: Option<f64>,
    /// The attributes that shift its parameters; none without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covariates: Option<CovariateFit>,
    /// The value model; none when it could not be fitted.
    pub value: Option<GammaGammaFit>,
    /// Why there is no value model.
    pub value_problem: Option<String>,
    /// What predictions of the customers that it was fitted to rest on, in the mean; none for models of before that was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) credibility: Option<Credibility>,
    /// Why it was fitted.
    #[serde(default)]
    pub reason: String,
    /// What it expected of its backtest over what came; none when there was too little history for one.
    #[serde(default)]
    pub backtest_bias: Option<f64>,
    /// The same of earlier days on which it was judged, the latest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_biases: Vec<f64>,
    /// Whether it was asked for to be looked at, and not to become the default.
    #[serde(default)]
    pub is_aside: bool,
    /// Models fitted to customers simulated from it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replicates: Vec<Replicate>,
    /// What intervals are made of where nobody asks for the bootstrap, once somebody asked.
    #[serde(skip)]
    spread: Once<Option<Uncertainty>>,
    /// See [`Self::recalibration`], which every estimate is divided by.
    #[serde(skip)]
    recalibration: Once<Option<f64>>,
}

/// A model that answers together with another one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Beside {
    /// How much it counts, of 1.
    pub weight: f64,
    /// The model.
    pub purchases: PurchaseFit,
}

/// A model fitted to customers simulated from another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replicate {
    /// Parameters of the purchase model, in its order.
    purchases: Vec<f64>,
    /// The value model.
    value: Option<GammaGamma>,
}

impl From<&Pair> for Replicate {
    fn from(pair: &Pair) -> Self {
        Self { purchases: pair.purchases.parameters(), value: pair.value }
    }
}

/// How much something counts, and what it is.
type Weighted<T> = (f64, T);

/// The id of predictions for which nothing was fitted.
pub(crate) const PRIOR: &str = "prior";

impl FittedModel {
    /// Whether predictions may rest on it without anybody's naming it. What a workspace chose or mixed was weighed by how far the data
    /// determine it; of one model that somebody asked for they have to determine the parameters.
    pub(crate) fn may_be_default(&self) -> bool {
        self.automatic || self.is_mixed() || self.purchases.may_be_default()
    }

    pub(crate) fn new(
        id: String,
        fitted_at: EventTime,
        (first_day, last_day): (i32, i32),
        moment: &Moment,
        automatic: bool,
        purchases: PurchaseFit,
        value: Result<GammaGammaFit, String>,
    ) -> Self {
        let (value, value_problem) = match value {
            Ok(value) => (Some(value), None),
            Err(problem) => (None, Some(problem)),
        };
        let penalised = matches!(purchases.estimation, Estimation::MaximumAPosteriori { .. });
        let format = match &value {
            Some(value) if value.model.by_frequency.is_some() => format::BY_FREQUENCY,
            _ if penalised => format::PENALISED,
            _ => format::PLAIN,
        };
        Self {
            format,
            id,
            fitted_at_micros: fitted_at.micros(),
            first_day,
            last_day,
            revision: moment.revision,
            transactions: moment.transactions,
            zone: Some(moment.zone.name().to_owned()),
            automatic,
            request_id: None,
            requested_last_day: None,
            requested_kind: None,
            purchases,
            beside: Vec::new(),
            posterior: Vec::new(),
            learner: None,
            pace: None,
            tails: None,
            group_variance: None,
            covariates: None,
            value,
            value_problem,
            credibility: None,
            reason: String::new(),
            backtest_bias: None,
            earlier_biases: Vec::new(),
            is_aside: false,
            replicates: Vec::new(),
            spread: Once::default(),
            recalibration: Once::default(),
        }
    }

    /// Refuses a document of a later version.
    pub(crate) fn check_format(&self) -> Result<(), EngineError> {
        if (format::PLAIN..=format::LATEST).contains(&self.format) {
            return Ok(());
        }
        Err(EngineError::Internal(format!("model {} has format {}", self.id, self.format)))
    }

    /// Notes the models that answer together with it.
    pub(crate) fn with_beside(&mut self, beside: Vec<Beside>) {
        if !beside.is_empty() {
            self.format = self.format.max(format::MIXED);
        }
        self.beside = beside;
        if self.voices().any(|(_, fit)| fit.model.kind() == PurchaseModelKind::BgBbDated) {
            self.format = self.format.max(format::DATED);
        }
    }

    /// The purchase models that answer together, with what each counts: first its own, then those beside it.
    pub fn voices(&self) -> impl Iterator<Item = (f64, &PurchaseFit)> {
        let others = self.beside.iter().map(|beside| (beside.weight, &beside.purchases));
        std::iter::once((self.own_weight(), &self.purchases)).chain(others)
    }

    /// How much its own purchase model counts, 1 where it answers alone.
    pub(crate) fn own_weight(&self) -> f64 {
        1.0 - self.beside.iter().map(|beside| beside.weight).sum::<f64>()
    }

    /// Those that answer by themselves, and those that stand for the posterior of its own.
    pub(crate) fn fits_and_nodes(&self) -> (Vec<Weighted<&PurchaseFit>>, Vec<Weighted<PurchaseModel>>) {
        if !self.is_averaged() {
            return (self.voices().collect(), Vec::new());
        }
        let beside = self.beside.iter().map(|beside| (beside.weight, &beside.purchases));
        let own = self.own_weight();
        (beside.collect(), self.posterior.iter().map(|node| (own * node.weight, node.model)).collect())
    }

    /// Whether what it expects is a mean over models that answer together, or with a learner.
    #[must_use]
    pub const fn is_mixed(&self) -> bool {
        !self.beside.is_empty() || self.learner.is_some()
    }

    /// What it looks at of a customer with such habits who is known by the end of a day and forecast so many days, or for ever.
    pub(crate) fn history(
        &self,
        (of, habits): (&PurchaseSummary, Option<&Habits>),
        today: i32,
        horizon_days: Option<f64>,
    ) -> CustomerHistory {
        let history = match &self.pace {
            Some(pace) => pace.history(of, today, horizon_days),
            None => CustomerHistory::from(of),
        };
        let own = self.learner.as_ref().zip(habits).map_or(1.0, |(fitted, of)| fitted.learner.pace_of(of));
        history.at_pace(history.pace * own)
    }

    /// Notes the models that stand for its posterior.
    pub(crate) fn with_posterior(&mut self, posterior: Vec<PosteriorNode>) {
        if !posterior.is_empty() {
            self.format = self.format.max(format::AVERAGED);
        }
        self.posterior = posterior;
    }

    /// Notes what it expected of past days over what came, of the latest one first.
    pub(crate) fn with_past(&mut self, told_over_came: Vec<Option<f64>>) {
        let mut all = told_over_came.into_iter();
        self.backtest_bias = all.next().flatten();
        self.earlier_biases = all.flatten().collect();
        self.recalibration = Once::default();
    }

    /// Logarithms of what it expected of past days over what came.
    pub(crate) fn past_log_errors(&self) -> Vec<f64> {
        self.backtest_bias.iter().chain(&self.earlier_biases).map(|bias| bias.ln()).collect()
    }

    /// What its answers are divided by to be right in the mean: what it is likely to expect over what comes, by what it expected of past
    /// days. None where it was not held against any.
    #[must_use]
    pub fn recalibration(&self) -> Option<f64> {
        *self.recalibration.0.get_or_init(|| likely_log_error(&self.past_log_errors()).map(f64::exp))
    }

    /// Notes the attributes that shift its parameters.
    pub(crate) fn with_covariates(&mut self, covariates: Option<CovariateFit>) {
        if covariates.is_some() {
            self.format = self.format.max(format::WITH_COVARIATES);
        }
        self.covariates = covariates;
    }

    /// Names of the attributes that shift its parameters.
    pub fn covariate_names(&self) -> impl Iterator<Item = &str> {
        self.covariates.iter().flat_map(|fit| &fit.covariates).map(|covariate| covariate.name.as_str())
    }

    /// The purchase model, with covariates that of customers with the reference values, and the value model.
    #[must_use]
    pub fn pair(&self) -> Pair {
        Pair { purchases: self.purchases.model, value: self.value.as_ref().map(|value| value.model) }
    }

    /// What predicts: its purchase model alone, with those beside it, or the models of its posterior together; with covariates for
    /// customers with the reference values.
    pub(crate) fn ensemble(&self) -> Ensemble {
        let Pair { value, .. } = self.pair();
        let (fits, nodes) = self.fits_and_nodes();
        let fits = fits.into_iter().map(|(weight, fit)| (weight, fit.model));
        let models = Ensemble::weighted(fits.chain(nodes), value).unwrap_or_else(|| self.pair().into());
        let tails = self.tails.as_ref().map(|tails| tails.tails).unwrap_or_default();
        models.with_learner(self.learner.as_ref().map(|learner| learner.learner.clone())).with_tails(tails)
    }

    /// Whether what it expects is a mean over its posterior.
    pub(crate) const fn is_averaged(&self) -> bool {
        self.posterior.len() > 1
    }

    /// Whether it was fitted to nothing.
    #[must_use]
    pub fn is_prior(&self) -> bool {
        self.id == PRIOR
    }

    /// What intervals are made of where nobody asks for the bootstrap: the delta method, with the spread of several models that answer
    /// together, or the spread of the posterior.
    pub(crate) fn spread(&self) -> Option<&Uncertainty> {
        let make = || {
            let value = self.value.as_ref();
            let (fits, nodes) = self.fits_and_nodes();
            let learner = self.learner.as_ref().map_or(0.0, |learner| learner.learner.weight());
            match (&fits[..], &nodes[..]) {
                ([(_, fit)], []) if learner <= 0.0 => Uncertainty::delta(fit, value),
                (fits, nodes) => Uncertainty::of_parts(fits, nodes, value, learner),
            }
        };
        self.spread.0.get_or_init(make).as_ref()
    }

    /// What intervals by the bootstrap are made of; none when it was fitted without.
    pub(crate) fn bootstrap(&self) -> Option<Uncertainty> {
        let pair = |replicate: &Replicate| {
            let purchases = self.purchases.model.with_parameters(&replicate.purchases).ok()?;
            Some(Pair { purchases, value: replicate.value })
        };
        Uncertainty::bootstrap(self.replicates.iter().filter_map(pair).collect())
    }

    /// Which purchase model it is.
    #[must_use]
    pub fn kind(&self) -> PurchaseModelKind {
        self.purchases.model.kind()
    }

    /// Unit of time of its parameters. Those of BG/BB have none, so among others it is theirs.
    #[must_use]
    pub fn unit(&self) -> TimeUnit {
        let of_any_day = self.voices().find(|(_, fit)| fit.model.kind() != PurchaseModelKind::BgBbDated);
        of_any_day.map_or(&self.purchases, |(_, fit)| fit).model.unit()
    }

    /// What to keep in mind, in sentences.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        let mut all: Vec<Warning> = Vec::new();
        for (_, fit) in self.voices() {
            for of_fit in warnings(fit) {
                // What several of them have to say is said once.
                if !all.contains(&of_fit) {
                    all.push(of_fit);
                }
            }
        }
        if self.is_prior() {
            let sentence = "there is no purchase to fit a model to, so this rests on a prior about shops in general; record purchases, and one will be fitted";
            all.push(Warning::new(WarningCode::PriorOnly, sentence));
        } else if let Some(share) = self.prior_share() {
            let sentence = match self.is_mixed() {
                true => format!(
                    "the data alone do not determine all models that forecast best, so {:.0} % of what is predicted is by one that is fitted to them with weak beliefs about shops in general; with more data it will not be needed",
                    100.0 * self.own_weight()
                ),
                false => format!(
                    "the data alone determine no model well enough, so this one is fitted to them with weak beliefs about shops in general, which are {:.0} % of what is known about new customers; with more data they will not be needed",
                    100.0 * share
                ),
            };
            all.push(Warning::new(WarningCode::WeakBeliefs, sentence));
        }
        all.extend(self.value.iter().flat_map(warnings_of_value));
        all.extend(self.value_problem.as_ref().map(|problem| {
            Warning::new(WarningCode::NoValueModel, format!("there is no value model: {problem}"))
        }));
        all
    }
}

/// Both models, and models fitted to customers simulated from them.
pub(crate) struct Both {
    pub(crate) purchases: PurchaseFit,
    /// Models that stand for its posterior, where it has beliefs.
    pub(crate) posterior: Vec<PosteriorNode>,
    /// Purchase models that answer together with it.
    pub(crate) beside: Vec<Beside>,
    /// Purchases that they expected of landmarks over what came, of the latest one first; none where that was not asked.
    pub(crate) told_over_came: Vec<Option<f64>>,
    pub(crate) value: Result<GammaGammaFit, String>,
    pub(crate) replicates: Vec<Replicate>,
    /// For how long the customers are known.
    pub(crate) ages: AgesByLevels,
}

/// What a fit came to.
pub(crate) struct Fitted {
    pub(crate) both: Both,
    pub(crate) covariates: Option<CovariateFit>,
    /// Why this kind, where the fit itself chose.
    pub(crate) reason: Option<String>,
}

/// Why there is no model, as an error of the request.
pub(crate) fn insufficient(error: FitError) -> EngineError {
    match error {
        FitError::Cancelled => EngineError::Cancelled,
        other => EngineError::InsufficientHistory(other.to_string()),
    }
}
