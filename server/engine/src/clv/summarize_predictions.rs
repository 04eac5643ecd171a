//! Where is the value, and where is it at risk?

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use lojal_domain::{History, WorkspaceName, limits};
use lojal_scoring::clv::{Levels, Totals};
use lojal_store::Parts;

use crate::ask::groups::{GroupBy, note_attributes};
use crate::clv::estimated::EstimatedTotals;
use crate::clv::fitted::FittedModel;
use crate::clv::forecast::{Forecast, Outlook};
use crate::clv::predict_customers::MemoriesOfScan;
use crate::{Engine, EngineError, Provenance};

/// What will the customers of each group be worth together?
#[derive(Clone, Debug)]
pub struct SummarizePredictions {
    /// How to look ahead.
    pub outlook: Outlook,
    /// An attribute.
    pub group_by: Option<String>,
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

/// What was added up of some customers: by group, and in it by what tells models apart.
#[derive(Default)]
struct Part {
    groups: HashMap<Arc<str>, BTreeMap<Levels, Totals>>,
    /// Names of attributes met.
    attributes: BTreeSet<Arc<str>>,
    overflow: bool,
}

/// How predictions are added up.
struct Summing {
    forecast: Arc<Forecast>,
    group_by: Arc<GroupBy>,
    memories: MemoriesOfScan,
}

impl Summing {
    fn add(&self, part: &mut Part, history: &History<'_>) {
        let Some(known) = self.forecast.known(history) else { return };
        if self.group_by.has_attributes() {
            note_attributes(&mut part.attributes, history);
        }
        let group = self.group_by.group(history);
        if !part.groups.contains_key(&*group) {
            if part.groups.len() >= limits::PREDICTION_GROUPS {
                part.overflow = true;
                return;
            }
            part.groups.insert(group.as_ref().into(), BTreeMap::new());
        }
        let strata = &self.forecast.strata;
        let stratum = strata.of(&strata.levels(history));
        let joint = strata.joint(&stratum);
        let Some(of_group) = part.groups.get_mut(&*group) else { return };
        let new = || Totals::new(&stratum.base, joint);
        let totals = of_group.entry(stratum.levels().clone()).or_insert_with(new);
        self.memories.lend(|memories| {
            totals.add(&stratum.base, joint, &self.forecast.ahead, &known, memories.of(&stratum));
        });
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
        SummarizePredictions { outlook, group_by }: SummarizePredictions,
    ) -> Result<PredictionsSummary, EngineError> {
        let mut moment = self.moment(workspace, outlook.scope.clone()).await?;
        let mut group_by = GroupBy::of_customers(group_by.as_deref(), &moment)?;
        self.know_groups(workspace, &mut moment, group_by.customer_mut().into_iter().collect()).await?;
        let group_by = Arc::new(group_by);
        let forecast = Arc::new(self.forecast_at(workspace, moment, &outlook).await?);
        let cut = forecast.moment.cut();
        let summing = Summing {
            forecast: forecast.clone(),
            group_by: group_by.clone(),
            memories: MemoriesOfScan::default(),
        };
        let visit = move |part: &mut Part, history: &History<'_>| summing.add(part, history);
        let parts = self.scan(workspace, cut, Parts::ALL, Part::default, visit).await?;
        let with = forecast.clone();
        let (whole, rows) = self.aside(move || add_up(parts, &with, &group_by)).await??;
        let (model, provenance) = (forecast.model.clone(), forecast.provenance());
        Ok(PredictionsSummary { whole, rows, model, provenance })
    }
}

/// All parts together, in their order.
fn add_up(
    parts: Vec<Part>,
    forecast: &Forecast,
    group_by: &GroupBy,
) -> Result<(EstimatedTotals, Vec<(String, EstimatedTotals)>), EngineError> {
    let joint = forecast.strata.joint_of_all();
    let nobody = || Totals::new(forecast.strata.base_of_all(), joint);
    let (mut groups, mut attributes, mut overflow) = (HashMap::new(), BTreeSet::new(), false);
    for part in parts {
        attributes.extend(part.attributes);
        overflow |= part.overflow;
        for (group, strata) in part.groups {
            let totals = groups.entry(group).or_insert_with(nobody);
            strata.values().for_each(|of_stratum| totals.merge(of_stratum));
        }
    }
    if overflow || groups.len() > limits::PREDICTION_GROUPS {
        return Err(EngineError::AnswerTooLong {
            maximum: limits::PREDICTION_GROUPS,
            advice: "group by an attribute with fewer values, or cut numbers into bands",
        });
    }
    group_by.check(!groups.is_empty(), &attributes)?;
    let mut groups: Vec<(Arc<str>, Totals)> = groups.into_iter().collect();
    groups.sort_by(|(one, _), (other, _)| group_by.order(one, other));
    let mut whole = nobody();
    groups.iter().for_each(|(_, totals)| whole.merge(totals));
    let told = |totals: &Totals| forecast.model.estimated_totals(totals, joint);
    let is_listed = group_by.is_some();
    let rows = groups.iter().filter(|_| is_listed).map(|(group, totals)| (group.to_string(), told(totals)));
    Ok((told(&whole), rows.collect()))
}
