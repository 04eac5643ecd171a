//! lojal-domain
