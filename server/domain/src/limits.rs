//! Every bound on what a caller can send, in one place.
//!
//! The proto comments repeat them and `AdminService.GetServerInfo` answers them.

/// Longest id in bytes.
pub const ID_BYTES: usize = 128;
/// Longest workspace name in bytes.
pub const WORKSPACE_BYTES: usize = 64;
/// Most workspaces of a server.
pub const WORKSPACES: usize = 100_000;
/// Most rows in one write request or import chunk.
pub const ROWS_PER_REQUEST: usize = 10_000;
/// Most rows in one import chunk of columns.
pub const ROWS_PER_COLUMNS: usize = 100_000;
/// Largest message the server takes, in bytes.
pub const MESSAGE_BYTES: usize = 16 * 1024 * 1024;
/// Most entries of one page.
pub const PAGE_SIZE: usize = 1_000;
/// Entries of a page when the request does not say.
pub const PAGE_SIZE_DEFAULT: usize = 100;
/// Longest comment of a survey answer in bytes.
pub const COMMENT_BYTES: usize = 2_000;
/// Scores of surveys are within so many of 0.
pub const SURVEY_SCORE: i16 = 1_000;
/// Most topics of a survey answer or an interaction.
pub const TOPICS: usize = 8;
/// Longest topic in bytes.
pub const TOPIC_BYTES: usize = 64;
/// Longest reason of a void in bytes.
pub const REASON_BYTES: usize = 256;
/// Longest attribute name in bytes.
pub const ATTRIBUTE_NAME_BYTES: usize = 64;
/// Longest attribute value in bytes.
pub const ATTRIBUTE_VALUE_BYTES: usize = 256;
/// Most attributes in one upsert.
pub const ATTRIBUTES_PER_CUSTOMER: usize = 64;
/// Bytes of the attributes of one upsert, names and values together, so that a record fits a block of the log.
pub const ATTRIBUTES_BYTES: usize = 3_000;
/// Largest `occurrence` of a transaction without an id.
pub const OCCURRENCE: u32 = 1_000_000;
/// Most rows of one analytical answer.
pub const ANSWER_ROWS: usize = 10_000;
/// Most groups over which predictions are added up, each of which takes sums of many models.
pub const PREDICTION_GROUPS: usize = 1_000;
/// Customers whose summaries one question may bring.
pub const SUMMARIES_PER_CALL: usize = 500_000;
/// Most periods of a series of segments, each of which takes a look at everybody.
pub const SEGMENT_PERIODS: usize = 60;
/// Longest horizon of a prediction in days: 50 years.
pub const HORIZON_DAYS: i64 = 18_263;
/// Largest amount in whole units of a currency.
pub const AMOUNT_UNITS: i64 = 999_999_999_999;
/// Longest display name of a workspace in bytes.
pub const DISPLAY_NAME_BYTES: usize = 128;
/// Most API keys that are not revoked, and most that are kept in all.
pub const API_KEYS: usize = 1_000;
/// Most workspaces that an API key names, so that what is kept of it fits a document.
pub const API_KEY_WORKSPACES: usize = 40;
/// Longest token of an identity provider, as it is sent, in bytes.
pub const TOKEN_BYTES: usize = 8 * 1024;
/// Most exchange rates in one request.
pub const RATES_PER_REQUEST: usize = 10_000;
/// Fewest and most bootstrap replicates of a model.
pub const BOOTSTRAP_REPLICATES: std::ops::RangeInclusive<usize> = 20..=1_000;
/// Most attributes of customers that a model takes as covariates.
pub const COVARIATES: usize = 8;
/// Most values of one of them.
pub const COVARIATE_VALUES: usize = 20;
/// Largest age of a cohort table, in periods.
pub const COHORT_AGE: usize = 500;
/// Most brackets of a cohort table.
pub const COHORT_BRACKETS: usize = 50;
/// Most values of the attribute that says that a customer was earned.
pub const EARNED_VALUES: usize = 100;
/// Longest filter.
pub const FILTER_BYTES: usize = 2_000;
/// Most parts of a filter within one another.
pub const FILTER_DEPTH: usize = 64;
/// Most things by which customers are grouped together.
pub const GROUP_TERMS: usize = 3;
/// Most places where a group's numbers are cut.
pub const GROUP_BOUNDS: usize = 20;
/// Most customers of a list of scores in an order.
pub const LISTED_IN_ORDER: usize = 100_000;
/// Longest name of a warning: a kind, a day and a customer.
pub const WARNING_ID_BYTES: usize = 160;
/// Longest note of a warning in bytes.
pub const NOTE_BYTES: usize = 256;
/// Most versions of how a workspace's scores are made.
pub const LOYALTY_VERSIONS: usize = 1_000;
/// Most counts of a list of survivors, and most periods that a projection looks ahead.
pub const RETENTION_PERIODS: usize = 1_000;
/// Largest stored document, such as a fitted model, in bytes.
pub const DOCUMENT_BYTES: usize = 4_000;

/// A limit, for answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Its name.
    pub name: &'static str,
    /// The most that is taken.
    pub maximum: u64,
    /// What is counted.
    pub unit: &'static str,
}

/// All limits.
pub const ALL: &[Limit] = &[
    Limit { name: "id", maximum: ID_BYTES as u64, unit: "bytes" },
    Limit { name: "workspace", maximum: WORKSPACE_BYTES as u64, unit: "bytes" },
    Limit { name: "workspaces", maximum: WORKSPACES as u64, unit: "workspaces" },
    Limit { name: "rows_per_request", maximum: ROWS_PER_REQUEST as u64, unit: "rows" },
    Limit { name: "rows_per_columns", maximum: ROWS_PER_COLUMNS as u64, unit: "rows" },
    Limit { name: "message", maximum: MESSAGE_BYTES as u64, unit: "bytes" },
    Limit { name: "page_size", maximum: PAGE_SIZE as u64, unit: "entries" },
    Limit { name: "comment", maximum: COMMENT_BYTES as u64, unit: "bytes" },
    Limit { name: "survey_score", maximum: SURVEY_SCORE as u64, unit: "points" },
    Limit { name: "topics", maximum: TOPICS as u64, unit: "topics" },
    Limit { name: "topic", maximum: TOPIC_BYTES as u64, unit: "bytes" },
    Limit { name: "reason", maximum: REASON_BYTES as u64, unit: "bytes" },
    Limit { name: "attribute_name", maximum: ATTRIBUTE_NAME_BYTES as u64, unit: "bytes" },
    Limit { name: "attribute_value", maximum: ATTRIBUTE_VALUE_BYTES as u64, unit: "bytes" },
    Limit { name: "attributes_per_customer", maximum: ATTRIBUTES_PER_CUSTOMER as u64, unit: "attributes" },
    Limit { name: "attributes", maximum: ATTRIBUTES_BYTES as u64, unit: "bytes" },
    Limit { name: "occurrence", maximum: OCCURRENCE as u64, unit: "rows" },
    Limit { name: "answer_rows", maximum: ANSWER_ROWS as u64, unit: "rows" },
    Limit { name: "horizon", maximum: HORIZON_DAYS as u64, unit: "days" },
    Limit { name: "display_name", maximum: DISPLAY_NAME_BYTES as u64, unit: "bytes" },
    Limit { name: "api_keys", maximum: API_KEYS as u64, unit: "keys" },
    Limit { name: "api_key_workspaces", maximum: API_KEY_WORKSPACES as u64, unit: "workspaces" },
    Limit { name: "token", maximum: TOKEN_BYTES as u64, unit: "bytes" },
    Limit { name: "rates_per_request", maximum: RATES_PER_REQUEST as u64, unit: "rates" },
    Limit { name: "bootstrap_replicates", maximum: *BOOTSTRAP_REPLICATES.end() as u64, unit: "replicates" },
    Limit { name: "covariates", maximum: COVARIATES as u64, unit: "attributes" },
    Limit { name: "covariate_values", maximum: COVARIATE_VALUES as u64, unit: "values" },
    Limit { name: "cohort_age", maximum: COHORT_AGE as u64, unit: "periods" },
    Limit { name: "cohort_brackets", maximum: COHORT_BRACKETS as u64, unit: "brackets" },
    Limit { name: "earned_values", maximum: EARNED_VALUES as u64, unit: "values" },
    Limit { name: "filter", maximum: FILTER_BYTES as u64, unit: "bytes" },
    Limit { name: "filter_depth", maximum: FILTER_DEPTH as u64, unit: "parts" },
    Limit { name: "group_terms", maximum: GROUP_TERMS as u64, unit: "attributes and facts" },
    Limit { name: "group_bounds", maximum: GROUP_BOUNDS as u64, unit: "bounds" },
    Limit { name: "listed_in_order", maximum: LISTED_IN_ORDER as u64, unit: "customers" },
    Limit { name: "warning_id", maximum: WARNING_ID_BYTES as u64, unit: "bytes" },
    Limit { name: "note", maximum: NOTE_BYTES as u64, unit: "bytes" },
    Limit { name: "loyalty_versions", maximum: LOYALTY_VERSIONS as u64, unit: "versions" },
    Limit { name: "retention_periods", maximum: RETENTION_PERIODS as u64, unit: "periods" },
    Limit { name: "prediction_groups", maximum: PREDICTION_GROUPS as u64, unit: "groups" },
    Limit { name: "segment_periods", maximum: SEGMENT_PERIODS as u64, unit: "periods" },
    Limit { name: "summaries_per_call", maximum: SUMMARIES_PER_CALL as u64, unit: "customers" },
    Limit { name: "amount", maximum: AMOUNT_UNITS as u64, unit: "units of currency" },
];
