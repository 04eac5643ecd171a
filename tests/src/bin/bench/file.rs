//! A CSV file of a made-up shop: customers who come over a year, buy for two, some once and a few very often. Rows are in
//! the order of days and without order within a day, as an export from a till has them.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Days of the log, from 2023-01-01 on.
const DAYS: u32 = 730;
/// Customers come within so many days.
const COMING: u32 = 365;
/// Purchases of a customer on average.
const PURCHASES_EACH: f64 = 6.12;

/// Writes the file and tells how many rows it has.
pub(crate) fn write(path: &Path, customers: u32) -> std::io::Result<u64> {
    let mut random = ChaCha8Rng::seed_from_u64(42);
    // Day, a random place within it, customer and cents.
    let mut rows: Vec<(u32, u32, u32, u32)> = Vec::new();
    for customer in 1..=customers {
        let birth = random.random_range(0..COMING);
        // One in three buys once; the rest buy at rates of their own, a few of them many times the others'.
        let eagerness = -random.random::<f64>().max(1e-9).ln();
        let more = if random.random_bool(1.0 / 3.0) { 0.0 } else { eagerness * 1.5 * (PURCHASES_EACH - 1.0) };
        let count = 1 + more.round() as u32;
        for purchase in 0..count {
            let day = if purchase == 0 { birth } else { random.random_range(birth..DAYS) };
            let cents = 100 + (random.random::<f64>().powi(3) * 20_000.0) as u32;
            rows.push((day, random.random(), customer, cents));
        }
    }
    rows.sort_unstable();
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    writeln!(file, "\"customer_id\",\"date\",\"value\"")?;
    let first = jiff::civil::date(2023, 1, 1);
    let mut last = (u32::MAX, String::new());
    for (day, _, customer, cents) in &rows {
        if last.0 != *day {
            last = (*day, (first + jiff::Span::new().days(i64::from(*day))).to_string());
        }
        writeln!(file, "{customer},{},{}.{:02}", last.1, cents / 100, cents % 100)?;
    }
    file.into_inner()?.sync_all()?;
    Ok(rows.len() as u64)
}
