//! Purchases by the names of their columns: the quick way, for files of many millions.

use std::sync::Arc;

use lojal_domain::{Currency, WorkspaceName};
use lojal_proto::v1;
use lojal_proto::v1::admin_service_client::AdminServiceClient;
use parking_lot::Mutex;

use crate::cli::ImportArgs;
use crate::connection::{Channel, connect, in_workspace, refusal};
use crate::import::ahead::comes_back_in;
use crate::import::chunks::{Chunks, counted};
use crate::import::columns::Columns;
use crate::import::habits::{Beforehand, Habits};
use crate::import::looked::{ASSUMED, Looked};
use crate::import::open::open;
use crate::import::position::{position, source_id};
use crate::import::refusal::Taken;
use crate::import::send::{Sending, import};
use crate::import::source::RowError;
use crate::import::summary::Counted;
use crate::import::table::TableFile;
use crate::import::values::{NO_CURRENCY, Values};
use crate::import::{progress_bar, report};

/// Reads a file to its end without sending anything.
pub(crate) fn look(args: &ImportArgs, file: &TableFile, values: Values) -> anyhow::Result<Looked> {
    let args = args.with_columns()?;
    let habits = habits(&args, file, values)?;
    let mut source = open(&args, file, &habits)?;
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
    looked.notes.extend(habits.told());
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
    let args = &args.with_columns()?;
    let any = Currency::parse(NO_CURRENCY).map_err(|problem| anyhow::anyhow!("{problem}"))?;
    let mut habits = habits(args, file, Values::new(any, args)?)?;
    drop(open(args, file, &habits)?);
    let channel = connect(&args.server).await?;
    habits.values = Values::new(currency(&channel, workspace, args).await?, args)?;
    let notes: Vec<String> = file.notes().iter().cloned().chain(habits.told()).collect();
    let source_id = source_id(args, file, Some(habits.values.currency))?;
    let skip = position(&channel, workspace, &source_id).await?;
    let reopen = {
        let (args, file) = (args.clone(), file.clone());
        Box::new(move || open(&args, &file, &habits))
    };
    let chunks = Chunks::new(reopen, args.chunk_rows as usize, args.skip_invalid, skip)?;
    let progress = progress_bar(chunks.total());
    let chunks = Arc::new(Mutex::new(chunks));
    let taken = Taken::of(&chunks.lock().columns().taken, file.open()?.names());
    let sending =
        Sending { workspace, skip_invalid: args.skip_invalid, source_id, taken, progress: &progress };
    let producing = chunks.clone();
    let sent = import(channel, sending, move || producing.lock().next()).await;
    progress.finish_and_clear();
    let sent = sent.map_err(|problem| match chunks.lock().tally.shared_ids() {
        // What is refused then are lines of orders, most likely.
        Some(shared) => anyhow::anyhow!("{problem}\n{shared}"),
        None => problem,
    });
    report::purchases(args, &notes, &mut chunks.lock(), sent?, skip)
}

/// How the columns of a file are written.
fn habits(args: &ImportArgs, file: &TableFile, values: Values) -> anyhow::Result<Habits> {
    let columns = Columns::of(file.open()?.names(), args, |id, time| comes_back_in(file, id, time))?;
    let code = args.currency_code.clone().unwrap_or_default().to_uppercase();
    let before = Beforehand { currency: columns.currency.is_none().then_some(&*code), order: None };
    Habits::of(file, args, values, &columns.taken(), &before)
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
