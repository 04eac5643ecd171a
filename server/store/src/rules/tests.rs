//! The rules, with nothing of a store but a list of records.

use lojal_domain::{
    Amount, AttributeFact, Currency, CustomerId, EventTime, Money, Record, Refund, RefundId, SurveyResponse,
    Transaction, TransactionId, TransactionIdentity, TransactionKey, Void,
};

use super::{GuardKey, Guarded, Known, Ruling, Sale, Standing, judge, priced};
use crate::Rejection;

/// What was recorded, in order; a transaction's place is its position.
#[derive(Default)]
struct List(Vec<Record>);

impl List {
    fn find<T>(&self, pick: impl Fn(&Record) -> Option<T>) -> Option<T> {
        self.0.iter().find_map(pick)
    }

    /// Judges a record, and records it if it is to be.
    fn told(&mut self, record: Record) -> Ruling<usize> {
        let Ok(ruling) = judge(self, &record, Currency::parse("EUR").ok());
        if matches!(ruling, Ruling::Record(_)) {
            self.0.push(record);
        }
        ruling
    }
}

impl Known for List {
    type Place = usize;
    type Error = std::convert::Infallible;

    fn holder(&mut self, new: &Record) -> Result<Option<Record>, Self::Error> {
        let holds = |old: &Record| match (old, new) {
            (Record::Transaction(old), Record::Transaction(new)) => old.key() == new.key(),
            (Record::Refund(old), Record::Refund(new)) => old.id == new.id,
            (Record::Void(old), Record::Void(new)) => old.transaction == new.transaction,
            _ => false,
        };
        Ok(self.find(|old| holds(old).then(|| old.clone())))
    }

    fn transaction(&mut self, id: &TransactionId) -> Result<Option<Sale<usize>>, Self::Error> {
        let key = TransactionKey::of_id(id.as_str());
        Ok(self.0.iter().enumerate().find_map(|(place, record)| match record {
            Record::Transaction(Transaction { time, money, converted, .. }) if record_key(record) == key => {
                Some(Sale { place, time: *time, money: *money, converted: *converted })
            }
            _ => None,
        }))
    }

    fn is_voided(&mut self, id: &TransactionId) -> Result<bool, Self::Error> {
        Ok(self.0.iter().any(|record| matches!(record, Record::Void(void) if void.transaction == *id)))
    }

    fn sum(&mut self, GuardKey::Transaction(place): GuardKey<usize>) -> Result<i64, Self::Error> {
        let key = record_key(&self.0[place]);
        let of = |record: &Record| match record {
            Record::Transaction(_) if record_key(record) == key => record.amount().micros(),
            Record::Refund(refund) if TransactionKey::of_id(refund.transaction.as_str()) == key => {
                -refund.money.amount.micros()
            }
            _ => 0,
        };
        Ok(self.0.iter().map(of).sum())
    }

    fn is_of_another(&mut self, _: &SurveyResponse) -> Result<bool, Self::Error> {
        Ok(false)
    }

    fn attributes(&mut self, _: &CustomerId) -> Result<Vec<AttributeFact>, Self::Error> {
        Ok(Vec::new())
    }
}

fn record_key(record: &Record) -> TransactionKey {
    match record {
        Record::Transaction(transaction) => transaction.key(),
        _ => TransactionKey::of_id(""),
    }
}

fn money(units: i64, currency: &str) -> Money {
    Money { amount: Amount::from_micros(units * 1_000_000), currency: Currency::parse(currency).unwrap() }
}

fn at(day: i64) -> EventTime {
    EventTime::from_micros(day * lojal_domain::MICROS_PER_DAY)
}

fn id(text: &str) -> TransactionId {
    TransactionId::new(text).unwrap()
}

fn bought(transaction: &str, day: i64, units: i64) -> Record {
    Record::Transaction(Transaction {
        customer: CustomerId::new("ann").unwrap(),
        identity: TransactionIdentity::Given(id(transaction)),
        time: at(day),
        money: money(units, "EUR"),
        converted: None,
        discount: None,
    })
}

fn refunded(refund: &str, transaction: &str, day: i64, money: Money) -> Record {
    let id_ = RefundId::new(refund).unwrap();
    Record::Refund(Refund { id: id_, transaction: id(transaction), time: at(day), money })
}

fn voided(transaction: &str, day: Option<i64>) -> Record {
    Record::Void(Void { transaction: id(transaction), time: day.map(at), reason: String::new() })
}

fn rejected(ruling: &Ruling<usize>) -> Option<&Rejection> {
    match ruling {
        Ruling::Rejected(rejection) => Some(rejection),
        _ => None,
    }
}

#[test]
fn of_several_reasons_the_first_is_told() {
    let mut list = List::default();
    // Everything is wrong with it: unknown, then voided, another currency, too early and too much. One after another is
    // put right.
    let worst = || refunded("r1", "t1", 9, money(11, "USD"));
    assert_eq!(rejected(&list.told(worst())), Some(&Rejection::UnknownTransaction));
    list.told(bought("t1", 10, 10));
    list.told(voided("t1", None));
    assert_eq!(rejected(&list.told(worst())), Some(&Rejection::TransactionVoided));
    list.0.pop();
    let reporting = Currency::parse("EUR").unwrap();
    assert_eq!(rejected(&list.told(worst())), Some(&Rejection::CurrencyMismatch { reporting }));
    let early = refunded("r1", "t1", 9, money(11, "EUR"));
    assert_eq!(rejected(&list.told(early)), Some(&Rejection::RefundBeforeTransaction));
    let much = refunded("r1", "t1", 10, money(11, "EUR"));
    let left = Amount::from_micros(10_000_000);
    assert_eq!(rejected(&list.told(much)), Some(&Rejection::RefundExceedsTransaction { left }));
    assert!(matches!(list.told(refunded("r1", "t1", 10, money(10, "EUR"))), Ruling::Record(_)));
}

#[test]
fn a_void_is_judged_in_the_same_order() {
    let mut list = List::default();
    assert_eq!(rejected(&list.told(voided("t1", Some(9)))), Some(&Rejection::UnknownTransaction));
    list.told(bought("t1", 10, 10));
    assert_eq!(rejected(&list.told(voided("t1", Some(9)))), Some(&Rejection::VoidBeforeTransaction));
    assert!(matches!(list.told(voided("t1", None)), Ruling::Record(_)));
    // As of its transaction is the same as at its time; a void that is there comes before a time that is not right.
    assert_eq!(list.told(voided("t1", Some(10))), Ruling::Duplicate);
    assert_eq!(rejected(&list.told(voided("t1", Some(9)))), Some(&Rejection::Conflict));
}

#[test]
fn what_is_taken_comes_to_a_share_of_what_was_put() {
    let mut list = List::default();
    let Record::Transaction(sold) = bought("t1", 10, 3) else { unreachable!() };
    let converted = Some(Amount::from_micros(1_000_000));
    list.told(Record::Transaction(Transaction { money: money(3, "USD"), converted, ..sold }));
    let worth = |ruling: Ruling<usize>| match ruling {
        Ruling::Record(accepted) => {
            let key = GuardKey::Transaction(0);
            assert_eq!(accepted.takes, Some(Guarded { key, amount: -1_000_000 }));
            accepted.worth.micros()
        }
        other => panic!("{other:?}"),
    };
    let shares: Vec<i64> =
        ["r1", "r2", "r3"].map(|refund| worth(list.told(refunded(refund, "t1", 11, money(1, "USD"))))).into();
    assert_eq!((shares.iter().sum::<i64>(), shares), (1_000_000, vec![333_333, 333_334, 333_333]));
}

#[test]
fn a_sum_stays_at_zero_or_above() {
    let of = |amount| Guarded { key: GuardKey::Transaction(0), amount };
    assert_eq!(of(-4).added_to(10), Ok(6));
    assert_eq!(of(-10).added_to(10), Ok(0));
    assert_eq!(of(-11).added_to(10), Err(Amount::from_micros(10)));
    assert_eq!(of(5).added_to(0), Ok(5));
    // Not even by turning over.
    assert_eq!(of(i64::MIN).added_to(0), Err(Amount::ZERO));
    assert_eq!(of(i64::MAX).added_to(1), Err(Amount::from_micros(1)));
}

#[test]
fn a_transaction_is_judged_by_its_key_and_then_by_its_currency() {
    let [euro, dollar] = ["EUR", "USD"].map(|code| Currency::parse(code).unwrap());
    let ruling =
        |standing, currency, converted| priced::<()>(standing, currency, converted, Some(euro)).outcome();
    let plain = |standing| ruling(standing, euro, None);
    assert_eq!(plain(Standing::Free), crate::RowOutcome::Recorded);
    assert_eq!(plain(Standing::Same), crate::RowOutcome::Duplicate);
    assert_eq!(plain(Standing::Other), crate::RowOutcome::Rejected(Rejection::Conflict));
    let mismatch = crate::RowOutcome::Rejected(Rejection::CurrencyMismatch { reporting: euro });
    assert_eq!(ruling(Standing::Free, dollar, None), mismatch);
    assert_eq!(ruling(Standing::Free, dollar, Some(Amount::ZERO)), crate::RowOutcome::Recorded);
    // What is there already is there, whatever its currency.
    assert_eq!(ruling(Standing::Same, dollar, None), crate::RowOutcome::Duplicate);
}
