//! lojal-store
