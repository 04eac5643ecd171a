//! How many customers are loyal in which way, and what are they worth?

use lojal_domain::{
    Estimate, EventTime, ExclusionCode, History, Interval, MICROS_PER_DAY, Method, SurveyMetric, WarningCode,
    Window, WorkspaceName,
};
use lojal_scoring::clv::Expected;
use lojal_scoring::loyalty::Place;
use lojal_scoring::nps::{NpsCategory, NpsCounts};
use lojal_store::{Parts, Wanted};
use serde::{Deserialize, Serialize};

use crate::ask::estimates::{normal, share};
use crate::ask::grid::Grid;
use crate::ask::measure::{Counted, Measure, Room};
use crate::ask::periods::{Period, Periods, begun};
use crate::ask::tally::Tally;
use crate::loyalty::get_loyalty::{DEFINITION, LoyaltyStandard};
use crate::loyalty::glances::Glance;
use crate::loyalty::judges::Judge;
use crate::surveys::nps_estimate;
use crate::{Engine, EngineError, Moment, Provenance, Scope};

const PLACES: usize = Place::ALL.len();
/// Periods of a series, at most.
const MOST_PERIODS: usize = 36;
/// Days of records before a model of a series.
const FEWEST_DAYS_OF_MODELS: i64 = 90;

/// How many customers are loyal in which way?
#[derive(Clone, Debug)]
pub struct SummarizeLoyalty {
    /// When, and of whom.
    pub scope: Scope,
    /// Attributes and facts.
    pub group_by: Option<String>,
    /// By which version of the workspace's model; none for the last.
    pub version: Option<u32>,
    /// As of the end of each of these periods in a window, instead of as of the instant alone.
    pub series: Option<(Interval, Window)>,
    /// Coverage of intervals, in (0.5, 1).
    pub confidence: f64,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct LoyaltySummary {
    /// All customers.
    pub whole: LoyaltyRow,
    /// Each place of all customers, and of each group where there are groups.
    pub rows: Vec<LoyaltyRow>,
    /// With whom customers are compared.
    pub standard: LoyaltyStandard,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// Customers of a group who have a place.
#[derive(Clone, Debug)]
pub struct LoyaltyRow {
    /// The group; empty when not grouped, or for customers without the attribute.
    pub group: String,
    /// The period as of whose end it is; none without a series.
    pub period: Option<Period>,
    /// The place; none for all of them.
    pub place: Option<Place>,
    /// How many.
    pub customers: u64,
    /// Of the group.
    pub customer_share: Estimate,
    /// Their scores in the mean.
    pub score: Estimate,
    /// What they say in the mean, of those who say something.
    pub attitude: Estimate,
    /// What they do in the mean.
    pub behaviour: Estimate,
    /// The NPS of those who answered, each by their last answer.
    pub nps: Estimate,
    /// What they spent in 365 days, in millionths of the currency.
    pub spend_micros: i128,
    /// What their purchases of twelve months are expected to be worth; none where no value is known.
    pub clv: Option<f64>,
    /// What of that hangs on whether they come back.
    pub value_at_risk: Option<f64>,
}

/// Numbers whose mean is asked for.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Mean {
    n: u64,
    sum: f64,
    squares: f64,
}

impl Mean {
    fn add(&mut self, points: Option<f64>) {
        let Some(value) = points else { return };
        self.n += 1;
        self.sum += value;
        self.squares += value * value;
    }

    fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.sum += other.sum;
        self.squares += other.squares;
    }

    fn estimate(&self, confidence: f64) -> Estimate {
        let n = self.n as f64;
        let value = (self.n > 0).then(|| self.sum / n);
        let error = value.filter(|_| self.n > 1).map(|mean| {
            let variance = ((self.squares - n * mean * mean) / (n - 1.0)).max(0.0);
            (variance / n).sqrt()
        });
        normal(value, error, self.n, Method::Mean, confidence)
    }
}

/// What is summed up of customers who have a place.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Sums {
    customers: u64,
    score: Mean,
    attitude: Mean,
    behaviour: Mean,
    nps: [u64; 3],
    spend_micros: i128,
    valued: u64,
    clv: f64,
    value_at_risk: f64,
}

impl Sums {
    fn add(&mut self, glance: &Glance, expected: &Expected, category: Option<NpsCategory>) {
        let rated = &glance.rated;
        self.customers += 1;
        self.score.add(rated.score);
        self.attitude.add(rated.attitude);
        self.behaviour.add(rated.behaviour);
        if let Some(category) = category {
            self.nps[category as usize] += 1;
        }
        self.spend_micros += i128::from(glance.spend_micros);
        if let Some(clv) = expected.clv {
            self.valued += 1;
            self.clv += clv;
            self.value_at_risk += expected.value_at_risk().unwrap_or_default();
        }
    }

    fn merge(&mut self, other: &Self) {
        self.customers += other.customers;
        self.score.merge(&other.score);
        self.attitude.merge(&other.attitude);
        self.behaviour.merge(&other.behaviour);
        for (mine, others) in self.nps.iter_mut().zip(other.nps) {
            *mine += others;
        }
        self.spend_micros += other.spend_micros;
        self.valued += other.valued;
        self.clv += other.clv;
        self.value_at_risk += other.value_at_risk;
    }

    fn row(&self, group: &str, place: Option<Place>, all: u64, confidence: f64) -> LoyaltyRow {
        let counts = NpsCounts {
            promoters: self.nps[NpsCategory::Promoter as usize],
            passives: self.nps[NpsCategory::Passive as usize],
            detractors: self.nps[NpsCategory::Detractor as usize],
        };
        LoyaltyRow {
            group: group.to_owned(),
            period: None,
            place,
            customers: self.customers,
            customer_share: share(self.customers, all, confidence),
            score: self.score.estimate(confidence),
            attitude: self.attitude.estimate(confidence),
            behaviour: self.behaviour.estimate(confidence),
            nps: nps_estimate::of_counts(counts, confidence),
            spend_micros: self.spend_micros,
            clv: (self.valued > 0).then_some(self.clv),
            value_at_risk: (self.valued > 0).then_some(self.value_at_risk),
        }
    }
}

/// Customers of a group by place.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Places([Sums; PLACES]);

impl Tally for Places {
    fn merge(&mut self, other: Self) {
        for (mine, others) in self.0.iter_mut().zip(&other.0) {
            mine.merge(others);
        }
    }
}

impl Places {
    fn whole(&self) -> Sums {
        let mut all = Sums::default();
        self.0.iter().for_each(|sums| all.merge(sums));
        all
    }

    fn rows(&self, group: &str, confidence: f64) -> impl Iterator<Item = LoyaltyRow> {
        let all = self.0.iter().map(|sums| sums.customers).sum();
        Place::ALL
            .into_iter()
            .zip(&self.0)
            .map(move |(place, sums)| sums.row(group, Some(place), all, confidence))
    }
}

/// Customers without a purchase.
#[derive(Default, Serialize, Deserialize)]
struct WithoutPurchase(u64);

impl Tally for WithoutPurchase {
    fn merge(&mut self, other: Self) {
        self.0 += other.0;
    }
}

struct LoyaltyMeasure {
    judge: Judge,
    confidence: f64,
}

impl Measure for LoyaltyMeasure {
    type Tally = Places;
    type Notes = WithoutPurchase;
    type Answer = LoyaltySummary;

    fn definition(&self) -> &'static str {
        DEFINITION
    }

    fn parts(&self) -> Parts {
        Parts::ALL
    }

    fn height(&self) -> usize {
        PLACES
    }

    fn empty(&self) -> Places {
        Places::default()
    }

    fn count(&self, history: &History<'_>, grid: &mut Grid<Places>, others: &mut WithoutPurchase) {
        let Some((glance, expected)) = self.judge.glance(history) else {
            others.0 += u64::from(history.customer.is_some());
            return;
        };
        let last = history.answers(SurveyMetric::Nps).last().and_then(|answer| answer.score);
        let category = last.and_then(|score| u8::try_from(score).ok()).and_then(NpsCategory::of);
        if let Some(places) = grid.of(history, Places::default) {
            places.0[glance.rated.place as usize].add(&glance, &expected, category);
        }
    }

    fn answer(&self, counted: Counted<Self>, _: &Wanted) -> Result<LoyaltySummary, EngineError> {
        let confidence = self.confidence;
        let all = counted.whole(self);
        let whole = all.whole();
        let mut room = Room::new();
        let mut rows = Vec::new();
        if counted.is_grouped {
            for (group, places) in counted.groups(self) {
                room.take(PLACES)?;
                rows.extend(places.rows(group, confidence));
            }
        } else {
            rows.extend(all.rows("", confidence));
        }
        let mut provenance = Provenance {
            excluded: counted.provenance.excluded,
            filter: counted.provenance.filter,
            ..self.judge.provenance()
        };
        let known = provenance.warnings.clone();
        let others = counted.provenance.warnings.into_iter().filter(|warning| !known.contains(warning));
        provenance.warnings.extend(others);
        if counted.notes.0 > 0 {
            let cause = "customers without a purchase before as_of";
            provenance.exclude(ExclusionCode::WithoutPurchase, cause, counted.notes.0);
        }
        if whole.customers == 0 {
            provenance.warn(
                WarningCode::NoPurchases,
                "no customer has a purchase before as_of; record transactions first",
            );
        }
        let customers = whole.customers;
        let whole = whole.row("", None, customers, confidence);
        Ok(LoyaltySummary { whole, rows, standard: self.judge.standard(), provenance })
    }
}

/// By what, and how, besides when.
#[derive(Clone, Copy)]
struct How<'q> {
    group_by: Option<&'q str>,
    version: Option<u32>,
    confidence: f64,
}

/// The first day of the quarter of a moment of a series: a series of a year has models of four or five days, and not one of each of its own.
/// None in the first months of records, of which there is no earlier model.
fn models_as_of(moment: &Moment) -> Option<EventTime> {
    let start = moment.zone.start_of(Interval::Quarter.first_day(moment.as_of, &moment.zone));
    let earliest = moment.first_event?.plus_micros(FEWEST_DAYS_OF_MODELS * MICROS_PER_DAY);
    (start >= earliest).then_some(start)
}

impl Engine {
    /// Answers [`SummarizeLoyalty`].
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for an attribute nobody has and a version there is not; [`EngineError::AnswerTooLong`].
    pub async fn summarize_loyalty(
        &self,
        workspace: &WorkspaceName,
        question: SummarizeLoyalty,
    ) -> Result<LoyaltySummary, EngineError> {
        let SummarizeLoyalty { scope, group_by, version, series, confidence } = question;
        let how = How { group_by: group_by.as_deref(), version, confidence };
        let moment = self.bare_moment(workspace, scope.clone()).await?;
        let rows = match series {
            Some((interval, window)) => {
                Some(self.loyalty_series(workspace, &moment, scope, (interval, window), how).await?)
            }
            None => None,
        };
        let summary = self.loyalty_at(workspace, moment, how).await?;
        Ok(LoyaltySummary { rows: rows.unwrap_or(summary.rows), ..summary })
    }

    /// The answer as of a moment.
    async fn loyalty_at(
        &self,
        workspace: &WorkspaceName,
        moment: Moment,
        how: How<'_>,
    ) -> Result<LoyaltySummary, EngineError> {
        let span = begun(Window::All, moment.as_of, &moment.zone)?;
        let asked = self.grouped(workspace, moment, span, how.group_by).await?;
        let everybody = Moment { filter: None, ..asked.moment.clone() };
        let judge = self.judge(workspace, everybody, how.version).await?;
        self.measure(workspace, asked, LoyaltyMeasure { judge, confidence: how.confidence }).await
    }

    /// Everybody and each place as of the end of each period.
    async fn loyalty_series(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
        scope: Scope,
        (interval, window): (Interval, Window),
        how: How<'_>,
    ) -> Result<Vec<LoyaltyRow>, EngineError> {
        let span = begun(window, moment.as_of, &moment.zone)?;
        let periods = Periods::within(interval, span, moment.first_event, &moment.zone);
        if periods.len() > MOST_PERIODS {
            let problem = format!(
                "makes {} periods, each of which looks at everybody as of its end; at most {MOST_PERIODS} are, so choose longer ones, or a shorter window",
                periods.len()
            );
            return Err(EngineError::field("interval", problem));
        }
        let (mut rows, mut room) = (Vec::new(), Room::new());
        for at in 0..periods.len() {
            let period = periods.cut(at, span);
            let as_of = period.span.end;
            let then = self.bare_moment(workspace, Scope { as_of: Some(as_of), ..scope.clone() }).await?;
            let then = Moment { models_as_of: models_as_of(&then), revision: moment.revision, ..then };
            let summary = self.loyalty_at(workspace, then, how).await?;
            room.take(1 + summary.rows.len())?;
            let all = std::iter::once(summary.whole).chain(summary.rows);
            rows.extend(all.map(|row| LoyaltyRow { period: Some(period.clone()), ..row }));
        }
        Ok(rows)
    }
}
