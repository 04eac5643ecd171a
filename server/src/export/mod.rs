//! `lojal export`: a whole table of a running server as a file.

mod file;

use std::error::Error as _;
use std::io::Write as _;
use std::time::Duration;

use anyhow::{anyhow, ensure};
use indicatif::{HumanCount, ProgressBar};
use lojal_domain::WorkspaceName;
use lojal_proto::v1;
use lojal_proto::v1::export_request::Table;
use lojal_proto::v1::export_service_client::ExportServiceClient;
use tonic::{Code, Response, Status};

use crate::cli::export::{ExportArgs, ExportInterval, ExportTable};
use crate::connection::{Channel, connect, in_workspace, refusal};
use crate::export::file::{Ending, TableFile};
use crate::new_file::NewFile;

/// How often it is tried to go on without getting anywhere, and how long it is waited before.
const ATTEMPTS: u32 = 8;
const WAIT: Duration = Duration::from_millis(500);

/// Asks for the table and writes it.
pub(crate) async fn run(args: &ExportArgs) -> anyhow::Result<()> {
    let workspace =
        WorkspaceName::new(args.workspace.as_str()).map_err(|problem| anyhow!("--workspace {problem}"))?;
    let ending = Ending::of(&args.out)?;
    let request = request(args, ending)?;
    ensure!(!args.raw || ending == Ending::Csv, "--raw is for CSV; leave it out");
    let mut file = TableFile::create(NewFile::create(&args.out, args.force)?, ending, args.raw)?;
    let channel = connect(&args.server).await?;
    let progress = ProgressBar::new_spinner();
    let rows = fetch(&channel, &workspace, request, &mut file, &progress).await;
    progress.finish_and_clear();
    let rows = rows?;
    file.finish()?;
    // The file is there, whether anybody reads that it is or not.
    let _ = writeln!(std::io::stdout().lock(), "wrote {} rows to {}", HumanCount(rows), args.out.display());
    Ok(())
}

/// Reads all messages, going on after the last of them when the server restarts.
async fn fetch(
    channel: &Channel,
    workspace: &WorkspaceName,
    mut request: v1::ExportRequest,
    file: &mut TableFile,
    progress: &ProgressBar,
) -> anyhow::Result<u64> {
    let (mut rows, mut failed) = (0, 0);
    loop {
        let asked = in_workspace(request.clone(), workspace)?;
        let broke =
            match ExportServiceClient::new(channel.clone()).export(asked).await.map(Response::into_inner) {
                Err(status) => status,
                Ok(mut stream) => loop {
                    match stream.message().await {
                        Ok(Some(message)) => {
                            file.write(&message)?;
                            rows = u64::try_from(message.rows_so_far).unwrap_or(rows);
                            progress.set_message(format!("{} rows", HumanCount(rows)));
                            progress.tick();
                            request.resume_token = message.resume_token;
                            failed = 0;
                        }
                        Ok(None) => return Ok(rows),
                        Err(status) => break status,
                    }
                },
            };
        failed += 1;
        if !is_of_connection(&broke) || failed == ATTEMPTS {
            return Err(refusal(&broke));
        }
        tokio::time::sleep(WAIT * failed).await;
    }
}

/// Whether the server is gone, and not what it says: what it says has no source.
fn is_of_connection(status: &Status) -> bool {
    status.code() == Code::Unavailable || status.source().is_some()
}

fn request(args: &ExportArgs, ending: Ending) -> anyhow::Result<v1::ExportRequest> {
    let ExportArgs { as_of, known_at, filter, horizon, without_intervals, .. } = args;
    let (as_of, known_at, filter) = (*as_of, *known_at, filter.clone());
    let is_of_predictions = args.table == ExportTable::Predictions;
    ensure!(
        is_of_predictions || (horizon.is_empty() && !without_intervals),
        "--horizon and --without-intervals are for predictions; leave them out of other tables"
    );
    let has_window = !args.window.is_empty() || args.interval.is_some();
    let is_of_some = !args.group_by.is_empty() || !args.metrics.is_empty();
    ensure!(
        args.table == ExportTable::Metrics || !(has_window || is_of_some),
        "--window, --interval, --group-by and --metrics are for metrics; leave them out of other tables"
    );
    let table = match args.table {
        ExportTable::Predictions => Table::Predictions(v1::PredictCustomersRequest {
            as_of,
            known_at,
            filter,
            horizon: horizon.clone(),
            without_intervals: *without_intervals,
            ..Default::default()
        }),
        ExportTable::Segments => {
            Table::Segments(v1::ListSegmentMembersRequest { as_of, known_at, filter, ..Default::default() })
        }
        ExportTable::Loyalty => {
            Table::Loyalty(v1::ListLoyaltyRequest { as_of, known_at, filter, ..Default::default() })
        }
        ExportTable::Customers => {
            Table::Customers(v1::ListCustomersRequest { as_of, known_at, filter, ..Default::default() })
        }
        ExportTable::Transactions => Table::Transactions(v1::ExportTransactions { as_of, known_at, filter }),
        ExportTable::Responses => Table::Responses(v1::ExportResponses { as_of, known_at, filter }),
        ExportTable::Metrics => Table::Metrics(v1::ExportMetrics {
            as_of,
            known_at,
            filter,
            window: args.window.clone(),
            group_by: args.group_by.clone(),
            interval: args.interval.map_or(v1::CalendarInterval::Unspecified, calendar).into(),
            metrics: args.metrics.clone(),
            ..Default::default()
        }),
    };
    let format = match ending {
        Ending::Csv => v1::ExportFormat::Rows,
        Ending::Parquet | Ending::Arrow => v1::ExportFormat::Arrow,
    };
    let columns = args.columns.clone();
    Ok(v1::ExportRequest { table: Some(table), columns, format: format.into(), ..Default::default() })
}

const fn calendar(interval: ExportInterval) -> v1::CalendarInterval {
    match interval {
        ExportInterval::Day => v1::CalendarInterval::Day,
        ExportInterval::Week => v1::CalendarInterval::Week,
        ExportInterval::Month => v1::CalendarInterval::Month,
        ExportInterval::Quarter => v1::CalendarInterval::Quarter,
        ExportInterval::Year => v1::CalendarInterval::Year,
    }
}
