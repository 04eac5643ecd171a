//! The models of a workspace: kept in the store as small JSON documents, and in memory once read.

use std::collections::HashMap;
use std::sync::Arc;

use lojal_domain::{EventTime, WorkspaceName};
use lojal_scoring::clv::PurchaseModelKind;
use lojal_store::Document;
use parking_lot::Mutex;

use crate::clv::fitted::FittedModel;
use crate::clv::missed::Missed;
use crate::{Engine, EngineError, Moment, Page, PageRequest};

/// The model of requests that name none, in workspaces that have too little history to compare several.
pub(crate) const KIND_WITHOUT_HISTORY: PurchaseModelKind = PurchaseModelKind::MbgNbd;

/// The collection of documents that hold models.
const COLLECTION: &str = "models";
/// Models of the past that are kept in memory; they can be fitted again.
const PAST_KEPT: usize = 64;

/// Models by workspace, oldest first.
type Shelf = Arc<Vec<Arc<FittedModel>>>;

/// What a model of the past was fitted to: up to this day, and to what was known at this revision, where a question
/// asked for that.
type Past = (WorkspaceName, i32, Option<u64>);

fn past(workspace: &WorkspaceName, last_day: i32, moment: &Moment) -> Past {
    (workspace.clone(), last_day, moment.known_at.map(|_| moment.revision))
}

/// After a fit in vain another is tried when there are so many times as many transactions, or on another day.
const TRY_AGAIN_AT: f64 = 1.1;

/// What predictions make do with: after a fit in vain an outgrown model, a prior, or a model that cannot be stored, and before the first fit one of
/// a part of the customers. Without it every prediction would try again.
pub(crate) struct FallbackModel {
    pub(crate) transactions: u64,
    pub(crate) day: i32,
    pub(crate) model: Arc<FittedModel>,
}

impl FallbackModel {
    pub(crate) fn of(model: &Arc<FittedModel>, moment: &Moment) -> Self {
        Self { transactions: moment.transactions, day: moment.today(), model: model.clone() }
    }

    /// Whether nothing has come since that could make a fit succeed.
    pub(crate) fn holds(&self, moment: &Moment) -> bool {
        let grown = moment.transactions as f64 >= self.transactions as f64 * TRY_AGAIN_AT
            && moment.transactions > self.transactions;
        !grown && self.day == moment.today()
    }
}

/// Models in memory.
#[derive(Default)]
pub(crate) struct Models {
    shelves: Mutex<HashMap<WorkspaceName, Shelf>>,
    past: Mutex<HashMap<Past, Arc<FittedModel>>>,
    /// For workspaces in which a fit was tried in vain.
    pub(crate) fallbacks: Mutex<HashMap<WorkspaceName, FallbackModel>>,
    /// Models of a part of the customers, for questions that go without the one that is due.
    pub(crate) of_parts: Mutex<HashMap<WorkspaceName, FallbackModel>>,
    /// One of these is fitted at a time.
    pub(crate) fitting_parts: tokio::sync::Mutex<()>,
    /// Who went without.
    pub(crate) missed: Missed,
    /// One fit at a time: it takes a core of a machine that has others waiting.
    pub(crate) fitting: tokio::sync::Mutex<()>,
}

impl Models {
    /// Forgets those of a workspace; the store has what must be kept.
    pub(crate) fn forget(&self, workspace: &WorkspaceName) {
        self.shelves.lock().remove(workspace);
        self.past.lock().retain(|(held, ..), _| held != workspace);
        self.fallbacks.lock().remove(workspace);
        self.of_parts.lock().remove(workspace);
    }
}

impl Engine {
    /// The workspace's models, oldest first.
    pub(crate) async fn shelf(&self, workspace: &WorkspaceName) -> Result<Shelf, EngineError> {
        if let Some(shelf) = self.models.shelves.lock().get(workspace) {
            return Ok(shelf.clone());
        }
        let epoch = self.epoch();
        let documents = self.large_documents(workspace, COLLECTION).await?;
        let mut shelf = Vec::with_capacity(documents.len());
        for (key, content) in documents {
            let model: FittedModel = serde_json::from_slice(&content)
                .map_err(|error| EngineError::Internal(format!("model {key}: {error}")))?;
            model.check_format()?;
            shelf.push(Arc::new(model));
        }
        let shelf = Arc::new(shelf);
        let mut shelves = self.models.shelves.lock();
        if self.epoch() == epoch {
            shelves.entry(workspace.clone()).or_insert(shelf.clone());
        }
        Ok(shelf)
    }

    /// Keeps a model. Only one call at a time, under [`Models::fitting`].
    pub(crate) async fn shelve(
        &self,
        workspace: &WorkspaceName,
        model: Arc<FittedModel>,
    ) -> Result<(), EngineError> {
        let shelf = self.shelf(workspace).await?;
        let content =
            serde_json::to_vec(&*model).map_err(|error| EngineError::Internal(error.to_string()))?;
        // Zero-padded, so that the order of keys is that of fitting.
        let key = format!("{:08}", shelf.len() + 1);
        self.put_large_document(workspace, Document { collection: COLLECTION.to_owned(), key, content })
            .await?;
        let mut models = (*shelf).clone();
        models.push(model);
        // Nobody goes without any more.
        self.models.of_parts.lock().remove(workspace);
        self.models.shelves.lock().insert(workspace.clone(), Arc::new(models));
        Ok(())
    }

    /// The id of the next model, whose kind has this slug.
    pub(crate) async fn next_model_id(
        &self,
        workspace: &WorkspaceName,
        slug: &str,
    ) -> Result<String, EngineError> {
        Ok(format!("{slug}-{}", self.shelf(workspace).await?.len() + 1))
    }

    /// The model of this id.
    pub(crate) async fn model_named(
        &self,
        workspace: &WorkspaceName,
        id: &str,
    ) -> Result<Arc<FittedModel>, EngineError> {
        let shelf = self.shelf(workspace).await?;
        let found = shelf.iter().find(|model| model.id == id);
        found.cloned().ok_or_else(|| EngineError::ModelNotFound(id.to_owned()))
    }

    /// A model fitted to the past up to a day.
    pub(crate) fn past_model(
        &self,
        workspace: &WorkspaceName,
        last_day: i32,
        moment: &Moment,
    ) -> Option<Arc<FittedModel>> {
        self.models.past.lock().get(&past(workspace, last_day, moment)).cloned()
    }

    pub(crate) fn keep_past_model(
        &self,
        workspace: &WorkspaceName,
        last_day: i32,
        moment: &Moment,
        model: Arc<FittedModel>,
    ) {
        let mut kept = self.models.past.lock();
        if self.epoch() != moment.epoch {
            return;
        }
        if kept.len() >= PAST_KEPT {
            kept.clear();
        }
        kept.insert(past(workspace, last_day, moment), model);
    }

    /// The model that predictions use when none is named: the last one asked for, else the last one fitted by itself.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn default_model(
        &self,
        workspace: &WorkspaceName,
    ) -> Result<Option<Arc<FittedModel>>, EngineError> {
        Ok(default_of(&self.shelf(workspace).await?).cloned())
    }

    /// One model, or the default one.
    ///
    /// # Errors
    /// [`EngineError::ModelNotFound`], [`EngineError::NoModel`], [`EngineError::WorkspaceNotFound`].
    pub async fn get_model(
        &self,
        workspace: &WorkspaceName,
        id: Option<&str>,
    ) -> Result<(Arc<FittedModel>, bool), EngineError> {
        self.look_up(workspace).await?;
        let default = self.default_model(workspace).await?;
        let model = match id {
            Some(id) => self.model_named(workspace, id).await?,
            None => default.clone().ok_or(EngineError::NoModel)?,
        };
        let is_default = default.is_some_and(|default| default.id == model.id);
        Ok((model, is_default))
    }

    /// Models, newest first, each with whether it is the default.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for the page's size, [`EngineError::PageTokenMismatch`], [`EngineError::WorkspaceNotFound`].
    pub async fn list_models(
        &self,
        workspace: &WorkspaceName,
        page: PageRequest,
    ) -> Result<Page<(Arc<FittedModel>, bool)>, EngineError> {
        self.look_up(workspace).await?;
        let request = format!("models {workspace}");
        let (size, place) = (page.size()?, page.place(&request)?);
        let shelf = self.shelf(workspace).await?;
        let default = default_of(&shelf).map(|model| model.id.clone());
        let end = place.map_or(shelf.len(), |place| shelf.len().min(place.record as usize));
        let start = end.saturating_sub(size);
        let entries = shelf[start..end]
            .iter()
            .rev()
            .map(|model| (model.clone(), Some(&model.id) == default.as_ref()))
            .collect();
        let zero = EventTime::from_micros(0);
        let next = crate::ask::page::Place { as_of: zero, revision: 0, time: zero, record: start as u32 };
        let next_token = if start > 0 { next.token(&request) } else { String::new() };
        Ok(Page { entries, next_token })
    }
}

/// The model that predictions use when none is named: the last one asked for, else the last one fitted by itself, of those that
/// may be it.
pub(crate) fn default_of(shelf: &[Arc<FittedModel>]) -> Option<&Arc<FittedModel>> {
    let mut usable = shelf.iter().rev().filter(|model| model.may_be_default() && !model.is_aside);
    usable.clone().find(|model| !model.automatic).or_else(|| usable.next())
}
