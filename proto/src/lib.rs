//! The `lojal.v1` contract as Rust types, clients and servers, and as descriptors for reflection.
//!
//! The reference manual is in the comments of `proto/lojal/v1/*.proto`.

use std::sync::LazyLock;

use prost_reflect::{DescriptorError, DescriptorPool};

pub mod codec;

/// Package `lojal.v1`.
#[allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]
pub mod v1 {
    tonic::include_proto!("lojal.v1");
}

/// The package's files as an encoded `google.protobuf.FileDescriptorSet`, imports and comments included.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.binpb"));

/// What [`DESCRIPTORS`] say, with options and comments, read once for all who ask: a server asks for scopes, methods, streams, weights of messages and reflection when it
/// starts.
///
/// # Errors
/// For a contract that cannot be read, which none is that was built.
pub fn descriptors() -> Result<&'static DescriptorPool, &'static DescriptorError> {
    static READ: LazyLock<Result<DescriptorPool, DescriptorError>> =
        LazyLock::new(|| DescriptorPool::decode(DESCRIPTORS));
    READ.as_ref()
}
