//! What is told of fits, which take turns.

use std::fmt;
use std::sync::Arc;

use lojal_engine::Engine;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;

/// Asks an engine how much it fits.
pub(crate) struct FitMetrics(pub(crate) Arc<Engine>);

impl fmt::Debug for FitMetrics {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("FitMetrics")
    }
}

impl Collector for FitMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let load = self.0.fit_load();
        let ended = ConstCounter::new(load.ended);
        let help = "Fits of models, and work of that size, that ended.";
        ended.encode(encoder.encode_descriptor("lojal_fits", help, None, ended.metric_type())?)?;
        let seconds = ConstCounter::new(load.seconds);
        let (help, unit) = ("Seconds that fits took, without their waiting.", Some(&Unit::Seconds));
        seconds.encode(encoder.encode_descriptor("lojal_fit", help, unit, seconds.metric_type())?)?;
        for (name, help, count) in [
            ("lojal_fits_waiting", "Fits that wait for their turn.", load.waiting),
            ("lojal_fits_in_flight", "Fits at work.", load.at_work),
        ] {
            let gauge = ConstGauge::new(count);
            gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)?;
        }
        Ok(())
    }
}
