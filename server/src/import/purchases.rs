//! Purchases by the names of their columns: the quick way, for files of many millions.

use std::sync::Arc;

use lojal_domain::{Currency, WorkspaceName};
use lojal_proto::v1;
use lojal_proto::v1::admin_service_client::AdminServiceClient;
use parking_lot::Mutex;

use crate::cli::ImportArgs;
use crate::connection::{Channel, connect, in_workspace, refusal};
use crate::import::chunks::{Chunks, counted};
use crate::import::looked::Looked;
use crate::import::open::open;
use crate::import::position::{position, source_id};
use crate::import::send::{Sending, import};
use crate::import::source::RowError;
use crate::import::summary::Counted;
use crate::import::table::TableFile;
use crate::import::values::{NO_CURRENCY, Values};
use crate::import::{progress_bar, report};

const ASSUMED: &str = "amounts name no currency and are taken to be in the workspace's reporting currency; give --currency-code if they are not";

/// Reads a file to its end without sending anything.
pub(crate) fn look(args: &ImportArgs, file: &TableFile, values: Values) -> anyhow::Result<Looked> {
    let args = with_columns(args)?;
    let mut source = open(&args, file, &values)?;
    let told = source.columns().clone();
    let mut looked = Looked { taken: told.taken, ..Default::default() };
    while let Some((line, row)) = source.next()? {
        looked.rows += 1;
        match row {
            Ok(row) => {
                let code = Some(row.currency.code()).filter(|code| *code != NO_CURRENCY);
                let row = counted(&row, line);
                let amount = row.amount.map(|(_, micros)| (code.unwrap_or_default(), micros));
                looked.tally.add(&Counted { amount, ..row });
            }
            Err(message) => looked.bad.add(RowError { line, message }),
        }
    }
    looked.notes.extend(file.notes().iter().cloned());
    // After which columns were taken comes what was not read, if anything.
    looked.notes.extend(told.text.lines().skip(1).map(str::to_owned));
    if looked.tally.names_no_currency() {
        looked.notes.push(ASSUMED.to_owned());
    }
    Ok(looked)
}

/// Loads a file and tells what became of it.
pub(crate) async fn load(
    args: &ImportArgs,
    file: &TableFile,
    workspace: &WorkspaceName,
) -> anyhow::Result<()> {
    let args = &with_columns(args)?;
    let any = Currency::parse(NO_CURRENCY).map_err(|problem| anyhow::anyhow!("{problem}"))?;
    drop(open(args, file, &Values::new(any, args)?)?);
    let channel = connect(&args.server).await?;
    let values = Values::new(currency(&channel, workspace, args).await?, args)?;
    let source_id = source_id(args, file, Some(values.currency))?;
    let skip = position(&channel, workspace, &source_id).await?;
    let reopen = {
        let (args, file) = (args.clone(), file.clone());
        Box::new(move || open(&args, &file, &values))
    };
    let chunks = Chunks::new(reopen, args.chunk_rows as usize, args.skip_invalid, skip)?;
    let progress = progress_bar(chunks.total());
    let chunks = Arc::new(Mutex::new(chunks));
    let sending = Sending { workspace, skip_invalid: args.skip_invalid, source_id, progress: &progress };
    let producing = chunks.clone();
    let sent = import(channel, sending, move || producing.lock().next()).await;
    progress.finish_and_clear();
    report::purchases(args, file, &mut chunks.lock(), sent?, skip)
}

/// The same with columns that are named by their fields in their flags.
fn with_columns(args: &ImportArgs) -> anyhow::Result<ImportArgs> {
    let mut named = args.clone();
    for (field, column) in &args.column {
        let place = match field.as_str() {
            "customer_id" => &mut named.customer_id,
            "time" => &mut named.time,
            "amount" => &mut named.amount,
            "discount" => &mut named.discount,
            "transaction_id" => &mut named.transaction_id,
            "currency_code" => &mut named.currency,
            _ => anyhow::bail!(
                "purchases have no field {field:?}; the fields are customer_id, time, amount, discount, transaction_id, currency_code; of other records say which with --records"
            ),
        };
        *place = Some(column.clone());
    }
    Ok(named)
}

/// The currency of rows that name none: the one asked for, else the workspace's.
async fn currency(
    channel: &Channel,
    workspace: &WorkspaceName,
    args: &ImportArgs,
) -> anyhow::Result<Currency> {
    let code = match &args.currency_code {
        Some(code) => code.clone(),
        None => {
            let request = in_workspace(v1::GetServerInfoRequest {}, workspace)?;
            let info = AdminServiceClient::new(channel.clone()).get_server_info(request).await;
            let info = info.map_err(|status| refusal(&status))?.into_inner();
            info.workspace.unwrap_or_default().reporting_currency_code
        }
    };
    Currency::parse(&code).map_err(|problem| anyhow::anyhow!("--currency-code {problem}"))
}
