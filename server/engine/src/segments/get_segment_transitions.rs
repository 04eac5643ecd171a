//! Who moved from which segment to which, and why?

use std::sync::Arc;

use lojal_domain::{EventTime, History, Span, WarningCode, Window, WorkspaceName, Zone};
use lojal_scoring::rfm::{RfmValues, SecondAxis, segment};
use lojal_store::{Parts, Wanted};

use crate::ask::grid::Grid;
use crate::ask::measure::{Counted, Measure, Room};
use crate::segments::rfm_population::rfm_values;
use crate::segments::transition_tally::{SegmentMixTest, SegmentTransition, TransitionTally, place_of};
use crate::{Engine, EngineError, Moment, Population, Provenance, SegmentQuestion};

/// The definition of the counts.
const DEFINITION: &str = "segment_transitions@1";

/// Moves below which the distribution of the test is rough.
const FEW: u64 = 25;

/// Who moved from which segment to which?
#[derive(Clone, Debug)]
pub struct GetSegmentTransitions {
    /// The later instant, and the window of the scores.
    pub question: SegmentQuestion,
    /// The earlier instant; none for [`Self::SINCE`].
    pub from: Option<EventTime>,
    /// An attribute.
    pub group_by: Option<String>,
    /// Coverage of intervals, in (0.5, 1).
    pub confidence: f64,
}

impl GetSegmentTransitions {
    /// The time between both instants where a question names only the later one.
    pub const SINCE: Window = Window::days(90);
}

/// The answer.
#[derive(Clone, Debug)]
pub struct TransitionsAnswer {
    /// All customers.
    pub whole: Vec<SegmentTransition>,
    /// Each group, when asked for.
    pub rows: Vec<SegmentTransition>,
    /// Whether the mix of all customers changed.
    pub mix_test: SegmentMixTest,
    /// The same of each group.
    pub group_mix_tests: Vec<SegmentMixTest>,
    /// Whom scores were compared with before.
    pub from: Arc<Population>,
    /// Whom they are compared with.
    pub to: Arc<Population>,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// How scores of an instant are made.
#[derive(Clone)]
struct Scoring {
    population: Arc<Population>,
    span: Span,
    today: i32,
    zone: Zone,
}

impl Scoring {
    fn values(&self, history: &History<'_>) -> Option<RfmValues> {
        rfm_values(history, self.span, self.today, &self.zone)
    }

    /// Where a customer with these values is.
    fn place(&self, values: Option<&RfmValues>) -> u8 {
        let found = values.map(|values| self.population.cutpoints.score(values));
        place_of(found.map(|scores| segment(scores, SecondAxis::Frequency)))
    }
}

/// Where customers were, by their number.
struct Before(Vec<(u32, u8)>);

impl Before {
    fn place(&self, number: u32) -> u8 {
        let found = self.0.binary_search_by_key(&number, |(number, _)| *number);
        found.map_or_else(|_| place_of(None), |at| self.0[at].1)
    }
}

/// How transitions are counted.
struct TransitionMeasure {
    before: Before,
    from: Scoring,
    to: Scoring,
    confidence: f64,
}

impl Measure for TransitionMeasure {
    type Tally = TransitionTally;
    type Notes = ();
    type Answer = TransitionsAnswer;

    fn definition(&self) -> &'static str {
        DEFINITION
    }

    fn parts(&self) -> Parts {
        // Customers who never bought are counted, too.
        Parts::ALL
    }

    fn empty(&self) -> TransitionTally {
        TransitionTally::default()
    }

    fn count(&self, history: &History<'_>, grid: &mut Grid<TransitionTally>, (): &mut ()) {
        if history.customer.is_none() {
            return;
        }
        let values = self.to.values(history);
        let values = values.as_ref();
        if let Some(tally) = grid.of(history, TransitionTally::default) {
            tally.add(self.before.place(history.number), self.to.place(values), self.from.place(values));
        }
    }

    fn answer(&self, counted: Counted<Self>, _: &Wanted) -> Result<TransitionsAnswer, EngineError> {
        let all = counted.whole(self);
        let (mut rows, mut group_mix_tests) = (Vec::new(), Vec::new());
        if counted.is_grouped {
            let mut room = Room::new();
            for (group, tally) in counted.groups(self) {
                let of_group = tally.told(group, self.confidence);
                room.take(of_group.len())?;
                rows.extend(of_group);
                group_mix_tests.push(tally.test(group));
            }
        }
        let (mix_test, mut provenance) = (all.test(""), counted.provenance);
        if mix_test.customers == 0 {
            provenance.warn(
                WarningCode::NobodyAtStart,
                "nobody was in a segment at both instants, so there is nothing to compare; choose a later from_as_of",
            );
        }
        if (1..FEW).contains(&mix_test.moved) {
            provenance.warn(
                WarningCode::FewObservations,
                format!(
                    "only {} customers who were in a segment are in another one, so the p-value of the mix is rough",
                    mix_test.moved
                ),
            );
        }
        provenance.warnings.extend(self.from.population.warning().or_else(|| self.to.population.warning()));
        Ok(TransitionsAnswer {
            whole: all.told("", self.confidence),
            rows,
            mix_test,
            group_mix_tests,
            from: self.from.population.clone(),
            to: self.to.population.clone(),
            provenance,
        })
    }
}

impl Engine {
    /// Answers [`GetSegmentTransitions`]. Both instants are as known at the same revision.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for an instant that is not before the other, or an attribute nobody has;
    /// [`EngineError::AnswerTooLong`].
    pub async fn get_segment_transitions(
        &self,
        workspace: &WorkspaceName,
        asked: GetSegmentTransitions,
    ) -> Result<TransitionsAnswer, EngineError> {
        let GetSegmentTransitions { question, from, group_by, confidence } = asked;
        let window = question.window();
        let facts_as_of = question.scope.facts_as_of.unwrap_or_default();
        let mut moment = self.bare_moment(workspace, question.scope).await?;
        // Both populations are measured exactly then, so that counts add up.
        moment.is_default = false;
        let since = || GetSegmentTransitions::SINCE.resolve(moment.as_of, &moment.zone).start;
        let span = Span { start: from.unwrap_or_else(since), end: moment.as_of };
        if span.start >= span.end {
            let problem =
                format!("is {}, not before as_of {}; name an earlier instant", span.start, span.end);
            return Err(EngineError::field("from_as_of", problem));
        }
        let asked = self.outcome(workspace, (moment, facts_as_of), span, group_by.as_deref(), false).await?;
        let then = self.earlier_moment(workspace, &asked.moment, span.start).await?;
        let from = self.scoring(workspace, &then, window).await?;
        let to = self.scoring(workspace, &asked.moment, window).await?;
        let before = self.places_before(workspace, &then, from.clone()).await?;
        self.measure(workspace, asked, TransitionMeasure { before, from, to, confidence }).await
    }

    async fn scoring(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
        window: Window,
    ) -> Result<Scoring, EngineError> {
        let population = self.population(workspace, window, moment).await?;
        let (today, zone) = (moment.today(), moment.zone.clone());
        Ok(Scoring { population, span: window.resolve(moment.as_of, &zone), today, zone })
    }

    /// Where everybody was, whom the question is about or not.
    async fn places_before(
        &self,
        workspace: &WorkspaceName,
        then: &Moment,
        from: Scoring,
    ) -> Result<Before, EngineError> {
        let visit = move |places: &mut Vec<(u32, u8)>, history: &History<'_>| {
            if let Some(values) = from.values(history) {
                places.push((history.number, from.place(Some(&values))));
            }
        };
        let parts = self.scan(workspace, then.cut(), Parts::PURCHASES, Vec::new, visit).await?;
        let sort = move || {
            let mut places = parts.concat();
            places.sort_unstable();
            Before(places)
        };
        self.aside(sort).await
    }
}
