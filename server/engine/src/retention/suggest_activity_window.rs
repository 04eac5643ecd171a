//! How long a silence means that a customer is gone?

use lojal_domain::{Estimate, EventTime, History, Span, WarningCode, Window, WorkspaceName, Zone};
use lojal_scoring::retention::{Durations, ReturnCurve, ReturnPoint, SurvivalPoint};
use lojal_store::{Parts, Wanted};

use crate::ask::estimates::CONFIDENCE;
use crate::ask::grid::Grid;
use crate::ask::measure::{Counted, Measure, Room};
use crate::ask::purchases::kept_purchases;
use crate::retention::curve_steps::CurveSteps;
use crate::retention::get_survival::survival;
use crate::{Engine, EngineError, Provenance, Scope};

/// The definition of the curve and the suggestion.
const DEFINITION: &str = "activity_window@1";

/// Fewer silences than this at the suggestion make it unsure.
const FEW: u64 = 30;

/// How long a silence means that a customer is gone?
#[derive(Clone, Debug)]
pub struct SuggestActivityWindow {
    /// When.
    pub scope: Scope,
    /// Silences that began in this window.
    pub window: Window,
    /// An attribute.
    pub group_by: Option<String>,
    /// Probability to come back below which a customer counts as gone, in (0, 1).
    pub threshold: f64,
    /// Coverage of intervals, in (0.5, 1).
    pub confidence: f64,
    /// How finely curves are listed.
    pub steps: CurveSteps,
}

impl SuggestActivityWindow {
    /// Which silences count, where a question names no window.
    pub const WINDOW: Window = Window::All;
    /// Probability to come back below which a customer counts as gone, where a question names none.
    pub const THRESHOLD: f64 = 0.1;
}

/// The answer.
#[derive(Clone, Debug)]
pub struct ActivityWindowAnswer {
    /// All customers.
    pub whole: GroupSilences,
    /// Each group, when asked for.
    pub groups: Vec<GroupSilences>,
    /// The threshold.
    pub threshold: f64,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// The silences of a group.
#[derive(Clone, Debug)]
pub struct GroupSilences {
    /// The group; empty when not grouped, or for customers without the attribute.
    pub group: String,
    /// How likely customers come back.
    pub curve: Vec<ReturnRow>,
    /// The suggestion in days, at least 1; none where no silence is long enough.
    pub days: Option<u32>,
    /// Silences that ended.
    pub returns: u64,
    /// Silences that go on.
    pub open: u64,
    /// Silences watched for as long as the suggestion.
    pub at_risk: u64,
}

/// A step of a curve, that ends after a silence of so many days.
#[derive(Clone, Debug)]
pub struct ReturnRow {
    /// Its last day.
    pub silence_days: u32,
    /// Silences watched for so long as its first day.
    pub at_risk: u64,
    /// Those of them that ended in it.
    pub returns: u64,
    /// Share of silences that last longer.
    pub still_silent_probability: Estimate,
    /// Probability to come back after a silence of so many days; none where nobody was watched for longer.
    pub return_probability: Option<f64>,
}

impl GroupSilences {
    fn new(group: &str, silences: &Durations, telling: SilenceTelling) -> Self {
        let SilenceTelling { threshold, confidence, steps } = telling;
        let curve = ReturnCurve::new(silences);
        let returns = silences.events();
        // Where nobody ever came back, nothing tells how long those take who do.
        let days = curve.window(threshold).filter(|_| returns > 0);
        let point = days.and_then(|days| curve.points().iter().find(|point| point.silence == days));
        let points: Vec<_> = curve.points().iter().zip(curve.silences.points()).collect();
        let row = |step: &[(&ReturnPoint, &SurvivalPoint)]| {
            let ((first, _), (last, silent)) = step.first().zip(step.last())?;
            Some(ReturnRow {
                silence_days: last.silence,
                at_risk: first.at_risk,
                returns: step.iter().map(|(point, _)| point.returns).sum(),
                still_silent_probability: survival(silent, silences.total(), confidence),
                return_probability: last.return_probability,
            })
        };
        let rows = steps.of(&points, |(point, _)| point.silence).into_iter().filter_map(row);
        Self {
            group: group.to_owned(),
            // A silence of days that anybody can be asked about lasts at least one.
            days: days.map(|days| days.max(1)),
            returns,
            open: silences.total() - returns,
            at_risk: point.map_or(0, |point| point.at_risk),
            curve: rows.collect(),
        }
    }
}

/// Adds the days between neighbouring purchase days after purchases within a span, the last silence being open until
/// `today`. Several purchases of a day are one, and the silence begins after the last of them.
pub(crate) fn add_silences(
    silences: &mut Durations,
    purchases: impl Iterator<Item = (EventTime, i32)>,
    span: Span,
    today: i32,
) {
    let mut last: Option<(EventTime, i32)> = None;
    for (time, day) in purchases {
        if let Some((_, last)) = last.filter(|(began, last)| *last < day && span.contains(*began)) {
            silences.add((day - last) as u32, true);
        }
        last = Some((time, day));
    }
    if let Some((_, last)) = last.filter(|(began, _)| span.contains(*began)) {
        silences.add(today.saturating_sub(last).max(0) as u32, false);
    }
}

/// The suggestion in days by the usual threshold, where it rests on more than a few silences.
pub(crate) fn suggested(silences: &Durations) -> Option<u32> {
    let whole = GroupSilences::new("", silences, SilenceTelling::default());
    whole.days.filter(|_| whole.at_risk >= FEW)
}

/// How silences are told.
#[derive(Clone, Copy)]
struct SilenceTelling {
    threshold: f64,
    confidence: f64,
    steps: CurveSteps,
}

impl Default for SilenceTelling {
    fn default() -> Self {
        Self {
            threshold: SuggestActivityWindow::THRESHOLD,
            confidence: CONFIDENCE,
            steps: CurveSteps::default(),
        }
    }
}

/// How silences are counted.
struct SilenceMeasure {
    span: Span,
    zone: Zone,
    today: i32,
    telling: SilenceTelling,
}

impl SilenceMeasure {
    fn remark(&self, whole: &GroupSilences, provenance: &mut Provenance) {
        if whole.returns == 0 {
            provenance.warn(
                WarningCode::NoReturns,
                "no silence that began in this window has ended, so nothing shows how long customers take to come back; choose a longer window, or record more purchases",
            );
        } else if whole.days.is_none() {
            provenance.warn(
                WarningCode::ThresholdNotReached,
                format!(
                    "there is no silence after which fewer than {} come back, so there is no suggestion; with a longer history there may be one",
                    self.telling.threshold
                ),
            );
        } else if whole.at_risk < FEW {
            provenance.warn(
                WarningCode::FewObservations,
                format!(
                    "the suggestion rests on {} silences that were observed for that long; with a longer history it may grow",
                    whole.at_risk
                ),
            );
        }
    }
}

impl Measure for SilenceMeasure {
    type Tally = Durations;
    type Notes = ();
    type Answer = ActivityWindowAnswer;

    fn definition(&self) -> &'static str {
        DEFINITION
    }

    fn parts(&self) -> Parts {
        Parts::PURCHASES
    }

    fn empty(&self) -> Durations {
        Durations::default()
    }

    fn count(&self, history: &History<'_>, grid: &mut Grid<Durations>, (): &mut ()) {
        let mut purchases = kept_purchases(history).peekable();
        if purchases.peek().is_none() {
            return;
        }
        if let Some(silences) = grid.of(history, Durations::default) {
            let mut cut = self.zone.days();
            let purchases = purchases.map(|purchase| (purchase.time, cut.day_of(purchase.time)));
            add_silences(silences, purchases, self.span, self.today);
        }
    }

    fn answer(&self, counted: Counted<Self>, _: &Wanted) -> Result<ActivityWindowAnswer, EngineError> {
        let of = |group: &str, silences: &Durations| GroupSilences::new(group, silences, self.telling);
        let whole = of("", &counted.whole(self));
        let (mut groups, mut room) = (Vec::new(), Room::new());
        if counted.is_grouped {
            for (group, silences) in counted.groups(self) {
                let of_group = of(group, &silences);
                room.take(of_group.curve.len())?;
                groups.push(of_group);
            }
        } else {
            room.take(whole.curve.len())?;
        }
        let mut provenance = counted.provenance;
        self.remark(&whole, &mut provenance);
        Ok(ActivityWindowAnswer { whole, groups, threshold: self.telling.threshold, provenance })
    }
}

impl Engine {
    /// Answers [`SuggestActivityWindow`].
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for a window that has not begun or an attribute nobody has,
    /// [`EngineError::AnswerTooLong`].
    pub async fn suggest_activity_window(
        &self,
        workspace: &WorkspaceName,
        question: SuggestActivityWindow,
    ) -> Result<ActivityWindowAnswer, EngineError> {
        let SuggestActivityWindow { scope, window, group_by, threshold, confidence, steps } = question;
        let asked = self.asked(workspace, scope, window, group_by.as_deref()).await?;
        let measure = SilenceMeasure {
            span: asked.span,
            zone: asked.moment.zone.clone(),
            today: asked.moment.today(),
            telling: SilenceTelling { threshold, confidence, steps },
        };
        self.measure(workspace, asked, measure).await
    }
}
