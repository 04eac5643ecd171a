//! Who moved between segments, as a table.

use lojal_proto::v1;

use super::{interval, of_whom, percent, table, value};

/// A segment in words, as filters write it.
fn word(segment: v1::Segment) -> String {
    if segment == v1::Segment::Unspecified {
        return "(none)".to_owned();
    }
    segment.as_str_name().trim_start_matches("SEGMENT_").to_lowercase()
}

/// Every pair of segments that anybody is in, and whether the mix changed.
pub(crate) fn transitions(answer: &v1::GetSegmentTransitionsResponse) -> String {
    let is_grouped = !answer.rows.is_empty();
    let words: &[&str] = if is_grouped { &["Group", "From", "To"] } else { &["From", "To"] };
    let mut table =
        table(words, &["Customers", "Of from", "95 % interval", "By what they did", "By the bar", "By both"]);
    for row in if is_grouped { &answer.rows } else { &answer.transitions } {
        let group = is_grouped.then(|| of_whom(&row.group, None, true));
        let stayed = row.from_segment == row.to_segment;
        let count = |customers: i64| if stayed { String::new() } else { customers.to_string() };
        let cells = [
            word(row.from_segment()),
            word(row.to_segment()),
            row.customers.to_string(),
            percent(value(row.share_of_from.as_ref())),
            interval(row.share_of_from.as_ref(), percent),
            count(row.moved_by_behaviour),
            count(row.moved_by_thresholds),
            count(row.moved_by_both),
        ];
        table.add_row(group.into_iter().chain(cells));
    }
    let mut text = table.to_string();
    let whole = answer.mix_test.iter().filter(|_| !is_grouped);
    for test in whole.chain(&answer.group_mix_tests) {
        let of = if is_grouped { format!("{}: ", of_whom(&test.group, None, true)) } else { String::new() };
        text.push_str(&format!("\n{of}{}", tested(test)));
    }
    text
}

fn tested(test: &v1::SegmentMixTest) -> String {
    let moved = format!("{} of {} customers in a segment both times moved", test.moved, test.customers);
    match (test.p_value, test.chi_square, test.degrees_of_freedom) {
        (Some(p), Some(chi), Some(free)) => {
            format!(
                "{moved}; that the mix is the same: p = {p:.4} (chi-square {chi:.2}, {free} degrees of freedom)"
            )
        }
        _ => moved,
    }
}
