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

pub(crate) mod bg_nbd;
pub(crate) mod dropout_likelihood;
mod expectation;
pub(crate) mod family;
pub(crate) mod fit;
pub(crate) mod likelihood;
pub(crate) mod mbg_nbd;
mod residual;
