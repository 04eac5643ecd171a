//! BG/NBD and MBG/NBD: customers leave after a purchase.
//!
//! | file | idea |
//! |---|---|
//! | `bg_nbd` | the model as users see it |
//! | `mbg_nbd` | the model as users see it |
//! | `family` | what both have in common: all equations |
//! | `fit` | starts, bounds, warnings |
//! | `likelihood` | of a table, with derivatives |
//! | `dropout_likelihood` | the part of it that BG/CNBD-k shares |
//! | `expectation` | purchases ahead without the published formula's poles |
//! | `residual` | what is left of a customer after some time |

pub(super) mod bg_nbd;
pub(super) mod dropout_likelihood;
mod expectation;
pub(super) mod family;
pub(super) mod fit;
pub(super) mod likelihood;
pub(super) mod mbg_nbd;
mod residual;
