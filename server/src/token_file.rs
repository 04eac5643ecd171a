//! The file with the public keys of the identity provider whose tokens are taken.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use lojal_domain::SystemClock;
use lojal_engine::{TokenKeys, Tokens};
use tokio::signal::unix::Signal;
use tokio::sync::watch;

use crate::followed::{Files, Followed, hangups, open_plain};
use crate::jwt_options::Jwt;

/// Bytes of the file. Providers have a handful of keys, with certificates a few kilobytes each.
const FILE_BYTES: u64 = 1024 * 1024;

/// The file, and whose keys it has.
#[derive(Clone)]
pub(crate) struct TokenFile {
    path: PathBuf,
    tokens: Arc<Tokens>,
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let what = || {
        format!(
            "auth.jwt.jwks is {}, which cannot be read; check the path and who may read it",
            path.display()
        )
    };
    let mut contents = Vec::new();
    let file = open_plain(path).with_context(what)?;
    file.take(FILE_BYTES + 1).read_to_end(&mut contents).with_context(what)?;
    anyhow::ensure!(
        contents.len() as u64 <= FILE_BYTES,
        "auth.jwt.jwks is {}, which has more than {FILE_BYTES} bytes; name the file with the provider's keys",
        path.display()
    );
    Ok(contents)
}

fn keys(contents: &[u8]) -> anyhow::Result<TokenKeys> {
    TokenKeys::parse(contents).map_err(|problem| anyhow::anyhow!("auth.jwt.jwks {problem}"))
}

impl Files for TokenFile {
    type Contents = Vec<u8>;

    const WHAT: &'static str = "keys of tokens";

    fn read(&self) -> anyhow::Result<Vec<u8>> {
        read(&self.path)
    }

    fn put_in_force(&self, contents: &Vec<u8>) -> anyhow::Result<()> {
        self.tokens.take_keys(keys(contents)?);
        Ok(())
    }
}

/// By which tokens callers are let in, if by any, and the file by whose keys.
#[derive(Default)]
pub(crate) struct TokenKeysFile {
    tokens: Option<Arc<Tokens>>,
    followed: Option<(Followed<TokenFile>, Signal)>,
}

impl TokenKeysFile {
    /// Reads the file, where one is configured.
    ///
    /// # Errors
    /// For a file that cannot be read or holds no keys.
    pub(crate) fn read(options: &Jwt) -> anyhow::Result<Self> {
        let Some((path, rules)) = options.rules()? else { return Ok(Self::default()) };
        let contents = read(path)?;
        let tokens = Arc::new(Tokens::new(rules, keys(&contents)?, Arc::new(SystemClock)));
        let file = TokenFile { path: path.to_owned(), tokens: tokens.clone() };
        let followed = Followed::new(file, contents);
        Ok(Self { tokens: Some(tokens), followed: Some((followed, hangups()?)) })
    }

    /// The tokens that are taken; none where none are.
    pub(crate) fn tokens(&self) -> Option<Arc<Tokens>> {
        self.tokens.clone()
    }

    /// Reads the file again whenever that is due, until the server stops.
    pub(crate) async fn follow(self, stopped: watch::Receiver<bool>) {
        if let (Some(tokens), Some((followed, hangup))) = (self.tokens, self.followed) {
            tracing::info!(issuer = tokens.rules().issuer, "tokens are taken");
            followed.follow(hangup, stopped).await;
        }
    }
}
