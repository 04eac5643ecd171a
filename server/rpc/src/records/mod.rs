//! IngestService: what happened.
//!
//! | file | idea |
//! |---|---|
//! | `service` | the calls |
//! | `recording` | rows and columns of a request, taken in |
//! | `rows`, `responses`, `costs` | a row of each kind |
//! | `faults` | what is wrong with a row, all of it |
//! | `columns` | purchases in columns |
//! | `import` | chunks in, an answer for each |

mod columns;
pub(crate) mod costs;
mod faults;
mod import;
mod recording;
pub(crate) mod responses;
mod rows;
mod service;

#[cfg(test)]
mod tests;
