//! Who of those asked answers?

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lojal_domain::{
    Disposition, Estimate, EventTime, ExclusionCode, History, Interval, ResponseFact, Span, SurveyKind,
    SurveyMetric, WarningCode, Window, WorkspaceName,
};

use crate::ask::cells::Cells;
use crate::ask::estimates::{CONFIDENCE, share};
use crate::ask::groups::{note_attributes, too_long};
use crate::ask::periods::Periods;
use crate::surveys::survey_scores::{AnswerKey, CHANNEL, SURVEY_ID, known_attribute, periods_of};
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
#[derive(Default)]
struct Cell {
    participation: Participation,
    /// Surveys of which nothing but the invitation is known. There are hardly ever more than a few surveys and channels.
    silent: Vec<(Sent, u64)>,
}

impl Cell {
    fn add_silent(&mut self, sent: Sent, count: u64) {
        match self.silent.iter_mut().find(|(known, _)| *known == sent) {
            Some((_, sum)) => *sum += count,
            None => self.silent.push((sent, count)),
        }
    }

    fn add(&mut self, other: Self) {
        self.participation.add(other.participation);
        other.silent.into_iter().for_each(|(sent, count)| self.add_silent(sent, count));
    }

    /// What is counted once it is known of which surveys and channels deliveries are recorded.
    fn settled(self, recorded: &BTreeSet<Sent>) -> Participation {
        let unrecorded = self.silent.iter().filter(|(sent, _)| !recorded.contains(sent));
        let assumed: u64 = unrecorded.map(|(_, count)| count).sum();
        let delivered = self.participation.delivered + assumed;
        Participation { delivered, assumed, ..self.participation }
    }
}

#[derive(Default)]
struct ParticipationTally {
    cells: Cells<(), Cell>,
    /// Of which deliveries are recorded.
    recorded: BTreeSet<Sent>,
    /// The last of them that was met, which mostly is met again.
    last_recorded: Option<Sent>,
    attributes: BTreeSet<Arc<str>>,
    /// Room for one customer's records, used again and again.
    records: Vec<(u64, EventTime, u32)>,
}

impl ParticipationTally {
    fn note_delivery(&mut self, fact: &ResponseFact) {
        let is_last = |(survey, channel): &Sent| *survey == fact.survey && *channel == fact.channel;
        if !self.last_recorded.as_ref().is_some_and(is_last) {
            let sent = (fact.survey.clone(), fact.channel.clone());
            self.recorded.insert(sent.clone());
            self.last_recorded = Some(sent);
        }
    }
}

struct ParticipationCounting {
    question: GetResponseRate,
    group_by: Option<AnswerKey>,
    span: Span,
    /// The periods of a series.
    periods: Option<Periods>,
}

impl ParticipationCounting {
    fn visit(&self, tally: &mut ParticipationTally, history: &History<'_>) {
        if self.group_by.as_ref().and_then(AnswerKey::attribute).is_some() {
            note_attributes(&mut tally.attributes, history);
        }
        if history.responses.is_empty() {
            return;
        }
        let of_customer = self.group_by.as_ref().and_then(AnswerKey::of_customer);
        let of_customer = of_customer.map(|key| key.group(history));
        // The records of a survey side by side, the earliest first.
        let mut records = std::mem::take(&mut tally.records);
        records.clear();
        let wanted = (0..).zip(history.responses).filter(|(_, fact)| self.wants(fact));
        records.extend(wanted.map(|(place, fact)| (fact.instance, fact.time, place)));
        records.sort_unstable();
        for fact in history.responses.iter().filter(|fact| fact.disposition == Disposition::Delivered) {
            tally.note_delivery(fact);
        }
        for survey in records.chunk_by(|a, b| a.0 == b.0) {
            let Some((_, began, place)) = survey.first().copied() else { continue };
            let Some(first) = history.responses.get(place as usize).filter(|_| self.span.contains(began))
            else {
                continue;
            };
            let mut stages = Stages::default();
            let facts = survey.iter().filter_map(|(.., place)| history.responses.get(*place as usize));
            facts.for_each(|fact| stages.note(fact.disposition));
            let group: &str = match &self.group_by {
                None => "",
                Some(AnswerKey::Survey) => &first.survey,
                Some(AnswerKey::Channel) => &first.channel,
                Some(AnswerKey::Topic | AnswerKey::Customer(_)) => of_customer.as_deref().unwrap_or_default(),
            };
            let group = tally.cells.group(group);
            let period = self.periods.as_ref().map_or(0, |periods| periods.at(began.micros()));
            if let Some(cell) = tally.cells.at((), group, period)
                && cell.participation.add_survey(stages)
            {
                cell.add_silent((first.survey.clone(), first.channel.clone()), 1);
            }
        }
        tally.records = records;
    }

    fn wants(&self, fact: &ResponseFact) -> bool {
        let question = &self.question;
        question.metric.is_none_or(|metric| metric == fact.metric)
            && question.kind.is_none_or(|kind| kind == fact.kind)
            && question.survey.as_deref().is_none_or(|survey| survey == &*fact.survey)
            && question.channel.as_deref().is_none_or(|channel| channel == &*fact.channel)
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
        let mut moment = self.moment(workspace, question.scope.clone()).await?;
        let span = question.window.unwrap_or(Window::All).resolve(moment.as_of, &moment.zone);
        let group_by = question.group_by.as_deref();
        let group_by = group_by.map(|name| AnswerKey::named(name, &moment)).transpose()?;
        if matches!(group_by, Some(AnswerKey::Topic)) {
            let problem =
                "is \"topic\", which only answers have; group by survey_id, channel, an attribute or a fact";
            return Err(EngineError::field("group_by", problem));
        }
        let attribute = group_by.as_ref().and_then(AnswerKey::attribute).map(str::to_owned);
        let first_event = self.first_event(workspace).await?;
        let periods = |interval| Periods::within(interval, span, first_event, &moment.zone);
        let periods = question.interval.map(periods);
        let counting =
            ParticipationCounting { question: question.clone(), group_by, span, periods: periods.clone() };
        let wanted = AnswerKey::parts(counting.group_by.as_ref());
        let visit =
            move |tally: &mut ParticipationTally, history: &History<'_>| counting.visit(tally, history);
        let parts = self.fold(workspace, &mut moment, wanted, ParticipationTally::default, visit).await?;
        let (mut attributes, mut recorded) = (BTreeSet::new(), BTreeSet::new());
        let mut cells = Vec::with_capacity(parts.len());
        for part in parts {
            attributes.extend(part.attributes);
            recorded.extend(part.recorded);
            cells.push(part.cells);
        }
        let cells = Cells::merge(cells, Cell::add).ok_or_else(too_long)?;
        if let Some(name) = attribute.as_deref()
            && !cells.is_empty()
        {
            known_attribute("group_by", name, &[SURVEY_ID, CHANNEL], &attributes)?;
        }
        let mut whole = Participation::default();
        let mut groups: BTreeMap<Arc<str>, BTreeMap<usize, Participation>> = BTreeMap::new();
        for (((), group, period), cell) in cells {
            let participation = cell.settled(&recorded);
            whole.add(participation);
            groups.entry(group).or_default().entry(period).or_default().add(participation);
        }
        let mut rows = Vec::new();
        if question.group_by.is_some() || question.interval.is_some() {
            let seen = groups.values().flat_map(|periods| periods.keys().copied());
            let periods = periods_of(periods.as_ref(), seen, span, groups.len())?;
            for (group, cells) in groups {
                rows.extend(periods.iter().map(|(number, period)| ResponseRateRow {
                    group: group.to_string(),
                    period: period.clone(),
                    participation: ParticipationRates::new(
                        cells.get(number).copied().unwrap_or_default(),
                        question.confidence,
                    ),
                }));
            }
        }
        let mut provenance = moment.provenance(DEFINITION, Some(span));
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
        let whole = ParticipationRates::new(whole, question.confidence);
        Ok(ResponseRateAnswer { whole, rows, provenance })
    }
}
