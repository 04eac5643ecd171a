//! lojal-store-sled
