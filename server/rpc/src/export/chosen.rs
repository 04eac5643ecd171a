//! The columns that are asked for.

use super::column::Column;
use crate::error::Refusal;

/// All columns there are.
const ALL: &str = "*";
/// Far more than any table has.
const MOST: usize = 1_000;

/// The columns by these names, in their order; those most people need for none.
pub(super) fn choose<R>(all: Vec<Column<R>>, names: &[String]) -> Result<Vec<Column<R>>, Refusal> {
    if names.is_empty() || names == [""] {
        return Ok(all.into_iter().filter(|column| column.is_default).collect());
    }
    if names == [ALL] {
        return Ok(all);
    }
    if names.len() > MOST {
        return Err(Refusal::field("columns", format!("are {}; name {MOST} or fewer", names.len())));
    }
    if let Some(position) = names.iter().position(|name| name == ALL) {
        let text = "is \"*\" among others; name it alone, or the columns without it";
        return Err(Refusal::field(format!("columns[{position}]"), text));
    }
    let mut left: Vec<Option<Column<R>>> = all.into_iter().map(Some).collect();
    let known: Vec<String> = left.iter().flatten().map(|column| column.name.to_string()).collect();
    let take = |(position, name): (usize, &String)| {
        let at = known.iter().position(|known| known == name);
        let field = format!("columns[{position}]");
        let Some(at) = at else {
            let shown: String = name.chars().take(40).collect();
            let all = known.join(", ");
            let text = format!(
                "is {shown:?}, which this table does not have; \"*\" alone stands for all, which are {all}"
            );
            return Err(Refusal::field(field, text));
        };
        let again = || Refusal::field(field, format!("is {name} again; name each column once"));
        left[at].take().ok_or_else(again)
    };
    names.iter().enumerate().map(take).collect()
}
