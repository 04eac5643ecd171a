//! `lojal demo`: a server on a temporary store, loaded through its own API, and what it answers.

mod data;
mod simulated;

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context as _;
use lojal_domain::{Amount, WorkspaceName};
use lojal_proto::v1;
use lojal_proto::v1::clv_service_client::ClvServiceClient;
use lojal_proto::v1::customer_service_client::CustomerServiceClient;
use lojal_proto::v1::ingest_service_client::IngestServiceClient;
use lojal_proto::v1::loyalty_service_client::LoyaltyServiceClient;
use lojal_proto::v1::nps_service_client::NpsServiceClient;
use lojal_proto::v1::segmentation_service_client::SegmentationServiceClient;
use lojal_proto::v1::survey_service_client::SurveyServiceClient;

use crate::cli::DemoArgs;
use crate::connection::{Channel, connect_here};
use crate::console;
use crate::demo::simulated::Simulated;
use crate::import::{Sending, Taken, import, progress_bar};
use crate::serve::{Server, StopSignal, temporary};
use crate::show;

/// Last day of the data that the published estimates for CDNOW were made from.
const CALIBRATION_END: &str = "1997-09-30";
const USUAL_PORT: u16 = 50_051;

/// Runs the demo.
pub(crate) async fn run(args: &DemoArgs) -> anyhow::Result<()> {
    let directory = tempfile::tempdir().context("no temporary directory can be made")?;
    let server = start(args, directory.path()).await?;
    let mut stop = StopSignal::listen()?;
    let outcome = tokio::select! {
        shown = show(&server, args.exit) => shown,
        // Ctrl-C in the middle is no reason to leave the temporary store behind.
        () = stop.received() => Ok(()),
    };
    server.stop(stop.received()).await?;
    directory.close().context("the temporary store could not be removed")?;
    outcome
}

/// Starts a server on the usual port if it is free, else on any.
async fn start(args: &DemoArgs, directory: &std::path::Path) -> anyhow::Result<Server> {
    let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    if let Some(listen) = args.listen {
        return Server::start(&temporary(directory, listen, args.insecure)?).await;
    }
    if !args.exit
        && let Ok(server) = Server::start(&temporary(directory, at(USUAL_PORT), false)?).await
    {
        return Ok(server);
    }
    Server::start(&temporary(directory, at(0), false)?).await
}

async fn show(server: &Server, exit: bool) -> anyhow::Result<()> {
    let address = server.address;
    let channel = connect_here(address).await?;
    load(&channel).await?;
    answers(&channel).await?;
    if exit {
        return Ok(());
    }
    let mut out = std::io::stdout();
    let console = console::url("http", address);
    // The port that every command asks by itself need not be named.
    let at = if address.port() == USUAL_PORT { String::new() } else { format!(" --server {address}") };
    writeln!(
        out,
        "\nServing on {address} until Ctrl-C. Look at {console}, or try:\n\n  \
         lojal ask loyalty --group-by segment{at}\n  \
         lojal ask loyalty --customer 1516{at}\n  \
         lojal ask warnings{at}\n  \
         lojal ask nps --group-by market --interval quarter{at}\n  \
         grpcurl -plaintext -d '{{\"customer_id\": \"1516\", \"horizon\": \"12mo\"}}' {address} lojal.v1.ClvService/PredictCustomer"
    )?;
    out.flush()?;
    // Until the signal to stop ends this.
    std::future::pending().await
}

/// Loads the sample and what is simulated through the API.
async fn load(channel: &Channel) -> anyhow::Result<()> {
    let purchases = data::purchases()?;
    let simulated = simulated::simulate(&purchases)?;
    let bought = purchases.len();
    let progress = progress_bar((bought + simulated.answers.len()) as u64);
    let workspace = WorkspaceName::default();
    let mut chunks = data::chunks(&purchases, &simulated.discounts)?.into_iter();
    let sending = Sending {
        workspace: &workspace,
        skip_invalid: false,
        source_id: String::new(),
        taken: Taken::default(),
        progress: &progress,
    };
    import(channel.clone(), sending, move || Ok(chunks.next())).await?;
    let told = Told::of(&simulated);
    record(channel, simulated).await?;
    progress.inc(told.answers as u64);
    progress.finish_and_clear();
    let mut out = std::io::stdout();
    let (customers, days) = customer_days(channel).await?;
    let Told { answers, cases, discounts, referred } = told;
    writeln!(
        out,
        "Loaded CDNOW, a real CD shop of 1997 and 1998: {bought} purchases of {customers} customers on {days} customer-days.\n\
         Simulated, of the same customers: {answers} answers of a survey panel about recommendation and satisfaction,\n\
         {discounts} discounts, {cases} support cases, {referred} customers who came by a recommendation, and their markets."
    )?;
    Ok(())
}

/// How much is simulated.
struct Told {
    answers: usize,
    cases: usize,
    discounts: usize,
    referred: usize,
}

impl Told {
    fn of(simulated: &Simulated) -> Self {
        let referred = simulated.customers.iter().filter(|each| !each.referred_by.is_empty());
        Self {
            answers: simulated.answers.len(),
            cases: simulated.cases.len(),
            discounts: simulated.discounts.iter().filter(|off| **off > Amount::ZERO).count(),
            referred: referred.count(),
        }
    }
}

/// Records what is simulated besides discounts, which came with the purchases.
async fn record(channel: &Channel, simulated: Simulated) -> anyhow::Result<()> {
    let Simulated { answers, cases, customers, .. } = simulated;
    let request = v1::UpsertCustomersRequest { customers, skip_invalid: false };
    CustomerServiceClient::new(channel.clone()).upsert_customers(request).await?;
    let mut client = IngestServiceClient::new(channel.clone());
    let request = v1::RecordSurveyResponsesRequest { survey_responses: answers, skip_invalid: false };
    client.record_survey_responses(request).await?;
    let request = v1::RecordInteractionsRequest { interactions: cases, skip_invalid: false };
    client.record_interactions(request).await?;
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
    let best = best(channel).await?;
    let mut out = std::io::stdout();
    writeln!(
        out,
        "\n{}\n{}",
        show::heading("Who belongs where", summary.provenance.as_ref()),
        show::segments(&summary, show::USUAL_WINDOW)
    )?;
    loyalty(channel).await?;
    warnings(channel).await?;
    writeln!(
        out,
        "\nWhat they will be worth: the ten highest 12-month CLV, in USD, at a discount rate of 10 % a year\n{}\n\
         Fitted to the purchases up to {CALIBRATION_END}: {}",
        show::predictions(&best, "12 mo"),
        show::parameters(&model),
    )?;
    surveys(channel).await
}

/// The ten who will be worth most.
async fn best(channel: &Channel) -> anyhow::Result<Vec<v1::Prediction>> {
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
    Ok(best)
}

/// Who is loyal, and why one of those who only seem so has the score they have: the one on whom most hangs.
async fn loyalty(channel: &Channel) -> anyhow::Result<()> {
    let mut client = LoyaltyServiceClient::new(channel.clone());
    let places = client.summarize_loyalty(v1::SummarizeLoyaltyRequest::default()).await?.into_inner();
    let request = v1::ListLoyaltyRequest {
        place: v1::LoyaltyPlace::Spurious.into(),
        order: v1::LoyaltyOrder::ValueAtRisk.into(),
        limit: 1,
        ..v1::ListLoyaltyRequest::default()
    };
    let mut stream = client.list_loyalty(request).await?.into_inner();
    let mut seemingly = Vec::new();
    while let Some(message) = stream.message().await? {
        seemingly.extend(message.loyalties);
    }
    let mut out = std::io::stdout();
    writeln!(
        out,
        "\nWho is loyal, by what they do and what they say (simulated)\n{}",
        show::places(&places)
    )?;
    for one in seemingly {
        let customer = &one.customer_id;
        let explanation = show::explanation(&one);
        write!(out, "\nWhom to call first of those who only seem loyal: {customer}\n{explanation}")?;
    }
    Ok(())
}

/// Whom to call today.
async fn warnings(channel: &Channel) -> anyhow::Result<()> {
    let request = v1::ListEarlyWarningsRequest { limit: 3, ..v1::ListEarlyWarningsRequest::default() };
    let mut stream =
        LoyaltyServiceClient::new(channel.clone()).list_early_warnings(request).await?.into_inner();
    let (mut warnings, mut totals) = (Vec::new(), None);
    while let Some(message) = stream.message().await? {
        warnings.extend(message.warnings);
        totals = totals.or(message.totals);
    }
    let mut out = std::io::stdout();
    writeln!(
        out,
        "\nWho may be leaving, those with most at risk first\n{}\n{}",
        show::warnings(&warnings),
        show::warned(totals.as_ref())
    )?;
    Ok(())
}

/// What the panel says.
async fn surveys(channel: &Channel) -> anyhow::Result<()> {
    let interval = v1::CalendarInterval::Quarter.into();
    let request = v1::GetNpsRequest { interval, ..v1::GetNpsRequest::default() };
    let nps = NpsServiceClient::new(channel.clone()).get_nps(request).await?.into_inner();
    let request = v1::GetCsatRequest { interval, ..v1::GetCsatRequest::default() };
    let csat = SurveyServiceClient::new(channel.clone()).get_csat(request).await?.into_inner();
    let mut out = std::io::stdout();
    writeln!(
        out,
        "\nWould they recommend us? (simulated panel)\n{}\n\nAre they satisfied? (simulated panel)\n{}",
        show::nps(&nps),
        show::csat(&csat)
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
