//! WorkspaceService: tenants with their settings and rates.
//!
//! | file | idea |
//! |---|---|
//! | `service` | the calls |
//! | `answers` | workspaces and rates |

mod answers;
mod service;

#[cfg(test)]
mod tests;
