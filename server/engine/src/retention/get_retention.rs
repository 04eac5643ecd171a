//! Who was there at the start, and who still is at the end?

use lojal_domain::{
    Estimate, EventTime, History, Interval, Method, Span, WarningCode, Window, WorkspaceName, Zone, limits,
};
use lojal_scoring::retention::{ActivitySeries, Durations, Headcount, SeriesTally};
use lojal_store::{Parts, Wanted};
use serde::{Deserialize, Serialize};

use crate::ask::estimates::share;
use crate::ask::grid::Grid;
use crate::ask::groups::too_long;
use crate::ask::measure::{Asked, Counted, Measure};
use crate::ask::periods::{Periods, dates_of};
use crate::ask::purchases::kept_purchases;
use crate::ask::tally::{First, Tally};
use crate::clv::share::{Share, key_of};
use crate::retention::activity::ActivityWindow;
use crate::retention::suggest_activity_window::{add_silences, suggested};
use crate::{Engine, EngineError, Period, Provenance, Scope};

/// The definition of the counts.
const DEFINITION: &str = "retention@2";

/// Who was there at the start, and who still is at the end?
#[derive(Clone, Debug)]
pub struct GetRetention {
    /// When.
    pub scope: Scope,
    /// From its start to its end.
    pub window: Window,
    /// An attribute.
    pub group_by: Option<String>,
    /// How long a purchase makes active.
    pub activity: ActivityWindow,
    /// Length of periods, for a series.
    pub interval: Option<Interval>,
    /// Coverage of intervals, in (0.5, 1).
    pub confidence: f64,
}

impl GetRetention {
    /// From its start to its end, where a question names no window.
    pub const WINDOW: Window = Window::days(90);
}

/// The answer.
#[derive(Clone, Debug)]
pub struct RetentionAnswer {
    /// All customers, over the whole window.
    pub whole: RetentionRow,
    /// One a group and period, when either was asked for.
    pub rows: Vec<RetentionRow>,
    /// The activity window, as it was written.
    pub activity_window: String,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// One group over one period.
#[derive(Clone, Debug)]
pub struct RetentionRow {
    /// The group; empty when not grouped, or for customers without the attribute.
    pub group: String,
    /// From start to end.
    pub period: Period,
    /// Customers at both.
    pub count: Headcount,
    /// Customers at the end over those at the start, new ones left out.
    pub headcount_retention_rate: Estimate,
    /// Customers at both over those at the start.
    pub set_retention_rate: Estimate,
    /// Customers who came back over those at the start.
    pub reactivation_rate: Estimate,
    /// Customers lost over those at the start.
    pub churn_rate: Estimate,
    /// Whether history begins later than the activity window before the start.
    pub insufficient_history: bool,
}

/// The whole window, and its periods.
#[derive(Clone)]
struct Ladder {
    whole: ActivitySeries,
    series: ActivitySeries,
}

/// Customers of a group over the whole window, and over its periods.
#[derive(Clone, Serialize, Deserialize)]
struct RetentionTally {
    whole: SeriesTally,
    series: SeriesTally,
}

impl Tally for RetentionTally {
    fn merge(&mut self, other: Self) {
        self.whole.merge(&other.whole);
        self.series.merge(&other.series);
    }
}

impl RetentionTally {
    fn over_window(&self) -> Headcount {
        self.whole.headcounts().first().copied().unwrap_or_default()
    }
}

/// What is noted besides.
#[derive(Default, Serialize, Deserialize)]
struct RetentionNotes {
    first: First,
    /// Of all groups, where no activity window is named.
    silences: Durations,
}

impl Tally for RetentionNotes {
    fn merge(&mut self, other: Self) {
        self.first.merge(other.first);
        Tally::merge(&mut self.silences, other.silences);
    }
}

/// Customers whose silences tell whether a window that nobody chose is usual: more of them would tell nothing else, and cost as much as the
/// question itself.
const TELLING: u64 = 20_000;

/// How customers are counted.
struct RetentionMeasure {
    window: Period,
    periods: Vec<Period>,
    ladder: Ladder,
    activity: ActivityWindow,
    is_series: bool,
    /// Everything up to `as_of`, for what the data suggest as activity window where none is named.
    all: Span,
    /// Whose silences tell that.
    told_by: Share,
    zone: Zone,
    today: i32,
    confidence: f64,
}

impl RetentionMeasure {
    fn row(&self, group: &str, period: &Period, count: Headcount, known_enough: bool) -> RetentionRow {
        let (confidence, ratio) = (self.confidence, Method::Ratio);
        RetentionRow {
            group: group.to_owned(),
            period: period.clone(),
            headcount_retention_rate: Estimate::plain(count.headcount_retention(), count.start, ratio),
            set_retention_rate: share(count.retained(), count.start, confidence),
            reactivation_rate: Estimate::plain(count.reactivation(), count.start, ratio),
            churn_rate: share(count.lost, count.start, confidence),
            count,
            insufficient_history: !known_enough,
        }
    }

    fn remark(&self, whole: &RetentionRow, knows_any: bool, provenance: &mut Provenance) {
        if whole.insufficient_history && knows_any {
            provenance.warn(
                WarningCode::InsufficientHistory,
                format!(
                    "INSUFFICIENT_HISTORY: there is less history before the window than the activity window of {}, so customers who were active at its start may be missing, and those who bought before it count as new; choose a later window or a shorter activity_window",
                    self.activity.text()
                ),
            );
        }
        if whole.count.start == 0 {
            provenance.warn(
                WarningCode::NobodyAtStart,
                "nobody was active at the start of the window, so there are no rates; choose a later window or a longer activity_window",
            );
        }
    }
}

impl Measure for RetentionMeasure {
    type Tally = RetentionTally;
    type Notes = RetentionNotes;
    type Answer = RetentionAnswer;

    fn definition(&self) -> &'static str {
        DEFINITION
    }

    fn parts(&self) -> Parts {
        Parts::PURCHASES
    }

    fn height(&self) -> usize {
        if self.is_series { self.periods.len() } else { 1 }
    }

    fn empty(&self) -> RetentionTally {
        RetentionTally {
            whole: SeriesTally::new(&self.ladder.whole),
            series: SeriesTally::new(&self.ladder.series),
        }
    }

    fn count(&self, history: &History<'_>, grid: &mut Grid<RetentionTally>, notes: &mut RetentionNotes) {
        let times = || kept_purchases(history).map(|purchase| purchase.time.micros());
        let Some(first_purchase) = times().next() else { return };
        notes.first.note(first_purchase);
        if let Some(tally) = grid.of(history, || self.empty()) {
            if self.activity.is_default() && self.told_by.has(key_of(history)) {
                let mut cut = self.zone.days();
                let days = kept_purchases(history).map(|purchase| (purchase.time, cut.day_of(purchase.time)));
                add_silences(&mut notes.silences, days, self.all, self.today);
            }
            tally.whole.add(&self.ladder.whole, times());
            if self.ladder.series.instants() > 0 {
                tally.series.add(&self.ladder.series, times());
            }
        }
    }

    fn answer(&self, counted: Counted<Self>, _: &Wanted) -> Result<RetentionAnswer, EngineError> {
        let moment = &counted.moment;
        let first = counted.notes.first.known_since(moment);
        let warning = self.activity.check(first, moment.as_of, &moment.zone)?;
        let row = |group: &str, period: &Period, count: Headcount| {
            let since = self.activity.since(period.span.start, &moment.zone);
            self.row(group, period, count, first.is_some_and(|first| first <= since))
        };
        let whole = row("", &self.window, counted.whole(self).over_window());
        let mut rows = Vec::new();
        for (group, tally) in counted.groups(self) {
            if self.is_series {
                let counts = self.periods.iter().zip(tally.series.headcounts());
                rows.extend(counts.map(|(period, count)| row(group, period, count)));
            } else if counted.is_grouped {
                rows.push(row(group, &self.window, tally.over_window()));
            }
        }
        let mut provenance = counted.provenance;
        provenance.warnings.extend(warning);
        provenance
            .warnings
            .extend(suggested(&counted.notes.silences).and_then(|days| self.activity.compare(days)));
        self.remark(&whole, first.is_some(), &mut provenance);
        Ok(RetentionAnswer { whole, rows, activity_window: self.activity.text().to_owned(), provenance })
    }
}

impl Engine {
    /// Answers [`GetRetention`].
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for a window that has not begun, an activity window longer than the history, or an
    /// attribute nobody has; [`EngineError::AnswerTooLong`].
    pub async fn get_retention(
        &self,
        workspace: &WorkspaceName,
        question: GetRetention,
    ) -> Result<RetentionAnswer, EngineError> {
        let GetRetention { scope, window, group_by, activity, interval, confidence } = question;
        let mut asked = self.asked_of_outcome(workspace, scope, window, group_by.as_deref(), false).await?;
        let Asked { span, moment, .. } = &mut asked;
        if span.start == EventTime::MIN {
            span.start = moment.first_event.filter(|first| *first < span.end).unwrap_or(span.end);
        }
        let zone = &moment.zone;
        let periods = periods_of(*span, interval, zone)?;
        let measure = RetentionMeasure {
            window: Period { span: *span, label: dates_of(*span, zone), is_cut_off: false },
            ladder: ladder(*span, &periods, &activity, zone),
            is_series: interval.is_some(),
            all: Span { start: EventTime::MIN, end: moment.as_of },
            told_by: Share::about(TELLING, moment.customers),
            zone: zone.clone(),
            today: moment.today(),
            periods,
            activity,
            confidence,
        };
        self.measure(workspace, asked, measure).await
    }
}

/// The periods of a window, the first and the last cut off where it is.
fn periods_of(span: Span, interval: Option<Interval>, zone: &Zone) -> Result<Vec<Period>, EngineError> {
    let Some(interval) = interval else { return Ok(Vec::new()) };
    let periods = Periods::covering(interval, span.start, span.end, zone);
    if periods.len() > limits::ANSWER_ROWS {
        return Err(too_long());
    }
    Ok(periods.all_cut(span).collect())
}

fn ladder(span: Span, periods: &[Period], activity: &ActivityWindow, zone: &Zone) -> Ladder {
    let series = |instants: Vec<EventTime>| {
        let pair = |instant: EventTime| (instant.micros(), activity.since(instant, zone).micros());
        ActivitySeries::new(instants.into_iter().map(pair))
    };
    let mut instants: Vec<EventTime> = periods.iter().map(|period| period.span.start).collect();
    instants.extend(periods.last().map(|period| period.span.end));
    Ladder { whole: series(vec![span.start, span.end]), series: series(instants) }
}
