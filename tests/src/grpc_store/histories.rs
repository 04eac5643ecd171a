//! Timelines as histories.
//!
//! What a history holds follows from a timeline: everything in it but voided purchases and their refunds. What a refund
//! of converted money comes to does not stand there: it is how much more was given back, by the customer's totals, once
//! the refund was known. Totals of the whole must be those that the server gives.

use std::collections::{HashMap, HashSet};

use lojal_domain::{
    Amount, AttributeFact, AttributeName, CostFact, CustomerId, CustomerUpsert, DiscountFact, EventTime,
    History, InteractionFact, Record, Refund, RefundFact, ResponseFact, SurveyMetric, Transaction,
    TransactionFact, TransactionKey, WorkspaceName, attributes_as_of,
};
use lojal_proto::v1;
use lojal_store::{Cut, StoreError};

use super::reading::Asked;
use super::{GrpcStore, contradiction, convert};

/// A history that owns what is in it.
#[derive(Debug, Default)]
pub(super) struct Rebuilt {
    pub(super) customer: Option<String>,
    pub(super) number: u32,
    pub(super) transactions: Vec<TransactionFact>,
    pub(super) discounts: Vec<DiscountFact>,
    pub(super) refunds: Vec<RefundFact>,
    pub(super) responses: Vec<ResponseFact>,
    pub(super) interactions: Vec<InteractionFact>,
    pub(super) costs: Vec<CostFact>,
    pub(super) attributes: Vec<AttributeFact>,
}

impl Rebuilt {
    pub(super) fn shown(&self) -> History<'_> {
        History {
            customer: self.customer.as_deref(),
            number: self.number,
            transactions: &self.transactions,
            discounts: &self.discounts,
            refunds: &self.refunds,
            responses: &self.responses,
            interactions: &self.interactions,
            costs: &self.costs,
            attributes: &self.attributes,
        }
    }

    fn add_transaction(&mut self, record: u32, transaction: &Transaction) -> TransactionFact {
        let fact = TransactionFact {
            time: transaction.time,
            amount: transaction.worth(),
            record,
            occurrence: match transaction.converted {
                Some(_) => 0,
                None => transaction.occurrence(),
            },
        };
        self.transactions.push(fact);
        if let Some(amount) = transaction.discount_worth() {
            self.discounts.push(DiscountFact { time: transaction.time, amount, record });
        }
        fact
    }

    fn add_attributes(&mut self, record: u32, upsert: &CustomerUpsert) {
        let from = upsert.effective.unwrap_or(EventTime::MIN);
        let fact = |(name, value): (&AttributeName, &String)| AttributeFact {
            from,
            name: name.as_str().into(),
            value: value.as_str().into(),
            record,
        };
        self.attributes.extend(upsert.attributes.iter().map(fact));
    }
}

/// A record of a timeline, with its place by when it was recorded.
struct Numbered {
    number: u32,
    recorded_at: EventTime,
    record: Record,
}

/// Records of a timeline, oldest first as it shows them, numbered by when they were recorded.
fn numbered(customer: &CustomerId, events: Vec<v1::TimelineEvent>) -> Vec<Numbered> {
    let oldest_first = events.into_iter().rev();
    let mut records: Vec<Numbered> = oldest_first
        .map(|event| Numbered {
            number: 0,
            recorded_at: convert::instant(event.recorded_time),
            record: convert::record(customer, event),
        })
        .collect();
    let mut by_recording: Vec<usize> = (0..records.len()).collect();
    by_recording.sort_by_key(|&place| records[place].recorded_at);
    for (number, place) in (0..).zip(by_recording) {
        records[place].number = number;
    }
    records
}

impl GrpcStore {
    /// One customer's history, if they have one.
    pub(super) async fn one_history(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        cut: Cut,
    ) -> Result<Option<Rebuilt>, StoreError> {
        let listed = self.customers(workspace, cut).await?;
        let mut listed = (0..).zip(&listed).filter(|(_, listed)| listed.customer_id == customer.as_str());
        let asked = self.asked(workspace, cut);
        let totals = self.customer(workspace, customer.as_str(), asked).await?;
        self.check_export(workspace, customer, cut).await?;
        match (listed.next(), &totals) {
            (None, None) => {
                // Whoever has only what is voided has a timeline, and no history.
                let left = self.rebuilt(workspace, customer, cut).await?;
                if left.shown().is_empty() {
                    Ok(None)
                } else {
                    Err(contradiction(format!("not found: {left:?}")))
                }
            }
            (Some((number, listed)), Some(totals)) if listed == totals => {
                self.listed_history(workspace, number, listed, cut).await.map(Some)
            }
            (listed, totals) => Err(contradiction(format!("listed {listed:?}, found {totals:?}"))),
        }
    }

    /// The history of a customer who is listed, if it comes to the totals that stand there.
    pub(super) async fn listed_history(
        &self,
        workspace: &WorkspaceName,
        number: u32,
        listed: &v1::Customer,
        cut: Cut,
    ) -> Result<Rebuilt, StoreError> {
        let customer = CustomerId::new(listed.customer_id.as_str()).expect("an id");
        let rebuilt = Rebuilt { number, ..self.rebuilt(workspace, &customer, cut).await? };
        check_totals(&rebuilt, listed)?;
        Ok(rebuilt)
    }

    async fn rebuilt(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        cut: Cut,
    ) -> Result<Rebuilt, StoreError> {
        let records = numbered(customer, self.events(workspace, customer, cut).await?);
        let voided: HashSet<TransactionKey> = records
            .iter()
            .filter_map(|held| match &held.record {
                Record::Void(void) => Some(TransactionKey::of_id(void.transaction.as_str())),
                _ => None,
            })
            .collect();
        let mut rebuilt = Rebuilt { customer: Some(customer.as_str().to_owned()), ..Rebuilt::default() };
        let mut bought = HashMap::new();
        for Numbered { number, recorded_at, record } in records {
            match record {
                Record::Transaction(transaction) if !voided.contains(&transaction.key()) => {
                    let fact = rebuilt.add_transaction(number, &transaction);
                    bought.insert(transaction.key(), (fact, transaction.converted.is_some()));
                }
                Record::Refund(refund) => {
                    let key = TransactionKey::of_id(refund.transaction.as_str());
                    if voided.contains(&key) {
                        continue;
                    }
                    let of = bought.get(&key).copied();
                    let (of, converted) =
                        of.ok_or_else(|| contradiction(format!("{refund:?} before its transaction")))?;
                    let amount = match converted {
                        true => self.given_back_by(workspace, customer, &refund, recorded_at).await?,
                        false => refund.money.amount,
                    };
                    rebuilt.refunds.push(RefundFact {
                        time: refund.time,
                        amount,
                        transaction_time: of.time,
                        transaction_record: of.record,
                        record: number,
                    });
                }
                Record::SurveyResponse(response) => {
                    rebuilt.responses.push(ResponseFact::of(&response, number, |name| name.into()));
                }
                Record::Interaction(interaction) => {
                    rebuilt.interactions.push(InteractionFact::of(&interaction, number, |name| name.into()));
                }
                Record::Cost(cost) => rebuilt.costs.push(CostFact::of(&cost, number, |name| name.into())),
                Record::CustomerUpsert(upsert) => rebuilt.add_attributes(number, &upsert),
                Record::Transaction(_) | Record::Void(_) => {}
            }
        }
        // Facts for all times stand where they were recorded in a timeline, and first in a history.
        rebuilt.attributes.sort_by_key(|fact| (fact.from, fact.record));
        Ok(rebuilt)
    }

    /// What a refund comes to: what more had been given back when it was known than right before. There must be no other
    /// refund recorded with it.
    async fn given_back_by(
        &self,
        workspace: &WorkspaceName,
        customer: &CustomerId,
        refund: &Refund,
        recorded_at: EventTime,
    ) -> Result<Amount, StoreError> {
        let mut known = Vec::new();
        for known_at in [recorded_at.minus_micros(1), recorded_at] {
            let asked = Asked::known_at(EventTime::MAX, known_at);
            let totals = self.customer(workspace, customer.as_str(), asked).await?.unwrap_or_default();
            let spent = |money| micros(money).unwrap_or(0);
            known.push((totals.refund_count, spent(totals.gross_spend) - spent(totals.net_spend)));
        }
        let [before, after] = known[..] else { unreachable!() };
        if after.0 != before.0 + 1 {
            return Err(contradiction(format!("{before:?} and {after:?} around {refund:?} alone")));
        }
        Ok(Amount::from_micros(after.1 - before.1))
    }
}

fn micros(money: Option<v1::Money>) -> Option<i64> {
    money.map(|money| convert::money_of(Some(money)).amount.micros())
}

/// What is rebuilt must come to what the server says of the customer.
fn check_totals(rebuilt: &Rebuilt, listed: &v1::Customer) -> Result<(), StoreError> {
    let sum = |amounts: Vec<Amount>| amounts.iter().map(|amount| amount.micros()).sum::<i64>();
    let gross = sum(rebuilt.transactions.iter().map(|fact| fact.amount).collect());
    let back = sum(rebuilt.refunds.iter().map(|fact| fact.amount).collect());
    let time = |fact: Option<&TransactionFact>| fact.map(|fact| convert::timestamp(fact.time));
    let attributes = attributes_as_of(&rebuilt.attributes).into_iter();
    let expected = v1::Customer {
        customer_id: rebuilt.customer.clone().unwrap_or_default(),
        attributes: attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        first_transaction_time: time(rebuilt.transactions.first()),
        last_transaction_time: time(rebuilt.transactions.last()),
        transaction_count: rebuilt.transactions.len() as i64,
        refund_count: rebuilt.refunds.len() as i64,
        survey_response_count: rebuilt.shown().all_answers().count() as i64,
        last_nps_score: rebuilt
            .shown()
            .answers(SurveyMetric::Nps)
            .last()
            .and_then(|fact| fact.score.map(i32::from)),
        interaction_count: rebuilt.interactions.len() as i64,
        // Days are cut by rules that histories know nothing of, and money is compared below.
        purchase_day_count: listed.purchase_day_count,
        gross_spend: listed.gross_spend.clone(),
        net_spend: listed.net_spend.clone(),
        cost: listed.cost.clone(),
    };
    let cost = sum(rebuilt.costs.iter().map(|fact| fact.amount).collect());
    let money = [&listed.gross_spend, &listed.net_spend, &listed.cost].map(|money| micros(money.clone()));
    if expected != *listed || money != [Some(gross), Some(gross - back), Some(cost)] {
        return Err(contradiction(format!("{rebuilt:?} does not come to {listed:?}")));
    }
    Ok(())
}
