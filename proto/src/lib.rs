//! lojal-proto
