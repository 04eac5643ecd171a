//! What browsers are told about the pages: what they may do, and how long they may keep them.

use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    ETAG, IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::files::File;

/// Nothing from elsewhere, nothing inline, and no page around it. The one style that is let in by its hash is what Observable Plot puts into
/// each drawing; the test in a browser fails where it is another one.
const POLICY: &str = "default-src 'self'; style-src 'self' 'sha256-1iKXTN8RtDkxdopvhJQtJ7EMfDbsRPKGToP7w11haHs='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

/// Of all answers of the console, errors included.
pub(super) fn guards() -> HeaderMap {
    HeaderMap::from_iter([
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        // For browsers that do not know frame-ancestors.
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    ])
}

/// The tag of a file as it is sent: packed is another than plain.
pub(super) fn tag(file: &File, is_packed: bool) -> String {
    if is_packed { format!("\"{}-gzip\"", file.tag) } else { format!("\"{}\"", file.tag) }
}

/// Of a file, in this form.
pub(super) fn of(file: &File, is_packed: bool, length: usize) -> HeaderMap {
    let mut headers = guards();
    headers.insert(CONTENT_TYPE, file.kind.clone());
    // Names stay the same from version to version, so browsers ask each time whether they have the right one.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    if is_packed {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if let Ok(tag) = HeaderValue::from_str(&tag(file, is_packed)) {
        headers.insert(ETAG, tag);
    }
    headers
}

/// Whether whoever asks can unpack gzip.
pub(super) fn takes_gzip(asked: &HeaderMap) -> bool {
    let all = asked.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(',')).any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let is_named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip") || name == "*");
        // A weight of nothing refuses it.
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
        is_named && weight.is_none_or(|weight| weight > 0.0)
    })
}

/// Whether whoever asks has what carries this tag already.
pub(super) fn has(asked: &HeaderMap, tag: &str) -> bool {
    let all = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(',')).map(str::trim).any(|one| {
        // Of the same bytes or of the same file is all the same to who has it.
        one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn gzip_is_for_who_takes_it() {
        for takes in ["gzip", "br, GZIP", "deflate, gzip;q=0.5", "*"] {
            assert!(takes_gzip(&asked(ACCEPT_ENCODING, takes)), "{takes}");
        }
        for not in ["", "br", "gzip;q=0", "x-gzip-not"] {
            assert!(!takes_gzip(&asked(ACCEPT_ENCODING, not)), "{not}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn what_somebody_has_is_told_by_its_tag() {
        for has_it in ["\"a\"", "W/\"a\"", "\"b\", \"a\"", "*"] {
            assert!(has(&asked(IF_NONE_MATCH, has_it), "\"a\""), "{has_it}");
        }
        assert!(!has(&asked(IF_NONE_MATCH, "\"b\""), "\"a\""));
        assert!(!has(&HeaderMap::new(), "\"a\""));
    }
}
