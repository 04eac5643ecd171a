//! Which columns of a file hold what of an order, and what becomes of orders that do not count.

use anyhow::{Context as _, ensure};

use crate::cli::{ImportArgs, Negative};
use crate::import::columns::{Columns, pieces, usual};
use crate::import::habits::times::Order as TimesOrder;
use crate::import::profiles::Recognised;
use crate::import::profiles::shape::{self, Lines, Status, TimeOrder, place, places};
use crate::import::words::named_column;

/// How orders are read. Columns are places in a row.
#[derive(Clone, Debug)]
pub(crate) struct OrderPlan {
    /// The export that it is, and in words; empty for none.
    pub(crate) profile: &'static str,
    pub(crate) title: &'static str,
    pub(crate) order: Option<usize>,
    /// In each row the first that names somebody.
    pub(crate) customers: Vec<usize>,
    pub(crate) nobody: Vec<String>,
    pub(crate) time: usize,
    pub(crate) amount: usize,
    pub(crate) lines: Lines,
    pub(crate) pieces: Option<usize>,
    pub(crate) minor_units: bool,
    pub(crate) currency: Option<usize>,
    /// Of orders that name none; empty for the workspace's.
    pub(crate) currency_code: String,
    pub(crate) discount: Option<usize>,
    pub(crate) status: Option<Statuses>,
    pub(crate) cancelled: Option<usize>,
    pub(crate) captured: Option<usize>,
    pub(crate) refund_amount: Option<usize>,
    pub(crate) refund_time: Option<usize>,
    pub(crate) refund_negatives: bool,
    pub(crate) float_ids: bool,
    pub(crate) time_order: Option<TimesOrder>,
    pub(crate) time_zone: Option<String>,
}

/// What the status of an order means.
#[derive(Clone, Debug)]
pub(crate) struct Statuses {
    pub(crate) column: usize,
    says: Status,
    /// Those that the caller says count.
    counted: Vec<String>,
}

impl Statuses {
    /// The status of a row as the table writes it; empty for none.
    fn word(&self, value: &str) -> String {
        let word = usual(value);
        word.strip_prefix(&self.says.prefix).map_or_else(|| word.clone(), str::to_owned)
    }

    /// Whether the money was given back, all of it where no amount says how much.
    pub(crate) fn is_refunded(&self, value: &str) -> bool {
        let word = self.word(value);
        self.says.refunded.contains(&word) && !self.counted.contains(&word)
    }

    /// Why an order is left out; none for one that is not.
    pub(crate) fn left_out(&self, value: &str) -> Result<Option<String>, String> {
        let word = self.word(value);
        if self.says.counts.contains(&word) || self.counted.contains(&word) || self.is_refunded(value) {
            return Ok(None);
        }
        if self.says.left_out.contains(&word) {
            return Ok(Some(word.replace('_', " ")));
        }
        if word.is_empty() {
            return Ok(Some("without a status".to_owned()));
        }
        Err(format!(
            "nobody knows whether an order with the status {value:?} counts; name those that do with --counted-status {value:?}, or leave these rows out of the file"
        ))
    }
}

impl OrderPlan {
    /// How an export is read, with the columns that the caller names in place of its own.
    pub(crate) fn of(found: Recognised, names: &[String], args: &ImportArgs) -> anyhow::Result<Self> {
        let says = found.shape;
        let one = |wanted: &[String]| place(wanted, names);
        let missing =
            |what: &str| anyhow::anyhow!("this export of {} has no column of the {what}", found.profile);
        let counted = args.counted_status.iter().map(|status| usual(status)).collect();
        let status = says.status.as_ref().and_then(|status| {
            let column = names.iter().position(|name| *name == status.column)?;
            Some(Statuses { column, says: status.clone(), counted })
        });
        let mut plan = Self {
            profile: found.profile,
            title: found.title,
            order: one(&says.order),
            customers: addressed(places(&says.customer, names), names, args),
            nobody: says.nobody.clone(),
            time: one(&says.time).ok_or_else(|| missing("time"))?,
            amount: one(&says.amount).ok_or_else(|| missing("amount"))?,
            lines: says.lines,
            pieces: one(&says.pieces),
            minor_units: says.minor_units,
            currency: one(&says.currency),
            currency_code: says.currency_code.clone(),
            discount: one(&says.discount),
            status,
            cancelled: one(&says.cancelled),
            captured: one(&says.captured),
            refund_amount: one(&says.refund_amount),
            refund_time: one(&says.refund_time),
            refund_negatives: says.negative == Some(shape::Negative::Refund),
            float_ids: says.float_ids,
            time_order: says.time_order.map(|order| match order {
                TimeOrder::Mdy => TimesOrder::MonthFirst,
                TimeOrder::Dmy => TimesOrder::DayFirst,
            }),
            time_zone: says.time_zone.clone(),
        };
        plan.take_named(names, args)?;
        ensure!(
            !plan.customers.is_empty(),
            "this export of {} has none of the columns that name customers ({}); add one to the export, or name the columns yourself",
            found.profile,
            says.customer.join(", ")
        );
        Ok(plan)
    }

    /// How orders are read by the names of their columns.
    pub(crate) fn of_columns(
        names: &[String],
        args: &ImportArgs,
        comes_back: impl FnOnce(usize, usize) -> anyhow::Result<bool>,
    ) -> anyhow::Result<Self> {
        let args = &args.with_columns()?;
        let found = Columns::of(names, args, comes_back)?;
        if args.lines {
            found.transaction.context(
                "lines are added up by their order, and no column has its id; name that column with --transaction-id",
            )?;
        }
        let is_named = args.amount.is_some();
        Ok(Self {
            profile: "",
            title: "",
            order: found.transaction,
            customers: vec![found.customer],
            nobody: Vec::new(),
            time: found.time,
            amount: found.amount,
            lines: if args.lines { Lines::Sum } else { Lines::None },
            pieces: if args.lines && !is_named { pieces(names, found.amount) } else { None },
            minor_units: false,
            currency: found.currency,
            currency_code: String::new(),
            discount: found.discount,
            status: None,
            cancelled: None,
            captured: None,
            refund_amount: None,
            refund_time: None,
            refund_negatives: args.negative == Negative::Refund,
            float_ids: false,
            time_order: None,
            time_zone: None,
        })
    }

    fn take_named(&mut self, names: &[String], args: &ImportArgs) -> anyhow::Result<()> {
        for (field, name) in args.named() {
            let column = match name.as_str() {
                "" => None,
                name => Some(named_column(names, name, &field)?),
            };
            match (field.as_str(), column) {
                ("customer_id", Some(column)) => self.customers = vec![column],
                ("time", Some(column)) => self.time = column,
                ("amount", Some(column)) => self.amount = column,
                ("transaction_id", column) => self.order = column,
                ("currency_code", column) => self.currency = column,
                ("discount", column) => self.discount = column,
                ("customer_id" | "time" | "amount", None) => {
                    anyhow::bail!("an order has a {field}; name its column, or leave that out")
                }
                _ => anyhow::bail!(
                    "an order has no field {field:?}; the fields are customer_id, time, amount, transaction_id, currency_code, discount"
                ),
            }
        }
        Ok(())
    }

    /// The columns that are read, by what they are taken for.
    pub(crate) fn columns(&self) -> Vec<(&'static str, usize)> {
        let optional = [
            ("transaction_id", self.order),
            ("currency_code", self.currency),
            ("pieces", self.pieces),
            ("discount", self.discount),
            ("status", self.status.as_ref().map(|status| status.column)),
            ("cancelled", self.cancelled),
            ("captured", self.captured),
            ("refund_amount", self.refund_amount),
            ("refund_time", self.refund_time),
        ];
        let customers = self.customers.iter().map(|column| ("customer_id", *column));
        let always = customers.chain([("time", self.time), ("amount", self.amount)]);
        always.chain(optional.into_iter().filter_map(|(field, column)| Some((field, column?)))).collect()
    }
}

/// Of the columns that name customers those of addresses, where they are named by these.
pub(crate) fn addressed(places: Vec<usize>, names: &[String], args: &ImportArgs) -> Vec<usize> {
    let is_kept = |place: &usize| !args.by_email() || usual(&names[*place]).contains("mail");
    places.into_iter().filter(is_kept).collect()
}
