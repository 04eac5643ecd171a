//! Arguments of `lojal import`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::database::DatabaseArgs;
use crate::cli::door::ServerArgs;

/// The kinds of record that a file may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Records {
    /// What was bought.
    Transactions,
    /// What was given back of it.
    Refunds,
    /// Answers to surveys, invitations and the like.
    Responses,
    /// Support cases, visits, campaigns.
    Interactions,
    /// What was spent on customers.
    Costs,
    /// Customers, with what is known of them in a column each.
    Customers,
}

/// What becomes of amounts less than zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Negative {
    /// The rows cannot be taken.
    Refuse,
    /// They are refunds of the customer's latest purchases.
    Refund,
}

/// What customers are named by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CustomerKey {
    /// Their id, if there is one.
    Id,
    /// Their e-mail address, although there are ids.
    Email,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ImportArgs {
    /// The file: CSV with a header line, Parquet (by its extension, .parquet or .pq) or JSON (an object a line, or a list).
    ///
    /// An export of Shopify, WooCommerce, Stripe, Odoo, Klaviyo, Delighted, Typeform, Formbricks or SurveyMonkey is recognised by
    /// its header, unless a column is named.
    #[arg(required_unless_present_any = ["from", "query", "query_file"])]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    /// The workspace.
    #[arg(long, default_value = "default")]
    pub(crate) workspace: String,
    /// What the rows are. [default: transactions; responses, of a survey tool's export]
    #[arg(long, value_enum)]
    pub(crate) records: Option<Records>,
    /// The export it is, such as shopify; "none" for one that is to be read by the names of its columns. [default: by the header]
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Tell what the file would be loaded as, and send nothing: no server is needed.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Column of the customer; e-mail addresses count in lower case. [default: guessed: customer_id, customer, user_id ..., else
    /// the e-mail address, else id if one of its values comes back at another time in the first 10,000 rows]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) customer_id: Option<String>,
    /// What customers are named by, in purchases and answers.
    #[arg(long, value_enum, default_value = "id")]
    pub(crate) customer_key: CustomerKey,
    /// Rows are lines of orders: they are added up by the order's id, and a price counts once for each piece.
    #[arg(long)]
    pub(crate) lines: bool,
    /// What becomes of purchases of less than zero.
    #[arg(long, value_enum, default_value = "refuse")]
    pub(crate) negative: Negative,
    /// Column of the date or time. [default: guessed: date, time, timestamp, order_date ...]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) time: Option<String>,
    /// Column of the amount. [default: guessed: value, amount, total, price (without a quantity) ...]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) amount: Option<String>,
    /// Column of what was taken off the list price, in the amount's currency; empty for nothing. [default: none]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) discount: Option<String>,
    /// Column of the transaction's id. [default: guessed: transaction_id, order_id ..., if there is one;
    /// name, in a file with lines of orders]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) transaction_id: Option<String>,
    /// Column of the currency's code. [default: currency or currency_code, if there is one]
    #[arg(long, value_name = "COLUMN", conflicts_with = "currency_code")]
    pub(crate) currency: Option<String>,
    /// Currency of all amounts; of those that name none, in an export that is recognised and in records other than transactions.
    /// [default: the workspace's]
    #[arg(long, value_name = "CODE")]
    pub(crate) currency_code: Option<String>,
    /// Column of another field, such as score="How likely?"; with no column, as in customer_id=, the file has none of it.
    #[arg(long, value_name = "FIELD=COLUMN", value_parser = field_and_text)]
    pub(crate) column: Vec<(String, String)>,
    /// Value of a field in rows that do not say, such as metric=csat.
    #[arg(long, value_name = "FIELD=VALUE", value_parser = field_and_text)]
    pub(crate) set: Vec<(String, String)>,
    /// A status with which orders of an export count, beside those that are known.
    #[arg(long, value_name = "STATUS")]
    pub(crate) counted_status: Vec<String>,
    /// How times are written, as in strftime: "%d.%m.%Y". [default: found out: 2026-03-01,
    /// 2026-03-01 12:00:00, RFC 3339, 1.3.2026, seconds since 1970 ...]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) time_format: Option<String>,
    /// Zone of times that name none: an IANA name.
    #[arg(long, default_value = "UTC", value_name = "ZONE")]
    pub(crate) time_zone: String,
    /// The decimal mark of amounts. [default: found out of values that can be read one way only]
    #[arg(long, value_name = "MARK", value_parser = [".", ","])]
    pub(crate) decimal: Option<String>,
    /// What separates columns. "tab" stands for a tabulator. [default: found out of , ; | and the tabulator]
    #[arg(long, value_name = "CHARACTER")]
    pub(crate) delimiter: Option<String>,
    /// The encoding of the file, such as windows-1250. [default: UTF-8, UTF-16 by its mark, or else windows-1252]
    #[arg(long, value_name = "NAME")]
    pub(crate) encoding: Option<String>,
    /// Leave out rows that cannot be read, and list them, instead of stopping before the chunk of the first.
    #[arg(long)]
    pub(crate) skip_invalid: bool,
    /// Rows to send at a time, 1 to 100,000. Of records other than transactions it is 10,000 at most.
    #[arg(long, default_value_t = 50_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) chunk_rows: u32,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

impl ImportArgs {
    /// Whether customers are named by their addresses, although there are ids.
    pub(crate) fn by_email(&self) -> bool {
        self.customer_key == CustomerKey::Email
    }

    /// The same with columns of purchases that are named by their fields in their flags.
    pub(crate) fn with_columns(&self) -> anyhow::Result<Self> {
        let mut named = self.clone();
        for (field, column) in &self.column {
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

    /// Where the file is; of a query the file that its answer is in.
    pub(crate) fn path(&self) -> &Path {
        self.file.as_deref().unwrap_or(Path::new(""))
    }

    /// Which columns the caller named, by field; an empty name says that there is none.
    pub(crate) fn named(&self) -> Vec<(String, String)> {
        let flags = [
            ("customer_id", &self.customer_id),
            ("time", &self.time),
            ("amount", &self.amount),
            ("discount", &self.discount),
            ("transaction_id", &self.transaction_id),
            ("currency_code", &self.currency),
        ];
        let flags = flags.into_iter().filter_map(|(field, name)| Some((field.to_owned(), name.clone()?)));
        flags.chain(self.column.iter().cloned()).collect()
    }
}

/// `score=How likely?` as a field and a text.
fn field_and_text(argument: &str) -> Result<(String, String), String> {
    let (field, text) = argument
        .split_once('=')
        .ok_or_else(|| "give a field, \"=\" and a text, as in score=Rating".to_owned())?;
    Ok((field.trim().to_owned(), text.trim().to_owned()))
}
