//! How much memory the process takes, and may take.

use std::sync::Arc;
use std::time::Duration;

use lojal_engine::MemoryBudget;

/// Between two looks at what is taken.
const EVERY: Duration = Duration::from_millis(200);

/// The budget of so many bytes, with 0 of nine tenths of what the machine or its container has; none where that is not known. From
/// then on it is told what is taken.
pub(crate) fn budget(bytes: u64) -> Option<Arc<MemoryBudget>> {
    let maximum = if bytes > 0 { bytes } else { there_is()? / 10 * 9 };
    let budget = Arc::new(MemoryBudget::new(maximum));
    budget.tell(taken()?);
    tokio::spawn({
        let (budget, mut was_full) = (Arc::downgrade(&budget), false);
        async move {
            let mut looks = tokio::time::interval(EVERY);
            loop {
                looks.tick().await;
                let Some(budget) = budget.upgrade() else { return };
                if let Some(taken) = taken() {
                    budget.tell(taken);
                    let is_full = budget.check().is_err();
                    if is_full && !was_full {
                        tracing::warn!(
                            taken,
                            maximum,
                            "the server has taken its memory (server.memory_bytes): rows and questions about everybody are refused"
                        );
                    } else if was_full && !is_full {
                        tracing::info!(taken, maximum, "the server has memory left again");
                    }
                    was_full = is_full;
                }
            }
        }
    });
    Some(budget)
}

/// Bytes of memory that are there for the process: the machine's, or fewer where its control group has a limit.
#[cfg(target_os = "linux")]
fn there_is() -> Option<u64> {
    use procfs::Current as _;
    let machine = procfs::Meminfo::current().ok()?.mem_total;
    // Where a container sees its own group, which is what containers do; "max" is no limit.
    let of_group = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let of_group = of_group.and_then(|text| text.trim().parse::<u64>().ok());
    Some(of_group.map_or(machine, |of_group| of_group.min(machine)))
}

/// Bytes that are resident.
#[cfg(target_os = "linux")]
fn taken() -> Option<u64> {
    let pages = procfs::process::Process::myself().ok()?.statm().ok()?.resident;
    Some(pages * procfs::page_size())
}

#[cfg(not(target_os = "linux"))]
fn there_is() -> Option<u64> {
    None
}

#[cfg(not(target_os = "linux"))]
fn taken() -> Option<u64> {
    None
}
