//! Which column holds what: by flag, or by the names people use.

use crate::cli::ImportArgs;

// The usual names, likeliest first; the SDKs guess the same ones.
const CUSTOMER: &[&str] = &["customer_id", "customer", "user_id", "user", "client_id", "account_id", "id"];
const TIME: &[&str] = &[
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
const AMOUNT: &[&str] = &["value", "amount", "total", "price", "revenue", "spend", "sales", "amount_paid"];
const TRANSACTION: &[&str] = &["transaction_id", "order_id", "invoice_id", "invoice_no"];
const CURRENCY: &[&str] = &["currency", "currency_code"];

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
    /// Finds columns by their names.
    pub(crate) fn of(names: Vec<String>, args: &ImportArgs) -> anyhow::Result<Self> {
        let header = Header { names };
        Ok(Self {
            customer: header.needed("customer", "--customer-id", args.customer_id.as_deref(), CUSTOMER)?,
            time: header.needed("time", "--time", args.time.as_deref(), TIME)?,
            amount: header.needed("amount", "--amount", args.amount.as_deref(), AMOUNT)?,
            // Never guessed: a column of that name may hold percentages, and a file that was loaded without it would
            // contradict itself.
            discount: header.optional("--discount", args.discount.as_deref(), &[])?,
            transaction: header.optional("--transaction-id", args.transaction_id.as_deref(), TRANSACTION)?,
            currency: match args.currency_code {
                Some(_) => None,
                None => header.optional("--currency", args.currency.as_deref(), CURRENCY)?,
            },
        })
    }
}

struct Header {
    names: Vec<String>,
}

impl Header {
    fn named(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    fn guessed(&self, guesses: &[&str]) -> Option<usize> {
        let usual: Vec<String> = self.names.iter().map(|name| usual(name)).collect();
        guesses.iter().find_map(|guess| usual.iter().position(|known| known == guess))
    }

    fn optional(&self, flag: &str, name: Option<&str>, guesses: &[&str]) -> anyhow::Result<Option<usize>> {
        let Some(name) = name else { return Ok(self.guessed(guesses)) };
        match self.named(name) {
            Some(position) => Ok(Some(position)),
            None => anyhow::bail!(
                "{flag} names the column {name:?}, which the file lacks; it has: {}",
                self.names.join(", ")
            ),
        }
    }

    fn needed(&self, what: &str, flag: &str, name: Option<&str>, guesses: &[&str]) -> anyhow::Result<usize> {
        self.optional(flag, name, guesses)?.ok_or_else(|| {
            anyhow::anyhow!(
                "the file has no column for the {what} (looked for {}); it has: {}; name one with {flag}",
                guesses.join(", "),
                self.names.join(", ")
            )
        })
    }
}

/// "Customer ID" as `customer_id`: in lower case, words joined by underscores.
fn usual(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::usual;

    #[test]
    fn names_are_compared_as_people_mean_them() {
        for name in ["customer_id", "Customer ID", "customer-id", " CUSTOMER.ID "] {
            assert_eq!(usual(name), "customer_id");
        }
    }
}
