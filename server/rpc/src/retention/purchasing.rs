//! How customers buy.

use lojal_domain::Currency;
use lojal_engine::{GetPurchaseStats, PurchaseStats, PurchaseStatsAnswer, REFERRED_BY, Referrals, Share};
use lojal_proto::v1;
use lojal_scoring::purchasing::{DiscountSums, RobustMean, Spending, mean_time, time_median, time_quantile};
use lojal_scoring::retention::{KaplanMeier, Limits, SurvivalPoint};
use lojal_scoring::statistics::normal::two_sided_quantile;

use super::estimates::{confidence, limited, normal, plain, share, some, window_or, within};
use crate::error::Refusal;
use crate::words::{provenance, scope_with, sum};

const WITHIN_DAYS: i64 = 90;
const KAPLAN_MEIER: &str = "kaplan_meier";
const LOG_DELTA: &str = "log_delta";

pub(crate) fn purchase_stats_question(
    request: v1::GetPurchaseStatsRequest,
) -> Result<(GetPurchaseStats, f64), Refusal> {
    let confidence = confidence(request.confidence)?;
    let days = request.within_days.map_or(WITHIN_DAYS, i64::from);
    let question = GetPurchaseStats {
        scope: scope_with(request.as_of, request.known_at, &request.filter)?,
        window: window_or(&request.window, "365d")?,
        group_by: some(request.group_by),
        confidence,
        within_days: within("within_days", days, 1..=3_650)? as u32,
        referral_attribute: some(request.referral_attribute).unwrap_or_else(|| REFERRED_BY.to_owned()),
    };
    Ok((question, confidence))
}

pub(crate) fn purchase_stats_answer(
    answer: PurchaseStatsAnswer,
    confidence: f64,
) -> v1::GetPurchaseStatsResponse {
    let said = Said {
        currency: answer.provenance.currency,
        within_days: answer.within_days,
        knows_referrals: answer.knows_referrals,
        knows_discounts: answer.knows_discounts,
        confidence,
    };
    v1::GetPurchaseStatsResponse {
        whole: Some(said.stats(answer.whole)),
        rows: answer.rows.into_iter().map(|row| said.stats(row)).collect(),
        provenance: Some(provenance(answer.provenance)),
    }
}

/// What holds for all groups.
struct Said {
    currency: Currency,
    within_days: u32,
    knows_referrals: bool,
    knows_discounts: bool,
    confidence: f64,
}

impl Said {
    fn stats(&self, stats: PurchaseStats) -> v1::PurchaseStats {
        let confidence = self.confidence;
        let (sums, orders, discounts) = (stats.sums, stats.sums.orders, stats.discounts);
        let of = |counted: Share| Some(share(counted.hits, counted.of, confidence));
        let mean = |value, error, n, method| Some(normal(value, error, 0.0, n, method, confidence));
        let middle = stats.middle;
        let gap = mean_time(&stats.gaps);
        let silences = KaplanMeier::new(&stats.silences);
        let days = |p| time_quantile(&stats.gaps, p).map(f64::from);
        let adjusted = |p| {
            let (value, limits) = (silences.quantile(p), silences.quantile_interval(p, confidence));
            Some(limited(value.map(f64::from), limits, stats.silences.total(), KAPLAN_MEIER, confidence))
        };
        v1::PurchaseStats {
            purchasers: sums.purchasers as i64,
            orders: orders as i64,
            revenue: Some(sum(sums.revenue_micros, self.currency)),
            zero_value_orders: stats.zero_value_orders as i64,
            purchase_frequency: mean(sums.frequency(), sums.frequency_error(), sums.purchasers, "mean"),
            average_order_value: mean(
                sums.order_value(),
                sums.order_value_error(),
                orders,
                "ratio_by_customer",
            ),
            median_order_value: Some(median(middle, orders, confidence)),
            trimmed_mean_order_value: mean(
                middle.map(|found| found.trimmed_mean / 1e6),
                middle.and_then(|found| found.trimmed_error).map(|error| error / 1e6),
                orders,
                "trimmed_mean",
            ),
            repeat_rate_lifetime: of(stats.repeat_lifetime),
            repeat_rate_in_window: of(stats.repeat_in_window),
            repeat_rate_within_days: of(stats.repeat_within),
            second_order_probability: Some(self.second_order(&stats)),
            gap_days_mean: mean(gap.map(|gap| gap.0), gap.and_then(|gap| gap.1), stats.gaps.events(), "mean"),
            gap_days_median: time_median(&stats.gaps),
            gap_days_p90: days(0.9),
            gap_days_median_adjusted: adjusted(0.5),
            gap_days_p90_adjusted: adjusted(0.9),
            repeat_revenue_share: sums.repeat_share(),
            new_customers: stats.referrals.new_customers() as i64,
            discount_order_share: self.discount(share(discounts.discounted_orders, orders, confidence)),
            discount_revenue_share: self.discount(self.discount_revenue_share(&discounts)),
            discount_dependent_customers: self.discount(share(
                discounts.dependent,
                discounts.frequent,
                confidence,
            )),
            discounts: self.knows_discounts.then(|| sum(discounts.taken_micros, self.currency)),
            group: stats.group,
            ..self.referrals(&stats.referrals, sums.purchasers)
        }
    }

    /// A measure of discounts, which has no value where nobody says what was taken off.
    fn discount(&self, estimate: v1::Estimate) -> Option<v1::Estimate> {
        Some(if self.knows_discounts { estimate } else { plain(None, 0, &estimate.method) })
    }

    fn discount_revenue_share(&self, discounts: &DiscountSums) -> v1::Estimate {
        let (value, error) = (discounts.revenue_share(), discounts.revenue_share_error());
        let estimate = normal(value, error, 0.0, discounts.orders, "ratio_by_customer", self.confidence);
        v1::Estimate { ci_high: estimate.ci_high.map(|high| high.min(1.0)), ..estimate }
    }

    /// The measures of referrals. None has a value where nobody says who recommended us.
    fn referrals(&self, referrals: &Referrals, purchasers: u64) -> v1::PurchaseStats {
        let confidence = self.confidence;
        if !self.knows_referrals {
            let unknown = |method| Some(plain(None, 0, method));
            return v1::PurchaseStats {
                referral_rate: unknown("wilson"),
                advocate_rate: unknown("wilson"),
                referred_customer_revenue: unknown("mean"),
                other_customer_revenue: unknown("mean"),
                referred_revenue_ratio: unknown(LOG_DELTA),
                ..Default::default()
            };
        }
        let Referrals { referred, others, advocates } = referrals;
        let mean = |of: &Spending| Some(normal(of.mean(), of.error(), 0.0, of.customers, "mean", confidence));
        v1::PurchaseStats {
            referral_rate: Some(share(referred.customers, referrals.new_customers(), confidence)),
            advocates: *advocates as i64,
            advocate_rate: Some(share(*advocates, purchasers, confidence)),
            referred_customer_revenue: mean(referred),
            other_customer_revenue: mean(others),
            referred_revenue_ratio: Some(self.ratio(referrals)),
            ..Default::default()
        }
    }

    fn ratio(&self, referrals: &Referrals) -> v1::Estimate {
        let found = referrals.referred.ratio(&referrals.others);
        let ends = found.and_then(|found| found.interval(two_sided_quantile(self.confidence)));
        let limits = Limits { low: ends.map(|ends| ends.0), high: ends.map(|ends| ends.1) };
        v1::Estimate {
            standard_error: found.and_then(|found| found.error()),
            ..limited(
                found.map(|found| found.ratio),
                limits,
                referrals.new_customers(),
                LOG_DELTA,
                self.confidence,
            )
        }
    }

    /// One minus the curve of having ordered only once.
    fn second_order(&self, stats: &PurchaseStats) -> v1::Estimate {
        let curve = KaplanMeier::new(&stats.to_second);
        let n = stats.to_second.total();
        let value = curve.survival(self.within_days).map(|survival| 1.0 - survival);
        let point = value.and_then(|_| curve.at(self.within_days));
        let limits = point.map(|point| point.interval(self.confidence)).unwrap_or_default();
        let turned = Limits { low: limits.high.map(|end| 1.0 - end), high: limits.low.map(|end| 1.0 - end) };
        v1::Estimate {
            standard_error: point.and_then(SurvivalPoint::standard_error),
            ..limited(value, turned, n, KAPLAN_MEIER, self.confidence)
        }
    }
}

fn median(middle: Option<RobustMean>, n: u64, confidence: f64) -> v1::Estimate {
    let of = |part: fn(&RobustMean) -> f64| middle.as_ref().map(|found| part(found) / 1e6);
    let limits = Limits { low: of(|found| found.median_low), high: of(|found| found.median_high) };
    limited(of(|found| found.median), limits, n, "order_statistics", confidence)
}
