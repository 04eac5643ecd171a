//! What customers say.
//!
//! | file | idea |
//! |---|---|
//! | `score_counts`, `items`, `item_counts` | answers by score, and by what they answer |
//! | `survey_question` | which answers a question is about |
//! | `survey_scores` | answers counted by group and period, customer by customer |
//! | `one_item` | what can be told of one question only |
//! | `get_nps`, `nps_estimate`, `plan_nps_sample` | recommendation |
//! | `get_scores`, `measured`, `score_estimates` | satisfaction, effort, trust and questions of one's own |
//! | `get_response_rate` | participation |
//! | `samples`, `compare_nps`, `compare_scores` | whether scores differ |
//! | `groups_of_answers` | which groups an answer is in |
//! | `summarize_comments`, `comment_counts`, `list_responses` | what customers write |

pub(crate) mod comment_counts;
pub(crate) mod compare_nps;
pub(crate) mod compare_scores;
pub(crate) mod get_nps;
pub(crate) mod get_response_rate;
pub(crate) mod get_scores;
pub(crate) mod groups_of_answers;
pub(crate) mod item_counts;
pub(crate) mod items;
pub(crate) mod list_responses;
pub(crate) mod measured;
pub(crate) mod nps_estimate;
pub(crate) mod one_item;
pub(crate) mod plan_nps_sample;
pub(crate) mod samples;
pub(crate) mod score_counts;
pub(crate) mod score_estimates;
pub(crate) mod summarize_comments;
pub(crate) mod survey_question;
pub(crate) mod survey_scores;
