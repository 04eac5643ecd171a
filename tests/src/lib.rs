//! lojal-tests
