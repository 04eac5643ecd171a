//! Attributes that shift how often customers buy and how readily they leave.
//!
//! | file | idea |
//! |---|---|
//! | `model` | what a coefficient means |
//! | `design` | which values are told apart |
//! | `fit` | the search |

pub(super) mod design;
pub(super) mod fit;
pub(super) mod model;
