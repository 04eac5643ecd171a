//! Customer lifetime value: from a list of purchases to money.
//!
//! ```text
//! purchases --summary--> (x, t_x, T, m) --patterns--> weighted table --fit--> model
//!                              |                                                |
//!                              +----------> value: P(alive), expected purchases, lifetime value
//! ```
//!
//! | files | idea |
//! |---|---|
//! | `summary`, `regularity` | purchases of one customer to his (x, t_x, T), and the days between them |
//! | `patterns`, `opportunities` | equal customers are counted, not repeated |
//! | `answers`, `model` | what every purchase model answers, and one type for all of them, in days |
//! | `bg_nbd`, `mbg_nbd`, `family*`, `likelihood`, `dropout_likelihood`, `expectation`, `residual` | leaving after a purchase |
//! | `pareto_*`, `panels`, `gauss_legendre` | leaving at any moment |
//! | `cnbd*`, `mixing` | leaving after a purchase, buying regularly |
//! | `bg_bb*`, `race` | opportunities that are used or not |
//! | `nbd*`, `negative_binomial` | never leaving |
//! | `sbg` | contracts |
//! | `gamma_gamma*` | what a purchase is worth |
//! | `newton`, `optimize`, `search`, `parallel`, `fit`, `fit_outcome` | maximum likelihood by Newton's method |
//! | `covariates`, `covariate_*` | attributes that shift how often customers buy and how readily they leave |
//! | `value`, `forecast` | lifetime value, and everything about a customer together |
//! | `uncertainty`, `simulate`, `bootstrap` | how sure that is |
//! | `accuracy`, `tracking`, `naive` | how far off it was |
//! | `prior` | what is assumed before anything can be fitted |
//!
//! # Symbols
//!
//! | paper | code | meaning |
//! |---|---|---|
//! | x | `repeat_purchases`, `frequency` | days with a purchase after the first such day |
//! | t_x | `recency_days` | from the first purchase to the last; 0 if x = 0 |
//! | T | `age_days` | from the first purchase to today |
//! | m | `mean_repeat_value` | mean value of the repeat purchases |
//!
//! Days everywhere at the border of this module; a model converts into the unit its parameters are in.

mod accuracy;
mod answers;
mod bg_bb;
mod bg_bb_fit;
mod bg_nbd;
mod bootstrap;
mod cnbd;
mod cnbd_ahead;
mod cnbd_fit;
mod cnbd_likelihood;
mod cnbd_roots;
mod covariate_design;
mod covariate_fit;
mod covariates;
mod dropout_likelihood;
mod expectation;
mod family;
mod family_fit;
mod fit;
mod fit_outcome;
mod forecast;
mod gamma_gamma;
mod gamma_gamma_fit;
mod gauss_legendre;
mod likelihood;
mod mbg_nbd;
mod mixing;
mod model;
mod naive;
mod nbd;
mod nbd_fit;
mod nbd_likelihood;
mod negative_binomial;
mod newton;
mod opportunities;
mod optimize;
#[cfg(test)]
mod oracle;
mod panels;
mod parallel;
mod pareto_departure;
mod pareto_discount;
mod pareto_fit;
mod pareto_likelihood;
mod pareto_nbd;
mod pareto_purchases;
#[cfg(test)]
mod pareto_robust;
mod pareto_silence;
mod patterns;
mod prior;
mod race;
mod regularity;
mod residual;
mod sbg;
mod search;
mod simulate;
mod summary;
mod tracking;
mod uncertainty;
mod value;

pub use accuracy::{Accuracy, Decile};
pub use bg_bb::{BgBb, OpportunityHistory};
pub use bg_bb_fit::{BgBbFit, BgBbWarning, fit_bg_bb};
pub use bg_nbd::BgNbd;
pub use bootstrap::bootstrap;
pub use cnbd::{BgCnbd, MAX_K, MbgCnbd};
pub use covariate_design::{COVARIATE_VALUES_MAX, CovariateProblem, Strata};
pub use covariate_fit::{CovariateError, fit_with_covariates};
pub use covariates::{Coefficient, Covariate, CovariateFit, Directions, Levels, LikelihoodRatioTest};
pub use fit::{MIN_CUSTOMERS, fit_purchase_model};
pub use fit_outcome::{CalibrationHistogram, FitError, FitProgress, FitWarning, Parameter, PurchaseFit};
pub use forecast::{
    Ahead, Expected, Intervals, Known, Memory, Totals, expect, expect_all, expect_remembering, intervals,
};
pub use gamma_gamma::GammaGamma;
pub use gamma_gamma_fit::{GammaGammaFit, fit_gamma_gamma};
pub use mbg_nbd::MbgNbd;
pub use model::{CustomerHistory, ParameterError, PurchaseModel, PurchaseModelKind, TimeUnit};
pub use naive::NaiveRule;
pub use nbd::Nbd;
pub use opportunities::{MAX_OPPORTUNITIES, OpportunityError, OpportunityTable};
pub use optimize::Termination;
pub use pareto_nbd::ParetoNbd;
pub use patterns::{PatternTable, ValueTable};
pub use prior::{prior_purchases, prior_value};
pub use regularity::{Gaps, Regularity, gaps};
pub use sbg::{Sbg, SbgFit, SbgWarning, SurvivorError, SurvivorTable, fit_sbg};
pub use simulate::{Simulated, simulate};
pub use summary::{Day, Purchase, PurchaseSummary, kept_days, summarize, summarize_opportunities};
pub use tracking::{Tracking, TrackingError};
pub use uncertainty::{CONFIDENCE, Interval, IntervalMethod, Pair, Scale, Uncertainty};
pub use value::{ClvPlan, DAYS_PER_YEAR, PurchasesAhead, clv, perpetual_margin_value, purchases_ahead};
