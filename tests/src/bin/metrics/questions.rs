//! The questions, and what came out of each: plain numbers, which the peers have to find too.

use lojal_domain::{CustomerId, Estimate, Horizon, Interval, SurveyMetric, Window};
use lojal_engine::{
    ActivityWindow, CohortAlignment, CohortMode, CurveSteps, Filter, GetCohorts, GetCustomerSegment,
    GetLifecycle, GetNps, GetPurchaseStats, GetResponseRate, GetRetention, GetRevenueRetention, GetScores,
    GetSurvival, NpsScores, Outlook, PredictCustomer, Reach, RetentionRow, RevenueComparison, Scope,
    SegmentQuestion, SuggestActivityWindow, SurveyQuestion, WhenDue, Whom,
};
use serde_json::{Value, json};

use crate::Shop;
use crate::load::id;

/// Customers asked about, one after another, when a single one is measured.
const SINGLE: u32 = 200;
/// The width of intervals.
const CONFIDENCE: f64 = 0.95;

/// What came out, and how many answers that took.
pub(crate) struct Answered {
    pub(crate) found: Value,
    pub(crate) times: u32,
}

fn window(text: &str) -> Window {
    Window::parse(text).unwrap()
}

fn activity() -> ActivityWindow {
    ActivityWindow::parse("90d").unwrap()
}

fn two_years() -> Window {
    window("2023-07-01/2025-07-01")
}

impl Shop {
    /// Answers the question of this name.
    pub(crate) async fn ask(&self, name: &str) -> Answered {
        let found = match name {
            "NPS" => self.nps().await,
            "NPS, filter of attributes" => self.nps_of("market != \"\" && market != \"hr\"").await,
            "NPS, filter of orders" => self.nps_of("orders >= 5 && days_since_last_order < 90").await,
            "NPS by month" => self.nps_by_month().await,
            "CSAT by market" => self.csat_by_market().await,
            "response rate by month" => self.response_rate().await,
            "retention of a quarter" => self.retention(window("2025-Q1"), None).await,
            "retention by month" => self.retention(two_years(), Some(Interval::Month)).await,
            "cohorts 24 x 24" => self.cohorts().await,
            "lifecycle by month" => self.lifecycle().await,
            "revenue retention" => self.revenue_retention(0).await,
            "revenue retention, 1,000 replicates" => self.revenue_retention(1_000).await,
            "purchase stats" => self.purchase_stats().await,
            "survival" => self.survival().await,
            "activity window" => self.activity_window().await,
            "segment of a customer" => return self.segments().await,
            "forecast of a customer" => return self.forecasts().await,
            _ => panic!("no question is called {name:?}"),
        };
        Answered { found, times: 1 }
    }

    async fn nps(&self) -> Value {
        let question = GetNps::of(SurveyQuestion::of(SurveyMetric::Nps));
        let NpsScores { counts, nps, .. } =
            self.engine.get_nps(&self.workspace, question).await.unwrap().whole;
        json!([counts.promoters, counts.passives, counts.detractors, nps.value, nps.low, nps.high])
    }

    async fn nps_of(&self, filter: &str) -> Value {
        let scope = Scope { filter: Some(Filter::parse(filter).unwrap()), ..Scope::default() };
        let question = SurveyQuestion { scope, ..SurveyQuestion::of(SurveyMetric::Nps) };
        let answer = self.engine.get_nps(&self.workspace, GetNps::of(question)).await.unwrap();
        json!(answer.whole.counts.promoters)
    }

    async fn nps_by_month(&self) -> Value {
        let question =
            SurveyQuestion { interval: Some(Interval::Month), ..SurveyQuestion::of(SurveyMetric::Nps) };
        let answer = self.engine.get_nps(&self.workspace, GetNps::of(question)).await.unwrap();
        let row = |row: &lojal_engine::NpsRow| {
            let counts = row.scores.counts;
            json!([counts.promoters, counts.passives, counts.detractors])
        };
        answer.rows.iter().map(row).collect()
    }

    async fn csat_by_market(&self) -> Value {
        let answers =
            SurveyQuestion { group_by: Some("market".to_owned()), ..SurveyQuestion::of(SurveyMetric::Csat) };
        let question = GetScores { answers, top_box: None, confidence: CONFIDENCE };
        let answer = self.engine.get_scores(&self.workspace, question).await.unwrap();
        let row = |row: &lojal_engine::ScoresRow| {
            let numbers = &row.scores.numbers;
            let sum: u64 = (1..).zip(numbers).map(|(score, count)| score * count).sum();
            json!([numbers.iter().sum::<u64>(), sum, numbers[3] + numbers[4]])
        };
        answer.rows.iter().map(row).collect()
    }

    async fn response_rate(&self) -> Value {
        let question = GetResponseRate { interval: Some(Interval::Month), ..GetResponseRate::default() };
        let answer = self.engine.get_response_rate(&self.workspace, question).await.unwrap();
        json!(answer.whole.counts.unsolicited)
    }

    async fn retention(&self, window: Window, interval: Option<Interval>) -> Value {
        let question = GetRetention {
            scope: Scope::default(),
            window,
            group_by: None,
            activity: activity(),
            interval,
            confidence: CONFIDENCE,
        };
        let answer = self.engine.get_retention(&self.workspace, question).await.unwrap();
        let row = |row: &RetentionRow| {
            let count = row.count;
            json!([count.start, count.new, count.lost, count.reactivated])
        };
        if interval.is_some() { answer.rows.iter().map(row).collect() } else { row(&answer.whole) }
    }

    async fn cohorts(&self) -> Value {
        let question = GetCohorts {
            scope: Scope::default(),
            window: two_years(),
            group_by: None,
            cohort_attribute: None,
            interval: Interval::Month,
            mode: CohortMode::On,
            last_age: 23,
            alignment: CohortAlignment::Calendar,
            nps_kind: None,
            confidence: CONFIDENCE,
            limit: None,
        };
        let answer = self.engine.get_cohorts(&self.workspace, question).await.unwrap();
        let row = |cohort: &lojal_engine::Cohort| -> Value {
            cohort.rows.iter().map(|row| row.cell.active).collect()
        };
        answer.cohorts.iter().map(row).collect()
    }

    async fn lifecycle(&self) -> Value {
        let question = GetLifecycle {
            scope: Scope::default(),
            window: two_years(),
            group_by: None,
            interval: Interval::Month,
        };
        let answer = self.engine.get_lifecycle(&self.workspace, question).await.unwrap();
        let row = |row: &lojal_engine::LifecycleRow| {
            let counts = row.counts;
            json!([counts.new, counts.returning, counts.resurrected, counts.dormant])
        };
        answer.rows.iter().map(row).collect()
    }

    async fn revenue_retention(&self, replicates: usize) -> Value {
        let question = GetRevenueRetention {
            scope: Scope::default(),
            window: window("2024-07-01/2025-07-01"),
            group_by: None,
            interval: None,
            comparison: RevenueComparison::YearEarlier,
            source_attribute: "source".to_owned(),
            source_given: false,
            earned_values: Vec::new(),
            replicates,
            seed: 1,
            confidence: CONFIDENCE,
        };
        let answer = self.engine.get_revenue_retention(&self.workspace, question).await.unwrap();
        let change = answer.whole.change;
        let cents = |micros: i128| i64::try_from(micros / 10_000).unwrap();
        json!([
            cents(change.prior_micros),
            cents(change.kept_micros),
            cents(change.expansion_micros),
            cents(change.contraction_micros),
            cents(change.churned_micros),
            cents(change.new_micros.iter().sum()),
            cents(change.reactivated_micros),
            change.customers,
            change.lost
        ])
    }

    async fn purchase_stats(&self) -> Value {
        let question = GetPurchaseStats {
            scope: Scope::default(),
            window: window("2024-07-01/2025-07-01"),
            group_by: None,
            interval: None,
            within_days: 90,
            referral_attribute: "referred_by".to_owned(),
            confidence: CONFIDENCE,
        };
        let answer = self.engine.get_purchase_stats(&self.workspace, question).await.unwrap();
        let stats = answer.whole;
        let hits = |share: &Estimate| (share.value.unwrap() * share.n as f64).round() as u64;
        json!([
            hits(&stats.repeat_rate_lifetime),
            stats.repeat_rate_lifetime.n,
            hits(&stats.repeat_rate_in_window),
            stats.repeat_rate_in_window.n,
            stats.purchase_frequency.value,
            stats.average_order_value.value,
            stats.median_order_value.value,
            stats.gap_days_mean.value,
            stats.gap_days_median
        ])
    }

    async fn survival(&self) -> Value {
        let question = GetSurvival {
            scope: Scope::default(),
            window: Window::All,
            group_by: None,
            activity: activity(),
            horizon_days: None,
            steps: CurveSteps::OfDays(1),
            confidence: CONFIDENCE,
        };
        let answer = self.engine.get_survival(&self.workspace, question).await.unwrap();
        let at = |day: u32| {
            let before = answer.whole.curve.iter().take_while(|row| row.days <= day);
            before.last().map_or(Some(1.0), |row| row.survival_probability.value)
        };
        json!([answer.whole.customers, answer.whole.events, at(30), at(90), at(180), at(365), at(730)])
    }

    async fn activity_window(&self) -> Value {
        let question = SuggestActivityWindow {
            scope: Scope::default(),
            window: Window::All,
            group_by: None,
            threshold: 0.1,
            confidence: CONFIDENCE,
            steps: CurveSteps::default(),
        };
        let answer = self.engine.suggest_activity_window(&self.workspace, question).await.unwrap();
        json!([answer.whole.returns, answer.whole.open, answer.whole.days])
    }

    /// Customers spread over the base.
    fn some(&self) -> impl Iterator<Item = CustomerId> {
        (0..SINGLE).map(|number| CustomerId::new(id(number * 7_919 % 1_000)).unwrap())
    }

    async fn segments(&self) -> Answered {
        for customer in self.some() {
            let question = GetCustomerSegment { customer, question: SegmentQuestion::default() };
            self.engine.get_customer_segment(&self.workspace, question).await.unwrap();
        }
        Answered { found: Value::Null, times: SINGLE }
    }

    async fn forecasts(&self) -> Answered {
        for customer in self.some() {
            let outlook = Outlook {
                reach: Reach::Within(Horizon::parse("12mo").unwrap()),
                scope: Scope::default(),
                model: None,
                when_due: WhenDue::Make,
                yearly_discount_rate: 0.1,
                intervals: None,
            };
            let question = PredictCustomer {
                whom: Whom::Customer(customer),
                outlook,
                with_distribution: false,
                with_alive_history: false,
            };
            self.engine.predict_customer(&self.workspace, question).await.unwrap();
        }
        Answered { found: Value::Null, times: SINGLE }
    }
}
