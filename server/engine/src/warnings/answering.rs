//! Signs of what customers say, and of their saying nothing any more.

use lojal_domain::{Disposition, History, InteractionKind, Scale, SurveyMetric, Zone};
use lojal_scoring::warnings::{Asked, HOLDS_DAYS, Kind, LowerScore, Unanswered, lower_score, unanswered};

use crate::warnings::signs::{Seen, Sign, Signs};

/// Days within which a hard time and a case that was opened again belong together.
const TOGETHER_DAYS: i32 = 30;
/// What is as easy as this, of 0 to 1, was hard; and from here on it was easy.
const HARD: f64 = 1.0 / 3.0;
const EASY: f64 = 0.5;
/// What a case is called that was opened again.
const REOPENED: [&str; 3] = ["reopened", "re-opened", "reopen"];

/// A lower score than before.
pub(super) fn lower_nps(history: &History<'_>, zone: &Zone, today: i32, signs: &mut Signs) {
    let scores = || {
        let of_nps = history.answers(SurveyMetric::Nps).filter(|answer| answer.scale == Scale::NPS);
        of_nps.filter_map(|answer| Some((zone.day_of(answer.time), answer.score?)))
    };
    let sign = lower_score(scores(), today).map(|LowerScore { day, from, to }| Sign {
        onset: day,
        raised: day,
        seen: Seen::LowerNps { from, to },
    });
    // It takes a score before the last one to have fallen from.
    let answered_lately = scores().skip(1).last().is_some_and(|(day, _)| today - day < HOLDS_DAYS);
    signs.note(Kind::LowerNps, answered_lately, sign);
}

/// What customers tell of service.
enum Told {
    /// A case of theirs was opened again.
    Reopened,
    /// How easy it was, from 0 to 1.
    Ease(f64),
}

/// A hard time, and a case that was opened again.
pub(super) fn hard_service(history: &History<'_>, zone: &Zone, today: i32, signs: &mut Signs) {
    let reopened = history.interactions.iter().filter(|one| {
        one.kind == InteractionKind::SupportCase
            && REOPENED.iter().any(|word| one.status.eq_ignore_ascii_case(word))
    });
    let mut reopened = reopened.map(|one| zone.day_of(one.time)).peekable();
    if reopened.peek().is_none() {
        return;
    }
    // What came, day by day; of a day the case first.
    let mut told: Vec<(i32, Told)> = reopened.map(|day| (day, Told::Reopened)).collect();
    told.extend(history.all_answers().filter_map(|answer| {
        let is_effort = matches!(answer.metric, SurveyMetric::Ces1 | SurveyMetric::Ces2);
        let ease = answer.scale.goodness(answer.score?);
        is_effort.then(|| (zone.day_of(answer.time), Told::Ease(ease)))
    }));
    told.sort_by_key(|(day, _)| *day);
    let (mut hard, mut again, mut held) = (None::<i32>, None::<i32>, None::<(i32, i32, i32)>);
    for (day, what) in told {
        match what {
            Told::Reopened => again = Some(day),
            Told::Ease(ease) if ease <= HARD => hard = Some(day),
            Told::Ease(ease) if ease >= EASY => (hard, held) = (None, None),
            Told::Ease(_) => {}
        }
        let together = hard.zip(again).filter(|(hard, again)| (hard - again).abs() <= TOGETHER_DAYS);
        if let Some((hard, again)) = together
            && held.is_none_or(|(onset, ..)| day - onset >= HOLDS_DAYS)
        {
            held = Some((day, hard, again));
        }
    }
    let sign = held.filter(|(onset, ..)| today - onset < HOLDS_DAYS).map(|(onset, hard, reopened)| Sign {
        onset,
        raised: onset,
        seen: Seen::HardService { hard, reopened },
    });
    let lately = again.is_some_and(|day| today - day < HOLDS_DAYS);
    signs.note(Kind::HardService, lately, sign);
}

/// Nothing but silence where they used to answer; `rate` is the share of surveys that everybody answers.
pub(super) fn stopped_answering(
    history: &History<'_>,
    zone: &Zone,
    rate: f64,
    today: i32,
    signs: &mut Signs,
) {
    // Without anything but answers nobody is known to have been asked in vain.
    if history.responses.iter().all(|response| response.disposition.is_answer()) {
        return;
    }
    let surveys = surveys(history, zone);
    let lately = surveys.last().is_some_and(|survey| today - survey.day < HOLDS_DAYS);
    let answered = surveys.iter().filter(|survey| survey.answered).count() > 1;
    let found = unanswered(&surveys, rate, today);
    let sign = found.map(|Unanswered { onset, unanswered, answered, asked, p_value }| Sign {
        onset,
        raised: onset,
        seen: Seen::Unanswered { unanswered, answered, asked, p_value },
    });
    signs.note(Kind::Unanswered, lately && answered, sign);
}

/// Surveys that a customer was asked to answer and that reached them, in their order.
pub(crate) fn surveys(history: &History<'_>, zone: &Zone) -> Vec<Asked> {
    struct Instance {
        instance: u64,
        asked: Asked,
        bounced: bool,
    }
    let mut found: Vec<Instance> = Vec::new();
    for response in history.responses {
        let bounced = response.disposition == Disposition::Bounced;
        let answered = response.disposition.is_answer();
        match found.iter_mut().rfind(|known| known.instance == response.instance) {
            Some(known) => {
                known.asked.answered |= answered;
                known.bounced |= bounced;
            }
            None => found.push(Instance {
                instance: response.instance,
                asked: Asked { day: zone.day_of(response.time), answered },
                bounced,
            }),
        }
    }
    found.into_iter().filter(|one| one.asked.answered || !one.bounced).map(|one| one.asked).collect()
}
