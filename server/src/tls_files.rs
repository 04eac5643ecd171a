//! Where certificates are.

use std::path::{Path, PathBuf};

/// Files in PEM.
#[derive(Clone, Debug)]
pub(crate) struct TlsFiles {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
    /// Of authorities by which clients are known; none where they need no certificates.
    pub(crate) client_ca: Option<PathBuf>,
}

impl TlsFiles {
    /// As they are configured, where an empty path names nothing; none without TLS.
    ///
    /// # Errors
    /// For files that need others, with what to give.
    pub(crate) fn named(cert: &Path, key: &Path, client_ca: &Path) -> anyhow::Result<Option<Self>> {
        let named = |path: &Path| (!path.as_os_str().is_empty()).then(|| path.to_owned());
        match (named(cert), named(key), named(client_ca)) {
            (Some(cert), Some(key), client_ca) => Ok(Some(Self { cert, key, client_ca })),
            (None, None, None) => Ok(None),
            (None, None, Some(_)) => anyhow::bail!(
                "server.tls.client_ca is given without server.tls.cert and server.tls.key; clients show their certificates to a server that has one"
            ),
            _ => anyhow::bail!(
                "server.tls.cert and server.tls.key go together; give both, or neither to go without TLS"
            ),
        }
    }
}
