//! Pages that a server has for operators, as curl would ask for them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// The setting of a server that has pages, at a port of its own: [`crate::Server::pages`] says which.
pub const WITH_PAGES: (&str, &str) = ("LOJAL__METRICS__LISTEN", "127.0.0.1:0");

/// Asks for a page, and returns status line with headers, and body.
#[must_use]
pub fn get(address: &str, path: &str) -> (String, String) {
    get_from(address, address, path)
}

/// The same of a server that is called by another name.
#[must_use]
pub fn get_from(address: &str, host: &str, path: &str) -> (String, String) {
    ask(address, host, "GET", path)
}

/// The same with another method.
#[must_use]
pub fn ask(address: &str, host: &str, method: &str, path: &str) -> (String, String) {
    try_ask(address, host, method, path).expect("a page")
}

/// The same of a server that may not be there.
///
/// # Errors
/// When nobody listens, or the connection ends before the answer does.
pub fn try_ask(address: &str, host: &str, method: &str, path: &str) -> std::io::Result<(String, String)> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let cut_short = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(cut_short)?;
    Ok((head.to_owned(), body.to_owned()))
}
