//! What the first rows of a file tell about a column.

use std::collections::HashMap;

use csv::StringRecord;

use crate::import::columns::ROWS_AHEAD;
use crate::import::table::TableFile;

/// The same of two columns of a file.
pub(crate) fn comes_back_in(file: &TableFile, id: usize, time: usize) -> anyhow::Result<bool> {
    let mut ahead = file.open()?;
    let mut record = StringRecord::new();
    comes_back(|| {
        let more = ahead.next(&mut record)?;
        Ok(more.map(|_| (record[id].as_bytes().to_vec(), record[time].as_bytes().to_vec())))
    })
}

/// Whether an id stands in two rows of different times. That of a customer who buys again does; that of an order does
/// not, though it may stand in several rows, one for each line of the order.
pub(crate) fn comes_back(
    mut next: impl FnMut() -> anyhow::Result<Option<(Vec<u8>, Vec<u8>)>>,
) -> anyhow::Result<bool> {
    let mut first: HashMap<Vec<u8>, Vec<u8>> = HashMap::new();
    for _ in 0..ROWS_AHEAD {
        let Some((id, time)) = next()? else { break };
        if id.is_empty() || time.is_empty() {
            continue;
        }
        if *first.entry(id).or_insert_with(|| time.clone()) != time {
            return Ok(true);
        }
    }
    Ok(false)
}
