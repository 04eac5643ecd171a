//! What the score looks at of a history.

use std::collections::HashMap;
use std::sync::Arc;

use lojal_domain::{EventTime, History, InteractionKind, Span, SurveyMetric, Window, Zone};
use lojal_scoring::loyalty::{AnswerSum, LoyaltyModel, Metric, Person};
use lojal_scoring::rfm::{SecondAxis, Segment, segment};

use crate::Population;
use crate::ask::discounts::discounted;
use crate::ask::purchases::kept_purchases;
use crate::segments::rfm_population::rfm_values;

/// Days of orders and of what they came to.
pub(crate) const WINDOW: Window = Window::days(365);
/// Days and weeks that engagement looks back.
const ENGAGED_DAYS: i64 = 91;
const DAYS_PER_WEEK: i64 = 7;

/// Reads what the score looks at, all but who still is a customer.
pub(crate) struct Reader {
    pub(crate) model: LoyaltyModel,
    pub(crate) population: Arc<Population>,
    pub(crate) referrals: Arc<Referrals>,
    pub(crate) span: Span,
    pub(crate) today: i32,
    pub(crate) zone: Zone,
}

/// How many customers came by whose recommendation.
#[derive(Default)]
pub(crate) struct Referrals(pub(crate) HashMap<Box<str>, u32>);

impl Referrals {
    pub(crate) fn of(&self, customer: &str) -> u32 {
        self.0.get(customer).copied().unwrap_or(0)
    }
}

/// The component that an answer says something about.
pub(crate) const fn metric_of(metric: SurveyMetric) -> Option<Metric> {
    match metric {
        SurveyMetric::Csat => Some(Metric::Satisfaction),
        SurveyMetric::Ces1 | SurveyMetric::Ces2 => Some(Metric::Ease),
        SurveyMetric::Nps => Some(Metric::Recommendation),
        SurveyMetric::Trust => Some(Metric::Trust),
        SurveyMetric::Custom => None,
    }
}

impl Reader {
    /// The same at another instant.
    pub(crate) fn at(&self, before: EventTime, today: i32) -> Self {
        Self {
            model: self.model.clone(),
            population: self.population.clone(),
            referrals: self.referrals.clone(),
            span: WINDOW.resolve(before, &self.zone),
            today,
            zone: self.zone.clone(),
        }
    }

    /// What is read of a history; none for a customer without a purchase that was kept.
    pub(crate) fn read(&self, history: &History<'_>) -> Option<Person> {
        let values = rfm_values(history, self.span, self.today, &self.zone)?;
        let segment = segment(self.population.cutpoints.score(&values), SecondAxis::Frequency);
        let place = Segment::ALL.iter().position(|known| *known == segment).unwrap_or_default();
        Some(Person {
            segment: place as u8,
            alive: 0.0,
            alive_error: 0.0,
            orders: u32::try_from(values.frequency).unwrap_or_default(),
            spend_micros: values.monetary_micros,
            discounted: discounted(history, self.span).orders as u32,
            active_weeks: self.active_weeks(history),
            referrals: history.customer.map_or(0, |customer| self.referrals.of(customer)),
            answers: self.answers(history),
        })
    }

    fn days_ago(&self, time: EventTime) -> i64 {
        i64::from(self.today) - i64::from(self.zone.day_of(time))
    }

    fn active_weeks(&self, history: &History<'_>) -> u8 {
        let mut weeks = 0_u16;
        let mut note = |time: EventTime| {
            let days = self.days_ago(time);
            if (0..ENGAGED_DAYS).contains(&days) {
                weeks |= 1 << (days / DAYS_PER_WEEK);
            }
        };
        // The newest are at the end, and nobody is engaged by what is older.
        let is_lately = |time: EventTime| self.days_ago(time) < ENGAGED_DAYS;
        let purchases = kept_purchases(history).rev().map(|order| order.time);
        purchases.take_while(|time| is_lately(*time)).for_each(&mut note);
        history.all_answers().map(|answer| answer.time).for_each(&mut note);
        let visits = history.interactions.iter().rev().filter(|one| one.kind == InteractionKind::Visit);
        visits.map(|visit| visit.time).take_while(|time| is_lately(*time)).for_each(&mut note);
        weeks.count_ones() as u8
    }

    fn answers(&self, history: &History<'_>) -> [AnswerSum; Metric::ALL.len()] {
        let mut sums = [AnswerSum::default(); Metric::ALL.len()];
        for answer in history.all_answers() {
            let (Some(metric), Some(score)) = (metric_of(answer.metric), answer.score) else { continue };
            let value = answer.scale.goodness(score);
            let days = self.days_ago(answer.time) as f64;
            sums[metric.index()].add(value.clamp(0.0, 1.0), days, &self.model);
        }
        sums
    }
}
