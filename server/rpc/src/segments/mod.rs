//! SegmentationService: who belongs where.
//!
//! | file | idea |
//! |---|---|
//! | `service` | the calls |
//! | `answers` | segments and their members |
//! | `transitions` | who moved between them |

pub(crate) mod answers;
mod service;
mod transitions;

#[cfg(test)]
mod tests;
