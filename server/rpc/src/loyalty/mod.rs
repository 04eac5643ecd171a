//! Who is loyal.

mod answers;
pub(crate) mod questions;
mod service;
#[cfg(test)]
mod tests;
mod warnings;
