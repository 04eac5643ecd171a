//! Files of others, read by a library that believes what they say of themselves: where that ends in a panic, it ends in a sentence.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Once;

thread_local! {
    /// Whether this thread reads such a file, so that nobody is shown where in the library it went wrong.
    static READING: Cell<bool> = const { Cell::new(false) };
}

/// Reads something of a file.
///
/// # Errors
/// What `read` says, or that the file is damaged where the library gave up in the middle.
pub(crate) fn read<T>(path: &Path, read: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    keep_quiet();
    READING.set(true);
    let done = catch_unwind(AssertUnwindSafe(read));
    READING.set(false);
    done.unwrap_or_else(|_| {
        Err(anyhow::anyhow!(
            "{} is damaged: what it says of itself does not hold; write it anew, or get it again",
            path.display()
        ))
    })
}

/// Panics while such a file is read are told in our words alone.
fn keep_quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !READING.get() {
                others(panic);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_sentence() {
        let path = Path::new("orders.parquet");
        let told = read::<()>(path, || panic!("index out of bounds")).unwrap_err().to_string();
        assert!(told.starts_with("orders.parquet is damaged"), "{told}");
        assert_eq!(read(path, || Ok(7)).unwrap(), 7);
    }
}
