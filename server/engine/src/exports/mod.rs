//! Whole tables of what is recorded, a stretch at a time.

pub(crate) mod records;
pub(crate) mod resumption;
