//! Asks for metrics, and puts the answers under one another.

use lojal_domain::{EventTime, WorkspaceName};
use lojal_engine::{Engine, Provenance};
use lojal_proto::v1;

use super::Row;
use super::known::{CES, CSAT, CUSTOM, LIFECYCLE, NPS, PARTICIPATION, PURCHASES, RETENTION, REVENUE, TRUST};
use super::measured::{Measured, Metric};
use super::wanted::Wanted;
use crate::error::Refusal;
use crate::retention::{counts, purchasing, revenue};
use crate::surveys::{nps, scores};
use crate::words::{micros, timestamp};

const DEFINITION: &str = "metrics@1";
const WINDOW: &str = "12mo";
/// How often a table is made that writes come between.
const TRIES: usize = 2;

/// The rows, and where they come from.
pub(in crate::export) async fn ask(
    engine: &Engine,
    workspace: &WorkspaceName,
    mut asked: v1::ExportMetrics,
) -> Result<(Vec<Row>, Provenance), Refusal> {
    let wanted = Wanted::of(&asked)?;
    if asked.window.is_empty() {
        WINDOW.clone_into(&mut asked.window);
    }
    for _ in 0..TRIES {
        let mut asking = Asking {
            engine,
            workspace,
            asked: asked.clone(),
            wanted: &wanted,
            rows: Vec::new(),
            first: None,
            is_torn: false,
        };
        asking.all().await?;
        let Asking { rows, first, is_torn, .. } = asking;
        let Some(mut from) = first else { break };
        if !is_torn {
            from.definition = DEFINITION;
            return Ok((rows, from));
        }
        // Something was recorded between two of its answers: what was known by now is the same for all.
        asked.known_at = Some(timestamp(engine.now()));
    }
    Err(Refusal::field(
        "metrics.known_at",
        "is missing, and records were written between two answers; name an instant of before",
    ))
}

/// An asking under way.
struct Asking<'a> {
    engine: &'a Engine,
    workspace: &'a WorkspaceName,
    asked: v1::ExportMetrics,
    wanted: &'a Wanted,
    rows: Vec<Row>,
    /// Where the first answer comes from, with what to keep in mind of all.
    first: Option<Provenance>,
    /// Whether answers are of different revisions.
    is_torn: bool,
}

/// The answer to a question with the fields that all share, and where it comes from.
macro_rules! answer {
    ($asking:ident, $request:ident { $($field:ident: $value:expr)? }, $question:path, $ask:ident, $answer:path) => {{
        let asked = &$asking.asked;
        let question = $question(v1::$request {
            as_of: asked.as_of,
            known_at: asked.known_at,
            filter: asked.filter.clone(),
            window: asked.window.clone(),
            group_by: asked.group_by.clone(),
            confidence: asked.confidence,
            interval: asked.interval,
            $($field: $value,)?
            ..v1::$request::default()
        })?;
        let answer = $asking.engine.$ask($asking.workspace, question).await?;
        let from = answer.provenance.clone();
        ($answer(answer), from)
    }};
}

impl Asking<'_> {
    async fn all(&mut self) -> Result<(), Refusal> {
        self.recommendation().await?;
        self.scores().await?;
        self.staying().await?;
        self.money().await
    }

    async fn recommendation(&mut self) -> Result<(), Refusal> {
        if self.wanted.has_any(NPS) {
            let (answer, from) = answer!(self, GetNpsRequest {}, nps::question, get_nps, nps::answer);
            let whole = v1::NpsRow {
                nps: answer.nps,
                promoters: answer.promoters,
                passives: answer.passives,
                detractors: answer.detractors,
                kind: answer.kind,
                ..v1::NpsRow::default()
            };
            self.add(NPS, &first_of([answer.rows, answer.by_kind], whole), from);
        }
        Ok(())
    }

    async fn scores(&mut self) -> Result<(), Refusal> {
        if self.wanted.has_any(CSAT) {
            let (answer, from) =
                answer!(self, GetCsatRequest {}, scores::csat, get_scores, scores::csat_answer);
            self.add_whole(CSAT, [answer.rows, answer.questions], answer.whole, from);
        }
        if self.wanted.has_any(CES) {
            let (answer, from) = answer!(self, GetCesRequest {}, scores::ces, get_scores, scores::ces_answer);
            self.add_whole(CES, [answer.rows, answer.questions], answer.whole, from);
        }
        for (of, metrics) in [(v1::SurveyMetric::Trust, TRUST), (v1::SurveyMetric::Custom, CUSTOM)] {
            if self.wanted.has_any(metrics) {
                let (answer, from) = answer!(
                    self,
                    GetScoresRequest { metric: of.into() },
                    scores::any,
                    get_scores,
                    scores::any_answer
                );
                self.add_whole(metrics, [answer.rows, answer.questions], answer.whole, from);
            }
        }
        if self.wanted.has_any(PARTICIPATION) {
            let (answer, from) = answer!(
                self,
                GetResponseRateRequest {},
                scores::participation,
                get_response_rate,
                scores::participation_answer
            );
            self.add_whole(PARTICIPATION, [answer.rows], answer.whole, from);
        }
        Ok(())
    }

    #[expect(
        clippy::needless_update,
        reason = "a question may have no other fields than those that all share"
    )]
    async fn staying(&mut self) -> Result<(), Refusal> {
        if self.wanted.has_any(RETENTION) {
            let (answer, from) = answer!(
                self,
                GetRetentionRequest {},
                counts::retention_question,
                get_retention,
                counts::retention_answer
            );
            self.add_whole(RETENTION, [answer.rows], answer.whole, from);
        }
        if self.wanted.has_any(LIFECYCLE) {
            let (answer, from) = answer!(
                self,
                GetLifecycleRequest {},
                counts::lifecycle_question,
                get_lifecycle,
                counts::lifecycle_answer
            );
            self.add(LIFECYCLE, &answer.rows, from);
        }
        Ok(())
    }

    async fn money(&mut self) -> Result<(), Refusal> {
        if self.wanted.has_any(REVENUE) {
            let (answer, from) = answer!(
                self,
                GetRevenueRetentionRequest {},
                revenue::revenue_retention_question,
                get_revenue_retention,
                revenue::revenue_retention_answer
            );
            self.add_whole(REVENUE, [answer.rows], answer.whole, from);
        }
        if self.wanted.has_any(PURCHASES) {
            let (answer, from) = answer!(
                self,
                GetPurchaseStatsRequest {},
                purchasing::purchase_stats_question,
                get_purchase_stats,
                purchasing::purchase_stats_answer
            );
            self.add_whole(PURCHASES, [answer.rows], answer.whole, from);
        }
        Ok(())
    }

    /// Adds the metrics of the first of these lists that has a row, otherwise of the whole.
    fn add_whole<R: Measured + Default, const N: usize>(
        &mut self,
        metrics: &'static [Metric<R>],
        lists: [Vec<R>; N],
        whole: Option<R>,
        from: Provenance,
    ) {
        self.add(metrics, &first_of(lists, whole.unwrap_or_default()), from);
    }

    /// Adds the metrics of these rows of an answer that comes from there.
    fn add<R: Measured>(&mut self, metrics: &'static [Metric<R>], rows: &[R], from: Provenance) {
        for row in rows {
            for metric in metrics.iter().filter(|metric| self.wanted.has(metric.name)) {
                if let Some(row) = told(metric, row, &from, self.wanted.are_named()) {
                    self.rows.push(row);
                }
            }
        }
        self.hold_to(from);
    }

    /// All answers describe the instant of the first, and what was known at its revision.
    fn hold_to(&mut self, from: Provenance) {
        let Some(first) = &mut self.first else {
            self.asked.as_of = Some(timestamp(from.as_of));
            self.first = Some(from);
            return;
        };
        self.is_torn |= first.revision != from.revision;
        for warning in from.warnings {
            if !first.warnings.contains(&warning) {
                first.warnings.push(warning);
            }
        }
    }
}

/// The first that are any; otherwise the whole.
fn first_of<R, const N: usize>(lists: [Vec<R>; N], whole: R) -> Vec<R> {
    lists.into_iter().find(|list| !list.is_empty()).unwrap_or_else(|| vec![whole])
}

/// A metric's row; none where nothing is known of it, and nobody named it.
fn told<R: Measured>(metric: &Metric<R>, row: &R, from: &Provenance, is_named: bool) -> Option<Row> {
    let number = (metric.of)(row);
    let is_estimate = number.is_estimate();
    let v1::Estimate { value, ci_low, ci_high, standard_error, n, .. } = number.estimate();
    if !is_named && (row.is_empty() || (value.is_none() && n == 0)) {
        return None;
    }
    let period = row.period();
    let instant = |of: Option<prost_types::Timestamp>| of.and_then(micros).map(EventTime::from_micros);
    // A window of all has no beginning.
    let starts = from.span.map(|span| span.start).filter(|&start| start > EventTime::MIN);
    Some(Row {
        metric: metric.name,
        question: row.question(),
        group: row.group().to_owned(),
        period: period.map(|period| period.label.clone()).unwrap_or_default(),
        start: period.map_or(starts, |period| instant(period.start)),
        end: period.map_or(from.span.map(|span| span.end), |period| instant(period.end)),
        is_cut_off: period.is_some_and(|period| period.cut_off),
        value,
        low: ci_low,
        high: ci_high,
        standard_error,
        n: is_estimate.then_some(n),
        unit: metric.unit.word(from.currency.code()).to_owned(),
        definition: from.definition,
    })
}
