//! Segments of each group, and at the end of each period of a series: by everybody of that instant.

use std::collections::HashMap;
use std::sync::Arc;

use lojal_domain::{History, Span, Warning, WarningCode, Window, WorkspaceName, Zone, limits};
use lojal_scoring::rfm::{CutpointBasis, Cutpoints, Segment};
use lojal_store::{Parts, Wanted};

use crate::ask::grid::Grid;
use crate::ask::groups::GroupBy;
use crate::ask::measure::{Asked, Counted, Measure, Room};
use crate::ask::periods::{Periods, begun};
use crate::segments::rfm_population::{DEFINITION, rfm_values};
use crate::segments::segment_sums::SegmentSums;
use crate::segments::summarize_segments::{SegmentSeries, SummarizeSegments};
use crate::{Engine, EngineError, Moment, Period, SegmentSummary};

/// How customers of an instant are counted.
struct SegmentMeasure {
    cutpoints: Cutpoints,
    span: Span,
    today: i32,
    zone: Zone,
}

impl Measure for SegmentMeasure {
    type Tally = SegmentSums;
    type Notes = ();
    /// By group, in the order of groups.
    type Answer = Vec<(Arc<str>, SegmentSums)>;

    fn definition(&self) -> &'static str {
        DEFINITION
    }

    fn parts(&self) -> Parts {
        Parts::PURCHASES
    }

    fn height(&self) -> usize {
        Segment::ALL.len()
    }

    fn empty(&self) -> SegmentSums {
        SegmentSums::default()
    }

    fn count(&self, history: &History<'_>, grid: &mut Grid<SegmentSums>, (): &mut ()) {
        let Some(values) = rfm_values(history, self.span, self.today, &self.zone) else { return };
        if let Some(sums) = grid.of(history, SegmentSums::default) {
            sums.add(&values, &self.cutpoints);
        }
    }

    fn answer(&self, counted: Counted<Self>, _: &Wanted) -> Result<Self::Answer, EngineError> {
        let groups = counted.groups(self).map(|(group, sums)| (group.clone(), sums.into_owned()));
        Ok(groups.collect())
    }
}

impl Engine {
    /// Every segment of each group and period, and what there is to say of periods with few buyers. None without either.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for an attribute nobody has, and a series that has not begun or has too many periods;
    /// [`EngineError::AnswerTooLong`].
    pub(crate) async fn segment_rows(
        &self,
        workspace: &WorkspaceName,
        asked: SummarizeSegments,
        moment: &Moment,
        cutpoints: &Cutpoints,
    ) -> Result<(Vec<SegmentSummary>, Option<Warning>), EngineError> {
        let SummarizeSegments { question, group_by, series } = asked;
        let (window, group_by) = (question.window(), group_by.as_deref());
        let Some(series) = series else {
            if group_by.is_none() {
                return Ok((Vec::new(), None));
            }
            let asked = self.segments_asked(workspace, moment.clone(), window, group_by).await?;
            let groups = self.segments_at(workspace, asked, cutpoints.clone()).await?;
            let rows = groups.into_iter().flat_map(|(group, sums)| sums.told(&group, None));
            return Ok((rows.collect(), None));
        };
        // Groups that nobody can be in are refused once, as of now.
        let now = self.segments_asked(workspace, moment.clone(), window, group_by).await?;
        let order = now.group_by.clone();
        if order.has_attributes() {
            self.segments_at(workspace, now, cutpoints.clone()).await?;
        }
        let periods = periods_of(series, moment)?;
        let (mut rows, mut fixed, mut room) = (SegmentsOverTime::default(), 0, Room::new());
        for (at, period) in periods.iter().enumerate() {
            let then = self.earlier_moment(workspace, moment, period.span.end).await?;
            let population = self.population(workspace, window, &then).await?;
            fixed += usize::from(population.basis() == CutpointBasis::Fixed);
            let asked = self.segments_asked(workspace, then, window, group_by).await?;
            let groups = self.segments_at(workspace, asked, population.cutpoints.clone()).await?;
            rows.add(at, groups, periods.len(), &mut room)?;
        }
        let warning = (fixed > 0).then(|| {
            let sentence = format!(
                "at the end of {fixed} of {} periods too few customers had bought in the window, so scores use fixed thresholds then; a longer window may have more",
                periods.len()
            );
            Warning::new(WarningCode::FixedThresholds, sentence)
        });
        Ok((rows.told(&order, &periods), warning))
    }

    async fn segments_asked(
        &self,
        workspace: &WorkspaceName,
        mut moment: Moment,
        window: Window,
        group_by: Option<&str>,
    ) -> Result<Asked, EngineError> {
        // What the filter needs may be known; what groups need is looked up with it.
        let span = window.resolve(moment.as_of, &moment.zone);
        moment.excluded.clear();
        self.grouped(workspace, moment, span, group_by).await
    }

    async fn segments_at(
        &self,
        workspace: &WorkspaceName,
        asked: Asked,
        cutpoints: Cutpoints,
    ) -> Result<Vec<(Arc<str>, SegmentSums)>, EngineError> {
        let (today, zone) = (asked.moment.today(), asked.moment.zone.clone());
        let measure = SegmentMeasure { cutpoints, span: asked.span, today, zone };
        self.measure(workspace, asked, measure).await
    }
}

/// The periods of a series.
fn periods_of(series: SegmentSeries, moment: &Moment) -> Result<Vec<Period>, EngineError> {
    let SegmentSeries { interval, window } = series;
    let span = begun(window, moment.as_of, &moment.zone).map_err(|error| match error {
        EngineError::InvalidField { problem, .. } => EngineError::field("series_window", problem),
        error => error,
    })?;
    let periods = Periods::within(interval, span, moment.first_event, &moment.zone).series(span);
    if periods.len() > limits::SEGMENT_PERIODS {
        let problem = format!(
            "makes {} periods of series_window; the most is {}; choose a longer interval or a shorter series_window",
            periods.len(),
            limits::SEGMENT_PERIODS
        );
        return Err(EngineError::field("interval", problem));
    }
    Ok(periods)
}

/// Groups with what was counted at the end of each period.
#[derive(Default)]
struct SegmentsOverTime(HashMap<Arc<str>, Vec<SegmentSums>>);

impl SegmentsOverTime {
    /// Adds what was counted at the end of a period, of so many.
    fn add(
        &mut self,
        at: usize,
        groups: Vec<(Arc<str>, SegmentSums)>,
        periods: usize,
        room: &mut Room,
    ) -> Result<(), EngineError> {
        for (group, sums) in groups {
            if !self.0.contains_key(&group) {
                room.take(periods * Segment::ALL.len())?;
                self.0.insert(group.clone(), vec![SegmentSums::default(); periods]);
            }
            if let Some(place) = self.0.get_mut(&group).and_then(|of_group| of_group.get_mut(at)) {
                *place = sums;
            }
        }
        Ok(())
    }

    /// By group, then by time.
    fn told(self, order: &GroupBy, periods: &[Period]) -> Vec<SegmentSummary> {
        let mut groups: Vec<_> = self.0.into_iter().collect();
        groups.sort_by(|(one, _), (other, _)| order.order(one, other));
        let of_group = |(group, all): &(Arc<str>, Vec<SegmentSums>)| {
            let each = all.iter().zip(periods).map(|(sums, period)| sums.told(group, Some(period)));
            each.flatten().collect::<Vec<_>>()
        };
        groups.iter().flat_map(of_group).collect()
    }
}
