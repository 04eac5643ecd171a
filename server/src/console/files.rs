//! The files of the console, embedded when the server is compiled: `server/console` builds them into `dist`.

use std::io::Write as _;
use std::sync::LazyLock;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::HeaderValue;
use xxhash_rust::xxh3::xxh3_128;

/// What browsers do with a file by its name, and what is in it.
const EMBEDDED: [(&str, &str, &[u8]); 5] = [
    ("", "text/html; charset=utf-8", include_bytes!("../../console/dist/index.html")),
    ("console.js", "text/javascript; charset=utf-8", include_bytes!("../../console/dist/console.js")),
    ("console.css", "text/css; charset=utf-8", include_bytes!("../../console/dist/console.css")),
    ("icon.svg", "image/svg+xml", include_bytes!("../../console/dist/icon.svg")),
    ("licenses.txt", "text/plain; charset=utf-8", include_bytes!("../../console/dist/licenses.txt")),
];

/// A file as it is served.
pub(super) struct File {
    /// Under [`super::PATH`]; empty for the page itself.
    name: &'static str,
    pub(super) kind: HeaderValue,
    /// By its content, so that a browser asks again only for what has changed.
    pub(super) tag: String,
    pub(super) plain: Bytes,
    pub(super) packed: Bytes,
}

/// Packed when somebody first asks, which takes some milliseconds.
static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
    let file = |(name, kind, content): (&'static str, &'static str, &'static [u8])| File {
        name,
        kind: HeaderValue::from_static(kind),
        tag: format!("{:032x}", xxh3_128(content)),
        plain: Bytes::from_static(content),
        packed: packed(content),
    };
    EMBEDDED.into_iter().map(file).collect()
});

/// The file of this name under [`super::PATH`].
pub(super) fn named(name: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.name == name)
}

/// Compressed by gzip; nothing where that fails, which it cannot in memory.
fn packed(content: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let written = encoder.write_all(content).and_then(|()| encoder.finish());
    written.map_or_else(|_| Bytes::new(), Bytes::from)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::Read as _;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_that_was_built_is_embedded() {
        let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("console/dist");
        let built = std::fs::read_dir(dist).unwrap().map(|file| file.unwrap().file_name());
        let built: BTreeSet<String> = built.map(|name| name.into_string().unwrap()).collect();
        let name = |name: &str| if name.is_empty() { "index.html" } else { name }.to_owned();
        assert_eq!(built, EMBEDDED.iter().map(|(each, ..)| name(each)).collect());
    }

    #[test]
    fn what_is_packed_is_the_same() {
        for file in FILES.iter() {
            let mut unpacked = Vec::new();
            flate2::read::GzDecoder::new(&file.packed[..]).read_to_end(&mut unpacked).unwrap();
            assert_eq!(unpacked, file.plain, "{}", file.name);
        }
    }
}
