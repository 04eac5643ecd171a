//! Costs: what customers cost us, so that what they are worth can be held against it.

use crate::{Amount, CostId, CustomerId, EventTime, Money};

/// What money was spent for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CostKind {
    /// To win customers.
    Acquisition,
    /// To serve them.
    Service,
    /// To run a programme for them, such as its software or its cards.
    Programme,
    /// What they were given, such as rewards and vouchers.
    Incentive,
    /// Anything else.
    Other,
}

impl CostKind {
    /// All of them, in their order.
    pub const ALL: [Self; 5] =
        [Self::Acquisition, Self::Service, Self::Programme, Self::Incentive, Self::Other];
}

/// Money spent on a customer, or on those of a source, of a market, of both, or on everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Its id.
    pub id: CostId,
    /// What for.
    pub kind: CostKind,
    /// On whom; none if it is no single customer's. Then it is of those of `source` and `market`.
    pub customer: Option<CustomerId>,
    /// On those who came by this source, or empty.
    pub source: String,
    /// On those of this market, or empty.
    pub market: String,
    /// When, or when its period begins.
    pub time: EventTime,
    /// When its period is over, after `time`; none for a cost of one moment.
    pub end: Option<EventTime>,
    /// How much, more than zero.
    pub money: Money,
    /// As of a transaction: what that comes to in the workspace's currency, where it was spent in another.
    pub converted: Option<Amount>,
}

impl Cost {
    /// What was spent, in the workspace's currency.
    #[must_use]
    pub fn worth(&self) -> Amount {
        self.converted.unwrap_or(self.money.amount)
    }
}
