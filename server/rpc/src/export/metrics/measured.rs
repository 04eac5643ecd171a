//! How rows of answers are read: where each belongs, and a metric's number in it.

use lojal_proto::v1;

/// A row of an answer.
pub(super) trait Measured {
    /// What answers are to; empty where it is not about answers.
    fn question(&self) -> String {
        String::new()
    }
    fn group(&self) -> &str;
    fn period(&self) -> Option<&v1::SeriesPeriod>;
    /// Whether nothing was recorded that its metrics are about, where counts of nothing are no news.
    fn is_empty(&self) -> bool {
        false
    }
}

macro_rules! measured {
    ($($row:ty),*) => {$(
        impl Measured for $row {
            fn group(&self) -> &str {
                &self.group
            }
            fn period(&self) -> Option<&v1::SeriesPeriod> {
                self.period.as_ref()
            }
        }
    )*};
}

measured!(v1::RetentionRow, v1::LifecycleRow, v1::RevenueRetentionRow, v1::PurchaseStats);

/// A kind as people call it.
fn word(kind: v1::SurveyKind) -> &'static str {
    match kind {
        v1::SurveyKind::Unspecified => "",
        v1::SurveyKind::Relationship => "relationship",
        v1::SurveyKind::Transactional => "transactional",
    }
}

impl Measured for v1::NpsRow {
    fn question(&self) -> String {
        word(self.kind()).to_owned()
    }
    fn group(&self) -> &str {
        &self.group
    }
    fn period(&self) -> Option<&v1::SeriesPeriod> {
        self.period.as_ref()
    }
    fn is_empty(&self) -> bool {
        self.promoters + self.passives + self.detractors == 0
    }
}

impl Measured for v1::ResponseRateRow {
    fn group(&self) -> &str {
        &self.group
    }
    fn period(&self) -> Option<&v1::SeriesPeriod> {
        self.period.as_ref()
    }
    fn is_empty(&self) -> bool {
        self.invited + self.bounced + self.delivered == 0
    }
}

impl Measured for v1::ScoreRow {
    /// Such as "relationship 1-5", of one's own with the survey before it.
    fn question(&self) -> String {
        let scale = self.scale.as_ref().map(|scale| format!("{}-{}", scale.min, scale.max));
        let parts = [self.survey_id.clone(), word(self.kind()).to_owned(), scale.unwrap_or_default()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }
    fn group(&self) -> &str {
        &self.group
    }
    fn period(&self) -> Option<&v1::SeriesPeriod> {
        self.period.as_ref()
    }
}

/// What a metric is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Of 1.
    Share,
    /// One number over another, which may be above 1.
    Ratio,
    /// -100 to 100.
    Points,
    /// On the scale of the question.
    Score,
    Customers,
    Orders,
    Answers,
    Surveys,
    Days,
    /// The reporting currency.
    Currency,
}

impl Unit {
    pub(super) fn word(self, currency: &str) -> &str {
        match self {
            Self::Share => "share",
            Self::Ratio => "ratio",
            Self::Points => "points",
            Self::Score => "score",
            Self::Customers => "customers",
            Self::Orders => "orders",
            Self::Answers => "answers",
            Self::Surveys => "surveys",
            Self::Days => "days",
            Self::Currency => currency,
        }
    }
}

/// A metric's number in a row.
pub(super) enum Number<'r> {
    Estimate(Option<&'r v1::Estimate>),
    Count(i64),
    Plain(Option<f64>),
    Money(Option<&'r v1::Money>),
}

impl Number<'_> {
    /// The number, as an estimate of which nothing more is known where it is none.
    pub(super) fn estimate(self) -> v1::Estimate {
        let exact = |value| v1::Estimate { value, ..v1::Estimate::default() };
        match self {
            Self::Estimate(estimate) => estimate.cloned().unwrap_or_default(),
            Self::Count(count) => exact(Some(count as f64)),
            Self::Plain(value) => exact(value),
            Self::Money(money) => exact(money.and_then(|money| money.amount.parse().ok())),
        }
    }

    /// Whether it rests on a number of observations that is told.
    pub(super) fn is_estimate(&self) -> bool {
        matches!(self, Self::Estimate(Some(_)))
    }
}

/// A metric of such rows.
pub(super) struct Metric<R: 'static> {
    pub(super) name: &'static str,
    pub(super) unit: Unit,
    pub(super) of: fn(&R) -> Number<'_>,
}

/// A metric that is an estimate.
pub(super) const fn metric<R>(name: &'static str, unit: Unit, of: fn(&R) -> Number<'_>) -> Metric<R> {
    Metric { name, unit, of }
}
