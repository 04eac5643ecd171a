//! `lojal backup`: everything a running server has, in one file.
//!
//! The file gets its name only when it is whole, on the disk, and was read back without a fault.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use indicatif::{BinaryBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use lojal_proto::v1;
use lojal_proto::v1::admin_service_client::AdminServiceClient;

use crate::cli::BackupArgs;
use crate::connection::{Channel, connect};
use crate::maintenance::instant;

/// Makes a backup.
pub(crate) async fn run(args: &BackupArgs) -> anyhow::Result<()> {
    let file = &args.file;
    anyhow::ensure!(
        args.force || !file.exists(),
        "{} is there already; choose another name, or replace it with --force",
        file.display()
    );
    let channel = connect(&args.server).await?;
    let part = part_of(file);
    let written = write(channel, &part).await.and_then(|()| {
        let contents = lojal_store_sled::verify(&part).map_err(|error| {
            anyhow::anyhow!("the backup that the server sent cannot be used: {error}; try again, and look into the server's log")
        })?;
        fs::rename(&part, file).with_context(|| format!("cannot name the backup {}", file.display()))?;
        sync_parent(file)?;
        Ok(contents)
    });
    let contents = written.inspect_err(|_| _ = fs::remove_file(&part))?;
    writeln!(
        std::io::stdout(),
        "wrote {}: {}, {} blocks and {} documents, as of {}",
        file.display(),
        BinaryBytes(contents.bytes),
        HumanCount(contents.blocks),
        HumanCount(contents.documents),
        instant(contents.made_at)
    )?;
    Ok(())
}

/// Beside the file, so that it can be renamed.
fn part_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

/// Writes what the server sends, until it is on the disk.
async fn write(channel: Channel, part: &Path) -> anyhow::Result<()> {
    let cannot = || format!("cannot write {}; make room, or choose another place", part.display());
    let progress = progress();
    let mut file = File::create(part).with_context(cannot)?;
    let stream = AdminServiceClient::new(channel).backup(v1::BackupRequest {}).await;
    let mut stream = stream.map_err(|status| told(&status))?.into_inner();
    while let Some(message) = stream.message().await.map_err(|status| told(&status))? {
        file.write_all(&message.data).with_context(cannot)?;
        progress.inc(message.data.len() as u64);
    }
    file.sync_all().with_context(cannot)?;
    progress.finish_and_clear();
    Ok(())
}

/// Bytes and their speed on a terminal, nothing elsewhere. How many there will be is not known.
fn progress() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {binary_bytes}  {binary_bytes_per_sec}  {elapsed}");
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}

fn told(status: &tonic::Status) -> anyhow::Error {
    anyhow::anyhow!("the server made no whole backup: {}", status.message())
}

/// A new name is durable once its directory is.
fn sync_parent(file: &Path) -> anyhow::Result<()> {
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let synced = File::open(parent).and_then(|directory| directory.sync_all());
    synced.with_context(|| format!("cannot sync {}", parent.display()))
}
