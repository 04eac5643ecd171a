//! A score in words: what each part of it rests on, and all of it in one sentence.

use jiff::civil::Date;
use lojal_domain::{EventTime, History, InteractionKind, ResponseFact, SurveyMetric, Zone};
use lojal_scoring::loyalty::{Component, Metric, Place};

use crate::ask::day::date_of;
use crate::ask::purchases::kept_purchases;
use crate::loyalty::judges::{Judge, Judged};
use crate::loyalty::person::metric_of;

/// Ranks from which on somebody buys often, and now and then.
const OFTEN: f64 = 0.8;
const NOW_AND_THEN: f64 = 0.5;
/// Probabilities from which on somebody is surely still there, and may be.
const SURELY: f64 = 0.8;
const PERHAPS: f64 = 0.3;
/// From this share of orders on discounts are worth a word.
const MANY_DISCOUNTS: f64 = 0.4;

/// What a component rests on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// In words.
    pub words: String,
    /// How many records it is made of.
    pub records: u64,
    /// The last one of them; none without any.
    pub latest: Option<EventTime>,
}

fn day(time: EventTime, zone: &Zone) -> Date {
    date_of(zone.day_of(time))
}

fn plural(count: u64, one: &str, several: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {several}") }
}

/// How an answer is told: `4 of 10`, or with its lowest score where that is not 0.
fn score_of(answer: &ResponseFact) -> String {
    let score = answer.score.unwrap_or_default();
    let (low, high) = (answer.scale.lowest(), answer.scale.highest());
    if low == 0 { format!("{score} of {high}") } else { format!("{score} on a scale of {low} to {high}") }
}

const fn asked(metric: SurveyMetric) -> &'static str {
    match metric {
        SurveyMetric::Csat => "satisfaction",
        SurveyMetric::Ces1 | SurveyMetric::Ces2 => "effort",
        SurveyMetric::Nps => "recommendation",
        SurveyMetric::Trust => "trust",
        SurveyMetric::Custom => "a question of your own",
    }
}

/// What a component of somebody rests on; none where it is not known.
pub(super) fn evidence(
    judge: &Judge,
    judged: &Judged,
    history: &History<'_>,
    component: Component,
) -> Option<Evidence> {
    judged.scored.values[component.index()]?;
    let (person, zone) = (&judged.person, &judge.moment.zone);
    let orders = || {
        let span = judge.window();
        kept_purchases(history).filter(move |order| span.contains(order.time))
    };
    let of_orders = |words: String| {
        Some(Evidence {
            words,
            records: orders().count() as u64,
            latest: orders().next_back().map(|order| order.time),
        })
    };
    match component {
        Component::Satisfaction | Component::Ease | Component::Recommendation | Component::Trust => {
            let of_metric = |answer: &&ResponseFact| {
                metric_of(answer.metric).is_some_and(|metric: Metric| metric.component() == component)
            };
            let answers: Vec<&ResponseFact> = history.all_answers().filter(of_metric).collect();
            let last = answers.last()?;
            let words = format!(
                "answered {} about {} on {}; {}",
                score_of(last),
                asked(last.metric),
                day(last.time, zone),
                plural(answers.len() as u64, "answer", "answers")
            );
            Some(Evidence { words, records: answers.len() as u64, latest: Some(last.time) })
        }
        Component::FullPrice => of_orders(format!(
            "{} of {} in 365 days at a discount",
            person.discounted,
            plural(u64::from(person.orders), "order", "orders")
        )),
        Component::Referral => {
            let count = u64::from(person.referrals);
            let words = format!("{} came by their recommendation", plural(count, "customer", "customers"));
            Some(Evidence { words, records: count, latest: None })
        }
        Component::Repeat => of_orders(format!(
            "{} in 365 days; still a customer with a probability of {:.2}",
            plural(u64::from(person.orders), "order", "orders"),
            person.alive
        )),
        Component::Value => of_orders(format!(
            "spent {:.2} {} in 365 days, more than {:.0} % of customers",
            person.spend_micros as f64 / 1e6,
            judge.moment.currency.code(),
            // Nobody spends more than all.
            (100.0 * judged.scored.values[component.index()]?).floor()
        )),
        Component::Engagement => {
            let visits = history.interactions.iter().filter(|one| one.kind == InteractionKind::Visit);
            let times = kept_purchases(history).map(|order| order.time);
            let times = times.chain(history.all_answers().map(|answer| answer.time));
            let latest = times.chain(visits.map(|visit| visit.time)).max();
            let weeks = u64::from(person.active_weeks);
            let words =
                format!("bought, answered or came by in {} of the last 13", plural(weeks, "week", "weeks"));
            Some(Evidence { words, records: weeks, latest })
        }
    }
}

/// All of it in one sentence.
pub(super) fn sentence(judge: &Judge, judged: &Judged, history: &History<'_>, confidence: f64) -> String {
    let (person, scored) = (&judged.person, &judged.scored);
    let rank = judge.measured.standard.frequency_rank(person);
    let buys = if rank >= OFTEN {
        "Buys often"
    } else if rank >= NOW_AND_THEN {
        "Buys now and then"
    } else {
        "Buys rarely"
    };
    let stays = if person.alive >= SURELY {
        "and is surely still there"
    } else if person.alive >= PERHAPS {
        "and may have left"
    } else {
        "and has probably left"
    };
    let share = f64::from(person.discounted) / f64::from(person.orders.max(1));
    let discounts = if share >= MANY_DISCOUNTS {
        format!(
            ", {} of {} at a discount",
            person.discounted,
            plural(u64::from(person.orders), "order", "orders")
        )
    } else {
        String::new()
    };
    let last = history.all_answers().filter(|answer| metric_of(answer.metric).is_some()).last();
    let said = match last {
        Some(answer) => {
            let when = day(answer.time, &judge.moment.zone);
            format!(", gave {} for {} in {}", score_of(answer), asked(answer.metric), when.strftime("%B %Y"))
        }
        None => ", has never said what they think".to_owned(),
    };
    let conclusion = match scored.place {
        Place::True => "truly loyal",
        Place::Latent => "thinks well of us and buys little",
        Place::Spurious => "stays, and is not loyal",
        Place::None => "neither thinks well of us nor buys much",
        Place::Unknown => "what they think is not known",
    };
    let near = if scored.is_on_the_border(confidence) { ", though close to the border" } else { "" };
    format!("{buys} {stays}{discounts}{said}: {conclusion}{near}.")
}
