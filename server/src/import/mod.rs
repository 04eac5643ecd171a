//! placeholder
use crate::cli::ImportArgs;
pub(crate) async fn run(_args: &ImportArgs) -> anyhow::Result<()> {
    Ok(())
}
