//! SegmentationService: who belongs where.
//!
//! | file | idea |
//! |---|---|
//! | `service` | the calls |
//! | `answers` | segments and their members |

mod answers;
mod service;

#[cfg(test)]
mod tests;
