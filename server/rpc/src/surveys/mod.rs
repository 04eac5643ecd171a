//! NpsService and SurveyService: what customers say.
//!
//! | file | idea |
//! |---|---|
//! | `nps_service`, `service` | the calls |
//! | `nps` | recommendation |
//! | `scores` | other scores, and participation |
//! | `comparisons` | whether they differ |

mod comments;
mod comparisons;
pub(crate) mod nps;
mod nps_service;
pub(crate) mod scores;
mod service;

#[cfg(test)]
mod tests;
