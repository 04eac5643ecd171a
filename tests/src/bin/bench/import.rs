//! Durable rows a second of Import, against a file that gets the same bytes, synced as often.

use std::io::Write as _;
use std::time::Instant;

use lojal_tests::Server;
use prost::Message as _;

use crate::{data, grouped};

/// What is measured, and how much of it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Rows loaded, each number into a server of its own.
    #[arg(long, value_delimiter = ',', default_values_t = [1_000_000, 5_000_000])]
    rows: Vec<u64>,
}

pub(crate) fn run(arguments: &Arguments) {
    for rows in &arguments.rows {
        measure(*rows);
    }
}

fn measure(rows: u64) {
    // Making the rows costs the client time that is not the server's; it is told apart.
    let begun = Instant::now();
    let mut bytes = 0;
    for chunk in data::chunks(rows, 1) {
        bytes += chunk.encoded_len();
    }
    let making = begun.elapsed().as_secs_f64();

    let before = bare_disk(rows);
    let server = Server::start();
    let (loading, recorded) = crate::runtime().block_on(async {
        let clients = server.clients().await;
        let begun = Instant::now();
        let recorded = data::load(&clients, rows, 1).await;
        (begun.elapsed().as_secs_f64(), recorded)
    });
    assert_eq!(recorded, rows, "every row is recorded once");
    let resident = server.resident_megabytes().unwrap_or_default();
    drop(server);
    let disk = f64::midpoint(before, bare_disk(rows));
    println!(
        "Import of {} rows in chunks of {}: {:.2} s, {} durable rows/s; write and fsync of the same {:.0} MB: {:.2} s, ratio {:.3}; making and encoding the rows alone: {:.2} s; the server has {} MB resident",
        grouped(rows as f64),
        grouped(data::CHUNK_ROWS as f64),
        loading,
        grouped(rows as f64 / loading),
        bytes as f64 / 1e6,
        disk,
        disk / loading,
        making,
        resident,
    );
}

/// Seconds to write the encoded chunks to a file and sync it after each.
fn bare_disk(rows: u64) -> f64 {
    let mut file = tempfile::tempfile().expect("a file");
    let mut seconds = 0.0;
    for chunk in data::chunks(rows, 1) {
        let encoded = chunk.encode_to_vec();
        let begun = Instant::now();
        file.write_all(&encoded).expect("room on the disk");
        file.sync_data().expect("a disk that syncs");
        seconds += begun.elapsed().as_secs_f64();
    }
    seconds
}
