//! What is seen of a customer, in a sentence.

use lojal_domain::{Currency, decimal_of};
use lojal_scoring::warnings::RECENT_DAYS;

use crate::ask::day::date_of;
use crate::warnings::signs::Seen;

fn plural(count: u32, one: &str, several: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {several}") }
}

fn probability(p: f64) -> String {
    if p < 0.001 { "p < 0.001".to_owned() } else { format!("p = {p:.3}") }
}

/// What is seen, in a sentence without a full stop.
pub(super) fn evidence(seen: &Seen, currency: Currency) -> String {
    match *seen {
        Seen::Silence { days, usual, gaps } => format!(
            "no purchase for {days} days; of gaps like theirs ({gaps} so far) nine in ten end within {:.0}",
            usual.floor()
        ),
        Seen::FewerOrders { recent, earlier, earlier_days, p_value } => format!(
            "{} in {RECENT_DAYS} days after {earlier} in {earlier_days} ({})",
            plural(recent, "day with a purchase", "days with a purchase"),
            probability(p_value)
        ),
        Seen::LowerSpend { recent_micros, earlier_micros, earlier_days, p_value } => {
            let money = |micros: i64| {
                format!("{} {}", decimal_of(i128::from(micros), currency.decimals()), currency.code())
            };
            format!(
                "spent {} in {RECENT_DAYS} days after {} in {earlier_days} ({})",
                money(recent_micros),
                money(earlier_micros),
                probability(p_value)
            )
        }
        Seen::LowerNps { from, to } => format!("gave {to} of 10 after {from}"),
        Seen::HardService { hard, reopened } => format!(
            "said on {} that it was hard, and a case was opened again on {}",
            date_of(hard),
            date_of(reopened)
        ),
        Seen::MoreRefunds { recent, of, earlier, of_earlier, p_value } => format!(
            "{} given back in {RECENT_DAYS} days, with {of} made, after {earlier} with {of_earlier} before ({})",
            plural(recent, "purchase", "purchases"),
            probability(p_value)
        ),
        Seen::Unanswered { unanswered, answered, asked, p_value } => format!(
            "{} without an answer after {answered} answered of {asked} ({})",
            plural(unanswered, "survey", "surveys"),
            probability(p_value)
        ),
    }
}
