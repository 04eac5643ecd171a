//! What is shipped beside the binary, used for real where the machine has what it takes.

mod deb;
mod image;
mod proxies;
