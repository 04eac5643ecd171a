//! How a workspace's score is made: small documents, one a version, none of which ever changes.

use lojal_domain::{EventTime, WorkspaceName, limits};
use lojal_scoring::loyalty::{Component, Cut, LoyaltyModel};
use lojal_store::Document;
use serde::{Deserialize, Serialize};

use crate::{Engine, EngineError};

const COLLECTION: &str = "loyalty";
/// Version of the documents.
const FORMAT: u32 = 1;
/// The version of a workspace that never chose.
const FIRST: u32 = 1;

/// A version of how a workspace's score is made.
#[derive(Clone, Debug, PartialEq)]
pub struct LoyaltyVersion {
    /// From 1.
    pub version: u32,
    /// Since when; none for what holds as long as nobody chose.
    pub since: Option<EventTime>,
    /// How it is made.
    pub model: LoyaltyModel,
}

impl Default for LoyaltyVersion {
    fn default() -> Self {
        Self { version: FIRST, since: None, model: LoyaltyModel::default() }
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    format: u32,
    since_micros: i64,
    model: LoyaltyModel,
}

/// With zeros before it, so that documents come in the order of versions.
fn key(version: u32) -> String {
    format!("{version:06}")
}

/// Make scores in another way. What is none stays as it is.
#[derive(Clone, Debug, Default)]
pub struct UpdateLoyaltyModel {
    /// Weights of components; those that are not named stay.
    pub weights: Vec<(Component, f64)>,
    /// Days after which an answer counts half.
    pub half_life_days: Option<f64>,
    /// Answers of their segment's mean that everybody is given beside their own.
    pub pseudo_answers: Option<f64>,
    /// Where places are cut.
    pub cut: Option<Cut>,
}

impl UpdateLoyaltyModel {
    /// A model with what changes of it.
    fn of(&self, mut model: LoyaltyModel) -> LoyaltyModel {
        for (component, weight) in &self.weights {
            model.weights[component.index()] = *weight;
        }
        model.half_life_days = self.half_life_days.unwrap_or(model.half_life_days);
        model.pseudo_answers = self.pseudo_answers.unwrap_or(model.pseudo_answers);
        model.cut = self.cut.unwrap_or(model.cut);
        model
    }
}

fn damaged(workspace: &WorkspaceName, what: impl std::fmt::Display) -> EngineError {
    EngineError::Internal(format!("loyalty model of workspace {workspace}: {what}"))
}

fn read(workspace: &WorkspaceName, document: &Document) -> Result<LoyaltyVersion, EngineError> {
    let stored: Stored =
        serde_json::from_slice(&document.content).map_err(|error| damaged(workspace, error))?;
    if stored.format != FORMAT {
        return Err(damaged(workspace, format_args!("format {}", stored.format)));
    }
    let version = document.key.parse().map_err(|error| damaged(workspace, error))?;
    Ok(LoyaltyVersion {
        version,
        since: Some(EventTime::from_micros(stored.since_micros)),
        model: stored.model,
    })
}

impl Engine {
    /// How scores of a workspace are made, in a version or in the last one.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for a version there is not, [`EngineError::WorkspaceNotFound`].
    pub async fn get_loyalty_model(
        &self,
        workspace: &WorkspaceName,
        version: Option<u32>,
    ) -> Result<LoyaltyVersion, EngineError> {
        self.look_up(workspace).await?;
        self.loyalty_model(workspace, version).await
    }

    /// The same of a workspace that need not be there yet.
    pub(crate) async fn loyalty_model(
        &self,
        workspace: &WorkspaceName,
        version: Option<u32>,
    ) -> Result<LoyaltyVersion, EngineError> {
        // They come in the order of their versions, of which the first is none.
        let documents = self.store.documents(workspace, COLLECTION).await?;
        let found = match version {
            None => documents.last(),
            Some(FIRST) => None,
            Some(wanted) => Some(documents.iter().find(|one| one.key == key(wanted)).ok_or_else(|| {
                let last = documents.len() + 1;
                EngineError::field("version", format!("is {wanted}; there are the versions 1 to {last}"))
            })?),
        };
        found.map_or_else(|| Ok(LoyaltyVersion::default()), |document| read(workspace, document))
    }

    /// Makes scores in another way from now on. The same way as now is no new version.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for a model that makes no sense, and when there are as many versions as there may be.
    pub async fn update_loyalty_model(
        &self,
        workspace: &WorkspaceName,
        update: UpdateLoyaltyModel,
    ) -> Result<LoyaltyVersion, EngineError> {
        // What one caller leaves as it is another may be changing.
        let _alone = self.workspace_cache.settling.write().await;
        let last = self.loyalty_model(workspace, None).await?;
        let model = update.of(last.model.clone());
        model.check().map_err(|problem| EngineError::field("model", problem.to_string()))?;
        if last.model == model {
            return Ok(last);
        }
        if last.version as usize >= limits::LOYALTY_VERSIONS {
            let problem = format!("is one more than the {} versions there may be", limits::LOYALTY_VERSIONS);
            return Err(EngineError::field("model", problem));
        }
        let (version, now) = (last.version + 1, self.clock.now());
        let stored = Stored { format: FORMAT, since_micros: now.micros(), model: model.clone() };
        let content = serde_json::to_vec(&stored).map_err(|error| damaged(workspace, error))?;
        let document = Document { collection: COLLECTION.to_owned(), key: key(version), content };
        self.store.put_document(workspace, document).await?;
        Ok(LoyaltyVersion { version, since: Some(now), model })
    }
}
