//! The server itself: size and state, and a copy of everything.

pub(crate) mod backup;
pub(crate) mod get_server_info;
