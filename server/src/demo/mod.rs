//! `lojal demo`: a server on a temporary store, loaded through its own API, and what it answers.

mod data;

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context as _;
use lojal_domain::WorkspaceName;
use lojal_proto::v1;
use lojal_proto::v1::clv_service_client::ClvServiceClient;
use lojal_proto::v1::customer_service_client::CustomerServiceClient;
use lojal_proto::v1::ingest_service_client::IngestServiceClient;
use lojal_proto::v1::nps_service_client::NpsServiceClient;
use lojal_proto::v1::segmentation_service_client::SegmentationServiceClient;
use tonic::transport::{Channel, Endpoint};

use crate::cli::DemoArgs;
use crate::import::{Sending, import, progress_bar};
use crate::serve::{Server, StopSignal, temporary};
use crate::show;

/// Last day of the data that the published estimates for CDNOW were made from.
const CALIBRATION_END: &str = "1997-09-30";
const USUAL_PORT: u16 = 50_051;

/// Runs the demo.
pub(crate) async fn run(args: &DemoArgs) -> anyhow::Result<()> {
    let directory = tempfile::tempdir().context("no temporary directory can be made")?;
    let server = start(args, directory.path()).await?;
    let stop = StopSignal::listen()?;
    let outcome = tokio::select! {
        shown = show(&server, args.exit) => shown,
        // Ctrl-C in the middle is no reason to leave the temporary store behind.
        () = stop.received() => Ok(()),
    };
    server.stop().await?;
    directory.close().context("the temporary store could not be removed")?;
    outcome
}

/// Starts a server on the usual port if it is free, else on any.
async fn start(args: &DemoArgs, directory: &std::path::Path) -> anyhow::Result<Server> {
    let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    if let Some(listen) = args.listen {
        return Server::start(&temporary(directory, listen)?).await;
    }
    if !args.exit
        && let Ok(server) = Server::start(&temporary(directory, at(USUAL_PORT))?).await
    {
        return Ok(server);
    }
    Server::start(&temporary(directory, at(0))?).await
}

async fn show(server: &Server, exit: bool) -> anyhow::Result<()> {
    let address = server.address;
    let channel = Endpoint::from_shared(format!("http://{address}"))?.connect().await?;
    load(&channel).await?;
    answers(&channel).await?;
    if exit {
        return Ok(());
    }
    let mut out = std::io::stdout();
    writeln!(
        out,
        "\nServing on {address} until Ctrl-C. Try:\n\n  \
         grpcurl -plaintext {address} lojal.v1.SegmentationService/SummarizeSegments\n  \
         grpcurl -plaintext -d '{{\"customer_id\": \"1516\", \"horizon\": \"12mo\"}}' {address} lojal.v1.ClvService/PredictCustomer\n  \
         grpcurl -plaintext -d '{{\"interval\": \"INTERVAL_QUARTER\"}}' {address} lojal.v1.NpsService/GetNps"
    )?;
    out.flush()?;
    // Until the signal to stop ends this.
    std::future::pending().await
}

/// Loads the sample and the panel through the API.
async fn load(channel: &Channel) -> anyhow::Result<()> {
    let purchases = data::purchases()?;
    let panel = data::panel(&purchases)?;
    let (bought, answered) = (purchases.len(), panel.len());
    let progress = progress_bar((bought + answered) as u64);
    let workspace = WorkspaceName::default();
    let mut chunks = data::chunks(&purchases)?.into_iter();
    let sending =
        Sending { workspace: &workspace, skip_invalid: false, source_id: String::new(), progress: &progress };
    import(channel.clone(), sending, move || Ok(chunks.next())).await?;
    let request = v1::RecordSurveyResponsesRequest { survey_responses: panel, skip_invalid: false };
    IngestServiceClient::new(channel.clone()).record_survey_responses(request).await?;
    progress.inc(answered as u64);
    progress.finish_and_clear();
    let mut out = std::io::stdout();
    let (customers, days) = customer_days(channel).await?;
    writeln!(
        out,
        "Loaded CDNOW, a real CD shop of 1997 and 1998: {bought} purchases of {customers} customers on {days} customer-days,\n\
         and a simulated survey panel of the same customers: {answered} answers."
    )?;
    Ok(())
}

/// Customers, and the days on which each bought.
async fn customer_days(channel: &Channel) -> anyhow::Result<(usize, i64)> {
    let mut client = CustomerServiceClient::new(channel.clone());
    let (mut customers, mut days, mut page_token) = (0, 0, String::new());
    loop {
        let request = v1::ListCustomersRequest { page_size: 1_000, page_token, ..Default::default() };
        let page = client.list_customers(request).await?.into_inner();
        customers += page.customers.len();
        days += page.customers.iter().map(|customer| customer.purchase_day_count).sum::<i64>();
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok((customers, days));
        }
    }
}

async fn answers(channel: &Channel) -> anyhow::Result<()> {
    let model = fit(channel).await?;
    let request = v1::SummarizeSegmentsRequest::default();
    let summary =
        SegmentationServiceClient::new(channel.clone()).summarize_segments(request).await?.into_inner();
    let request = v1::PredictCustomersRequest {
        horizon: "12mo".to_owned(),
        order: v1::PredictionOrder::Clv.into(),
        limit: Some(10),
        ..v1::PredictCustomersRequest::default()
    };
    let mut stream = ClvServiceClient::new(channel.clone()).predict_customers(request).await?.into_inner();
    let mut best = Vec::new();
    while let Some(message) = stream.message().await? {
        best.extend(message.predictions);
    }
    let request =
        v1::GetNpsRequest { interval: v1::Interval::Quarter.into(), ..v1::GetNpsRequest::default() };
    let nps = NpsServiceClient::new(channel.clone()).get_nps(request).await?.into_inner();
    let mut out = std::io::stdout();
    writeln!(
        out,
        "\n{}\n{}\n\n\
         What they will be worth: the ten highest 12-month CLV, in USD, at a discount rate of 10 % a year\n{}\n\
         Fitted to the purchases up to {CALIBRATION_END}: {}\n\n\
         Would they recommend us? (simulated panel)\n{}",
        show::heading("Who belongs where", summary.provenance.as_ref()),
        show::segments(&summary, show::USUAL_WINDOW),
        show::predictions(&best, "12 mo"),
        show::parameters(&model),
        show::nps(&nps),
    )?;
    Ok(())
}

async fn fit(channel: &Channel) -> anyhow::Result<v1::Model> {
    use v1::fit_model_response::Event;
    let request = v1::FitModelRequest {
        kind: v1::ModelKind::BgNbd.into(),
        calibration_end: CALIBRATION_END.to_owned(),
        ..v1::FitModelRequest::default()
    };
    let mut events = ClvServiceClient::new(channel.clone()).fit_model(request).await?.into_inner();
    while let Some(message) = events.message().await? {
        if let Some(Event::Model(model)) = message.event {
            return Ok(model);
        }
    }
    anyhow::bail!("the fit ended without a model")
}
