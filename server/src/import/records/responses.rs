//! Answers to surveys, invitations and the like.

use std::collections::HashMap;

use indicatif::HumanCount;
use lojal_domain::{Amount, EventTime};
use lojal_proto::v1;

use crate::import::habits::Habits;
use crate::import::made::{made_id, wire};
use crate::import::orders::reader::flag;
use crate::import::records::parts::{customer, id, topics, word};
use crate::import::records::{Build, Cells, Record};

pub(crate) const METRICS: &[&str] = &["nps", "csat", "ces1", "ces2", "trust", "custom"];
pub(crate) const KINDS: &[&str] = &["relationship", "transactional"];
pub(crate) const DISPOSITIONS: &[&str] =
    &["completed", "partial", "dismissed", "invited", "delivered", "bounced"];

const COMMENT_BYTES_MAX: usize = 2_000;
/// Of fewer answers it may be chance that nobody gave more than 5.
const ENOUGH: u64 = 30;
const DETRACTORS_UP_TO: i32 = 5;

/// Makes answers.
pub(crate) struct Responses {
    habits: Habits,
    /// How many equal answers there were so far that had no id, by customer, time and score.
    same: HashMap<(String, i64, i32), u64>,
    nps_scores: u64,
    highest: i32,
    cut: u64,
}

impl Responses {
    pub(crate) fn new(habits: Habits) -> Self {
        Self { habits, same: HashMap::new(), nps_scores: 0, highest: 0, cut: 0 }
    }

    fn score(&mut self, cells: &Cells<'_>, metric: i32, disposition: i32) -> Result<Option<i32>, String> {
        use v1::SurveyMetric as Metric;
        let (lowest, highest) = (whole(cells, "scale_min")?, whole(cells, "scale_max")?);
        let Some(score) = whole(cells, "score")? else {
            let is_answer = disposition <= v1::SurveyDisposition::Completed as i32;
            return match is_answer {
                true => {
                    Err("the score is missing; give it, or a disposition that has none, such as dismissed"
                        .to_owned())
                }
                false => Ok(None),
            };
        };
        let is_nps = metric == 0 || metric == Metric::Nps as i32;
        // Those of a question of one's own are left to the server.
        let scale = match Metric::try_from(metric) {
            Ok(Metric::Unspecified | Metric::Nps) => Some((0, 10)),
            Ok(Metric::Csat) => Some((lowest.unwrap_or(1), highest.unwrap_or(5))),
            Ok(Metric::Trust) => Some((lowest.unwrap_or(1), highest.unwrap_or(7))),
            Ok(Metric::Ces1) => Some((1, 5)),
            Ok(Metric::Ces2) => Some((1, 7)),
            _ => None,
        };
        if let Some((lowest, highest)) = scale
            && !(lowest..=highest).contains(&score)
        {
            return Err(format!("the score {score} is not on the scale, which is {lowest} to {highest}"));
        }
        if is_nps {
            self.nps_scores += 1;
            self.highest = self.highest.max(score);
        }
        Ok(Some(score))
    }

    /// The id of an answer: where there is no column of ids, the one that the Python package makes.
    fn response_id(
        &mut self,
        cells: &Cells<'_>,
        of: &str,
        time: EventTime,
        score: Option<i32>,
    ) -> Result<String, String> {
        let Some(score) = score.filter(|_| !cells.has("response_id")) else {
            return id(cells, "response_id");
        };
        let nth = self.same.entry((of.to_owned(), time.micros(), score)).or_default();
        *nth += 1;
        Ok(made_id(&[of, &time.micros().to_string(), &score.to_string(), &nth.to_string()]))
    }

    /// A comment as long as it may be.
    fn comment(&mut self, cells: &Cells<'_>) -> String {
        let text = cells.get("comment");
        if text.len() <= COMMENT_BYTES_MAX {
            return text.to_owned();
        }
        self.cut += 1;
        text[..text.floor_char_boundary(COMMENT_BYTES_MAX)].to_owned()
    }
}

impl Build for Responses {
    fn build(&mut self, cells: &Cells<'_>) -> Result<Record, String> {
        let metric = |name: &str| v1::SurveyMetric::from_str_name(name).map(|one| one as i32);
        let metric = word(cells.get("metric"), "metric", "SURVEY_METRIC_", METRICS, metric)?;
        let kind = |name: &str| v1::SurveyKind::from_str_name(name).map(|one| one as i32);
        let kind = word(cells.get("kind"), "kind", "SURVEY_KIND_", KINDS, kind)?;
        let disposition = |name: &str| v1::SurveyDisposition::from_str_name(name).map(|one| one as i32);
        let disposition =
            word(cells.get("disposition"), "disposition", "SURVEY_DISPOSITION_", DISPOSITIONS, disposition)?;
        let score = self.score(cells, metric, disposition)?;
        let customer_id = customer(cells, &self.habits)?;
        let time = self.habits.time(cells.get("time"), "time")?;
        Ok(Record::Response(v1::SurveyResponse {
            response_id: self.response_id(cells, &customer_id, time, score)?,
            customer_id,
            time: Some(wire(time)),
            score,
            metric,
            kind,
            survey_id: cells.get("survey_id").to_owned(),
            channel: cells.get("channel").to_owned(),
            comment: self.comment(cells),
            scale_min: whole(cells, "scale_min")?,
            scale_max: whole(cells, "scale_max")?,
            disposition,
            topics: topics(cells),
            weight: weight(cells.get("weight"))?,
            lower_is_better: flag(cells.get("lower_is_better"), "lower_is_better")?,
        }))
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.same.is_empty() {
            notes.push(
                "answers without a response_id got one made of their customer, time and score".to_owned(),
            );
        }
        if self.cut > 0 {
            notes.push(format!(
                "{} comments were cut to the {} bytes that one may have",
                HumanCount(self.cut),
                HumanCount(COMMENT_BYTES_MAX as u64)
            ));
        }
        if self.nps_scores >= ENOUGH && self.highest <= DETRACTORS_UP_TO {
            notes.push(format!(
                "none of {} NPS scores is above {}, so all are detractors, as if they were given on a scale from 1 to 5; give --set metric=csat if they are of another question, or bring them onto 0 to 10",
                HumanCount(self.nps_scores),
                self.highest
            ));
        }
        notes
    }
}

/// A whole number; none for an empty cell.
fn whole(cells: &Cells<'_>, field: &str) -> Result<Option<i32>, String> {
    let text = cells.get(field);
    if text.is_empty() {
        return Ok(None);
    }
    let micros = Amount::parse(text).map(Amount::micros).ok().filter(|micros| micros % 1_000_000 == 0);
    let number = micros.and_then(|micros| i32::try_from(micros / 1_000_000).ok());
    number
        .map(Some)
        .ok_or_else(|| format!("the {} is {text:?}; give a whole number", field.replace('_', " ")))
}

fn weight(text: &str) -> Result<Option<f64>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let number: Option<f64> = text.parse().ok().filter(|number: &f64| number.is_finite());
    number.map(Some).ok_or_else(|| format!("the weight is {text:?}; give a number"))
}
