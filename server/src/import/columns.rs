//! Which column holds what: by flag, or by the names people use.
//!
//! The same rules stand in both SDKs; `tests/vectors/column_names.json` holds the three together. What a name alone does
//! not tell for sure is refused with a sentence, as a wrong customer gives wrong numbers without a word.

use indicatif::HumanCount;

use crate::cli::ImportArgs;
use crate::import::source::Told;
use crate::import::words::{listed, word};

// The usual names, likeliest first.
pub(crate) const CUSTOMER: &[&str] =
    &["customer_id", "customer", "user_id", "user", "client_id", "account_id"];
/// Of a file that names customers by nothing else.
pub(crate) const EMAIL: &[&str] = &[
    "customer_email",
    "customer_e_mail",
    "customer_email_address",
    "email",
    "e_mail",
    "email_address",
    "e_mail_address",
    "billing_email",
    "billing_e_mail",
    "email_billing",
    "buyer_email",
    "user_email",
    "client_email",
    "account_email",
    "person_email",
    "contact_email",
    "recipient_email",
    "from_email_address",
];
/// The customer only where it comes back, as it may just as well be the id of each row.
pub(crate) const ID: &str = "id";
pub(crate) const TIME: &[&str] = &[
    "date",
    "time",
    "timestamp",
    "datetime",
    "order_date",
    "order_time",
    "transaction_date",
    "transaction_time",
    "purchase_date",
    "purchase_time",
    "invoice_date",
    "created_at",
];
pub(crate) const AMOUNT: &[&str] =
    &["value", "amount", "total", "price", "revenue", "spend", "sales", "amount_paid"];
/// Beside one of these a price is that of one piece.
const PRICE: &str = "price";
const PIECES: &[&str] = &["quantity", "qty"];
/// Of one piece, where lines of orders are added up.
const PRICES: &[&str] = &["price", "unit_price", "item_price", "price_each"];
/// The amount of a line, where lines of orders are added up: before and after the usual names.
const AMOUNT_OF_LINE: &[&str] = &["line_total", "line_amount"];
pub(crate) const TRANSACTION: &[&str] = &["transaction_id", "order_id", "invoice_id", "invoice_no"];
/// Columns that begin so hold the lines of an order, of which a file has a row each.
const LINES: &[&str] = &["lineitem_", "line_item_"];
/// The order's id where there are lines of orders, as in Shopify's export.
const ORDER_OF_LINES: &str = "name";
pub(crate) const CURRENCY: &[&str] = &["currency", "currency_code"];

/// What became of an order, which is not read.
const UNREAD: &[&str] = &[
    "financial_status",
    "payment_status",
    "order_status",
    "status",
    "cancelled_at",
    "canceled_at",
    "refunded_amount",
    "amount_refunded",
];

/// Rows that are read ahead to see whether an id comes back.
pub(crate) const ROWS_AHEAD: usize = 10_000;

/// Positions of columns in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Columns {
    pub(crate) customer: usize,
    pub(crate) time: usize,
    pub(crate) amount: usize,
    pub(crate) discount: Option<usize>,
    pub(crate) transaction: Option<usize>,
    pub(crate) currency: Option<usize>,
}

impl Columns {
    /// Finds columns by their names. `comes_back` reads the first rows: whether a value of the first column stands in
    /// two of them with different values of the second.
    pub(crate) fn of(
        names: &[String],
        args: &ImportArgs,
        comes_back: impl FnOnce(usize, usize) -> anyhow::Result<bool>,
    ) -> anyhow::Result<Self> {
        let header = Header::of(names);
        let time = || header.needed("time", "--time", args.time.as_deref(), TIME);
        Ok(Self {
            customer: match &args.customer_id {
                Some(name) => header.named("--customer-id", name)?,
                None => header.customer(args.by_email(), |id| comes_back(id, time()?))?,
            },
            time: time()?,
            amount: match args.lines {
                true => header.amount_of_line(args.amount.as_deref())?,
                false => header.amount(args.amount.as_deref())?,
            },
            // Never guessed: a column of that name may hold percentages, and a file that was loaded without it would
            // contradict itself.
            discount: args.discount.as_deref().map(|name| header.named("--discount", name)).transpose()?,
            transaction: header.transaction(args.transaction_id.as_deref())?,
            currency: match (&args.currency_code, &args.currency) {
                (Some(_), _) => None,
                (None, Some(name)) if name.is_empty() => None,
                (None, Some(name)) => Some(header.named("--currency", name)?),
                (None, None) => header.guessed(CURRENCY),
            },
        })
    }
}

impl Columns {
    /// The columns that are read, by what they are taken for.
    pub(crate) fn taken(&self) -> Vec<(&'static str, usize)> {
        let Self { customer, time, amount, discount, transaction, currency } = *self;
        let taken = [
            ("customer_id", Some(customer)),
            ("time", Some(time)),
            ("amount", Some(amount)),
            ("discount", discount),
            ("transaction_id", transaction),
            ("currency_code", currency),
        ];
        taken.into_iter().filter_map(|(field, column)| Some((field, column?))).collect()
    }
}

/// The column of addresses by which people name customers.
pub(crate) fn address(names: &[String]) -> Option<usize> {
    Header::of(names).guessed(EMAIL)
}

/// The column of how many pieces were bought, where the amount that was taken is that of one.
pub(crate) fn pieces(names: &[String], amount: usize) -> Option<usize> {
    let header = Header::of(names);
    PRICES.contains(&header.usual[amount].as_str()).then(|| header.guessed(PIECES)).flatten()
}

/// Which columns were taken, and which may change what counts and were not, for people.
pub(crate) fn told(columns: &Columns, names: &[String]) -> Told {
    let taken = columns.taken();
    let words = taken.iter().map(|(field, column)| format!("{} for the {}", names[*column], word(field)));
    let mut text = format!("took {}", words.collect::<Vec<_>>().join(", "));
    let unread = unread(names);
    if !unread.is_empty() {
        text.push_str(&format!(
            "\ndid not read {}: orders that were cancelled, refunded or never paid count in full; leave them out of the file, or take them back with VoidTransactions and RecordRefunds",
            unread.join(", ")
        ));
    }
    Told { text, taken }
}

fn unread(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).filter(|name| UNREAD.contains(&usual(name).as_str())).collect()
}

struct Header<'a> {
    names: &'a [String],
    /// As they are compared.
    usual: Vec<String>,
}

impl<'a> Header<'a> {
    fn of(names: &'a [String]) -> Self {
        Self { names, usual: names.iter().map(|name| usual(name)).collect() }
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.usual.iter().position(|known| known == name)
    }

    fn guessed(&self, guesses: &[&str]) -> Option<usize> {
        guesses.iter().find_map(|guess| self.place(guess))
    }

    fn named(&self, flag: &str, name: &str) -> anyhow::Result<usize> {
        self.names.iter().position(|known| known == name).ok_or_else(|| {
            anyhow::anyhow!("{flag} names the column {name:?}, which the file lacks; it has: {}", self.list())
        })
    }

    fn needed(&self, what: &str, flag: &str, name: Option<&str>, guesses: &[&str]) -> anyhow::Result<usize> {
        match name {
            Some(name) => self.named(flag, name),
            None => self.guessed(guesses).ok_or_else(|| self.lacks(what, flag, guesses)),
        }
    }

    fn lacks(&self, what: &str, flag: &str, guesses: &[&str]) -> anyhow::Error {
        anyhow::anyhow!(
            "the file has no column for the {what} (looked for {}); it has: {}; name one with {flag}",
            guesses.join(", "),
            self.list()
        )
    }

    fn list(&self) -> String {
        listed(self.names)
    }

    fn customer(
        &self,
        by_email: bool,
        comes_back: impl FnOnce(usize) -> anyhow::Result<bool>,
    ) -> anyhow::Result<usize> {
        let known = if by_email { None } else { self.guessed(CUSTOMER) };
        if let Some(column) = known.or_else(|| self.guessed(EMAIL)) {
            return Ok(column);
        }
        let Some(id) = self.place(ID) else {
            return Err(self.lacks("customer", "--customer-id", &[CUSTOMER, &["email", ID]].concat()));
        };
        let why = match self.usual.iter().position(|name| name.ends_with("email") || name.ends_with("e_mail"))
        {
            Some(email) => format!("as the file has the e-mail column {:?}", self.names[email]),
            None if comes_back(id)? => return Ok(id),
            None => format!(
                "as none of its values comes back at another time in the first {} rows, so that it may be the id of each row",
                HumanCount(ROWS_AHEAD as u64)
            ),
        };
        anyhow::bail!(
            "the column {:?} is not taken for the customer, {why}; the file has: {}; name the customer's column with --customer-id",
            self.names[id],
            self.list()
        )
    }

    fn amount(&self, name: Option<&str>) -> anyhow::Result<usize> {
        let amount = self.needed("amount", "--amount", name, AMOUNT)?;
        match self.guessed(PIECES) {
            Some(pieces) if name.is_none() && self.usual[amount] == PRICE => anyhow::bail!(
                "the column {:?} is not taken for the amount, as beside {:?} it is the price of one piece; the file has: {}; add lines of orders up with --lines, or name the column of what was paid with --amount",
                self.names[amount],
                self.names[pieces],
                self.list()
            ),
            _ => Ok(amount),
        }
    }

    /// That of a line, which may be a price: it counts once for each piece.
    fn amount_of_line(&self, name: Option<&str>) -> anyhow::Result<usize> {
        self.needed("amount", "--amount", name, &[AMOUNT_OF_LINE, AMOUNT, &PRICES[1..]].concat())
    }

    fn transaction(&self, name: Option<&str>) -> anyhow::Result<Option<usize>> {
        match name {
            // The file has none, whatever its columns are called.
            Some("") => return Ok(None),
            Some(name) => return self.named("--transaction-id", name).map(Some),
            None => {}
        }
        let lines = self.usual.iter().position(|name| LINES.iter().any(|line| name.starts_with(line)));
        match (self.guessed(TRANSACTION), lines) {
            (None, Some(line)) => self.place(ORDER_OF_LINES).map(Some).ok_or_else(|| {
                anyhow::anyhow!(
                    "the file has a row for each line of an order, such as {:?}, and no column for the order's id; it has: {}; name that column with --transaction-id",
                    self.names[line],
                    self.list()
                )
            }),
            (found, _) => Ok(found),
        }
    }
}

/// "Customer ID" and "customerId" as `customer_id`: in lower case, words joined by underscores.
pub(crate) fn usual(name: &str) -> String {
    let mut words = String::new();
    let mut before = ' ';
    for c in name.chars() {
        let begins = c.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit());
        if (begins || !before.is_alphanumeric()) && c.is_alphanumeric() && !words.is_empty() {
            words.push('_');
        }
        if c.is_alphanumeric() {
            words.extend(c.to_lowercase());
        }
        before = c;
    }
    words
}

#[cfg(test)]
mod tests;
