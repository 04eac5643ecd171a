//! CustomerService: everything known of a customer.
//!
//! | file | idea |
//! |---|---|
//! | `service` | the calls |
//! | `answers` | customers and their events |
//! | `questions` | what is asked of them |
//! | `facts` | what there is to filter by |

pub(crate) mod answers;
mod facts;
pub(crate) mod questions;
mod service;

#[cfg(test)]
mod tests;
