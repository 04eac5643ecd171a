//! What a customer will be worth, and how far to trust that.
//!
//! | file | idea |
//! |---|---|
//! | `fit_model`, `fit_warnings` | a model by request, and what to know of it |
//! | `drift`, `pace`, `fitted_pace` | at which pace what comes comes |
//! | `judge_models`, `level`, `choose_model`, `default_model`, `penalised_model`, `when_due`, `at_hand`, `missed` | the model of requests that name none |
//! | `mixture` | several models that answer as one |
//! | `beside_purchases`, `contacts`, `witness`, `own_pace`, `fitted_learner` | what is known of customers beside purchases and models said of them, and what was learned of both |
//! | `sample` | what models are fitted to |
//! | `progress` | how far a fit is |
//! | `fitted`, `format` | what it comes to, and the versions in which that is kept |
//! | `models`, `large_documents` | models that are kept |
//! | `covariates`, `model_by_stratum` | attributes that matter to a model |
//! | `model_parameters` | what was found of them, and how surely |
//! | `forecast`, `estimated` | a model asked about customers, and its answers as estimates |
//! | `expectations`, `recalled`, `foretell` | what is expected of everybody, remembered; and as facts of filters and groups |
//! | `predict_customer`, `predict_customers`, `walk_ahead`, `moved_by_habits` | one of them, all of them, and why one is not as models say |
//! | `predict_summaries` | those of customers whose purchases are elsewhere, by summaries that the caller brings |
//! | `sums`, `summarize_predictions` | their sums, of all and by group, and what may come of them |
//! | `basis` | what those rest on |
//! | `share`, `even_part` | some of all customers, for what is too dear of all |
//! | `holdout`, `fitted_holdout`, `rule_counts`, `backtest`, `compare_models` | the last third of a history, forecast from the rest |
//! | `forecast_accuracy`, `forecast_scores` | how far off it was |
//! | `get_tracking` | what was expected beside what came |

pub(crate) mod at_hand;
pub(crate) mod backtest;
pub(crate) mod basis;
pub(crate) mod beside_purchases;
pub(crate) mod choose_model;
pub(crate) mod compare_models;
pub(crate) mod contacts;
pub(crate) mod covariates;
pub(crate) mod default_model;
pub(crate) mod drift;
pub(crate) mod estimated;
pub(crate) mod even_part;
pub(crate) mod expectations;
pub(crate) mod fit_ahead;
pub(crate) mod fit_model;
pub(crate) mod fit_warnings;
pub(crate) mod fitted;
pub(crate) mod fitted_holdout;
pub(crate) mod fitted_learner;
pub(crate) mod fitted_pace;
pub(crate) mod fitted_tails;
pub(crate) mod forecast;
pub(crate) mod forecast_accuracy;
pub(crate) mod forecast_scores;
pub(crate) mod foretell;
pub(crate) mod format;
pub(crate) mod get_tracking;
pub(crate) mod holdout;
pub(crate) mod judge_models;
pub(crate) mod landmark;
pub(crate) mod large_documents;
pub(crate) mod level;
pub(crate) mod missed;
pub(crate) mod mixture;
pub(crate) mod model_by_stratum;
pub(crate) mod model_parameters;
pub(crate) mod models;
pub(crate) mod moved_by_habits;
pub(crate) mod once;
pub(crate) mod own_pace;
pub(crate) mod pace;
pub(crate) mod panel;
pub(crate) mod past_groups;
pub(crate) mod penalised_model;
pub(crate) mod predict_customer;
pub(crate) mod predict_customers;
pub(crate) mod predict_summaries;
pub(crate) mod progress;
pub(crate) mod recalled;
pub(crate) mod rule_counts;
pub(crate) mod sample;
pub(crate) mod share;
pub(crate) mod summarize_predictions;
pub(crate) mod sums;
mod taught;
pub(crate) mod walk_ahead;
pub(crate) mod weights;
pub(crate) mod when_due;
pub(crate) mod witness;
