//! Who of those asked answers?

use std::collections::BTreeSet;
use std::sync::Arc;

use lojal_domain::{
    Disposition, Estimate, EventTime, ExclusionCode, History, Interval, ResponseFact, Span, SurveyKind,
    SurveyMetric, WarningCode, Window, WorkspaceName,
};
use lojal_store::{Parts, Wanted};
use serde::{Deserialize, Serialize};

use crate::ask::estimates::{CONFIDENCE, share};
use crate::ask::grid::{Grid, Series};
use crate::ask::groups::GroupBy;
use crate::ask::measure::{Asked, Counted, Measure};
use crate::ask::periods::Periods;
use crate::ask::tally::Tally;
use crate::{Engine, EngineError, Period, Provenance, Scope};

const DEFINITION: &str = "response_rate@1";

/// A question about participation.
#[derive(Clone, Debug)]
pub struct GetResponseRate {
    /// When.
    pub scope: Scope,
    /// Surveys whose first record is in this window; none for all.
    pub window: Option<Window>,
    /// An attribute, `survey_id` or `channel`.
    pub group_by: Option<String>,
    /// Length of periods, for a series.
    pub interval: Option<Interval>,
    /// Only surveys of this metric.
    pub metric: Option<SurveyMetric>,
    /// Only surveys of this kind.
    pub kind: Option<SurveyKind>,
    /// Only this survey.
    pub survey: Option<String>,
    /// Only this channel.
    pub channel: Option<String>,
    /// Coverage of intervals, in (0.5, 1).
    pub confidence: f64,
}

impl Default for GetResponseRate {
    fn default() -> Self {
        Self {
            scope: Scope::default(),
            window: None,
            group_by: None,
            interval: None,
            metric: None,
            kind: None,
            survey: None,
            channel: None,
            confidence: CONFIDENCE,
        }
    }
}

/// How far surveys came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participation {
    /// With an invitation.
    pub invited: u64,
    /// Delivered: recorded as such, or answered or dismissed after an invitation; and, where of a survey and channel no
    /// delivery is ever recorded, invited and not bounced.
    pub delivered: u64,
    /// Of these, those taken as delivered because nobody records it.
    pub assumed: u64,
    /// Bounced.
    pub bounced: u64,
    /// Dismissed and not answered.
    pub dismissed: u64,
    /// Answered in part, of those delivered.
    pub partial: u64,
    /// Completed, of those delivered.
    pub completed: u64,
    /// Completed, of those with an invitation.
    pub completed_of_invited: u64,
    /// Answered without invitation or delivery.
    pub unsolicited: u64,
}

impl Participation {
    /// Counts a survey by what was recorded of it. Whether it is one of which nothing but an invitation is known.
    fn add_survey(&mut self, stages: Stages) -> bool {
        let answered = stages.has(Disposition::Completed) || stages.has(Disposition::Partial);
        let invited = stages.has(Disposition::Invited);
        let seen = answered || stages.has(Disposition::Dismissed);
        let delivered = stages.has(Disposition::Delivered) || (invited && seen);
        self.invited += u64::from(invited);
        self.delivered += u64::from(delivered);
        self.bounced += u64::from(stages.has(Disposition::Bounced) && !delivered);
        self.dismissed += u64::from(stages.has(Disposition::Dismissed) && !answered);
        self.unsolicited += u64::from(answered && !delivered);
        let completed = stages.has(Disposition::Completed);
        self.completed += u64::from(completed && delivered);
        self.completed_of_invited += u64::from(completed && invited);
        self.partial += u64::from(answered && !completed && delivered);
        invited && !delivered && !stages.has(Disposition::Bounced)
    }

    fn add(&mut self, other: Self) {
        self.invited += other.invited;
        self.delivered += other.delivered;
        self.assumed += other.assumed;
        self.bounced += other.bounced;
        self.dismissed += other.dismissed;
        self.partial += other.partial;
        self.completed += other.completed;
        self.completed_of_invited += other.completed_of_invited;
        self.unsolicited += other.unsolicited;
    }
}

/// What was recorded of one survey.
#[derive(Clone, Copy, Default)]
struct Stages(u8);

impl Stages {
    fn note(&mut self, disposition: Disposition) {
        self.0 |= 1 << disposition as u8;
    }

    const fn has(self, disposition: Disposition) -> bool {
        self.0 & (1 << disposition as u8) != 0
    }
}

/// The answer.
#[derive(Clone, Debug)]
pub struct ResponseRateAnswer {
    /// The whole window.
    pub whole: ParticipationRates,
    /// One a group and period, when either was asked for.
    pub rows: Vec<ResponseRateRow>,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// One group in one period.
#[derive(Clone, Debug)]
pub struct ResponseRateRow {
    /// The group; empty when not grouped.
    pub group: String,
    /// The period, in a series.
    pub period: Option<Period>,
    /// How far its surveys came.
    pub participation: ParticipationRates,
}

/// How far surveys came, and what share of them.
#[derive(Clone, Debug)]
pub struct ParticipationRates {
    /// How many came how far.
    pub counts: Participation,
    /// Answered, in part or whole, of those delivered.
    pub response_rate: Estimate,
    /// Completed of those answered.
    pub completion_rate: Estimate,
    /// Completed of those invited.
    pub strict_response_rate: Estimate,
}

impl ParticipationRates {
    fn new(counts: Participation, confidence: f64) -> Self {
        let answered = counts.completed + counts.partial;
        Self {
            response_rate: share(answered, counts.delivered, confidence),
            completion_rate: share(counts.completed, answered, confidence),
            strict_response_rate: share(counts.completed_of_invited, counts.invited, confidence),
            counts,
        }
    }
}

/// A survey and the channel it went through, by their names.
type Sent = (Arc<str>, Arc<str>);

/// What is counted of a group and period.
#[derive(Clone, Default, Serialize, Deserialize)]
struct ParticipationTally {
    participation: Participation,
    /// Surveys of which nothing but the invitation is known. There are hardly ever more than a few surveys and channels.
    silent: Vec<(Sent, u64)>,
}

impl Tally for ParticipationTally {
    fn merge(&mut self, other: Self) {
        self.participation.add(other.participation);
        other.silent.into_iter().for_each(|(sent, count)| self.add_silent(sent, count));
    }
}

impl ParticipationTally {
    fn add_silent(&mut self, sent: Sent, count: u64) {
        match self.silent.iter_mut().find(|(known, _)| *known == sent) {
            Some((_, sum)) => *sum += count,
            None => self.silent.push((sent, count)),
        }
    }

    /// What is counted once it is known of which surveys and channels deliveries are recorded.
    fn settled(&self, recorded: &BTreeSet<Sent>) -> Participation {
        let unrecorded = self.silent.iter().filter(|(sent, _)| !recorded.contains(sent));
        let assumed: u64 = unrecorded.map(|(_, count)| count).sum();
        let delivered = self.participation.delivered + assumed;
        Participation { delivered, assumed, ..self.participation }
    }
}

/// What is noted besides.
#[derive(Default, Serialize, Deserialize)]
struct ParticipationNotes {
    /// Of which deliveries are recorded.
    recorded: BTreeSet<Sent>,
    /// The last of them that was met, which mostly is met again.
    #[serde(skip)]
    last_recorded: Option<Sent>,
    /// Room for one customer's records, used again and again.
    #[serde(skip)]
    records: Vec<(u64, EventTime, u32)>,
}

impl Tally for ParticipationNotes {
    fn merge(&mut self, other: Self) {
        self.recorded.extend(other.recorded);
    }
}

impl ParticipationNotes {
    fn note_delivery(&mut self, fact: &ResponseFact) {
        let is_last = |(survey, channel): &Sent| *survey == fact.survey && *channel == fact.channel;
        if !self.last_recorded.as_ref().is_some_and(is_last) {
            let sent = (fact.survey.clone(), fact.channel.clone());
            self.recorded.insert(sent.clone());
            self.last_recorded = Some(sent);
        }
    }
}

/// How surveys are counted.
struct ParticipationMeasure {
    question: GetResponseRate,
    group_by: Arc<GroupBy>,
    span: Span,
    /// The periods of a series.
    periods: Option<Periods>,
}

impl ParticipationMeasure {
    fn wants(&self, fact: &ResponseFact) -> bool {
        let question = &self.question;
        question.metric.is_none_or(|metric| metric == fact.metric)
            && question.kind.is_none_or(|kind| kind == fact.kind)
            && question.survey.as_deref().is_none_or(|survey| survey == &*fact.survey)
            && question.channel.as_deref().is_none_or(|channel| channel == &*fact.channel)
    }

    fn remark(&self, whole: Participation, provenance: &mut Provenance) {
        if whole.unsolicited > 0 {
            let cause = "answers without an invitation or delivery on record";
            provenance.exclude(ExclusionCode::Unsolicited, cause, whole.unsolicited);
        }
        if whole.assumed > 0 {
            provenance.warn(
                WarningCode::DeliveriesAssumed,
                format!(
                    "{} invitations are of a survey and channel of which no delivery is recorded, so those of them that did not bounce count as delivered; record deliveries, or compare strict_response_rate",
                    whole.assumed
                ),
            );
        }
        if whole.delivered == 0 {
            provenance.warn(
                WarningCode::NoInvitations,
                "no survey of this window has an invitation or delivery on record, so there is no response rate; record them with their disposition",
            );
        }
    }
}

impl Measure for ParticipationMeasure {
    type Tally = ParticipationTally;
    type Notes = ParticipationNotes;
    type Answer = ResponseRateAnswer;

    fn definition(&self) -> &'static str {
        DEFINITION
    }

    fn parts(&self) -> Parts {
        Parts::RESPONSES
    }

    fn empty(&self) -> ParticipationTally {
        ParticipationTally::default()
    }

    fn count(
        &self,
        history: &History<'_>,
        grid: &mut Grid<ParticipationTally>,
        notes: &mut ParticipationNotes,
    ) {
        grid.note(history);
        if history.responses.is_empty() {
            return;
        }
        // The records of a survey side by side, the earliest first.
        let mut records = std::mem::take(&mut notes.records);
        records.clear();
        let wanted = (0..).zip(history.responses).filter(|(_, fact)| self.wants(fact));
        records.extend(wanted.map(|(place, fact)| (fact.instance, fact.time, place)));
        records.sort_unstable();
        for fact in history.responses.iter().filter(|fact| fact.disposition == Disposition::Delivered) {
            notes.note_delivery(fact);
        }
        let mut of_customer = None;
        for survey in records.chunk_by(|a, b| a.0 == b.0) {
            let Some((_, began, place)) = survey.first().copied() else { continue };
            let Some(first) = history.responses.get(place as usize).filter(|_| self.span.contains(began))
            else {
                continue;
            };
            let mut stages = Stages::default();
            let facts = survey.iter().filter_map(|(.., place)| history.responses.get(*place as usize));
            facts.for_each(|fact| stages.note(fact.disposition));
            let group = match *self.group_by {
                GroupBy::Survey => grid.group(&first.survey),
                GroupBy::Channel => grid.group(&first.channel),
                GroupBy::Nothing | GroupBy::Topic | GroupBy::Customer { .. } => {
                    *of_customer.get_or_insert_with(|| grid.group_of(history))
                }
            };
            let period = self.periods.as_ref().map_or(0, |periods| periods.at(began.micros()));
            if let Some(cell) = grid.at(group, period, ParticipationTally::default)
                && cell.participation.add_survey(stages)
            {
                cell.add_silent((first.survey.clone(), first.channel.clone()), 1);
            }
        }
        notes.records = records;
    }

    fn answer(&self, counted: Counted<Self>, _: &Wanted) -> Result<ResponseRateAnswer, EngineError> {
        let confidence = self.question.confidence;
        let settled = |tally: &ParticipationTally| tally.settled(&counted.notes.recorded);
        let mut whole = Participation::default();
        counted.rows.values().flat_map(Series::iter).for_each(|(_, tally)| whole.add(settled(tally)));
        let mut rows = Vec::new();
        if counted.is_grouped || self.question.interval.is_some() {
            rows = counted.by_period(self.periods.as_ref(), self.span, |group, period, tally| {
                let participation = tally.map(settled).unwrap_or_default();
                let participation = ParticipationRates::new(participation, confidence);
                ResponseRateRow { group: group.to_owned(), period, participation }
            });
        }
        let mut provenance = counted.provenance;
        self.remark(whole, &mut provenance);
        Ok(ResponseRateAnswer { whole: ParticipationRates::new(whole, confidence), rows, provenance })
    }
}

impl Engine {
    /// Answers [`GetResponseRate`].
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for an attribute nobody has, [`EngineError::AnswerTooLong`].
    pub async fn get_response_rate(
        &self,
        workspace: &WorkspaceName,
        question: GetResponseRate,
    ) -> Result<ResponseRateAnswer, EngineError> {
        let mut moment = self.bare_moment(workspace, question.scope.clone()).await?;
        let span = question.window.unwrap_or(Window::All).resolve(moment.as_of, &moment.zone);
        let mut group_by = GroupBy::of_surveys(question.group_by.as_deref(), &moment)?;
        self.know_groups(workspace, &mut moment, group_by.customer_mut().into_iter().collect()).await?;
        let group_by = Arc::new(group_by);
        let asked = Asked { moment, span, group_by: group_by.clone() };
        let periods = question.interval.map(|interval| asked.periods(interval));
        self.measure(workspace, asked, ParticipationMeasure { question, group_by, span, periods }).await
    }
}
