//! ExportService: whole tables, in columns.
//!
//! | file | does |
//! |---|---|
//! | `column` | says what a column is called, and reads it from a row |
//! | `predictions`, `customers`, `records` | the columns of each table |
//! | `metrics` | those of metrics, and asks for them |
//! | `chosen` | those that are asked for |
//! | `arrow`, `sheet` | write rows as Arrow or as plain values, in messages of a bearable size |
//! | `sent` | sends them, holds them to one moment, and goes on where an export stopped |
//! | `service` | asks the question |

mod arrow;
mod chosen;
mod column;
mod customers;
mod metrics;
mod predictions;
mod records;
mod sent;
mod service;
mod sheet;
