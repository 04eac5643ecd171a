//! Where to listen, as people write it: an address, `localhost:50051`, or `:50051` for every address of the machine.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use serde::{Deserialize, Deserializer, de};

/// The address that a text stands for. Other names than localhost may lead to several, or to another tomorrow, so they are none.
///
/// # Errors
/// A sentence, for what is none.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    let of_host = || {
        let (host, port) = text.rsplit_once(':')?;
        let host = match host {
            // As Go has it.
            "" => Ipv4Addr::UNSPECIFIED,
            "localhost" => Ipv4Addr::LOCALHOST,
            _ => return None,
        };
        Some(SocketAddr::new(IpAddr::V4(host), port.parse().ok()?))
    };
    text.parse().ok().or_else(of_host).ok_or_else(|| {
        format!(
            "{text:?} is no address to listen at; write one such as \"127.0.0.1:50051\" or \"localhost:50051\", or \":50051\" for all of this machine's"
        )
    })
}

/// The same in a configuration.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<SocketAddr, D::Error> {
    address(&String::deserialize(from)?).map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_addresses_in_many_ways() {
        for (text, expected) in [
            ("127.0.0.1:50051", "127.0.0.1:50051"),
            ("localhost:0", "127.0.0.1:0"),
            (":50051", "0.0.0.0:50051"),
            ("[::1]:50051", "[::1]:50051"),
        ] {
            assert_eq!(address(text), Ok(expected.parse().unwrap()), "{text}");
        }
        for nonsense in ["", "50051", "localhost", "localhost:", "localhost:99999", "example.org:1", "::1:x"]
        {
            assert!(address(nonsense).unwrap_err().contains("localhost:50051"), "{nonsense}");
        }
    }
}
