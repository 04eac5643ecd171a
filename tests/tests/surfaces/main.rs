//! The server as people and programs meet it: command line, imports, README, grpcurl, browsers and metrics.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of a test that cannot go on has failed the test"
)]

mod ask;
mod command_line;
mod console;
mod csv_import;
mod database_import;
mod demo;
mod door;
mod environment;
mod export;
mod grpcurl;
mod ids;
mod import_order;
mod import_preview;
mod mcp;
mod metrics;
mod packaging;
mod parquet_import;
mod profile_import;
mod purchase_import;
mod readiness;
mod readme;
mod record_import;
mod same_answers;
mod service_manager;
mod text_import;
mod tokens;
mod watching;
mod web;
