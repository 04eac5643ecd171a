//! Who belongs where by recency, frequency and monetary value.
//!
//! | file | idea |
//! |---|---|
//! | `rfm_population` | whom scores compare with, kept while it holds |
//! | `get_rfm_scheme` | how scores make a segment |
//! | `get_customer_segment` | of one customer |
//! | `list_segment_members`, `summarize_segments` | of all |
//! | `get_segment_transitions`, `transition_tally` | from one instant to another |
//! | `segment_sums`, `segment_rows` | of all by group and over time |

pub(crate) mod get_customer_segment;
pub(crate) mod get_rfm_scheme;
pub(crate) mod get_segment_transitions;
pub(crate) mod list_segment_members;
pub(crate) mod rfm_population;
pub(crate) mod segment_rows;
pub(crate) mod segment_sums;
pub(crate) mod summarize_segments;
pub(crate) mod transition_tally;
