//! Arguments of `lojal mcp`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use http::uri::Authority;

use crate::cli::door::ServerArgs;

#[derive(Debug, Args)]
pub(crate) struct McpArgs {
    /// Serve over streamable HTTP here, at /mcp, instead of over standard input and output; port 0 picks a free one.
    #[arg(long, value_name = "HOST:PORT", value_parser = crate::listen::address)]
    pub(crate) listen: Option<SocketAddr>,
    /// Offer the tools that show who customers are, too: lists, attributes, timelines, comments. A key needs the scope personal for them.
    #[arg(long)]
    pub(crate) personal: bool,
    /// Offer these tools alone, such as get_nps: descriptions of all of them take room that a model may not have. Several, or several times.
    #[arg(long, value_name = "TOOL", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// The workspace of calls that name none.
    #[arg(long, default_value = "default")]
    pub(crate) workspace: String,
    /// Read the API key or token from this file instead, again for each call, so that it can be renewed.
    #[arg(long, value_name = "FILE")]
    pub(crate) api_key_file: Option<PathBuf>,
    /// A name by which callers reach --listen, besides this machine's own and its address; several, or several times.
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = host_name, requires = "listen")]
    pub(crate) host: Vec<String>,
    /// Listen beyond this machine without TLS, when something in front has it. Callers then need API keys of their own.
    #[arg(long, requires = "listen")]
    pub(crate) insecure: bool,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

/// A name without a port.
fn host_name(text: &str) -> Result<String, String> {
    // A star would let in pages whose name leads here, and lend them the key.
    let is_name = text != "*" && text.parse::<Authority>().is_ok_and(|parsed| parsed.host() == text);
    let name = is_name.then(|| text.to_owned());
    name.ok_or_else(|| "give a name such as lojal.internal, or an address, without a port".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names_without_a_port() {
        assert_eq!(host_name("lojal.internal"), Ok("lojal.internal".to_owned()));
        for nonsense in ["lojal:50051", "http://lojal", "", "a b", "*"] {
            assert!(host_name(nonsense).is_err(), "{nonsense}");
        }
    }
}
