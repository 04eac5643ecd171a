//! One file per question or command. Each reads histories from the store, hands plain columns to the science, and
//! answers in domain terms; none knows a socket.
//!
//! | file | answers |
//! |---|---|
//! | `record` | what happened, written down |
//! | `get_customer`, `list_customers`, `get_timeline` | everything known of a customer |
//! | `get_customer_segment`, `summarize_segments`, `list_segment_members`, `get_rfm_scheme` | who belongs where |
//! | `fit_model`, `models`, `predict_customer`, `predict_customers` | what a customer will be worth |
//! | `get_nps` | recommendation |
//! | `get_server_info` | size and state |
//!
//! What they share: [`Moment`] (the instant and revision a question is about), [`Provenance`], [`PageRequest`],
//! `population` (whom RFM scores compare with), `purchases` (refunds taken off).

mod error;
mod fit_model;
mod get_customer;
mod get_customer_segment;
mod get_nps;
mod get_rfm_scheme;
mod get_server_info;
mod get_timeline;
mod list_customers;
mod list_segment_members;
mod models;
mod moment;
mod page;
mod population;
mod predict_customer;
mod predict_customers;
mod purchases;
mod record;
mod summarize_segments;

use std::sync::Arc;

use lojal_domain::{Clock, Currency, EventTime, WorkspaceName, Zone};
use lojal_store::Store;

pub use error::EngineError;
pub use fit_model::{FitModel, FitStage};
pub use get_customer::{CustomerView, GetCustomer};
pub use get_customer_segment::{GetCustomerSegment, SegmentMember};
pub use get_nps::{GetNps, NpsAnswer, NpsRow, Period};
pub use get_rfm_scheme::RfmScheme;
pub use get_server_info::ServerInfo;
pub use get_timeline::GetTimeline;
pub use list_customers::ListCustomers;
pub use list_segment_members::ListSegmentMembers;
pub use models::FittedModel;
pub use moment::{Moment, Provenance};
pub use page::{Page, PageRequest};
pub use population::{Population, SegmentQuestion};
pub use predict_customer::{Outlook, PredictCustomer, Prediction};
pub use predict_customers::{PredictCustomers, PredictionBatches, PredictionOrder};
pub use record::{RecordRows, Recorded};
pub use summarize_segments::{SegmentSummary, SegmentsSummary};

/// What holds for all workspaces until they have settings of their own.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where days, weeks and months are cut.
    pub zone: Zone,
    /// Reporting currency of a workspace in which nothing was bought yet.
    pub currency: Currency,
}

/// Answers questions and carries out commands.
pub struct Engine {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    settings: Settings,
    started: EventTime,
    populations: population::Populations,
    models: models::Models,
}

impl Engine {
    /// An engine over a store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, settings: Settings) -> Self {
        let started = clock.now();
        Self {
            store,
            clock,
            settings,
            started,
            populations: population::Populations::default(),
            models: models::Models::default(),
        }
    }

    /// Now, by the server's clock.
    #[must_use]
    pub fn now(&self) -> EventTime {
        self.clock.now()
    }

    /// The workspace's currency, once a transaction has decided it.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn decided_currency(&self, workspace: &WorkspaceName) -> Result<Option<Currency>, EngineError> {
        Ok(self.store.status(workspace).await?.currency)
    }

    /// The currency of a workspace in which nothing was bought yet.
    #[must_use]
    pub fn default_currency(&self) -> Currency {
        self.settings.currency
    }
}
