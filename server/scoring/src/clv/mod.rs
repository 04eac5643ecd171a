//! Customer lifetime value: from a list of purchases to money.
//!
//! ```text
//! purchases --summary--> (x, t_x, T, m) --patterns--> weighted table --fit--> model
//!                              |                                                |
//!                              +----------> value: P(alive), expected purchases, lifetime value
//! ```
//!
//! | room | idea |
//! |---|---|
//! | `histories` | purchases of one customer to their (x, t_x, T); equal customers are counted, not repeated |
//! | `models` | when customers buy and leave: seven models |
//! | `parameters` | what their parameters are in |
//! | `model`, `model_kind`, `answers` | what each of them answers, and one type for all of them, in days |
//! | `gamma_gamma` | what a purchase is worth |
//! | `covariates` | attributes that shift how often customers buy and how readily they leave |
//! | `fitting` | maximum likelihood, and maximum a posteriori, by Newton's method |
//! | `forecasting` | lifetime value, everything about a customer together, what may come, and the prior |
//! | `learner` | what habits say of who comes back that the models do not |
//! | `uncertainty` | how sure that is |
//! | `judging` | how far off it was |
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

mod answers;
mod covariates;
mod fitting;
mod forecasting;
mod gamma_gamma;
mod histories;
mod judging;
mod learner;
mod model;
mod model_kind;
mod models;
#[cfg(test)]
mod oracle;
mod parameters;
mod uncertainty;

pub use covariates::design::{COVARIATE_VALUES_MAX, CovariateProblem, Strata};
pub use covariates::fit::{CovariateError, fit_with_covariates};
pub use covariates::model::{Coefficient, Covariate, CovariateFit, Directions, Levels, LikelihoodRatioTest};
pub use fitting::outcome::{
    CalibrationHistogram, Estimation, FEWEST_AT_INFINITY, FitError, FitProgress, FitWarning, MIN_CUSTOMERS,
    Parameter, PurchaseFit, Termination,
};
pub use fitting::penalised::{PenalisedFit, PosteriorNode, fit_penalised};
pub use fitting::purchase_model::fit_purchase_model;
pub use forecasting::credibility::{Credibility, half_own_days};
pub use forecasting::ensemble::{Ensemble, Member};
pub use forecasting::forecast::{
    Expected, Intervals, expect, expect_all, expect_remembering, interval_of_probability, intervals,
};
pub use forecasting::if_alive::{Memory, OwnMemory};
pub use forecasting::known::Known;
pub use forecasting::lifetime_value::{
    Ahead, ClvPlan, PurchasesAhead, clv, perpetual_margin_value, purchases_ahead,
};
pub use forecasting::outcome::counts::PurchaseCounts;
pub use forecasting::outcome::past::{likely_log_error, shared_variance};
pub use forecasting::outcome::range::{OutcomeRange, OutcomeRanges};
pub use forecasting::outcome::scatter::Scatter;
pub use forecasting::outcome::spend::customer_ranges;
pub use forecasting::outcome::total::{ExpectedTotal, total_ranges};
pub use forecasting::prior::prior_purchases;
pub use forecasting::totals::Totals;
pub use gamma_gamma::fit::{GammaGammaFit, fit_gamma_gamma};
pub use gamma_gamma::frequency::FrequencyFit;
pub use gamma_gamma::model::{ByFrequency, GammaGamma};
pub use gamma_gamma::penalised::fit_value;
pub use histories::anniversaries::Dated;
pub use histories::opportunities::{MAX_OPPORTUNITIES, OpportunityError, OpportunityTable};
pub use histories::patterns::{PatternTable, ValueTable};
pub use histories::regularity::{Gaps, Regularity, gaps};
pub use histories::summary::{Day, Purchase, PurchaseSummary, kept_days, summarize, summarize_opportunities};
pub use judging::accuracy::{Accuracy, Decile};
pub use judging::drift::{Drift, PastError, told_from_season, weight_of_drift};
pub use judging::gain::{Gain, gain_of};
pub use judging::groups::{PastGroup, variance_of_groups};
pub use judging::naive::{CountedDays, ForecastDays, NaiveRule};
pub use judging::proper::{Judged, ProperScores, area_under_curve, log_score};
pub use judging::score::Score;
pub use judging::season::{Season, SeasonClock, Weeks};
pub use judging::stacking::{Stack, StackScore, score_of_stack, stack};
pub use judging::standing::{Judgement, Standing, standings};
pub use judging::tails::{Placed, Tails};
pub use judging::tracking::{Tracking, TrackingError};
pub use learner::contacts::{Contacts, LastAnswer};
pub use learner::example::Example;
pub use learner::grow::LearnError;
pub use learner::habit::Habit;
pub use learner::habits::{Habits, summarize_with_habits};
pub use learner::learn::{Learned, Learner, learn};
pub use learner::own_pace::{LearnedPaces, OwnPace, learn_paces, weight_of_paces};
pub use learner::spending::Discount;
pub use learner::trees::Attribution;
pub use model::{CustomerHistory, PurchaseModel};
pub use model_kind::PurchaseModelKind;
pub use models::bg::bg_nbd::BgNbd;
pub use models::bg::mbg_nbd::MbgNbd;
pub use models::bg_bb::fit::{BgBbFit, BgBbWarning, fit_bg_bb};
pub use models::bg_bb::model::{BgBb, OpportunityHistory};
pub use models::cnbd::MAX_K;
pub use models::cnbd::model::{BgCnbd, MbgCnbd};
pub use models::nbd::model::Nbd;
pub use models::pareto::model::ParetoNbd;
pub use models::sbg::{Sbg, SbgFit, SbgWarning, SurvivorError, SurvivorTable, fit_sbg};
pub use parameters::{DAYS_PER_YEAR, ParameterError, TimeUnit};
pub use uncertainty::bootstrap::bootstrap;
pub use uncertainty::intervals::{ConfidenceInterval, IntervalMethod, Pair, Uncertainty, error_of_a_year};
pub use uncertainty::scale::{CONFIDENCE, IntervalScale, Z_OF_CONFIDENCE};
pub use uncertainty::simulate::{Simulated, simulate};
