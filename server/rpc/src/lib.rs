//! lojal-rpc
