//! `lojal backup`: everything a running server has, in one file.
//!
//! The file gets its name only when it is whole, on the disk, and was read back without a fault.

use std::io::Write as _;

use anyhow::Context as _;
use indicatif::{BinaryBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use lojal_proto::v1;
use lojal_proto::v1::admin_service_client::AdminServiceClient;

use crate::cli::BackupArgs;
use crate::connection::{Channel, connect};
use crate::maintenance::instant;
use crate::new_file::NewFile;

/// Makes a backup.
pub(crate) async fn run(args: &BackupArgs) -> anyhow::Result<()> {
    let file = &args.file;
    let new = NewFile::create(file, args.force)?;
    write(connect(&args.server).await?, &new).await?;
    let contents = lojal_store_sled::verify(new.path()).map_err(|error| {
        anyhow::anyhow!("the backup that the server sent cannot be used: {error}; try again, and look into the server's log")
    })?;
    new.keep()?;
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

/// Writes what the server sends, until it is on the disk.
async fn write(channel: Channel, new: &NewFile) -> anyhow::Result<()> {
    let progress = progress();
    let mut file = new.writer()?;
    let stream = AdminServiceClient::new(channel).backup(v1::BackupRequest {}).await;
    let mut stream = stream.map_err(|status| told(&status))?.into_inner();
    while let Some(message) = stream.message().await.map_err(|status| told(&status))? {
        file.write_all(&message.data).with_context(|| new.cannot())?;
        progress.inc(message.data.len() as u64);
    }
    file.sync_all().with_context(|| new.cannot())?;
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
