//! Between wire and domain, one file a subject.

pub(crate) mod clv;
pub(crate) mod columns;
pub(crate) mod common;
pub(crate) mod comparisons;
pub(crate) mod customers;
pub(crate) mod facts;
pub(crate) mod nps;
pub(crate) mod retention;
pub(crate) mod rows;
pub(crate) mod scores;
pub(crate) mod segments;
pub(crate) mod surveys;
pub(crate) mod workspaces;
