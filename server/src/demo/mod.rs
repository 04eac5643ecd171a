//! placeholder
use crate::cli::DemoArgs;
pub(crate) async fn run(_args: &DemoArgs) -> anyhow::Result<()> {
    Ok(())
}
