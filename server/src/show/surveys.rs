//! What customers say as tables.

use lojal_proto::v1;

use crate::show::{interval, number, of_whom, percent, table, value};

pub(crate) fn nps(answer: &v1::GetNpsResponse) -> String {
    let mut table = table(&[""], &["NPS", "95 % interval", "Answers", "Promoters", "Passives", "Detractors"]);
    let mut row = |name: String, estimate: Option<&v1::Estimate>, counts: [i64; 3]| {
        let mut cells = vec![
            name,
            number(value(estimate), 1),
            interval(estimate, |end| number(end, 1)),
            estimate.map_or(0, |estimate| estimate.n).to_string(),
        ];
        cells.extend(counts.map(|count| count.to_string()));
        table.add_row(cells);
    };
    let whole = [answer.promoters, answer.passives, answer.detractors];
    row("all answers".to_owned(), answer.nps.as_ref(), whole);
    let is_grouped = answer.rows.iter().any(|each| !each.group.is_empty());
    for each in &answer.rows {
        let name = of_whom(&each.group, each.period.as_ref(), is_grouped);
        row(name, each.nps.as_ref(), [each.promoters, each.passives, each.detractors]);
    }
    table.to_string()
}

pub(crate) fn csat(answer: &v1::GetCsatResponse) -> String {
    let mean = answer
        .scale
        .as_ref()
        .map_or_else(|| "Mean".to_owned(), |scale| format!("Mean of {} to {}", scale.min, scale.max));
    let mut table = table(&[""], &["Satisfied", "95 % interval", "Answers", &mean]);
    let mut row = |name: String, each: &v1::ScoreRow| {
        let share = each.top_box_share.as_ref();
        table.add_row([
            name,
            percent(value(share)),
            interval(share, percent),
            share.map_or(0, |share| share.n).to_string(),
            number(value(each.mean.as_ref()), 2),
        ]);
    };
    if let Some(whole) = &answer.whole {
        row("all answers".to_owned(), whole);
    }
    let is_grouped = answer.rows.iter().any(|each| !each.group.is_empty());
    for each in &answer.rows {
        row(of_whom(&each.group, each.period.as_ref(), is_grouped), each);
    }
    table.to_string()
}
