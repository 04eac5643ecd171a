//! What the system says of the process, by the names that Prometheus' own clients give it; nothing where it does not say it.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;

/// Looks at the process whenever somebody asks.
#[derive(Debug)]
pub(crate) struct ProcessMetrics;

/// The process at one moment.
struct Seen {
    cpu_seconds: f64,
    resident_bytes: u64,
    virtual_bytes: u64,
    threads: i64,
    /// Since 1970, in seconds.
    started: f64,
    open_files: u64,
    /// None when there is no limit.
    most_files: Option<u64>,
}

#[cfg(target_os = "linux")]
fn look() -> Option<Seen> {
    use procfs::process::{LimitValue, Process};
    let process = Process::myself().ok()?;
    let stat = process.stat().ok()?;
    let ticks = procfs::ticks_per_second() as f64;
    let limits = process.limits().ok()?;
    Some(Seen {
        cpu_seconds: (stat.utime + stat.stime) as f64 / ticks,
        resident_bytes: stat.rss * procfs::page_size(),
        virtual_bytes: stat.vsize,
        threads: stat.num_threads,
        started: procfs::boot_time_secs().ok()? as f64 + stat.starttime as f64 / ticks,
        open_files: process.fd_count().ok()? as u64,
        most_files: match limits.max_open_files.soft_limit {
            LimitValue::Value(most) => Some(most),
            LimitValue::Unlimited => None,
        },
    })
}

#[cfg(not(target_os = "linux"))]
fn look() -> Option<Seen> {
    None
}

impl Collector for ProcessMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let Some(seen) = look() else { return Ok(()) };
        let encoder = &mut encoder;
        let (seconds, bytes) = (Some(&Unit::Seconds), Some(&Unit::Bytes));
        let cpu = "Seconds of processor time, of the process and of the system for it.";
        tell(encoder, "process_cpu", cpu, seconds, &ConstCounter::new(seen.cpu_seconds))?;
        let resident = "Bytes of memory that are resident.";
        tell(encoder, "process_resident_memory", resident, bytes, &ConstGauge::new(seen.resident_bytes))?;
        let reserved = "Bytes of memory that are reserved, used or not.";
        tell(encoder, "process_virtual_memory", reserved, bytes, &ConstGauge::new(seen.virtual_bytes))?;
        let started = "When the process started, in seconds since 1970.";
        tell(encoder, "process_start_time", started, seconds, &ConstGauge::new(seen.started))?;
        tell(encoder, "process_threads", "Threads.", None, &ConstGauge::new(seen.threads))?;
        tell(
            encoder,
            "process_open_fds",
            "File descriptors that are open.",
            None,
            &ConstGauge::new(seen.open_files),
        )?;
        if let Some(most) = seen.most_files {
            tell(
                encoder,
                "process_max_fds",
                "File descriptors that may be open.",
                None,
                &ConstGauge::new(most),
            )?;
        }
        Ok(())
    }
}

fn tell(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    unit: Option<&Unit>,
    metric: &impl EncodeMetric,
) -> Result<(), std::fmt::Error> {
    metric.encode(encoder.encode_descriptor(name, help, unit, metric.metric_type())?)
}
