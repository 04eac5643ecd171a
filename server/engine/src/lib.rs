//! One file per question or command. Each reads histories from the store, hands plain columns to the science, and
//! answers in domain terms; none knows a socket.
//!
//! | file | answers |
//! |---|---|
//! | `record` | what happened, written down |
//! | `get_customer`, `list_customers`, `list_facts`, `get_timeline`, `export_customer`, `erase_customer` | everything known of a customer |
//! | `get_customer_segment`, `summarize_segments`, `list_segment_members`, `get_rfm_scheme` | who belongs where |
//! | `fit_model`, `default_model`, `models`, `predict_customer`, `predict_customers` | what a customer will be worth |
//! | `backtest`, `compare_models`, `get_tracking` | how far to trust that |
//! | `get_nps`, `plan_nps_sample` | recommendation |
//! | `get_scores`, `get_response_rate`, `summarize_comments` | satisfaction, effort, trust, participation, and what customers write |
//! | `compare_surveys` | whether scores differ |
//! | `get_retention`, `suggest_activity_window`, `get_cohorts`, `get_survival`, `get_lifecycle`, `get_revenue_retention`, `get_purchase_stats`, `project_retention` | who stays |
//! | `create_workspace`, `get_workspace`, `list_workspaces`, `update_workspace`, `delete_workspace` | tenants, currency, time zone |
//! | `set_exchange_rates`, `list_exchange_rates` | what other money is worth |
//! | `get_server_info`, `backup` | size and state, and a copy of everything |
//!
//! What they share: [`Moment`] (the instant and revision a question is about), [`Provenance`], [`PageRequest`],
//! `settings` (what a workspace has of its own), `rates` (money in other currencies), `population` (whom RFM scores
//! compare with), `survey_scores` (answers counted by score), `purchases` (refunds taken off), `purchase_referrals` (who
//! recommended us), `purchase_discounts` (orders below the list price), `forecast` (a model asked about
//! customers), `filter` and `facts` (which customers, by what is known of them), `holdout` (history cut in two), `groups`, `periods` and `cells` (by attribute, by calendar, by both), `activity` (how long a purchase
//! makes active), `covariates` and `peers` (attributes that matter to a model), `scan` (looking at everybody), `turns` (whose
//! turn it is to do that) and `pool` (threads for fitting).

mod activity;
mod backtest;
mod backup;
mod cells;
mod choose_model;
mod compare_models;
mod compare_surveys;
mod covariates;
mod create_workspace;
mod day;
mod default_model;
mod delete_workspace;
mod erase_customer;
mod error;
mod export_customer;
mod facts;
mod filter;
mod fit_model;
mod fit_warnings;
mod forecast;
mod get_cohorts;
mod get_customer;
mod get_customer_segment;
mod get_lifecycle;
mod get_nps;
mod get_purchase_stats;
mod get_response_rate;
mod get_retention;
mod get_revenue_retention;
mod get_rfm_scheme;
mod get_scores;
mod get_server_info;
mod get_survival;
mod get_timeline;
mod get_tracking;
mod get_workspace;
mod groups;
mod holdout;
mod import_position;
mod large_documents;
mod list_customers;
mod list_exchange_rates;
mod list_facts;
mod list_segment_members;
mod list_workspaces;
mod models;
mod moment;
mod page;
mod peers;
mod penalised_model;
mod periods;
mod plan_nps_sample;
mod pool;
mod population;
mod predict_customer;
mod predict_customers;
mod project_retention;
mod purchase_discounts;
mod purchase_referrals;
mod purchases;
mod rates;
mod record;
mod record_columns;
mod scan;
mod score_counts;
mod set_exchange_rates;
mod settings;
mod suggest_activity_window;
mod summarize_comments;
mod summarize_segments;
mod survey_scores;
mod turns;
mod update_workspace;

use std::sync::Arc;

use lojal_domain::{Clock, Currency, EventTime, Zone};
use lojal_store::Store;

pub use activity::ActivityWindow;
pub use backtest::{Backtest, BacktestAnswer, BacktestResult, Forecaster};
pub use compare_models::{CompareModels, Comparison};
pub use compare_surveys::{Against, Changes, SurveyComparison};
pub use create_workspace::CreateWorkspace;
pub use erase_customer::Erasure;
pub use error::EngineError;
pub use export_customer::CustomerExport;
pub use facts::{ACQUISITION_SOURCE, Fact, FactType, REFERRED_BY};
pub use filter::Filter;
pub use fit_model::{FitModel, FitStage};
pub use forecast::{Basis, Outlook, Prediction, Reach};
pub use get_cohorts::{Cohort, CohortAlignment, CohortMeans, CohortsAnswer, GetCohorts};
pub use get_customer::{CustomerView, GetCustomer};
pub use get_customer_segment::{GetCustomerSegment, SegmentMember};
pub use get_lifecycle::{GetLifecycle, LifecycleAnswer, LifecycleRow};
pub use get_nps::{NpsAnswer, NpsRow, NpsScores};
pub use get_purchase_stats::{GetPurchaseStats, PurchaseStats, PurchaseStatsAnswer, Share};
pub use get_response_rate::{GetResponseRate, Participation, ResponseRateAnswer, ResponseRateRow};
pub use get_retention::{GetRetention, RetentionAnswer, RetentionRow};
pub use get_revenue_retention::{
    GetRevenueRetention, RevenueComparison, RevenueRetentionAnswer, RevenueRetentionRow,
};
pub use get_rfm_scheme::RfmScheme;
pub use get_scores::{Measured, ScoresAnswer};
pub use get_server_info::ServerInfo;
pub use get_survival::{GetSurvival, GroupSurvival, SurvivalAnswer};
pub use get_timeline::GetTimeline;
pub use get_tracking::{GetTracking, TrackingAnswer};
pub use get_workspace::WorkspaceView;
pub use holdout::HoldoutDays;
pub use list_customers::ListCustomers;
pub use list_facts::AttributeUse;
pub use list_segment_members::ListSegmentMembers;
pub use models::FittedModel;
pub use moment::{Moment, Provenance, Scope};
pub use page::{Page, PageRequest};
pub use plan_nps_sample::NpsSampleBasis;
pub use population::{Population, SegmentQuestion};
pub use predict_customer::{AlivePoint, CustomerForecast, PredictCustomer, PurchaseDistribution, Whom};
pub use predict_customers::{PredictCustomers, PredictionBatches, PredictionOrder};
pub use project_retention::{GroupProjection, Lifetime, ProjectRetention, ProjectedFrom, ProjectionAnswer};
pub use purchase_referrals::Referrals;
pub use rates::ExchangeRate;
pub use record::{RecordRows, Recorded, Recording, RowRejection};
pub use score_counts::{ScoreCount, ScoreCounts};
pub use set_exchange_rates::RatesSet;
pub use settings::{RefitPolicy, WorkspaceSettings};
pub use suggest_activity_window::{ActivityWindowAnswer, GroupSilences, SuggestActivityWindow};
pub use summarize_comments::{CommentTerm, CommentsSummary, SummarizeComments};
pub use summarize_segments::{SegmentSummary, SegmentsSummary};
pub use survey_scores::{Period, SurveyQuestion, SurveyRow};
pub use turns::Caller;
pub use update_workspace::UpdateWorkspace;

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
    kept: settings::Kept,
    populations: population::Populations,
    models: models::Models,
    pool: pool::Pool,
    /// Room for work that looks at everybody.
    scans: turns::Turns,
    /// Room for fits.
    fits: turns::Turns,
}

impl Engine {
    /// An engine over a store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, settings: Settings) -> Self {
        let started = clock.now();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            store,
            clock,
            settings,
            started,
            kept: settings::Kept::default(),
            populations: population::Populations::default(),
            models: models::Models::default(),
            pool: pool::Pool::default(),
            scans: turns::Turns::new(cores),
            fits: turns::Turns::new(1),
        }
    }

    /// Now, by the server's clock.
    #[must_use]
    pub fn now(&self) -> EventTime {
        self.clock.now()
    }

    /// The currency of a workspace in which nothing was bought yet.
    #[must_use]
    pub fn default_currency(&self) -> Currency {
        self.settings.currency
    }
}
