//! Tenants, with a currency, a time zone and exchange rates of their own.
//!
//! | file | idea |
//! |---|---|
//! | `settings` | what a workspace has of its own, kept in memory |
//! | `create_workspace`, `get_workspace`, `list_workspaces`, `update_workspace`, `delete_workspace` | one or all |
//! | `deletions` | which were deleted while an answer was made |
//! | `rates` | money in other currencies |
//! | `set_exchange_rates`, `list_exchange_rates` | what other money is worth |

pub(crate) mod create_workspace;
pub(crate) mod delete_workspace;
pub(crate) mod deletions;
pub(crate) mod get_workspace;
pub(crate) mod list_exchange_rates;
pub(crate) mod list_workspaces;
pub(crate) mod rates;
pub(crate) mod set_exchange_rates;
pub(crate) mod settings;
pub(crate) mod update_workspace;
