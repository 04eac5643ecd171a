//! Messages made from what the contract says of them.

use prost_reflect::{
    Cardinality, DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage as _, Value,
};
use rand::Rng as _;
use rand::seq::IteratorRandom as _;
use rand_chacha::ChaCha8Rng;

use super::words;

/// Messages within one another.
const DEPTH: usize = 6;

/// A message with some of its fields set.
pub(super) fn make(random: &mut ChaCha8Rng, of: &MessageDescriptor) -> DynamicMessage {
    let share = [0.1, 0.3, 0.6][random.random_range(0..3)];
    filled(random, of, share, DEPTH)
}

fn filled(random: &mut ChaCha8Rng, of: &MessageDescriptor, share: f64, depth: usize) -> DynamicMessage {
    let mut message = DynamicMessage::new(of.clone());
    match of.full_name() {
        "google.protobuf.Timestamp" => set_time(&mut message, words::instant(random)),
        "google.protobuf.Duration" => set_time(&mut message, words::duration(random)),
        _ => {
            for field in of.fields() {
                if random.random_bool(share) {
                    let value = value(random, &field, share, depth);
                    message.set_field(&field, value);
                }
            }
        }
    }
    message
}

fn set_time(message: &mut DynamicMessage, (seconds, nanos): (i64, i32)) {
    message.set_field_by_name("seconds", Value::I64(seconds));
    message.set_field_by_name("nanos", Value::I32(nanos));
}

/// How many entries of a list.
fn entries(random: &mut ChaCha8Rng) -> usize {
    match random.random_range(0..100) {
        0..10 => 0,
        10..90 => random.random_range(1..4),
        90..99 => random.random_range(4..30),
        _ => random.random_range(30..300),
    }
}

fn value(random: &mut ChaCha8Rng, field: &FieldDescriptor, share: f64, depth: usize) -> Value {
    if field.is_map() {
        let Kind::Message(entry) = field.kind() else { return Value::Map(Default::default()) };
        let named = entry.map_entry_value_field();
        let entries = (0..entries(random)).map(|_| {
            let key = MapKey::String(words::text(random, "attribute"));
            (key, single(random, &named, share, depth))
        });
        return Value::Map(entries.collect());
    }
    if field.cardinality() == Cardinality::Repeated {
        let entries = if depth == 0 { 0 } else { entries(random) };
        return Value::List((0..entries).map(|_| single(random, field, share, depth)).collect());
    }
    single(random, field, share, depth)
}

fn single(random: &mut ChaCha8Rng, field: &FieldDescriptor, share: f64, depth: usize) -> Value {
    match field.kind() {
        Kind::Message(inner) if depth == 0 => Value::Message(DynamicMessage::new(inner)),
        Kind::Message(inner) => Value::Message(filled(random, &inner, share, depth - 1)),
        Kind::String => Value::String(words::text(random, field.name())),
        Kind::Bytes => {
            let bytes: Vec<u8> = (0..random.random_range(0..40)).map(|_| random.random()).collect();
            Value::Bytes(bytes.into())
        }
        Kind::Bool => Value::Bool(random.random()),
        Kind::Enum(of) => {
            let known = of.values().map(|value| value.number()).choose(random).unwrap_or_default();
            Value::EnumNumber(if random.random_bool(0.95) { known } else { words::whole(random) as i32 })
        }
        Kind::Double => Value::F64(words::decimal(random)),
        Kind::Float => Value::F32(words::decimal(random) as f32),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(words::whole(random) as i32),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(words::whole(random)),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(words::whole(random) as u32),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(words::whole(random) as u64),
    }
}

/// Sets or takes away one field of a message, or of one within it.
pub(super) fn change(random: &mut ChaCha8Rng, message: &mut DynamicMessage) {
    let Some(field) = message.descriptor().fields().choose(random) else { return };
    let inner = message.has_field(&field) && random.random_bool(0.8);
    match message.get_field_mut(&field) {
        Value::Message(within) if inner => return change(random, within),
        Value::List(entries) if inner => {
            if let Some(Value::Message(within)) = entries.iter_mut().choose(random) {
                return change(random, within);
            }
        }
        _ => {}
    }
    if random.random_bool(0.2) {
        message.clear_field(&field);
    } else {
        let value = value(random, &field, 0.3, DEPTH);
        message.set_field(&field, value);
    }
}
