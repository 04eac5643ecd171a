//! Who is loyal: what customers say joined with what they do.
//!
//! | file | idea |
//! |---|---|
//! | `person` | what the score looks at of a history |
//! | `measured`, `judges` | everybody, as the one customer is compared with, measured once for many questions |
//! | `glances` | what summaries and orders need of a score, remembered |
//! | `models` | how a workspace's score is made, version by version |
//! | `rating` | scores at a glance, and as facts of filters and groups |
//! | `estimates` | numbers with their intervals |
//! | `words` | a score in a sentence |

pub(crate) mod estimates;
pub(crate) mod get_loyalty;
pub(crate) mod glances;
pub(crate) mod judges;
pub(crate) mod list_loyalty;
mod measured;
pub(crate) mod models;
pub(crate) mod person;
mod rating;
pub(crate) mod summarize_loyalty;
pub(crate) mod validate_score;
mod words;
