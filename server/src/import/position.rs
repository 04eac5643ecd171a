//! What the server remembers of an import: by which name, and how far it is.

use std::fs::File;
use std::io::Read as _;

use anyhow::Context as _;
use lojal_domain::{Currency, WorkspaceName};
use lojal_proto::v1;
use lojal_proto::v1::ingest_service_client::IngestServiceClient;
use xxhash_rust::xxh3::Xxh3;

use crate::cli::{ImportArgs, Negative};
use crate::connection::{Channel, in_workspace, refusal};
use crate::import::profiles::TABLE;
use crate::import::table::TableFile;

/// What the server remembers this import by: a hash of the file and of how it is read. `currency` is that of purchases that name
/// none, where they are read by the names of their columns.
pub(crate) fn source_id(
    args: &ImportArgs,
    of: &TableFile,
    currency: Option<Currency>,
) -> anyhow::Result<String> {
    let mut hash = Xxh3::new();
    let mut file =
        File::open(args.path()).with_context(|| format!("cannot read {}", args.path().display()))?;
    let mut bytes = vec![0; 1 << 20];
    loop {
        match file.read(&mut bytes).with_context(|| format!("cannot read {}", args.path().display()))? {
            0 => break,
            read => hash.update(&bytes[..read]),
        }
    }
    let (delimiter, encoding) = match of {
        TableFile::Csv(text) | TableFile::Json(text) => (text.delimiter(), text.encoding()),
        TableFile::Parquet(_) => (b',', ""),
    };
    let ImportArgs { customer_id, time, amount, transaction_id, time_format, .. } = args;
    let delimiter = char::from(delimiter).to_string();
    let code = currency.map(Currency::code);
    let reading = format!(
        "{:?}",
        (
            (customer_id, time, amount, transaction_id, &args.currency, time_format),
            (&args.time_zone, delimiter, args.skip_invalid, code.unwrap_or_default())
        )
    );
    hash.update(reading.as_bytes());
    // An import that older versions began may have taken other customers for the same rows: it is begun anew.
    hash.update(b"mail addresses in lower case");
    // Apart, so that imports that name none are known by what they were before.
    if let Some(discount) = &args.discount {
        hash.update(format!("discount {discount:?}").as_bytes());
    }
    if let (Some(_), Some(decimal)) = (code, &args.decimal) {
        hash.update(format!("decimal {decimal}").as_bytes());
    }
    if args.by_email() {
        hash.update(b"by e-mail");
    }
    if args.lines || args.negative == Negative::Refund {
        hash.update(format!("{} {:?}", args.lines, args.negative).as_bytes());
    }
    if code.is_none() || !args.column.is_empty() || !matches!(encoding, "" | "UTF-8") {
        let ImportArgs { records, profile, column, set, counted_status, decimal, currency_code, .. } = args;
        let more = (records, profile, column, set, counted_status, decimal, currency_code);
        hash.update(format!("{more:?} {encoding} {TABLE}").as_bytes());
    }
    Ok(format!("file-{:032x}", hash.digest128()))
}

/// How many rows of the file an earlier run has loaded.
pub(crate) async fn position(
    channel: &Channel,
    workspace: &WorkspaceName,
    source_id: &str,
) -> anyhow::Result<u64> {
    let request = v1::GetImportPositionRequest { source_id: source_id.to_owned() };
    let request = in_workspace(request, workspace)?;
    let answer = IngestServiceClient::new(channel.clone()).get_import_position(request).await;
    let answer = answer.map_err(|status| refusal(&status))?.into_inner();
    Ok(u64::try_from(answer.position).unwrap_or(0))
}
