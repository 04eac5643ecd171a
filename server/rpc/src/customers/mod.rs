//! CustomerService: everything known of a customer.
//!
//! | file | idea |
//! |---|---|
//! | `service` | the calls |
//! | `answers` | customers and their events |
//! | `facts` | what there is to filter by |

pub(crate) mod answers;
mod facts;
mod service;

#[cfg(test)]
mod tests;
