//! The `lojal.v1` contract as Rust types, clients and servers, and as descriptors for reflection.
//!
//! The reference manual is in the comments of `proto/lojal/v1/*.proto`.

pub mod codec;

/// Package `lojal.v1`.
#[allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]
pub mod v1 {
    tonic::include_proto!("lojal.v1");
}

/// The package's files as an encoded `google.protobuf.FileDescriptorSet`, imports and comments included.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.binpb"));
