//! lojal-engine
