//! The console: pages to look at, served by the port that takes the calls.
//!
//! | file | idea |
//! |---|---|
//! | `files` | what is embedded in the binary |
//! | `headers` | what browsers are told about it |
//! | `layer` | which requests it answers |

mod files;
mod headers;
mod layer;

pub(crate) use self::layer::ConsoleLayer;

use std::net::{Ipv4Addr, SocketAddr};

/// Where the pages are.
const PATH: &str = "/console/";

/// The address of the console for people at this machine.
pub(crate) fn url(scheme: &str, mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        // Nobody can go to "all addresses".
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    format!("{scheme}://{address}{PATH}")
}

#[cfg(test)]
mod tests {
    use super::url;

    #[test]
    fn the_address_is_one_that_a_browser_can_go_to() {
        assert_eq!(url("http", "127.0.0.1:7".parse().unwrap()), "http://127.0.0.1:7/console/");
        assert_eq!(url("https", "0.0.0.0:7".parse().unwrap()), "https://127.0.0.1:7/console/");
        assert_eq!(url("https", "[::1]:7".parse().unwrap()), "https://[::1]:7/console/");
    }
}
