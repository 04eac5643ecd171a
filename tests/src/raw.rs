//! Calls with messages of plain bytes: to send what no generated client would, and to measure transport alone.

use bytes::{Buf as _, BufMut as _, Bytes};
use http::uri::PathAndQuery;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use tonic::{Request, Status};

/// Leaves messages as they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct BytesCodec;

impl Codec for BytesCodec {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, target: &mut EncodeBuf<'_>) -> Result<(), Status> {
        target.put(item);
        Ok(())
    }
}

impl Decoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, source: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(source.copy_to_bytes(source.remaining())))
    }
}

/// What a call shows to be let in, if anything: `Bearer` and an API key.
pub type Authorization = Option<MetadataValue<Ascii>>;

/// Calls a unary method by its path, such as `/lojal.v1.NpsService/GetNps`.
///
/// # Errors
/// The status of the call.
pub async fn call(channel: &Channel, path: &'static str, message: Bytes) -> Result<Bytes, Status> {
    call_as(&None, channel, path, message).await
}

/// The same, with something to be let in by.
///
/// # Errors
/// The status of the call.
pub async fn call_as(
    authorization: &Authorization,
    channel: &Channel,
    path: &'static str,
    message: Bytes,
) -> Result<Bytes, Status> {
    let mut client = tonic::client::Grpc::new(channel.clone());
    client.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
    let path = PathAndQuery::from_static(path);
    let mut request = Request::new(message);
    if let Some(authorization) = authorization {
        request.metadata_mut().insert("authorization", authorization.clone());
    }
    Ok(client.unary(request, path, BytesCodec).await?.into_inner())
}
