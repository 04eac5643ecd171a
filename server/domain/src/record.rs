//! Records: what is written down when something happens.

use std::collections::BTreeMap;

use xxhash_rust::xxh3::xxh3_128;

use crate::{
    Amount, AttributeName, Cost, Currency, CustomerId, EventTime, Interaction, Money, RefundId,
    SurveyResponse, TransactionId,
};

/// One thing to record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A purchase.
    Transaction(Transaction),
    /// Money given back.
    Refund(Refund),
    /// An answer to a survey.
    SurveyResponse(SurveyResponse),
    /// Facts about a customer.
    CustomerUpsert(CustomerUpsert),
    /// A transaction taken back: it should not have been recorded.
    Void(Void),
    /// A support case, a visit, a campaign.
    Interaction(Interaction),
    /// Money spent on customers.
    Cost(Cost),
}

/// The money of a record that counts in the workspace's currency, whatever it is in.
#[derive(Debug)]
pub struct Priced<'r> {
    /// When.
    pub time: EventTime,
    /// How much.
    pub money: Money,
    /// What that comes to in the workspace's currency, where it is in another.
    pub converted: &'r mut Option<Amount>,
}

/// A purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Who bought.
    pub customer: CustomerId,
    /// How it is told from every other purchase.
    pub identity: TransactionIdentity,
    /// When.
    pub time: EventTime,
    /// What was paid, zero or more.
    pub money: Money,
    /// What that comes to in the workspace's reporting currency, where it was paid in another. Stored with the record,
    /// so that a rate that changes later changes nothing that was recorded.
    pub converted: Option<Amount>,
    /// What was taken off the list price, in the currency of `money` and more than zero; none if nothing was, or nobody
    /// knows.
    pub discount: Option<Amount>,
}

/// Occurrences tried when a derived id is handed back. Nobody buys the same for the same at the same time more often.
const CANONICAL_OCCURRENCES: u32 = 1_000;

/// How a transaction is told from every other: by its own id, or by what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransactionIdentity {
    /// The id its system gave it.
    Given(TransactionId),
    /// No id: which one it is of those with the same customer, time, amount and currency, from 1.
    Nth(u32),
}

impl Transaction {
    /// The same transaction, told apart by what it is if its id says no more than that: somebody may hand back an id
    /// that was derived here.
    #[must_use]
    pub fn canonical(mut self) -> Self {
        if let TransactionIdentity::Given(id) = &self.identity
            && let Some(key) = TransactionKey::derived_from(id.as_str())
        {
            let derived =
                |n: &u32| TransactionKey::derived(self.customer.as_str(), self.time, self.money, *n) == key;
            if let Some(occurrence) = (1..=CANONICAL_OCCURRENCES).find(derived) {
                self.identity = TransactionIdentity::Nth(occurrence);
            }
        }
        self
    }

    /// What was paid, in the workspace's reporting currency.
    #[must_use]
    pub fn worth(&self) -> Amount {
        self.converted.unwrap_or(self.money.amount)
    }

    /// What was taken off the list price, in the workspace's reporting currency: the same share of what was paid. Zero when
    /// nothing was paid, as then there is no share.
    #[must_use]
    pub fn discount_worth(&self) -> Option<Amount> {
        let discount = self.discount?;
        Some(self.converted.map_or(discount, |converted| converted.share(discount, self.money.amount)))
    }

    /// How-manieth of its kind it is; 0 with an id of its own.
    #[must_use]
    pub fn occurrence(&self) -> u32 {
        self.identity.occurrence()
    }

    /// The id it is told by: its own, or one derived of what it is.
    #[must_use]
    pub fn told_id(&self) -> String {
        match &self.identity {
            TransactionIdentity::Given(id) => id.as_str().to_owned(),
            TransactionIdentity::Nth(_) => self.key().to_derived_id(),
        }
    }

    /// What the store tells transactions apart by.
    #[must_use]
    pub fn key(&self) -> TransactionKey {
        self.identity.key(self.customer.as_str(), self.time, self.money)
    }
}

impl TransactionIdentity {
    /// How-manieth of its kind it is; 0 with an id of its own.
    #[must_use]
    pub fn occurrence(&self) -> u32 {
        match self {
            Self::Given(_) => 0,
            Self::Nth(occurrence) => *occurrence,
        }
    }

    /// What the store tells a transaction by, of this customer, time and money.
    #[must_use]
    pub fn key(&self, customer: &str, time: EventTime, money: Money) -> TransactionKey {
        match self {
            Self::Given(id) => TransactionKey::of_id(id.as_str()),
            Self::Nth(occurrence) => TransactionKey::derived(customer, time, money, *occurrence),
        }
    }
}

/// The natural key of a transaction, as 128 bits.
///
/// Keys of given ids are a hash of the id. A transaction without an id gets the id `auto-` and its key in hex, so that
/// a refund can name it; reading such an id gives the key back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransactionKey(u128);

impl TransactionKey {
    const DERIVED_PREFIX: &'static str = "auto-";

    /// The key of an id.
    #[must_use]
    pub fn of_id(id: &str) -> Self {
        Self::derived_from(id).unwrap_or_else(|| Self(xxh3_128(id.as_bytes())))
    }

    /// The key that a derived id spells; none for any other id.
    #[must_use]
    pub fn derived_from(id: &str) -> Option<Self> {
        let hex = id.strip_prefix(Self::DERIVED_PREFIX).filter(|hex| {
            hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        })?;
        u128::from_str_radix(hex, 16).ok().map(Self)
    }

    /// The key of a transaction without an id. It depends on nothing but its arguments, for ever: it is how loading
    /// the same log twice doubles nothing.
    #[must_use]
    pub fn derived(customer: &str, time: EventTime, money: Money, occurrence: u32) -> Self {
        // The numbers have a fixed length and the customer comes last, so no two inputs share their bytes. A byte that
        // no id may contain comes first, so no given id shares them either.
        let mut bytes = [0_u8; 23 + 128];
        bytes[1..9].copy_from_slice(&time.micros().to_le_bytes());
        bytes[9..17].copy_from_slice(&money.amount.micros().to_le_bytes());
        bytes[17..19].copy_from_slice(&money.currency.number().to_le_bytes());
        bytes[19..23].copy_from_slice(&occurrence.to_le_bytes());
        let length = customer.len().min(128);
        bytes[23..23 + length].copy_from_slice(&customer.as_bytes()[..length]);
        Self(xxh3_128(&bytes[..23 + length]))
    }

    /// The id of a transaction that came without one.
    #[must_use]
    pub fn to_derived_id(self) -> String {
        format!("{}{:032x}", Self::DERIVED_PREFIX, self.0)
    }

    /// The 128 bits.
    #[must_use]
    pub fn bits(self) -> u128 {
        self.0
    }
}

/// Money given back for a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Its id.
    pub id: RefundId,
    /// Which transaction, by its id, given or derived.
    pub transaction: TransactionId,
    /// When.
    pub time: EventTime,
    /// What was given back, more than zero.
    pub money: Money,
}

/// A transaction taken back: it was a mistake, a test or a fraud. Unlike a refund it leaves no trace in answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Void {
    /// Which transaction, by its id, given or derived.
    pub transaction: TransactionId,
    /// From when on it no longer counts; none for never: it did not happen.
    pub time: Option<EventTime>,
    /// Why, or empty.
    pub reason: String,
}

/// Facts about a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerUpsert {
    /// About whom.
    pub customer: CustomerId,
    /// Facts by name; an empty value takes the fact away.
    pub attributes: BTreeMap<AttributeName, String>,
    /// From when on they hold; none for all times.
    pub effective: Option<EventTime>,
}

/// Attribute of customers that says who recommended us to them: the id of another customer.
pub const REFERRED_BY: &str = "referred_by";

impl CustomerUpsert {
    /// Takes a customer's id out of who recommended us, as if the fact had been taken away; whether it was there.
    pub fn forget_referrer(attributes: &mut BTreeMap<AttributeName, String>, id: &str) -> bool {
        let named = attributes.iter_mut().find(|(name, value)| name.as_str() == REFERRED_BY && *value == id);
        named.map(|(_, value)| value.clear()).is_some()
    }
}

impl Record {
    /// When it happened. Facts that hold for all times have no moment, and a void without one has that of its
    /// transaction.
    #[must_use]
    pub fn time(&self) -> Option<EventTime> {
        match self {
            Self::Transaction(transaction) => Some(transaction.time),
            Self::Refund(refund) => Some(refund.time),
            Self::SurveyResponse(response) => Some(response.time),
            Self::CustomerUpsert(upsert) => upsert.effective,
            Self::Void(void) => void.time,
            Self::Interaction(interaction) => Some(interaction.time),
            Self::Cost(cost) => Some(cost.time),
        }
    }

    /// The money it is about.
    #[must_use]
    pub fn money(&self) -> Option<Money> {
        match self {
            Self::Transaction(transaction) => Some(transaction.money),
            Self::Refund(refund) => Some(refund.money),
            Self::Cost(cost) => Some(cost.money),
            Self::SurveyResponse(_) | Self::CustomerUpsert(_) | Self::Void(_) | Self::Interaction(_) => None,
        }
    }

    /// Its money, if it counts in the workspace's currency by itself. That of a refund counts by its transaction.
    pub fn priced_mut(&mut self) -> Option<Priced<'_>> {
        match self {
            Self::Transaction(Transaction { time, money, converted, .. })
            | Self::Cost(Cost { time, money, converted, .. }) => {
                Some(Priced { time: *time, money: *money, converted })
            }
            _ => None,
        }
    }

    /// The currency it is in, if it counts in the workspace's currency without being converted. The first such record decides
    /// the currency of a workspace that has none.
    #[must_use]
    pub fn own_currency(&self) -> Option<Currency> {
        match self {
            Self::Transaction(Transaction { money, converted: None, .. })
            | Self::Cost(Cost { money, converted: None, .. }) => Some(money.currency),
            _ => None,
        }
    }

    /// The amount it is about, zero without any.
    #[must_use]
    pub fn amount(&self) -> Amount {
        self.money().map_or(Amount::ZERO, |money| money.amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(micros: i64) -> Money {
        Money { amount: Amount::from_micros(micros), currency: Currency::parse("USD").unwrap() }
    }

    #[test]
    fn derived_keys_never_change() {
        let key = TransactionKey::derived(
            "0001",
            EventTime::from_micros(852_076_800_000_000),
            money(29_330_000),
            1,
        );
        // Pinned: a change here would double every log that is loaded again.
        assert_eq!(key.to_derived_id(), "auto-ba67a6e7614d8add98f705537894f410");
        assert_eq!(TransactionKey::of_id(&key.to_derived_id()), key);
    }

    #[test]
    fn every_part_of_a_derived_key_counts() {
        let time = EventTime::from_micros(1);
        let keys = [
            TransactionKey::derived("a", time, money(1), 1),
            TransactionKey::derived("b", time, money(1), 1),
            TransactionKey::derived("a", EventTime::from_micros(2), money(1), 1),
            TransactionKey::derived("a", time, money(2), 1),
            TransactionKey::derived("a", time, money(1), 2),
        ];
        for (i, a) in keys.iter().enumerate() {
            for b in &keys[i + 1..] {
                assert_ne!(a, b);
            }
        }
    }
}
