//! Comments by group and period: a row is what the same question says of that group and that period alone.

use crate::common::{Shop, answered, is};
use crate::series::window_of;
use lojal_domain::{Interval, Record, SurveyMetric, Window};
use lojal_engine::{
    CommentRow, CommentsSummary, CountedAnswers, Filter, Scope, SummarizeComments, SurveyQuestion,
};

/// The time zone of the shop.
const ZONE: &str = "Europe/Zagreb";

/// Twenty customers who answer for half a year, most of them several times; some write, and some only write.
async fn written() -> Shop {
    let shop = Shop::in_zone("2026-07-01T12:00:00Z", ZONE);
    let words = ["slow delivery", "fair price and fast delivery", "", "price too high", "lovely shop", ""];
    let mut records = Vec::new();
    for number in 0..20_usize {
        let who = format!("c{number:02}");
        records.push(is(&who, "market", ["hr", "si"][number % 2]));
        for answer in 0..=number % 4 {
            let day = 1 + (number * 7 + answer * 41) % 178;
            let first: jiff::civil::Date = "2026-01-01".parse().unwrap();
            let day = first.checked_add(jiff::Span::new().days(day as i64)).unwrap().to_string();
            let (id, score) = (format!("{who}-{answer}"), ((number * 3 + answer * 5) % 11) as u8);
            let anonymous = number == 19;
            let mut response = answered(&id, (!anonymous).then_some(who.as_str()), &day, score);
            let place = number + answer;
            response.comment = words[place % words.len()].to_owned();
            response.channel = ["mail", "app", ""][place % 3].to_owned();
            response.topics = match place % 4 {
                0 => vec!["price".to_owned()],
                1 => vec!["delivery".to_owned(), "price".to_owned(), "price".to_owned()],
                _ => Vec::new(),
            };
            if place.is_multiple_of(5) && !response.comment.is_empty() {
                response.disposition = lojal_domain::Disposition::Dismissed;
                response.score = None;
            }
            records.push(Record::SurveyResponse(response));
        }
    }
    shop.record(records).await;
    shop
}

async fn comments(shop: &Shop, question: SurveyQuestion) -> CommentsSummary {
    let asked = SummarizeComments { question, limit: 3 };
    shop.engine.summarize_comments(&shop.workspace, asked).await.unwrap()
}

/// What an answer says of everybody, as if it were a row.
fn as_row(of: CommentsSummary, row: &CommentRow) -> CommentRow {
    CommentRow {
        group: row.group.clone(),
        period: row.period.clone(),
        answers: of.answers,
        comments: of.comments,
        comments_without_score: of.comments_without_score,
        mean_score: of.mean_score.or_else(|| row.mean_score.clone()),
        topics: of.topics,
        terms: of.terms,
    }
}

#[tokio::test]
async fn comments_of_a_row_are_those_of_its_group_and_period() {
    let shop = written().await;
    for counted in [CountedAnswers::All, CountedAnswers::LatestPerCustomer] {
        for group_by in ["market", "channel", "topic", ""] {
            let question = SurveyQuestion {
                window: Window::parse("2026-01-01/2026-07-01").unwrap(),
                counted,
                ..SurveyQuestion::of(SurveyMetric::Nps)
            };
            let asked = SurveyQuestion {
                group_by: Some(group_by.to_owned()).filter(|name| !name.is_empty()),
                interval: Some(Interval::Quarter),
                ..question.clone()
            };
            let answer = comments(&shop, asked).await;
            let whole = comments(&shop, question.clone()).await;
            assert_eq!(format!("{:?}", answer.terms), format!("{:?}", whole.terms));
            assert_eq!((answer.answers, answer.comments), (whole.answers, whole.comments));
            assert!(answer.rows.len() > 1, "{group_by}");
            let mut written = 0;
            for row in &answer.rows {
                let window = window_of(row.period.as_ref().unwrap());
                let mut alone = SurveyQuestion { window, ..question.clone() };
                match (group_by, &*row.group) {
                    ("", "") => {}
                    // What has no channel or topic, and who has no market, cannot be asked for alone.
                    (_, "") => continue,
                    ("market", market) => {
                        let filter = Filter::parse(&format!("market == {market:?}")).unwrap();
                        alone.scope = Scope { filter: Some(filter), ..Scope::default() };
                    }
                    ("channel", channel) => alone.channel = Some(channel.to_owned()),
                    (_, topic) => alone.topic = Some(topic.to_owned()),
                }
                let same = as_row(comments(&shop, alone).await, row);
                assert_eq!(format!("{row:?}"), format!("{same:?}"), "{group_by} {counted:?}");
                written += row.comments;
            }
            assert!(written > 5, "{group_by}: {written}");
        }
    }
}
