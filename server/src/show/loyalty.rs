//! Who is loyal as tables and words.

use comfy_table::ContentArrangement;
use lojal_proto::v1;

use crate::show::{UNKNOWN, WIDTH, amount, interval, number, of_whom, percent, table, value};

const fn place(of: v1::LoyaltyPlace) -> &'static str {
    match of {
        v1::LoyaltyPlace::Unspecified => "all customers",
        v1::LoyaltyPlace::True => "True",
        v1::LoyaltyPlace::Latent => "Latent",
        v1::LoyaltyPlace::Spurious => "Spurious",
        v1::LoyaltyPlace::None => "None",
        v1::LoyaltyPlace::Unknown => "Not known",
    }
}

const fn component(of: v1::LoyaltyComponent) -> &'static str {
    match of {
        v1::LoyaltyComponent::Unspecified => UNKNOWN,
        v1::LoyaltyComponent::Satisfaction => "Satisfaction",
        v1::LoyaltyComponent::Ease => "Ease",
        v1::LoyaltyComponent::Recommendation => "Recommendation",
        v1::LoyaltyComponent::Trust => "Trust",
        v1::LoyaltyComponent::FullPrice => "Full price",
        v1::LoyaltyComponent::Referral => "Referral",
        v1::LoyaltyComponent::Repeat => "Repeat purchase",
        v1::LoyaltyComponent::Value => "Value",
        v1::LoyaltyComponent::Engagement => "Engagement",
    }
}

/// Places with their customers, what these are worth and what they say.
pub(crate) fn places(answer: &v1::SummarizeLoyaltyResponse) -> String {
    let is_grouped = answer.rows.iter().any(|row| !row.group.is_empty());
    let has_periods = answer.rows.iter().any(|row| row.period.is_some());
    let words: &[&str] = match (is_grouped, has_periods) {
        (true, _) => &["Group", "Loyalty"],
        (false, true) => &["Period", "Loyalty"],
        (false, false) => &["Loyalty"],
    };
    let numbers = [
        "Customers",
        "Share",
        "Score",
        "Attitude",
        "Behaviour",
        "NPS",
        "Answered",
        "Spend, 365 d",
        "CLV, 12 mo",
        "At risk",
    ];
    let mut table = table(words, &numbers);
    for row in answer.whole.iter().chain(&answer.rows) {
        let is_whole = row.place() == v1::LoyaltyPlace::Unspecified;
        let period = row.period.as_ref();
        let of = match (is_whole, period) {
            (true, period) => period.map(|period| period.label.clone()).unwrap_or_default(),
            (false, period) => of_whom(&row.group, period, is_grouped),
        };
        let mut cells = if is_grouped || has_periods { vec![of] } else { Vec::new() };
        let nps = row.nps.as_ref();
        cells.extend([
            place(row.place()).to_owned(),
            row.customers.to_string(),
            percent(value(row.customer_share.as_ref())),
            number(value(row.mean_score.as_ref()), 1),
            number(value(row.mean_attitude.as_ref()), 1),
            number(value(row.mean_behaviour.as_ref()), 1),
            number(value(nps), 1),
            nps.map_or(0, |nps| nps.n).to_string(),
            amount(row.spend.as_ref()),
            money(row.clv_12mo.as_ref()),
            money(row.value_at_risk.as_ref()),
        ]);
        table.add_row(cells);
    }
    table.to_string()
}

/// An expected amount, whose millionths mean nothing.
fn money(of: Option<&v1::Money>) -> String {
    number(of.and_then(|money| money.amount.parse().ok()), 2)
}

/// Why somebody has the score they have: a sentence, what moves the score from that of the average customer, and what it makes of them.
pub(crate) fn explanation(of: &v1::Loyalty) -> String {
    let mut table = table(&["Component", "Rests on"], &["Theirs", "Mean", "Weight", "Points"]);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    let line = |name: &str, words: &str, points: Option<f64>| {
        let empty = String::new;
        [name.to_owned(), words.to_owned(), empty(), empty(), empty(), number(points, 1)]
    };
    table.add_row(line("Base", "what the average customer scores on the same components", Some(of.base)));
    for each in &of.contributions {
        table.add_row([
            component(each.component()).to_owned(),
            each.evidence.clone(),
            number(Some(each.value), 2),
            number(Some(each.mean), 2),
            number(Some(each.weight), 2),
            format!("{:+.1}", each.points),
        ]);
    }
    let points = |estimate: Option<&v1::Estimate>| {
        let ends = interval(estimate, |end| number(end, 1));
        match value(estimate) {
            Some(points) => format!("{points:.1} ({ends})"),
            None => "not known".to_owned(),
        }
    };
    let score = format!(
        "of 100, {} with 95 %; {} of all weights are known",
        interval(of.score.as_ref(), |end| number(end, 1)),
        percent(Some(of.coverage))
    );
    table.add_row(line("Score", &score, value(of.score.as_ref())));
    let border = if of.is_on_the_border { ", close to the border" } else { "" };
    let worth = match (of.clv_12mo, of.value_at_risk) {
        (Some(clv), Some(risk)) => {
            format!(
                "Worth {clv:.2} in the next twelve months, of which {risk:.2} hang on whether they come back.\n"
            )
        }
        _ => String::new(),
    };
    format!(
        "{}\n{table}\nAttitude {}, behaviour {}. Loyalty: {}{border}.\n{worth}",
        of.sentence,
        points(of.attitude.as_ref()),
        points(of.behaviour.as_ref()),
        place(of.place()),
    )
}
