//! Where is the value, and where is it at risk?

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use lojal_domain::{History, WorkspaceName, limits};
use lojal_store::{Parts, Wanted};

use crate::ask::groups::{GroupBy, note_attributes};
use crate::clv::estimated::EstimatedTotals;
use crate::clv::even_part::{EvenPart, Predicted};
use crate::clv::fitted::FittedModel;
use crate::clv::forecast::{Forecast, Outlook};
use crate::clv::sums::{DISTRIBUTIONS, Summing, Sums, Together};
use crate::{Engine, EngineError, Provenance};

/// Distributions computed for all groups together, about, and of each customer of an even part of a group at least one: seconds for a
/// thousand groups, and of a few each as many as of all customers.
const DISTRIBUTIONS_OF_GROUPS: usize = 64 * DISTRIBUTIONS;

/// What will the customers of each group be worth together?
#[derive(Clone, Debug)]
pub struct SummarizePredictions {
    /// How to look ahead.
    pub outlook: Outlook,
    /// An attribute.
    pub group_by: Option<String>,
    /// Also what may come of each group.
    pub with_ranges: bool,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct PredictionsSummary {
    /// All customers.
    pub whole: EstimatedTotals,
    /// Each group, when asked for.
    pub rows: Vec<(String, EstimatedTotals)>,
    /// The model they were made with.
    pub model: Arc<FittedModel>,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// What was added up of some customers.
#[derive(Default)]
struct Part {
    groups: HashMap<Arc<str>, Sums>,
    /// An even part of all.
    whole: EvenPart<Predicted>,
    /// Names of attributes met.
    attributes: BTreeSet<Arc<str>>,
    overflow: bool,
}

/// How predictions are added up by group.
struct Grouping {
    summing: Summing,
    group_by: Arc<GroupBy>,
}

impl Grouping {
    fn add(&self, part: &mut Part, history: &History<'_>) {
        let Some(known) = self.summing.known(history) else { return };
        if self.group_by.has_attributes() {
            note_attributes(&mut part.attributes, history);
        }
        let group = self.group_by.group(history);
        if !part.groups.contains_key(&*group) {
            if part.groups.len() >= limits::PREDICTION_GROUPS {
                part.overflow = true;
                return;
            }
            let sums = Sums { part: EvenPart::of_group(), ..Sums::default() };
            part.groups.insert(group.as_ref().into(), sums);
        }
        let Some(sums) = part.groups.get_mut(&*group) else { return };
        // Without groups, that of everybody is the whole.
        let of_group = self.group_by.is_some().then_some(&mut sums.part);
        let parts = of_group.into_iter().chain([&mut part.whole]);
        self.summing.add(&mut sums.of_strata, parts, history, &known);
    }
}

impl Engine {
    /// Answers [`SummarizePredictions`].
    ///
    /// # Errors
    /// [`EngineError::InsufficientHistory`] when no model can be fitted; [`EngineError::ModelNotFound`];
    /// [`EngineError::InvalidField`] for an attribute nobody has; [`EngineError::AnswerTooLong`].
    pub async fn summarize_predictions(
        &self,
        workspace: &WorkspaceName,
        SummarizePredictions { outlook, group_by, with_ranges }: SummarizePredictions,
    ) -> Result<PredictionsSummary, EngineError> {
        let mut moment = self.moment(workspace, outlook.scope.clone()).await?;
        let mut group_by = GroupBy::of_customers(group_by.as_deref(), &moment)?;
        self.know_groups(workspace, &mut moment, group_by.customer_mut().into_iter().collect()).await?;
        let group_by = Arc::new(group_by);
        let forecast = Arc::new(self.forecast_at(workspace, moment, &outlook).await?);
        let cut = forecast.moment.cut();
        let grouping = Grouping { summing: Summing::new(&forecast, with_ranges), group_by: group_by.clone() };
        let visit = move |part: &mut Part, history: &History<'_>| grouping.add(part, history);
        let parts = self.scan(workspace, cut, Parts::ALL, Part::default, visit).await?;
        let with = forecast.clone();
        let summed = self.aside(move || add_up(parts, &with, &group_by)).await??;
        let (whole, rows) = match with_ranges {
            false => summed.estimated(&forecast),
            true => {
                let with = forecast.clone();
                let _turn = self.scans.take().await?;
                self.pool.run(move |wanted| summed.with_ranges(&with, wanted)).await?
            }
        };
        let (model, provenance) = (forecast.model.clone(), forecast.provenance());
        Ok(PredictionsSummary { whole, rows, model, provenance })
    }
}

/// All customers, and each group where there are groups, in their order.
struct Summed {
    whole: Together,
    groups: Vec<(Arc<str>, Together)>,
}

/// What is said of all, and of each group.
type Told = (EstimatedTotals, Vec<(String, EstimatedTotals)>);

impl Summed {
    fn estimated(&self, forecast: &Forecast) -> Told {
        let group =
            |(group, together): &(Arc<str>, Together)| (group.to_string(), together.estimated(forecast));
        (self.whole.estimated(forecast), self.groups.iter().map(group).collect())
    }

    fn with_ranges(self, forecast: &Forecast, wanted: &Wanted) -> Told {
        let of_each = (DISTRIBUTIONS_OF_GROUPS / self.groups.len().max(1)).min(DISTRIBUTIONS);
        let group = |(group, together): (Arc<str>, Together)| {
            (group.to_string(), together.with_ranges(forecast, of_each, wanted))
        };
        let rows = self.groups.into_iter().map(group).collect();
        (self.whole.with_ranges(forecast, DISTRIBUTIONS, wanted), rows)
    }
}

/// All parts together, in their order.
fn add_up(parts: Vec<Part>, forecast: &Forecast, group_by: &GroupBy) -> Result<Summed, EngineError> {
    let mut groups: HashMap<Arc<str>, Together> = HashMap::new();
    let (mut even_part, mut attributes, mut overflow) = (EvenPart::default(), BTreeSet::new(), false);
    for part in parts {
        attributes.extend(part.attributes);
        overflow |= part.overflow;
        even_part.merge(part.whole);
        for (group, sums) in part.groups {
            let nobody = || Together::new(forecast, EvenPart::of_group());
            groups.entry(group).or_insert_with(nobody).take(sums);
        }
    }
    if overflow || groups.len() > limits::PREDICTION_GROUPS {
        return Err(EngineError::AnswerTooLong {
            maximum: limits::PREDICTION_GROUPS,
            advice: "group by an attribute with fewer values, or cut numbers into bands",
        });
    }
    group_by.check(!groups.is_empty(), &attributes)?;
    let mut groups: Vec<(Arc<str>, Together)> = groups.into_iter().collect();
    groups.sort_by(|(one, _), (other, _)| group_by.order(one, other));
    let mut whole = Together::new(forecast, even_part);
    groups.iter().for_each(|(_, group)| whole.take_sums(group));
    if !group_by.is_some() {
        groups.clear();
    }
    Ok(Summed { whole, groups })
}
