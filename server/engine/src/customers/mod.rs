//! Everything known of a customer.
//!
//! | file | idea |
//! |---|---|
//! | `get_customer`, `get_timeline`, `export_customer` | one of them |
//! | `list_customers`, `list_facts` | all of them, and what there is to filter by |
//! | `erase_customer` | none of it any more |

pub(crate) mod erase_customer;
pub(crate) mod export_customer;
pub(crate) mod get_customer;
pub(crate) mod get_timeline;
pub(crate) mod list_customers;
pub(crate) mod list_facts;
