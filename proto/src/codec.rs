//! How messages are written.
//!
//! prost writes a message in pieces of one to a few bytes. Into the buffer that tonic hands out each piece is a call of its own
//! that looks for room; into a vector of the right size it is a store: half as many instructions for what point questions answer.

use std::marker::PhantomData;

use bytes::BufMut as _;
use prost::Message;
use tonic::Status;
use tonic::codec::{BufferSettings, Codec, EncodeBuf, Encoder};
use tonic_prost::{ProstCodec, ProstDecoder};

/// Reads messages as [`ProstCodec`] does, and writes each of them whole.
#[derive(Debug, Clone)]
pub struct WholeCodec<T, U>(PhantomData<(T, U)>);

impl<T, U> Default for WholeCodec<T, U> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T, U> Codec for WholeCodec<T, U>
where
    T: Message + Send + 'static,
    U: Message + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = WholeEncoder<T>;
    type Decoder = ProstDecoder<U>;

    fn encoder(&mut self) -> WholeEncoder<T> {
        WholeEncoder(PhantomData)
    }

    fn decoder(&mut self) -> ProstDecoder<U> {
        ProstCodec::<T, U>::raw_decoder(BufferSettings::default())
    }
}

/// Writes a message whole.
#[derive(Debug, Clone)]
pub struct WholeEncoder<T>(PhantomData<T>);

impl<T: Message> Encoder for WholeEncoder<T> {
    type Item = T;
    type Error = Status;

    fn encode(&mut self, message: T, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&message.encode_to_vec());
        Ok(())
    }
}
