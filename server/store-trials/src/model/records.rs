//! Records of every kind, made up so that many of them are there already, contradict one another or cannot be.

use lojal_domain::{
    Amount, AttributeName, Cost, CostId, CostKind, Currency, CustomerId, CustomerUpsert, Disposition,
    EventTime, Interaction, InteractionId, InteractionKind, MICROS_PER_DAY, Money, Record, Refund, RefundId,
    ResponseId, SurveyKind, SurveyMetric, SurveyResponse, Transaction, TransactionId, TransactionIdentity,
    Void, Weight,
};
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::{CUSTOMERS, Life};

/// Ids of each kind.
const IDS: u32 = 150;

impl Life {
    pub(super) fn customer(&mut self) -> CustomerId {
        CustomerId::new(format!("c{}", self.random.random_range(0..CUSTOMERS))).expect("an id")
    }

    /// Mostly days of a month, at times with a fraction of a second, rarely another century.
    pub(super) fn time(&mut self) -> EventTime {
        let day = self.random.random_range(0..30_i64) * MICROS_PER_DAY;
        EventTime::from_micros(match self.random.random_range(0..20) {
            0 => -2_000_000_000_000_000 + day,
            1 => day + self.random.random_range(0..3),
            2 => day + 1_000 * self.random.random_range(0..3_i64),
            3 => day + 1_000_000 * self.random.random_range(0..3_i64),
            _ => day,
        })
    }

    /// Most are plain NPS answers; the others are anything a survey can come to.
    fn response(&mut self, id: u32) -> SurveyResponse {
        let id = ResponseId::new(format!("a{id}")).expect("an id");
        let customer = self.random.random_bool(0.7).then(|| self.customer());
        let time = self.time();
        let plain = SurveyResponse {
            kind: *[SurveyKind::Relationship, SurveyKind::Transactional]
                .choose(&mut self.random)
                .expect("one"),
            survey: (*["", "spring", "autumn"].choose(&mut self.random).expect("one")).to_owned(),
            channel: (*["", "web"].choose(&mut self.random).expect("one")).to_owned(),
            comment: "so so ".repeat(self.random.random_range(0..300)),
            ..SurveyResponse::nps(id, customer, time, self.random.random_range(0..=10))
        };
        if self.random.random_bool(0.5) {
            return plain;
        }
        let disposition = *[
            Disposition::Invited,
            Disposition::Bounced,
            Disposition::Delivered,
            Disposition::Dismissed,
            Disposition::Partial,
            Disposition::Completed,
        ]
        .choose(&mut self.random)
        .expect("one");
        let scale = SurveyMetric::Custom.scale(Some(-5), Some(5), self.random.random_bool(0.5));
        SurveyResponse {
            metric: SurveyMetric::Custom,
            disposition,
            score: disposition.is_answer().then(|| self.random.random_range(-5..=5)),
            scale: scale.expect("a scale"),
            topics: vec!["price".to_owned(); self.random.random_range(0..3)],
            weight: Weight::new(f64::from(self.random.random_range(1..4_u32)) / 2.0).expect("a weight"),
            ..plain
        }
    }

    pub(super) fn money(&mut self) -> Money {
        let micros = match self.random.random_range(0..20) {
            0 => self.random.random_range(0..3),
            1 => 10_000 * self.random.random_range(0..3_i64),
            2 => 999_999_999_999_000_000,
            _ => 1_000_000 * self.random.random_range(1..4_i64),
        };
        let code = if self.random.random_bool(0.04) { "USD" } else { "EUR" };
        Money { amount: Amount::from_micros(micros), currency: Currency::parse(code).expect("a currency") }
    }

    pub(super) fn record(&mut self) -> Record {
        // Mostly the record that belongs to an id, so that the same one comes again; at times another under its id.
        let id = self.random.random_range(0..IDS);
        let kind = self.random.random_range(0..11);
        if self.random.random_bool(0.85) {
            let own = ChaCha8Rng::seed_from_u64(u64::from(id) * 11 + kind);
            let random = std::mem::replace(&mut self.random, own);
            let record = self.record_of(id, kind);
            self.random = random;
            record
        } else {
            self.record_of(id, kind)
        }
    }

    fn record_of(&mut self, id: u32, kind: u64) -> Record {
        match kind {
            0..3 => self.transaction(TransactionIdentity::Given(transaction_id(id))),
            3..5 => {
                let occurrence = self.random.random_range(1..4);
                self.transaction(TransactionIdentity::Nth(occurrence))
            }
            5 => {
                // An id that was derived from what it is, handed back.
                let Record::Transaction(mut transaction) = self.transaction(TransactionIdentity::Nth(1))
                else {
                    unreachable!("a transaction")
                };
                let derived = TransactionId::new(transaction.key().to_derived_id()).expect("an id");
                transaction.identity = TransactionIdentity::Given(derived);
                Record::Transaction(transaction.canonical())
            }
            6 => Record::Refund(Refund {
                id: RefundId::new(format!("r{id}")).expect("an id"),
                transaction: transaction_id(self.random.random_range(0..IDS)),
                time: self.time(),
                money: self.money(),
            }),
            7 => Record::SurveyResponse(self.response(id)),
            8 if self.random.random_bool(0.5) => Record::SurveyResponse(self.response(id)),
            8 if self.random.random_bool(0.4) => self.cost(id),
            8 => {
                let kinds = [InteractionKind::SupportCase, InteractionKind::Visit, InteractionKind::Campaign];
                let kind = *kinds.choose(&mut self.random).expect("one");
                // Only cases have steps.
                let is_step = kind == InteractionKind::SupportCase && self.random.random_bool(0.5);
                Record::Interaction(Interaction {
                    id: InteractionId::new(format!("i{id}")).expect("an id"),
                    customer: self.customer(),
                    time: self.time(),
                    kind,
                    name: (*["", "repair"].choose(&mut self.random).expect("one")).to_owned(),
                    channel: (*["", "web"].choose(&mut self.random).expect("one")).to_owned(),
                    status: (*["", "opened", "resolved"].choose(&mut self.random).expect("one")).to_owned(),
                    topics: vec!["price".to_owned(); self.random.random_range(0..3)],
                    case_id: if is_step { "case-1".to_owned() } else { String::new() },
                })
            }
            9 => Record::Void(Void {
                transaction: transaction_id(id),
                time: self.random.random_bool(0.5).then(|| self.time()),
                reason: (*["", "a test"].choose(&mut self.random).expect("one")).to_owned(),
            }),
            _ => {
                let names = ["market", "plan", "age"];
                let attributes = (0..self.random.random_range(1..3))
                    .map(|_| {
                        let name = *names.choose(&mut self.random).expect("one");
                        let value = *["", "hr", "si"].choose(&mut self.random).expect("one");
                        (AttributeName::new(name).expect("a name"), value.to_owned())
                    })
                    .collect();
                let effective = self.random.random_bool(0.5).then(|| self.time());
                Record::CustomerUpsert(CustomerUpsert { customer: self.customer(), attributes, effective })
            }
        }
    }

    fn cost(&mut self, id: u32) -> Record {
        let customer = self.random.random_bool(0.6).then(|| self.customer());
        let mut of = |values: [&str; 2]| match customer {
            Some(_) => String::new(),
            None => (*values.choose(&mut self.random).expect("one")).to_owned(),
        };
        let (source, market) = (of(["", "ads"]), of(["", "hr"]));
        let (time, money) = (self.time(), self.money());
        let end =
            self.random.random_bool(0.5).then(|| EventTime::from_micros(time.micros() + MICROS_PER_DAY));
        let kind = *CostKind::ALL.choose(&mut self.random).expect("one");
        let converted = self.converted(money);
        let id = CostId::new(format!("k{id}")).expect("an id");
        Record::Cost(Cost { id, kind, customer, source, market, time, end, money, converted })
    }

    /// What foreign money comes to, which mostly is known.
    fn converted(&mut self, money: Money) -> Option<Amount> {
        let is_foreign = money.currency.code() == "USD" && self.random.random_bool(0.7);
        is_foreign.then(|| Amount::from_micros(money.amount.micros() / 3))
    }

    fn transaction(&mut self, identity: TransactionIdentity) -> Record {
        let (customer, time, money) = (self.customer(), self.time(), self.money());
        let converted = self.converted(money);
        let discount = self
            .random
            .random_bool(0.2)
            .then(|| Amount::from_micros(self.random.random_range(1..3) * 500_000));
        Record::Transaction(Transaction { customer, identity, time, money, converted, discount })
    }
}

fn transaction_id(number: u32) -> TransactionId {
    TransactionId::new(format!("t{number}")).expect("an id")
}
