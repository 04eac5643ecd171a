//! `lojal restore`: a backup into a data directory of its own.

use std::io::Write as _;

use indicatif::HumanCount;
use lojal_domain::WorkspaceName;
use lojal_store_sled::BackupError;

use crate::cli::RestoreArgs;
use crate::maintenance::instant;

/// Restores a backup.
pub(crate) fn run(args: &RestoreArgs) -> anyhow::Result<()> {
    let (file, directory) = (args.file.display(), args.data_dir.display());
    let restored = lojal_store_sled::restore(&args.file, &args.data_dir).map_err(|error| match error {
        BackupError::NotEmpty => anyhow::anyhow!(
            "nothing was restored, as the directory {directory} is not empty; give one that does not exist yet, or an empty one"
        ),
        BackupError::Io { context, source } => {
            anyhow::Error::new(source).context(format!("nothing was restored from {file}: {context} failed"))
        }
        BackupError::Store(error) => anyhow::Error::new(error)
            .context(format!("nothing was restored from {file} into {directory}; see that it can be written and has room")),
        error => anyhow::anyhow!("nothing was restored from {file}: {error}"),
    })?;
    let mut out = std::io::stdout().lock();
    let contents = restored.contents;
    writeln!(
        out,
        "restored {} blocks and {} documents, as of {}, into {directory}",
        HumanCount(contents.blocks),
        HumanCount(contents.documents),
        instant(contents.made_at)
    )?;
    let (own, tenants): (Vec<_>, Vec<_>) =
        restored.workspaces.iter().partition(|(name, _)| name.as_str() == WorkspaceName::server().as_str());
    for (name, status) in tenants {
        writeln!(
            out,
            "  {name}: {} customers, {} transactions, revision {}",
            HumanCount(status.customers),
            HumanCount(status.counts.transactions()),
            status.revision
        )?;
    }
    if !own.is_empty() {
        writeln!(
            out,
            "its API keys are those of that time, revoked ones included: `lojal key list --data-dir {directory}` shows them; revoke again what was revoked since"
        )?;
    }
    writeln!(out, "start the server on it: lojal serve --data-dir {directory}")?;
    Ok(())
}
