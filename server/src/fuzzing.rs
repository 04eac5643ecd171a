//! What reads foreign bytes, for fuzzers: anything may be refused, and nothing may panic.

use std::io::Write as _;
use std::path::Path;

use clap::Parser as _;

use crate::cli::{Cli, Command};
use crate::import;

/// Reads bytes as a CSV file of transactions.
pub fn csv(bytes: &[u8]) {
    read(bytes, "csv");
}

/// Reads bytes as a Parquet file of transactions.
pub fn parquet(bytes: &[u8]) {
    read(bytes, "parquet");
}

/// Reads a file to its end, as `lojal import` does.
fn read(bytes: &[u8], ending: &str) {
    let Ok(mut file) = tempfile::Builder::new().suffix(&format!(".{ending}")).tempfile() else { return };
    if file.write_all(bytes).is_ok() {
        // Files that cannot be read are what this is about.
        let _ = rows(file.path());
    }
}

fn rows(file: &Path) -> anyhow::Result<u64> {
    let command = ["lojal".as_ref(), "import".as_ref(), file.as_os_str()];
    let Command::Import(args) = Cli::try_parse_from(command)?.command else { return Ok(0) };
    import::count(&args)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use rand::{Rng as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    use super::{csv, parquet};

    /// Bent copies of each file.
    const COPIES: usize = 60;

    /// Files of the tests with this ending.
    fn fixtures(folder: &str, ending: &str) -> Vec<Vec<u8>> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures").join(folder);
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| file.extension().is_some_and(|of_file| of_file == ending));
        // In an order that is the same everywhere.
        files.sort();
        assert!(!files.is_empty());
        files.iter().map(|file| std::fs::read(file).unwrap()).collect()
    }

    /// Changes some bytes, and cuts one in ten off somewhere.
    fn bent(random: &mut ChaCha8Rng, file: &[u8]) -> Vec<u8> {
        let mut bytes = file.to_vec();
        for _ in 0..random.random_range(1..6) {
            let at = random.random_range(0..bytes.len());
            bytes[at] = if random.random_bool(0.5) {
                random.random()
            } else {
                bytes[at] ^ (1 << random.random_range(0..8))
            };
        }
        if random.random_bool(0.1) {
            bytes.truncate(random.random_range(0..bytes.len()));
        }
        bytes
    }

    #[test]
    fn damaged_files_end_in_words() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        for file in fixtures("parquet", "parquet") {
            (0..COPIES).for_each(|_| parquet(&bent(&mut random, &file)));
        }
        for file in [fixtures("exports", "csv"), fixtures("exports", "jsonl")].concat() {
            (0..COPIES).for_each(|_| csv(&bent(&mut random, &file)));
        }
    }
}
