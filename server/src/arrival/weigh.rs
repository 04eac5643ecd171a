//! What a message takes in memory once it is decoded, seen from its bytes.
//!
//! A row of two bytes becomes a struct of hundreds, so sixteen megabytes of the right bytes become gigabytes. What there
//! will be is counted before anything is decoded, by the contract's own description of its messages.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;
use prost_reflect::DescriptorPool;
use prost_types::DescriptorProto;
use prost_types::field_descriptor_proto::Type;

/// Bytes of a message within another, about: the largest rows are so large.
const MESSAGE: usize = 320;
/// Bytes of a text or of bytes beside what is in them: where it is, and what the allocator adds.
const TEXT: usize = 48;
/// Messages within one another; the decoder takes no more.
const DEPTH: usize = 100;

/// What messages are made of.
pub(crate) struct Schema {
    /// Messages by the paths of the methods that take them.
    methods: HashMap<String, usize>,
    /// Fields of each that are of a variable number: by number, in order.
    messages: Vec<Vec<(u32, Field)>>,
}

#[derive(Clone, Copy)]
enum Field {
    Message(usize),
    Text,
}

impl Schema {
    /// That of a contract.
    pub(crate) fn of(pool: &DescriptorPool) -> Self {
        let mut found = Vec::new();
        for file in pool.file_descriptor_protos() {
            for message in &file.message_type {
                collect(&format!(".{}", file.package()), message, &mut found);
            }
        }
        let numbers: HashMap<&str, usize> =
            found.iter().enumerate().map(|(number, (name, _))| (name.as_str(), number)).collect();
        let fields_of = |message: &DescriptorProto| {
            let mut fields: Vec<(u32, Field)> = message
                .field
                .iter()
                .filter_map(|field| match field.r#type() {
                    Type::Message => {
                        Some((field.number() as u32, Field::Message(*numbers.get(field.type_name())?)))
                    }
                    Type::String | Type::Bytes => Some((field.number() as u32, Field::Text)),
                    _ => None,
                })
                .collect();
            fields.sort_unstable_by_key(|(number, _)| *number);
            fields
        };
        let messages = found.iter().map(|(_, message)| fields_of(message)).collect();
        let services =
            pool.file_descriptor_protos().flat_map(|file| file.service.iter().map(move |one| (file, one)));
        let methods = services
            .flat_map(|(file, service)| {
                let prefix = format!("/{}.{}", file.package(), service.name());
                service.method.iter().map(move |method| (format!("{prefix}/{}", method.name()), method))
            })
            .filter_map(|(path, method)| Some((path, *numbers.get(method.input_type())?)))
            .collect();
        Self { methods, messages }
    }

    /// The message that the method at a path takes.
    pub(crate) fn message_of(&self, path: &str) -> Option<usize> {
        self.methods.get(path).copied()
    }

    /// Bytes that a message takes once it is decoded, beside those it was sent in, of which it begins at `start`. What
    /// cannot be read is not counted: the decoder refuses it there.
    pub(crate) fn weigh(&self, message: usize, pieces: &VecDeque<Bytes>, start: usize, end: usize) -> usize {
        let mut bytes = Reader { pieces, piece: 0, within: 0, at: 0 };
        let mut weight = 0;
        let mut open = vec![(end, message)];
        if bytes.skip(start).is_none() {
            return weight;
        }
        while let Some(&(end, message)) = open.last() {
            if bytes.at >= end {
                open.pop();
                continue;
            }
            let Some(tag) = bytes.varint() else { return weight };
            let passed = match tag & 7 {
                0 => bytes.varint().map(drop),
                1 => bytes.skip(8),
                5 => bytes.skip(4),
                2 => bytes.varint().and_then(|length| {
                    let length = usize::try_from(length).ok().filter(|length| *length <= end - bytes.at)?;
                    match self.field(message, tag >> 3) {
                        Some(Field::Message(inner)) if open.len() < DEPTH => {
                            weight += MESSAGE;
                            open.push((bytes.at + length, inner));
                            Some(())
                        }
                        Some(Field::Message(_)) => None,
                        Some(Field::Text) => {
                            weight += TEXT;
                            bytes.skip(length)
                        }
                        None => bytes.skip(length),
                    }
                }),
                _ => None,
            };
            if passed.is_none() {
                return weight;
            }
        }
        weight
    }

    fn field(&self, message: usize, number: u64) -> Option<Field> {
        let fields = self.messages.get(message)?;
        let found = fields.binary_search_by_key(&number, |(number, _)| u64::from(*number)).ok()?;
        Some(fields[found].1)
    }
}

/// All messages of a file, those within others too, by their full names.
fn collect<'m>(prefix: &str, message: &'m DescriptorProto, found: &mut Vec<(String, &'m DescriptorProto)>) {
    let name = format!("{prefix}.{}", message.name());
    message.nested_type.iter().for_each(|nested| collect(&name, nested, found));
    found.push((name, message));
}

/// Reads bytes that lie in pieces.
struct Reader<'p> {
    pieces: &'p VecDeque<Bytes>,
    piece: usize,
    within: usize,
    /// Bytes passed.
    at: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        loop {
            let piece = self.pieces.get(self.piece)?;
            if let Some(byte) = piece.get(self.within) {
                self.within += 1;
                self.at += 1;
                return Some(*byte);
            }
            (self.piece, self.within) = (self.piece + 1, 0);
        }
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn skip(&mut self, mut count: usize) -> Option<()> {
        self.at += count;
        loop {
            let left = self.pieces.get(self.piece)?.len() - self.within;
            if count <= left {
                self.within += count;
                return Some(());
            }
            count -= left;
            (self.piece, self.within) = (self.piece + 1, 0);
        }
    }
}
