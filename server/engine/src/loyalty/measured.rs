//! Everybody at an instant, as the one customer is compared with.

use std::sync::Arc;

use lojal_domain::EventTime;
use lojal_scoring::loyalty::Standard;

use crate::Population;
use crate::loyalty::person::Referrals;

/// Everybody at an instant.
pub(crate) struct Measured {
    pub(crate) standard: Standard,
    pub(crate) as_of: EventTime,
    pub(crate) revision: u64,
    pub(super) population: Arc<Population>,
    pub(super) referrals: Arc<Referrals>,
}
