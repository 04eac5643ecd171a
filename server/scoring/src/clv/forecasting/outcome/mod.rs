//! What may come: how widely single customers and sums over them scatter around what is expected.
//!
//! An interval of [`crate::clv::uncertainty`] says how well the expectation is known. A range says what will happen, which varies
//! far more for one customer and, since models are off together, also for many.
//!
//! | file | idea |
//! |---|---|
//! | `range` | a median with central ranges of 80 and 95 % |
//! | `counts` | one customer's purchases |
//! | `spend` | one customer's spend: that many purchases of uncertain worth |
//! | `scatter` | how far many customers together scatter, each by themselves |
//! | `past` | how far off all of them together were in the past |
//! | `total` | the range of a sum |

pub(in crate::clv) mod counts;
pub(in crate::clv) mod past;
pub(in crate::clv) mod range;
pub(in crate::clv) mod scatter;
pub(in crate::clv) mod spend;
pub(in crate::clv) mod total;
