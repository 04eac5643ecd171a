//! Paging: tokens that carry the listing's moment and the place to go on from, bound to the request they came from.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lojal_domain::{EventTime, limits};
use xxhash_rust::xxh3::xxh3_64;

use crate::EngineError;

const VERSION: u8 = 1;
/// Version, request, instant, revision, time, record, checksum; before that a name, in listings that go by it.
const BYTES: usize = 1 + 8 + 8 + 8 + 8 + 4 + 4;

/// Which page of a listing is wanted.
#[derive(Clone, Debug, Default)]
pub struct PageRequest {
    /// Entries a page; none for the default.
    pub size: Option<i32>,
    /// The token of the page before; empty for the first page.
    pub token: String,
}

/// A page of a listing.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// Its entries.
    pub entries: Vec<T>,
    /// The token of the next page; empty on the last.
    pub next_token: String,
}

/// Where a listing goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) as_of: EventTime,
    pub(crate) revision: u64,
    pub(crate) time: EventTime,
    pub(crate) record: u32,
}

impl PageRequest {
    /// Entries a page.
    pub(crate) fn size(&self) -> Result<usize, EngineError> {
        match self.size {
            None | Some(0) => Ok(limits::PAGE_SIZE_DEFAULT),
            Some(size) => {
                usize::try_from(size).ok().filter(|size| *size <= limits::PAGE_SIZE).ok_or_else(|| {
                    EngineError::field("page_size", format!("is {size}; choose 1 to {}", limits::PAGE_SIZE))
                })
            }
        }
    }

    /// Where to go on, for a request described by `request`; none on the first page.
    pub(crate) fn place(&self, request: &str) -> Result<Option<Place>, EngineError> {
        Ok(self.named_place(request)?.map(|(place, _)| place))
    }

    /// The same of a listing in an order, with the name that its place goes by.
    pub(crate) fn named_place(&self, request: &str) -> Result<Option<(Place, Box<str>)>, EngineError> {
        if self.token.is_empty() {
            return Ok(None);
        }
        decode(&self.token, request).map(Some).ok_or(EngineError::PageTokenMismatch)
    }
}

/// The place, and the name that comes with it, which most listings have none of.
fn decode(token: &str, request: &str) -> Option<(Place, Box<str>)> {
    let lengths = BYTES..=BYTES + limits::ID_BYTES;
    let bytes = URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| lengths.contains(&bytes.len()))?;
    let (body, checksum) = bytes.split_at(bytes.len() - 4);
    let word = |from: usize| -> Option<[u8; 8]> { body.get(from..from + 8)?.try_into().ok() };
    let intact =
        body[0] == VERSION && checksum == sum(body) && word(1)? == xxh3_64(request.as_bytes()).to_le_bytes();
    let instant = |bytes| EventTime::from_micros(i64::from_le_bytes(bytes));
    let place = Place {
        as_of: instant(word(9)?),
        revision: u64::from_le_bytes(word(17)?),
        time: instant(word(25)?),
        record: u32::from_le_bytes(body.get(33..37)?.try_into().ok()?),
    };
    let name = std::str::from_utf8(body.get(BYTES - 4..)?).ok()?;
    intact.then(|| (place, name.into()))
}

fn sum(body: &[u8]) -> [u8; 4] {
    (xxh3_64(body) as u32).to_le_bytes()
}

impl Place {
    /// Where a token leads that was made for what `request` describes.
    pub(crate) fn of_token(token: &str, request: &str) -> Option<Self> {
        decode(token, request).map(|(place, _)| place)
    }

    /// The token that leads here in the listing described by `request`.
    pub(crate) fn token(&self, request: &str) -> String {
        self.named_token(request, "")
    }

    /// The same in an order, where a name is part of the place.
    pub(crate) fn named_token(&self, request: &str, name: &str) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&xxh3_64(request.as_bytes()).to_le_bytes());
        bytes.extend_from_slice(&self.as_of.micros().to_le_bytes());
        bytes.extend_from_slice(&self.revision.to_le_bytes());
        bytes.extend_from_slice(&self.time.micros().to_le_bytes());
        bytes.extend_from_slice(&self.record.to_le_bytes());
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(&sum(&bytes));
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_back_and_only_there() {
        let instant = EventTime::from_micros;
        let place = Place { as_of: instant(7), revision: 8, time: instant(-9), record: 10 };
        let page = |token: String| PageRequest { size: None, token };
        let token = place.token("list");
        assert_eq!(page(token.clone()).place("list").unwrap(), Some(place));
        assert!(page(token.clone()).place("other").is_err());
        assert!(page(String::new()).place("list").unwrap().is_none());
        let named = page(place.named_token("list", "ann")).named_place("list").unwrap().unwrap();
        assert_eq!((named.0, &*named.1), (place, "ann"));
        assert!(page(place.named_token("list", &"x".repeat(129))).named_place("list").is_err());
        let mut flipped = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for index in 0..flipped.len() {
            flipped[index] ^= 1;
            assert!(page(URL_SAFE_NO_PAD.encode(&flipped)).place("list").is_err(), "byte {index}");
            flipped[index] ^= 1;
        }
        for nonsense in ["x", "!!!", &token[1..], "AAAA"] {
            assert!(page(nonsense.to_owned()).place("list").is_err());
        }
    }

    #[test]
    fn sizes_are_bounded() {
        let size = |size| PageRequest { size, token: String::new() }.size();
        assert_eq!(size(None).unwrap(), 100);
        assert_eq!(size(Some(0)).unwrap(), 100);
        assert_eq!(size(Some(1_000)).unwrap(), 1_000);
        assert!(size(Some(1_001)).is_err());
        assert!(size(Some(-1)).is_err());
    }
}
