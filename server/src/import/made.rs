//! What records are given that a file has not: ids, the same whenever the same is read, and instants of the wire.

use lojal_domain::{EventTime, MICROS_PER_SECOND};
use prost_types::Timestamp;
use sha2::{Digest as _, Sha256};

/// The id of something that has none: the one that the Python package makes of the same parts.
pub(crate) fn made_id(parts: &[&str]) -> String {
    let digest = Sha256::digest(parts.join("\u{1f}").as_bytes());
    let digits: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("made-{digits}")
}

/// An instant as the wire has it.
pub(crate) fn wire(time: EventTime) -> Timestamp {
    let (micros, a_second) = (time.micros(), MICROS_PER_SECOND);
    let nanos = i32::try_from(micros.rem_euclid(a_second) * 1_000).unwrap_or(0);
    Timestamp { seconds: micros.div_euclid(a_second), nanos }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_python() {
        // hashlib.sha256("c1\x1f5".encode()).hexdigest()[:32]
        assert_eq!(made_id(&["c1", "5"]), "made-a22f32bbe5b3ac82dfb2bdbd4927876f");
        assert_ne!(made_id(&["c1", "5"]), made_id(&["c15"]));
        let before = wire(EventTime::from_micros(-1));
        assert_eq!((before.seconds, before.nanos), (-1, 999_999_000));
    }
}
