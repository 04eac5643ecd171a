//! What happened to whom: the words every other crate speaks.
//!
//! Ids, money, instants, windows of time and the records a customer leaves behind. Every type keeps its invariants in
//! its constructor, so whoever holds one need not check again. Nothing here does I/O, knows of a clock beyond the
//! [`Clock`] trait, of a wire format or of a store.

mod clock;
mod columns;
mod cost;
mod entropy;
mod estimate;
mod history;
mod ids;
mod interaction;
pub mod limits;
mod money;
mod rate;
mod record;
mod survey;
mod time;
mod warning;
mod window;
mod zone;

pub use clock::{Clock, FixedClock, SystemClock};
pub use columns::{Lines, TransactionColumns, check_id};
pub use cost::{Cost, CostKind};
pub use entropy::{Entropy, EntropyError, SystemEntropy};
pub use estimate::{Estimate, Method, Methods};
pub use history::{
    AttributeFact, CostFact, DiscountFact, History, InteractionFact, RefundFact, ResponseFact, Said,
    TransactionFact, attributes_as_of,
};
pub use ids::{
    AttributeName, CostId, CustomerId, IdError, InteractionId, RefundId, ResponseId, TransactionId,
    WorkspaceName,
};
pub use interaction::{Interaction, InteractionKind};
pub use money::{Amount, Currency, Money, MoneyError, decimal_of};
pub use rate::{Rate, RateError};
pub use record::{
    CustomerUpsert, Priced, REFERRED_BY, Record, Refund, Transaction, TransactionIdentity, TransactionKey,
    Void,
};
pub use survey::{
    Disposition, Scale, ScaleError, SurveyKind, SurveyMetric, SurveyResponse, Weight, WeightError,
};
pub use time::{EventTime, MICROS_PER_DAY, MICROS_PER_SECOND, TimeError};
pub use warning::{Exclusion, ExclusionCode, Warning, WarningCode};
pub use window::{Horizon, Interval, Span, Window, WindowError};
pub use zone::{Days, Zone, ZoneError};
