//! Reads orders of a file: purchases, the refunds of them, and how many were left out for which reason.

use std::collections::{BTreeMap, HashMap, HashSet};

use ::csv::StringRecord;
use lojal_domain::{Amount, EventTime};

use crate::import::habits::Habits;
use crate::import::orders::plan::OrderPlan;
use crate::import::profiles::micros_a_minor_unit;
use crate::import::profiles::shape::Lines;
use crate::import::source::RowError;
use crate::import::table::Table;
use crate::import::values::{NO_AMOUNT, NO_DISCOUNT};

const MICROS: i64 = 1_000_000;
pub(crate) const NOBODY: &str = "names nobody";
const A_BAD_LINE: &str = "has a line that cannot be read";

/// An order as it is read, a line or all at once. Amounts are in millionths.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) line: u64,
    /// Its id; empty for none.
    pub(crate) key: String,
    pub(crate) customer: String,
    pub(crate) time: EventTime,
    /// A code; empty for the workspace's.
    pub(crate) currency: String,
    pub(crate) amount: i64,
    pub(crate) discount: i64,
    pub(crate) refunded: i64,
    pub(crate) refunded_at: EventTime,
}

/// What is read of a file.
#[derive(Debug, Default)]
pub(crate) struct OrderBook {
    /// Those that count, in the order of the file; amounts may be less than zero.
    pub(crate) orders: Vec<Order>,
    /// How many orders were left out, by reason.
    pub(crate) left_out: BTreeMap<String, u64>,
    pub(crate) rows: u64,
    /// How many refunds were larger than their order, and count as all of it.
    pub(crate) capped: u64,
    pub(crate) bad: Vec<RowError>,
}

/// Reads rows as orders.
pub(crate) struct OrderReader<'a> {
    plan: &'a OrderPlan,
    habits: &'a mut Habits,
    /// The currency of orders that name none.
    currency: String,
    /// Where each order is that has been read, by its id; none for one that is left out.
    by_key: HashMap<String, Option<usize>>,
    with_bad_line: HashSet<String>,
    book: OrderBook,
}

impl<'a> OrderReader<'a> {
    pub(crate) fn new(plan: &'a OrderPlan, habits: &'a mut Habits, currency: String) -> Self {
        let (by_key, with_bad_line, book) = (HashMap::new(), HashSet::new(), OrderBook::default());
        Self { plan, habits, currency, by_key, with_bad_line, book }
    }

    /// Reads a table to its end.
    pub(crate) fn read(mut self, table: &mut dyn Table) -> anyhow::Result<OrderBook> {
        let mut row = StringRecord::new();
        while let Some((line, read)) = table.next(&mut row)? {
            self.book.rows += 1;
            if let Err(message) = read.and_then(|()| self.take(line, &row)) {
                let key = cell(&row, self.plan.order);
                if self.plan.lines == Lines::Sum && !key.is_empty() {
                    self.with_bad_line.insert(key.to_owned());
                }
                self.book.bad.push(RowError { line, message });
            }
        }
        let Self { plan, with_bad_line, mut book, .. } = self;
        let before = book.orders.len();
        book.orders.retain(|order| !with_bad_line.contains(&order.key));
        if before > book.orders.len() {
            book.left_out.insert(A_BAD_LINE.to_owned(), (before - book.orders.len()) as u64);
        }
        if !plan.refund_negatives {
            let bad = &mut book.bad;
            book.orders.retain(|order| {
                if order.amount < 0 {
                    let amount = Amount::from_micros(order.amount).to_decimal(0);
                    let message =
                        format!("the amount is {amount}; record money that was given back as refunds");
                    bad.push(RowError { line: order.line, message });
                }
                order.amount >= 0
            });
        }
        Ok(book)
    }

    fn take(&mut self, line: u64, row: &StringRecord) -> Result<(), String> {
        let plan = self.plan;
        let key = self.habits.values.id(Some(cell(row, plan.order)))?.unwrap_or_default().to_owned();
        let has_lines = plan.lines != Lines::None;
        if plan.order.is_some() && key.is_empty() {
            // A further line of the order above it.
            if has_lines && cell(row, Some(plan.amount)).is_empty() {
                return Ok(());
            }
            return Err("the order's id is missing".to_owned());
        }
        if has_lines && let Some(known) = self.by_key.get(&key).copied() {
            return match known {
                Some(place) if plan.lines == Lines::Sum => self.add_line(place, row),
                _ => Ok(()),
            };
        }
        if has_lines {
            self.by_key.insert(key.clone(), None);
        }
        let reason = self.left_out(row)?;
        let customer = if reason.is_some() { None } else { self.customer(row)? };
        let Some(customer) = customer else {
            *self.book.left_out.entry(reason.unwrap_or_else(|| NOBODY.to_owned())).or_default() += 1;
            return Ok(());
        };
        let order = self.order(line, key.clone(), customer, row)?;
        if has_lines {
            self.by_key.insert(key, Some(self.book.orders.len()));
        }
        self.book.orders.push(order);
        Ok(())
    }

    /// Why an order is left out; none for one that is not.
    fn left_out(&self, row: &StringRecord) -> Result<Option<String>, String> {
        let Some(status) = &self.plan.status else { return Ok(None) };
        let value = cell(row, Some(status.column));
        let reason = status.left_out(value)?;
        let captured = cell(row, self.plan.captured);
        if reason.is_none() && !captured.is_empty() && !flag(captured, "captured")? {
            return Ok(Some("not captured".to_owned()));
        }
        if reason.is_some() || status.is_refunded(value) || self.refunded(row, "")? > 0 {
            return Ok(reason);
        }
        // Called off and not given back: nothing was paid, or the export is older than the refund.
        Ok((!cell(row, self.plan.cancelled).is_empty()).then(|| "cancelled".to_owned()))
    }

    fn customer(&self, row: &StringRecord) -> Result<Option<String>, String> {
        for column in &self.plan.customers {
            let text = cell(row, Some(*column));
            if text.is_empty() || self.plan.nobody.iter().any(|nobody| nobody == text) {
                continue;
            }
            let customer = self.habits.values.customer(text)?;
            let customer = match self.plan.float_ids {
                true => customer.strip_suffix(".0").unwrap_or(&customer),
                false => &customer,
            };
            return Ok(Some(customer.to_owned()));
        }
        Ok(None)
    }

    fn order(
        &mut self,
        line: u64,
        key: String,
        customer: String,
        row: &StringRecord,
    ) -> Result<Order, String> {
        let plan = self.plan;
        let currency = match cell(row, plan.currency) {
            "" if plan.currency_code.is_empty() => self.currency.clone(),
            "" => plan.currency_code.clone(),
            code => self.habits.values.currency_of(&code.to_uppercase())?.code().to_owned(),
        };
        let time = self.habits.time(cell(row, Some(plan.time)), "time")?;
        let amount = self.amount(row, &currency)?;
        let discount = self.discount(row)?;
        let mut refunded = self.refunded(row, &currency)?;
        let status = plan.status.as_ref();
        if refunded == 0 && status.is_some_and(|status| status.is_refunded(cell(row, Some(status.column)))) {
            refunded = amount;
        }
        if amount >= 0 && refunded > amount {
            self.book.capped += 1;
            refunded = amount;
        }
        let refunded_at = match cell(row, plan.refund_time) {
            "" => time,
            at => self.habits.time(at, "refund_time")?.max(time),
        };
        Ok(Order { line, key, customer, time, currency, amount, discount, refunded, refunded_at })
    }

    fn add_line(&mut self, place: usize, row: &StringRecord) -> Result<(), String> {
        let currency = self.book.orders[place].currency.clone();
        let (amount, discount) = (self.amount(row, &currency)?, self.discount(row)?);
        let order = &mut self.book.orders[place];
        let too_much = || "the order is of more than can be recorded".to_owned();
        order.amount = order.amount.checked_add(amount).ok_or_else(too_much)?;
        order.discount = order.discount.checked_add(discount).ok_or_else(too_much)?;
        Ok(())
    }

    fn amount(&self, row: &StringRecord, currency: &str) -> Result<i64, String> {
        let text = cell(row, Some(self.plan.amount));
        if text.is_empty() {
            return Err(NO_AMOUNT.to_owned());
        }
        let each = self.money(text, currency, "amount")?;
        let Some(pieces) = self.plan.pieces else { return Ok(each) };
        let pieces = self.habits.amount(cell(row, Some(pieces)), "pieces", "quantity")?.micros();
        let product = i128::from(each) * i128::from(pieces);
        let (whole, rest) = (product / i128::from(MICROS), product % i128::from(MICROS));
        let rounded = whole + if rest.abs() * 2 >= i128::from(MICROS) { rest.signum() } else { 0 };
        i64::try_from(rounded).map_err(|_| "the amount is more than can be recorded".to_owned())
    }

    /// What was given back; some write it as less than zero.
    fn refunded(&self, row: &StringRecord, currency: &str) -> Result<i64, String> {
        match cell(row, self.plan.refund_amount) {
            "" => Ok(0),
            text => Ok(self.money(text, currency, "refund_amount")?.abs()),
        }
    }

    fn discount(&self, row: &StringRecord) -> Result<i64, String> {
        let text = cell(row, self.plan.discount);
        if text.is_empty() {
            return Ok(0);
        }
        match self.habits.amount(text, "discount", "discount")?.micros() {
            less if less < 0 => Err(format!("the discount is {text:?}; {NO_DISCOUNT}")),
            micros => Ok(micros),
        }
    }

    fn money(&self, text: &str, currency: &str, field: &str) -> Result<i64, String> {
        let what = field.replace('_', " ");
        let micros = self.habits.amount(text, field, &what)?.micros();
        if !self.plan.minor_units {
            return Ok(micros);
        }
        if micros % MICROS != 0 {
            return Err(format!(
                "the {what} {text:?} is no whole number of the currency's smallest unit, such as cents"
            ));
        }
        let unit = micros_a_minor_unit(currency).map_err(|problem| problem.to_string())?;
        (micros / MICROS)
            .checked_mul(unit)
            .ok_or_else(|| format!("the {what} {text:?} is more than can be recorded"))
    }
}

/// A cell; empty where there is no such column.
fn cell(row: &StringRecord, column: Option<usize>) -> &str {
    column.and_then(|column| row.get(column)).unwrap_or_default()
}

/// A truth, as files of text and data frames write it.
pub(crate) fn flag(text: &str, what: &str) -> Result<bool, String> {
    match text.to_lowercase().as_str() {
        "true" | "1" | "1.0" => Ok(true),
        "false" | "0" | "0.0" | "" => Ok(false),
        _ => Err(format!("the {what} is {text:?}; give true or false")),
    }
}
