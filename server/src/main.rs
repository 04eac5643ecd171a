//! lojal
fn main() {}
