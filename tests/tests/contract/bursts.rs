//! Customers who come in bursts and stay: a shop of which no model of purchases knows all, so that habits tell more.

use lojal_proto::v1;
use lojal_tests::{Clients, Server, cdnow};

/// Customers, from c000 on.
const CUSTOMERS: u32 = 600;
/// Days of their history: too few for a season, which chance would make of bursts.
const DAYS: f64 = 440.0;
/// Its first day, 2020-04-01.
const FIRST_DAY: i64 = 18_353;
const SECONDS_PER_DAY: i64 = 86_400;

/// A day within the history.
pub(crate) const AMID: &str = "2020-12-01";

/// Numbers by chance, the same in every run (Marsaglia, *Journal of Statistical Software* 8(14), 2003).
struct Chance(u64);

impl Chance {
    fn exponential(&mut self, mean: f64) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let even = ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        -mean * even.ln()
    }
}

/// Everybody comes every few days for some weeks, and then not for months.
fn purchases() -> Vec<v1::Transaction> {
    let mut chance = Chance(2_463_534_242);
    let like = cdnow::rows().swap_remove(0);
    let mut rows = Vec::new();
    for who in 0..CUSTOMERS {
        let mut day = chance.exponential(120.0);
        let mut days: Vec<i64> = Vec::new();
        while day < DAYS {
            let end = day + chance.exponential(35.0);
            while day < end.min(DAYS) {
                days.push(day as i64);
                day += 1.0 + chance.exponential(6.0);
            }
            day = end + chance.exponential(110.0);
        }
        days.dedup();
        rows.extend(days.into_iter().map(|day| {
            let seconds = (FIRST_DAY + day) * SECONDS_PER_DAY;
            let time = Some(prost_types::Timestamp { seconds, nanos: 0 });
            v1::Transaction { customer_id: format!("c{who:03}"), time, ..like.clone() }
        }));
    }
    rows
}

/// Days from the first purchase of all to the last.
pub(crate) fn known_days() -> f64 {
    let rows = purchases();
    let days = || rows.iter().filter_map(|row| Some(row.time?.seconds / SECONDS_PER_DAY));
    (days().max().unwrap() - days().min().unwrap()) as f64
}

/// A server of its own that knows them.
pub(crate) async fn loaded() -> (Server, Clients) {
    let server = Server::start();
    let clients = server.clients().await;
    let rows = purchases();
    let chunks =
        rows.chunks(1_000).zip(1..).map(|(rows, number)| cdnow::chunk(number, rows.to_vec())).collect();
    clients.import(chunks).await.1.unwrap();
    (server, clients)
}
