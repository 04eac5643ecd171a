//! Long work beside short calls.

/// How far, as `nice` counts it.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Has this thread take the time that others leave, so that whoever asks about one customer goes first on a machine that is
/// busy with everybody. It cannot be taken back: a thread that does long work is made for it. Where the system has no
/// priorities of threads, nothing changes.
pub fn stand_back() {
    #[cfg(target_os = "linux")]
    // A system that does not allow it has work wait as before.
    let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICE);
}
