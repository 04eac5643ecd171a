//! What a key looks like: `lojal_<id>_<secret><checksum>`, all in hexadecimal digits.
//!
//! The prefix lets people and scanners of repositories see what they have found, the id lets a key be talked about, and the
//! checksum tells a key with a typing error from one that was revoked, without looking anything up.

use lojal_domain::{Entropy, EntropyError};
use sha2::{Digest as _, Sha256};

const PREFIX: &str = "lojal_";
/// Random bytes of an id: enough that no two are alike.
const ID_BYTES: usize = 8;
/// Random bytes of a secret: 160 bits.
const SECRET_BYTES: usize = 20;
/// Digits of a CRC-32.
const CHECKSUM_DIGITS: usize = 8;

/// A new key: its id and its text.
pub(super) fn make(entropy: &dyn Entropy) -> Result<(String, String), EntropyError> {
    let (mut id, mut secret) = ([0; ID_BYTES], [0; SECRET_BYTES]);
    entropy.fill(&mut id)?;
    entropy.fill(&mut secret)?;
    let id = hexadecimal(&id);
    let body = format!("{PREFIX}{id}_{}", hexadecimal(&secret));
    let text = format!("{body}{}", checksum(&body));
    Ok((id, text))
}

/// The id of what may be a key; none for what is none.
pub(super) fn id_of(text: &str) -> Option<&str> {
    let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
    let is_whole = id.len() == 2 * ID_BYTES && secret.len() == 2 * SECRET_BYTES + CHECKSUM_DIGITS;
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if !(is_whole && id.bytes().chain(secret.bytes()).all(is_digit)) {
        return None;
    }
    let (body, sum) = text.split_at_checked(text.len() - CHECKSUM_DIGITS)?;
    (checksum(body) == sum).then_some(id)
}

/// What is kept of a key. One round of SHA-256 is enough: slow hashes are for passwords, which can be guessed. Of 160
/// random bits nobody guesses one, and each call pays for the hash.
pub(super) fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

fn checksum(body: &str) -> String {
    format!("{:08x}", crc32fast::hash(body.as_bytes()))
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
