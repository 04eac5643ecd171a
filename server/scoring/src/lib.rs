//! lojal-scoring
