//! `lojal health`: does it serve?

use std::io::Write as _;

use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::cli::HealthArgs;
use crate::connection::{connect, refusal};

/// Says whether a server serves, and fails if it does not.
pub(crate) async fn run(args: &HealthArgs) -> anyhow::Result<()> {
    let mut health = HealthClient::new(connect(&args.server).await?);
    let request = HealthCheckRequest { service: args.service.clone() };
    let told = health.check(request).await.map_err(|status| refusal(&status))?;
    anyhow::ensure!(told.into_inner().status() == ServingStatus::Serving, "not serving");
    Ok(writeln!(std::io::stdout(), "serving")?)
}
