//! Do purchases come as the model expects?

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::civil::Date;
use lojal_domain::WorkspaceName;
use lojal_scoring::clv::{Ensemble, Pair, Tracking, TrackingError};
use lojal_store::Wanted;

use crate::ask::day::{date_of, day_number};
use crate::ask::pool::while_wanted;
use crate::ask::purchases::Counting;
use crate::clv::fitted::FittedModel;
use crate::clv::holdout::Whose;
use crate::clv::landmark::Cut;
use crate::clv::sample::{last_whole_day, nothing_bought};
use crate::clv::when_due::WhenDue;
use crate::{Engine, EngineError, Moment, Provenance, Scope};

/// The definition of tracking.
const DEFINITION: &str = "tracking@1";
/// A curve has at most so many points.
const MOST_PERIODS: i64 = 10_000;

/// Do purchases come as the model expects?
#[derive(Clone, Debug)]
pub struct GetTracking {
    /// Which model; none for the default.
    pub model: Option<String>,
    /// Last day; none for the last whole day.
    pub until: Option<Date>,
    /// Days of a period.
    pub period_days: i32,
}

/// The curve.
#[derive(Clone, Debug)]
pub struct TrackingAnswer {
    /// Period by period.
    pub tracking: Tracking,
    /// How far it is off after the model's data; none when nothing came since.
    pub error: Option<TrackingError>,
    /// The model.
    pub model: Arc<FittedModel>,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// A period of the curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrackingPoint {
    /// Its last day, since 1970.
    pub last_day: i32,
    /// Repeat purchase days expected up to its end, and in it.
    pub expected: (f64, f64),
    /// Those that came up to its end, and in it.
    pub actual: (u64, u64),
    /// Whether it ends after the model's data.
    pub is_holdout: bool,
}

impl TrackingAnswer {
    /// The curve, period by period.
    #[must_use]
    pub fn points(&self) -> Vec<TrackingPoint> {
        let Tracking { last_days, expected, actual } = &self.tracking;
        let (mut expected_before, mut actual_before) = (0.0, 0.0);
        let each = last_days.iter().zip(expected).zip(actual);
        let point = |((&last_day, &expected), &actual): ((&i32, &f64), &f64)| TrackingPoint {
            last_day,
            expected: (expected, expected - std::mem::replace(&mut expected_before, expected)),
            actual: (actual as u64, (actual - std::mem::replace(&mut actual_before, actual)) as u64),
            is_holdout: last_day > self.model.last_day,
        };
        each.map(point).collect()
    }
}

impl Engine {
    /// Answers [`GetTracking`].
    ///
    /// # Errors
    /// [`EngineError::ModelNotFound`], [`EngineError::NoModel`]; [`EngineError::InvalidField`] for a day that is not over or
    /// too many periods; [`EngineError::InsufficientHistory`] without a purchase.
    pub async fn get_tracking(
        &self,
        workspace: &WorkspaceName,
        question: GetTracking,
    ) -> Result<TrackingAnswer, EngineError> {
        let moment = self.moment(workspace, Scope::default()).await?;
        let model = match &question.model {
            Some(id) => self.model_named(workspace, id).await?,
            None => self.model_for(workspace, &moment, WhenDue::Make).await?.model,
        };
        if model.kind().counts_opportunities() {
            let whose = if question.model.is_some() { "names" } else { "is left out, and the default is" };
            let problem = format!(
                "{whose} {}, a BG/BB model, which knows nothing of single weeks; name a model of purchase days",
                model.id
            );
            return Err(EngineError::field("model_id", problem));
        }
        let last_whole = last_whole_day(&moment);
        let until = question.until.map_or(last_whole, day_number);
        if until > last_whole {
            let problem = format!(
                "is {}, and the last day that is over is {}; name that one or an earlier day",
                date_of(until),
                date_of(last_whole)
            );
            return Err(EngineError::field("until", problem));
        }
        // Customers of the model's data; its last day may be the last there is, and then nothing is held out.
        let calibration_end = if model.is_prior() { until } else { model.last_day.min(until) };
        let holdout = self
            .split(
                workspace,
                Cut { calibration_end, holdout_end: until },
                Whose::EVERYBODY,
                &moment,
                Counting::Days,
            )
            .await?;
        if holdout.before.is_empty() {
            return Err(nothing_bought(calibration_end));
        }
        let periods = i64::from(until - holdout.first_day + 1) / i64::from(question.period_days);
        if periods > MOST_PERIODS {
            let problem =
                format!("makes {periods} periods; at most {MOST_PERIODS} are answered, choose weeks");
            return Err(EngineError::field("period", problem));
        }
        let days = (holdout.first_day, until);
        let births = self.births(workspace, &model, holdout.births, calibration_end, &moment).await?;
        let work = move |wanted: &Wanted| {
            tracking(&births, &holdout.repeats, days, question.period_days, &mut || while_wanted(wanted))
        };
        let tracking = self.compute(work).await?.ok_or(EngineError::Cancelled)?;
        let error = tracking.error_after(calibration_end);
        let mut provenance = moment.provenance(DEFINITION, None);
        provenance.warnings.extend(model.warnings());
        Ok(TrackingAnswer { tracking, error, model, provenance })
    }

    /// The days of first purchases by what predicts: with covariates customers have several.
    async fn births(
        &self,
        workspace: &WorkspaceName,
        model: &FittedModel,
        births: Births,
        calibration_end: i32,
        moment: &Moment,
    ) -> Result<Vec<(Ensemble, Births)>, EngineError> {
        let Some(fit) = &model.covariates else { return Ok(vec![(model.ensemble(), births)]) };
        let names: Vec<String> = model.covariate_names().map(str::to_owned).collect();
        let split = self.split_by(workspace, &names, calibration_end, moment).await?;
        let each = split.strata.iter().map(|(values, summaries)| {
            let of = |name: &str| names.iter().position(|other| other == name).map_or("", |i| &values[i]);
            let mut births = Births::new();
            for summary in summaries {
                *births.entry(summary.first_day).or_default() += 1;
            }
            let purchases = fit.model(&model.purchases.model, &fit.levels(of));
            (Ensemble::from(Pair { purchases, value: None }), births)
        });
        Ok(each.collect())
    }
}

/// How many first bought on each day.
type Births = BTreeMap<i32, u64>;

/// The curve of customers with several models: that of all of them together. None when nobody waits any more.
fn tracking(
    births: &[(Ensemble, Births)],
    repeats: &BTreeMap<i32, u64>,
    days: (i32, i32),
    period_days: i32,
    go_on: &mut dyn FnMut() -> ControlFlow<()>,
) -> Option<Tracking> {
    let none = Births::new();
    let members =
        births.iter().flat_map(|(models, births)| models.members().iter().map(move |of| (of, births)));
    let mut sum: Option<Tracking> = None;
    for (member, births) in members {
        // What came is counted once.
        let repeats = if sum.is_none() { repeats } else { &none };
        let model = &member.pair.purchases;
        let mut curve = Tracking::of(model, births, repeats, days, period_days, go_on).continue_value()?;
        curve.expected.iter_mut().for_each(|slot| *slot *= member.weight);
        match &mut sum {
            None => sum = Some(curve),
            Some(sum) => sum.expected.iter_mut().zip(&curve.expected).for_each(|(slot, more)| *slot += more),
        }
    }
    Some(sum.unwrap_or(Tracking { last_days: vec![], expected: vec![], actual: vec![] }))
}
