//! What customers say.
//!
//! | file | idea |
//! |---|---|
//! | `score_counts` | answers by score |
//! | `survey_scores` | answers counted by group and period |
//! | `get_nps`, `plan_nps_sample` | recommendation |
//! | `get_scores` | satisfaction, effort, trust and questions of one's own |
//! | `get_response_rate` | participation |
//! | `compare_surveys` | whether scores differ |
//! | `summarize_comments` | what customers write |

pub(crate) mod compare_surveys;
pub(crate) mod get_nps;
pub(crate) mod get_response_rate;
pub(crate) mod get_scores;
pub(crate) mod plan_nps_sample;
pub(crate) mod score_counts;
pub(crate) mod summarize_comments;
pub(crate) mod survey_scores;
