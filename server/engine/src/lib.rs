//! Questions and commands, one file each, in a folder a subject. Each reads histories from the store, hands plain columns to the
//! science, and answers in domain terms; none knows a socket.
//!
//! | folder | answers |
//! |---|---|
//! | `records` | what happened, written down |
//! | `customers` | everything known of a customer |
//! | `segments` | who belongs where |
//! | `clv` | what a customer will be worth, and how far to trust that |
//! | `surveys` | recommendation, satisfaction, effort, participation, and what customers write |
//! | `loyalty` | who is loyal, by what they say and what they do |
//! | `warnings` | who may be leaving, and how far to trust that |
//! | `retention` | who stays |
//! | `workspaces` | tenants, currency, time zone, what other money is worth |
//! | `exports` | whole tables of what is recorded |
//! | `keys`, `tokens` | who may ask |
//! | `admin` | size and state, and a copy of everything |
//!
//! `ask` is how any question is asked: about which moment, which customers, by which groups and periods, and in whose turn. It knows none of
//! them. The subjects know `ask`, and of each other only what their files name.

mod admin;
mod ask;
mod clv;
mod customers;
mod error;
mod exports;
mod keys;
mod loyalty;
mod quotas;
mod records;
mod retention;
mod segments;
mod surveys;
mod tokens;
mod warnings;
mod workspaces;

use std::sync::Arc;

use lojal_domain::{Clock, Currency, EventTime, Zone};
use lojal_store::Store;

use crate::ask::fit_load::FitCounts;
use crate::ask::pool::Pool;
use crate::ask::turns::Turns;
use crate::clv::expectations::{AliveErrors, Expectations};
use crate::clv::models::Models;
use crate::loyalty::glances::Glances;
use crate::loyalty::judges::Judges;
use crate::segments::rfm_population::Populations;
use crate::warnings::standards::Standards;
use crate::workspaces::settings;

pub use admin::get_server_info::ServerInfo;
pub use ask::caller::Caller;
pub use ask::estimates::CONFIDENCE;
pub use ask::facts::term::fact_functions;
pub use ask::facts::{ACQUISITION_SOURCE, Fact, FactType, REFERRED_BY};
pub use ask::filter::Filter;
pub use ask::fit_load::FitLoad;
pub use ask::moment::{FactsAsOf, Moment, Provenance, Scope};
pub use ask::page::{Page, PageRequest};
pub use ask::periods::Period;
pub use clv::backtest::{Backtest, BacktestAnswer, BacktestResult, Forecaster};
pub use clv::basis::BasisShares;
pub use clv::compare_models::{CompareModels, Comparison, MixtureScore, ModelStanding};
pub use clv::estimated::{ChurnRisk, EstimatedPrediction, EstimatedTotals, Estimates};
pub use clv::fit_ahead::AtRest;
pub use clv::fit_model::FitModel;
pub use clv::fitted::FittedModel;
pub use clv::fitted_learner::{FittedLearner, FittedOwnPace, LearnerScore, OwnPaceScore};
pub use clv::fitted_pace::{FittedDrift, FittedPace, FittedSeason};
pub use clv::fitted_tails::{FittedTails, HeldRanges};
pub use clv::forecast::{Basis, Outlook, Prediction, Reach};
pub use clv::forecast_accuracy::ForecastAccuracy;
pub use clv::forecast_scores::ForecastScores;
pub use clv::get_tracking::{GetTracking, TrackingAnswer, TrackingPoint};
pub use clv::holdout::HoldoutDays;
pub use clv::landmark::Landmark;
pub use clv::mixture::MixtureMember;
pub use clv::model_parameters::{Correlation, Parameter};
pub use clv::moved_by_habits::{MovedBy, MovedOdds, MovedPace};
pub use clv::predict_customer::{AlivePoint, CustomerForecast, PredictCustomer, PurchaseDistribution, Whom};
pub use clv::predict_customers::{PredictCustomers, PredictionBatches, PredictionOrder};
pub use clv::predict_summaries::{BroughtModel, BroughtSummary, PredictSummaries, SummaryPredictions};
pub use clv::progress::FitStage;
pub use clv::summarize_predictions::{PredictionsSummary, SummarizePredictions};
pub use clv::when_due::WhenDue;
pub use customers::erase_customer::Erasure;
pub use customers::export_customer::CustomerExport;
pub use customers::get_customer::{CustomerView, GetCustomer};
pub use customers::get_timeline::{GetTimeline, TimelineOrder};
pub use customers::list_customers::{CustomerOrder, ListCustomers};
pub use customers::list_facts::AttributeUse;
pub use error::EngineError;
pub use exports::records::{ExportedResponse, ExportedTransaction, RecordBatches, RecordRow};
pub use exports::resumption::Resumption;
pub use keys::ApiKeys;
pub use keys::api_key::{ApiKey, KeyScope};
pub use keys::authenticate::{KeyProblem, bearer};
pub use keys::create_api_key::CreateApiKey;
pub use loyalty::estimates::PredictorRow;
pub use loyalty::get_loyalty::{GetLoyalty, LoyaltyPart, LoyaltyStandard, LoyaltyView};
pub use loyalty::list_loyalty::{ListLoyalty, LoyaltyBatches, LoyaltyOrder};
pub use loyalty::models::{LoyaltyVersion, UpdateLoyaltyModel};
pub use loyalty::summarize_loyalty::{LoyaltyRow, LoyaltySummary, SummarizeLoyalty};
pub use loyalty::validate_score::{LoyaltyOutcome, ScoreValidation, ValidateScore};
pub use quotas::quota::Quota;
pub use quotas::{CallQuota, MemoryBudget, QuotaReached, QuotaSettings, QuotaUse, Quotas};
pub use records::record::{RecordRows, Recording, RowRejection, WriteOutcome};
pub use retention::activity::ActivityWindow;
pub use retention::cohort_rows::{Cohort, CohortMean, CohortMeans, CohortRow};
pub use retention::curve_steps::CurveSteps;
pub use retention::get_cohorts::{CohortAlignment, CohortsAnswer, GetCohorts};
pub use retention::get_costs::{CostsAnswer, CostsRow, GetCosts};
pub use retention::get_lifecycle::{GetLifecycle, LifecycleAnswer, LifecycleRow};
pub use retention::get_purchase_stats::{GetPurchaseStats, PurchaseStatsAnswer};
pub use retention::get_retention::{GetRetention, RetentionAnswer, RetentionRow};
pub use retention::get_revenue_concentration::{
    ConcentrationAnswer, ConcentrationRow, GetRevenueConcentration,
};
pub use retention::get_revenue_retention::{
    GetRevenueRetention, Growth, RevenueRetentionAnswer, RevenueRetentionRow,
};
pub use retention::get_survival::{GetSurvival, GroupSurvival, SurvivalAnswer, SurvivalRow};
pub use retention::project_retention::{
    GroupProjection, ProjectRetention, ProjectedFrom, ProjectedRow, ProjectionAnswer,
};
pub use retention::purchase_stats::PurchaseStats;
pub use retention::revenue_tally::RevenueComparison;
pub use retention::suggest_activity_window::{
    ActivityWindowAnswer, GroupSilences, ReturnRow, SuggestActivityWindow,
};
pub use segments::get_customer_segment::{GetCustomerSegment, SegmentMember};
pub use segments::get_rfm_scheme::{RfmScheme, RfmThreshold};
pub use segments::get_segment_transitions::{GetSegmentTransitions, TransitionsAnswer};
pub use segments::list_segment_members::ListSegmentMembers;
pub use segments::rfm_population::{Population, SegmentQuestion};
pub use segments::segment_sums::SegmentSummary;
pub use segments::summarize_segments::{SegmentSeries, SegmentsSummary, SummarizeSegments};
pub use segments::transition_tally::{SegmentMixTest, SegmentTransition};
pub use surveys::comment_counts::CommentTerm;
pub use surveys::compare_nps::{CompareNps, NpsComparison, NpsComparisons};
pub use surveys::compare_scores::{CompareScores, ScoreComparison, ScoreComparisons};
pub use surveys::get_nps::{GetNps, NpsAnswer, NpsRow, NpsScores};
pub use surveys::get_response_rate::{
    GetResponseRate, Participation, ParticipationRates, ResponseRateAnswer, ResponseRateRow,
};
pub use surveys::get_scores::{GetScores, Scores, ScoresAnswer, ScoresRow};
pub use surveys::items::Item;
pub use surveys::list_responses::{CommentedResponse, ListResponses};
pub use surveys::measured::Measured;
pub use surveys::plan_nps_sample::{NpsSamplePlan, PlanNpsSample};
pub use surveys::samples::ComparedWith;
pub use surveys::score_counts::{RepeatCounts, ScoreCount, ScoreCounts};
pub use surveys::summarize_comments::{CommentRow, CommentsSummary, SummarizeComments};
pub use surveys::survey_question::{CountedAnswers, SurveyQuestion};
pub use surveys::survey_scores::{ItemScores, SurveyRow, SurveyScores};
pub use tokens::Tokens;
pub use tokens::authenticate::TokenProblem;
pub use tokens::principal::Principal;
pub use tokens::rules::TokenRules;
pub use tokens::token::Token;
pub use tokens::token_keys::{TokenKeys, TokenKeysProblem};
pub use warnings::acknowledgements::Acknowledgement;
pub use warnings::get_warning_quality::{GetWarningQuality, WarningKindQuality, WarningQuality};
pub use warnings::list_early_warnings::{
    EarlyWarningBatches, EarlyWarningOrder, EarlyWarningTotals, ListEarlyWarnings,
};
pub use warnings::past::Fifth;
pub use warnings::signs::Seen;
pub use warnings::warners::{EarlyWarning, Severity};
pub use warnings::watch_early_warnings::{NewWarnings, WarningWatcher, WatchEarlyWarnings};
pub use workspaces::create_workspace::CreateWorkspace;
pub use workspaces::get_workspace::WorkspaceView;
pub use workspaces::rates::ExchangeRate;
pub use workspaces::set_exchange_rates::RatesSet;
pub use workspaces::settings::{RefitPolicy, WorkspaceSettings};
pub use workspaces::update_workspace::UpdateWorkspace;

// Words of the science that questions and answers are made of.
pub use lojal_scoring::clv::{
    Decile, Habit, IntervalMethod, LikelihoodRatioTest, NaiveRule, OutcomeRange, OutcomeRanges,
    PurchaseModelKind, Termination, TimeUnit,
};
pub use lojal_scoring::loyalty::{
    Component as LoyaltyComponent, Cut as LoyaltyCut, LoyaltyModel, Place as LoyaltyPlace,
    Predictor as LoyaltyPredictor,
};
pub use lojal_scoring::nps::NpsCounts;
pub use lojal_scoring::retention::{
    CohortCell, CohortMode, Headcount, LifecycleCounts, LogRank, RevenueChange, Source,
};
pub use lojal_scoring::rfm::{CutpointBasis, RfmScores, RfmValues, Segment};
pub use lojal_scoring::warnings::Kind as EarlyWarningKind;
pub use lojal_store::{
    Counts, Erased, Position, RecordKind, Recorded, Rejection, StoreError, WorkspaceStatus,
};

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
    workspace_cache: settings::WorkspaceCache,
    populations: Populations,
    judges: Judges,
    standards: Standards,
    glances: Glances,
    expectations: Expectations,
    alive_errors: AliveErrors,
    models: Models,
    pool: Pool,
    /// Room for work that looks at everybody.
    scans: Turns,
    /// Room for fits.
    fits: Turns,
    fit_counts: Arc<FitCounts>,
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
            workspace_cache: settings::WorkspaceCache::default(),
            populations: Populations::default(),
            judges: Judges::default(),
            standards: Standards::default(),
            glances: Glances::default(),
            expectations: Expectations::default(),
            alive_errors: AliveErrors::default(),
            models: Models::default(),
            pool: Pool::default(),
            scans: Turns::new(cores),
            fits: Turns::new(1),
            fit_counts: Arc::default(),
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
