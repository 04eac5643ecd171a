//! Closed by default: what a server needs before others than this machine can reach it.

use std::net::SocketAddr;

use lojal_engine::ApiKeys;

use crate::config;

/// Whether a server may listen where it does, and says once what is open.
pub(crate) fn check(
    address: SocketAddr,
    config: &config::Server,
    keys: &ApiKeys,
    takes_tokens: bool,
) -> anyhow::Result<()> {
    let has_tls = !config.tls.cert.as_os_str().is_empty();
    let (is_local, has_keys) = (address.ip().to_canonical().is_loopback(), keys.are_needed() || takes_tokens);
    let lacks = match (has_tls, has_keys) {
        (true, true) => return Ok(()),
        (false, true) => "TLS",
        (true, false) => "an API key",
        (false, false) => "TLS and an API key",
    };
    if is_local {
        if !has_keys {
            tracing::info!(
                "there are no API keys: whoever is on this machine may ask, change and erase everything; `lojal key create` closes that"
            );
        }
        return Ok(());
    }
    anyhow::ensure!(
        config.insecure,
        "others can reach {address}, and the server lacks {lacks}; listen on this machine alone with --listen 127.0.0.1:{}, or give the server a certificate (--tls-cert and --tls-key; `lojal cert` makes one for a trial) and a key (`lojal key create`; or auth.jwt for tokens of an identity provider), or say --insecure when something in front of it has both",
        address.port()
    );
    tracing::warn!(%address, "insecure: others can reach the server, which lacks {lacks}");
    Ok(())
}
