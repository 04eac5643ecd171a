//! Certificates: read at the start, and again on SIGHUP and whenever the files change.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use tokio::signal::unix::Signal;
use tokio::sync::watch;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use crate::followed::{Files, Followed, hangups, open_plain};
use crate::service_manager;
use crate::tls_files::TlsFiles;

/// gRPC, and gRPC-Web from browsers that speak no HTTP/2.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// What connections are greeted with from now on; it changes when files do.
pub(crate) type InForce = watch::Receiver<Arc<ServerConfig>>;

/// What is in the files.
#[derive(PartialEq, Eq)]
pub(crate) struct Contents {
    cert: Vec<u8>,
    key: Vec<u8>,
    client_ca: Option<Vec<u8>>,
}

impl Contents {
    fn read(files: &TlsFiles) -> anyhow::Result<Self> {
        let read = |option: &str, path: &Path| {
            let mut contents = Vec::new();
            let read = open_plain(path).and_then(|mut file| file.read_to_end(&mut contents));
            read.map(|_| contents).with_context(|| {
                format!(
                    "{option} is {}, which cannot be read; check the path and who may read it",
                    path.display()
                )
            })
        };
        let client_ca = files.client_ca.as_deref();
        Ok(Self {
            cert: read("server.tls.cert", &files.cert)?,
            key: read("server.tls.key", &files.key)?,
            client_ca: client_ca.map(|path| read("server.tls.client_ca", path)).transpose()?,
        })
    }
}

fn certificates(option: &str, pem: &[u8]) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let read = read.map_err(|error| anyhow::anyhow!("{option} is not PEM: {error}"))?;
    anyhow::ensure!(
        !read.is_empty(),
        "{option} holds no certificate; write it in PEM, from -----BEGIN CERTIFICATE----- on"
    );
    Ok(read)
}

impl Contents {
    /// TLS 1.2 and 1.3 with ring, which builds with a C compiler alone; with certificates of clients where an authority is named.
    fn config(&self) -> anyhow::Result<ServerConfig> {
        let chain = certificates("server.tls.cert", &self.cert)?;
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|error| {
            anyhow::anyhow!("server.tls.key holds no private key in PEM without a password: {error}")
        })?;
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone());
        let builder = builder.with_protocol_versions(&[&TLS13, &TLS12])?;
        let builder = match &self.client_ca {
            None => builder.with_no_client_auth(),
            Some(authorities) => {
                let mut roots = RootCertStore::empty();
                for authority in certificates("server.tls.client_ca", authorities)? {
                    roots
                        .add(authority)
                        .context("server.tls.client_ca holds what is no authority's certificate")?;
                }
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build()?)
            }
        };
        let mut config = builder.with_single_cert(chain, key).context(
            "server.tls.cert and server.tls.key cannot be used together; give the certificate that was made for this key",
        )?;
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        Ok(config)
    }
}

/// The files of a server's certificates. Connections that are open go on as they are when these change.
#[derive(Clone)]
struct CertificateFiles {
    files: TlsFiles,
    in_force: watch::Sender<Arc<ServerConfig>>,
}

impl Files for CertificateFiles {
    type Contents = Contents;

    const WHAT: &'static str = "certificates";

    fn read(&self) -> anyhow::Result<Contents> {
        Contents::read(&self.files)
    }

    fn put_in_force(&self, contents: &Contents) -> anyhow::Result<()> {
        self.in_force.send_replace(Arc::new(contents.config()?));
        Ok(())
    }
}

/// Certificates of a server, if it has any, and the signal to read them again.
pub(crate) struct Certificates {
    hangup: Signal,
    in_force: Option<InForce>,
    followed: Option<Followed<CertificateFiles>>,
}

impl Certificates {
    /// Reads the files. From now on SIGHUP ends the process no more, with TLS or without.
    pub(crate) fn read(files: Option<TlsFiles>) -> anyhow::Result<Self> {
        let hangup = hangups()?;
        let Some(files) = files else { return Ok(Self { hangup, in_force: None, followed: None }) };
        let contents = Contents::read(&files)?;
        let in_force = watch::Sender::new(Arc::new(contents.config()?));
        let shown = in_force.subscribe();
        let followed = Followed::new(CertificateFiles { files, in_force }, contents);
        Ok(Self { hangup, in_force: Some(shown), followed: Some(followed) })
    }

    /// What connections are greeted with; none without TLS.
    pub(crate) fn in_force(&self) -> Option<InForce> {
        self.in_force.clone()
    }

    /// Reads the files again whenever that is due, until the server stops.
    pub(crate) async fn follow(mut self, mut stopped: watch::Receiver<bool>) {
        if let Some(followed) = self.followed {
            return followed.follow(self.hangup, stopped).await;
        }
        while !*stopped.borrow() {
            tokio::select! {
                _ = self.hangup.recv() => {
                    service_manager::reloading();
                    tracing::info!("there are no certificates to read again");
                    service_manager::ready();
                }
                _ = stopped.changed() => return,
            }
        }
    }
}
