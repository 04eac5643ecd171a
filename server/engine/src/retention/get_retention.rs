//! Who was there at the start, and who still is at the end?

use std::sync::Arc;

use lojal_domain::{
    Estimate, EventTime, History, Interval, Method, Span, WarningCode, Window, WorkspaceName, Zone,
};
use lojal_scoring::retention::{ActivitySeries, Headcount, SeriesTally};
use lojal_store::Parts;

use crate::ask::estimates::share;
use crate::ask::groups::{GroupBy, Groups, too_long};
use crate::ask::periods::{Periods, begun};
use crate::ask::purchases::kept_purchases;
use crate::retention::activity::ActivityWindow;
use crate::{Engine, EngineError, Moment, Period, Provenance, Scope};

/// The definition of the counts.
const DEFINITION: &str = "retention@1";

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

struct RetentionTally {
    whole: SeriesTally,
    series: SeriesTally,
}

impl RetentionTally {
    fn new(ladder: &Ladder) -> Self {
        Self { whole: SeriesTally::new(&ladder.whole), series: SeriesTally::new(&ladder.series) }
    }

    fn merge(&mut self, other: &Self) {
        self.whole.merge(&other.whole);
        self.series.merge(&other.series);
    }
}

#[derive(Default)]
struct RetentionPart {
    groups: Groups<RetentionTally>,
    first: Option<i64>,
}

/// How customers are counted; shared by all threads.
struct RetentionCounting {
    ladder: Ladder,
    group_by: GroupBy,
}

impl RetentionCounting {
    fn visit(&self, part: &mut RetentionPart, history: &History<'_>) {
        let times = || kept_purchases(history).map(|purchase| purchase.time.micros());
        let Some(first) = times().next() else { return };
        part.first = Some(part.first.map_or(first, |known| known.min(first)));
        let ladder = &self.ladder;
        if let Some(tally) = self.group_by.tally(&mut part.groups, history, || RetentionTally::new(ladder)) {
            tally.whole.add(&ladder.whole, times());
            if ladder.series.instants() > 0 {
                tally.series.add(&ladder.series, times());
            }
        }
    }
}

impl Engine {
    /// The first event of a workspace, whatever it was.
    pub(crate) async fn first_event(
        &self,
        workspace: &WorkspaceName,
    ) -> Result<Option<EventTime>, EngineError> {
        Ok(self.store.status(workspace).await?.first_event)
    }

    /// Since when purchases are known, the first of those asked about being at `first`. With a filter that is since the first
    /// event of all: whoever was left out was there to be recorded, too.
    pub(crate) async fn known_since(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
        first: Option<EventTime>,
    ) -> Result<Option<EventTime>, EngineError> {
        let Some(found) = first.filter(|_| moment.filter.is_some()) else { return Ok(first) };
        Ok(Some(self.first_event(workspace).await?.map_or(found, |of_all| of_all.min(found))))
    }

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
        let mut moment = self.moment(workspace, question.scope.clone()).await?;
        let (zone, as_of) = (moment.zone.clone(), moment.as_of);
        let mut span = begun(question.window, as_of, &zone)?;
        if span.start == EventTime::MIN {
            span.start =
                self.first_event(workspace).await?.filter(|first| *first < span.end).unwrap_or(span.end);
        }
        let periods = periods_of(span, question.interval, &zone)?;
        let ladder = ladder(span, &periods, &question.activity, &zone);
        let rows_of_group = if question.interval.is_some() { periods.len() } else { 1 };
        let group_by = GroupBy::new(question.group_by.as_deref(), rows_of_group, &moment)?;
        let wanted = group_by.parts(Parts::PURCHASES);
        let counting = Arc::new(RetentionCounting { ladder, group_by });
        let shared = counting.clone();
        let visit = move |part: &mut RetentionPart, history: &History<'_>| shared.visit(part, history);
        let parts = self.fold(workspace, &mut moment, wanted, RetentionPart::default, visit).await?;

        let first = parts.iter().filter_map(|part| part.first).min().map(EventTime::from_micros);
        let first = self.known_since(workspace, &moment, first).await?;
        let warning = question.activity.check(first, as_of, &zone)?;
        let parts = parts.into_iter().map(|part| part.groups).collect();
        let RetentionCounting { ladder, group_by } = &*counting;
        let groups = group_by.merge(parts, || RetentionTally::new(ladder), |sum, part| sum.merge(&part))?;

        let (confidence, ratio) = (question.confidence, Method::Ratio);
        let row = |group: &str, period: &Period, count: Headcount| RetentionRow {
            group: group.to_owned(),
            period: period.clone(),
            headcount_retention_rate: Estimate::plain(count.headcount_retention(), count.start, ratio),
            set_retention_rate: share(count.retained(), count.start, confidence),
            reactivation_rate: Estimate::plain(count.reactivation(), count.start, ratio),
            churn_rate: share(count.lost, count.start, confidence),
            count,
            insufficient_history: first
                .is_none_or(|first| question.activity.since(period.span.start, &zone) < first),
        };
        let mut all = RetentionTally::new(ladder);
        groups.values().for_each(|tally| all.merge(tally));
        let count = |tally: &RetentionTally| tally.whole.headcounts().first().copied().unwrap_or_default();
        let window = Period { span, label: label(span, &zone) };
        let whole = row("", &window, count(&all));
        let mut rows = Vec::new();
        for (group, tally) in &groups {
            if question.interval.is_some() {
                let counts = periods.iter().zip(tally.series.headcounts());
                rows.extend(counts.map(|(period, count)| row(group, period, count)));
            } else if group_by.is_some() {
                rows.push(row(group, &window, count(tally)));
            }
        }
        let mut provenance = moment.provenance(DEFINITION, Some(span));
        provenance.warnings.extend(warning);
        if whole.insufficient_history && first.is_some() {
            provenance.warn(
                WarningCode::InsufficientHistory,
                format!(
                    "INSUFFICIENT_HISTORY: there is less history before the window than the activity window of {}, so customers who were active at its start may be missing, and those who bought before it count as new; choose a later window or a shorter activity_window",
                    question.activity.text()
                ),
            );
        }
        if whole.count.start == 0 {
            provenance.warn(
                WarningCode::NobodyAtStart,
                "nobody was active at the start of the window, so there are no rates; choose a later window or a longer activity_window",
            );
        }
        Ok(RetentionAnswer { whole, rows, activity_window: question.activity.text().to_owned(), provenance })
    }
}

/// What people call a window: its first day and the day after its last.
pub(crate) fn label(span: Span, zone: &Zone) -> String {
    let date = |time: EventTime| zone.zoned(time).date();
    format!("{}/{}", date(span.start), date(span.end))
}

/// The periods of a window, the first and the last cut off where it is.
fn periods_of(span: Span, interval: Option<Interval>, zone: &Zone) -> Result<Vec<Period>, EngineError> {
    let Some(interval) = interval else { return Ok(Vec::new()) };
    let periods = Periods::covering(interval, span.start, span.end, zone);
    if periods.len() > lojal_domain::limits::ANSWER_ROWS {
        return Err(too_long());
    }
    let cut = |at| {
        let Period { span: whole, label } = periods.period(at);
        Period { span: Span { start: whole.start.max(span.start), end: whole.end.min(span.end) }, label }
    };
    Ok((0..periods.len()).map(cut).collect())
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
