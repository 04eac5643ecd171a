//! The binary. Everything is in `lib.rs`.

use std::process::ExitCode;

/// The system's allocator keeps for itself what a burst of calls took, in as many arenas as threads had a part in it.
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    lojal::main()
}
