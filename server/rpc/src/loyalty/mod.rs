//! Who is loyal.

mod answers;
mod questions;
mod service;
#[cfg(test)]
mod tests;
mod warnings;
