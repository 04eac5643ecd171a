//! Which keys are there?

use std::sync::Arc;

use lojal_domain::EventTime;

use crate::ask::page::Place;
use crate::keys::ApiKeys;
use crate::keys::api_key::ApiKey;
use crate::{EngineError, Page, PageRequest};

impl ApiKeys {
    /// Keys by when they were made, revoked and expired ones included.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for the page's size, [`EngineError::PageTokenMismatch`].
    pub fn list(&self, page: &PageRequest) -> Result<Page<Arc<ApiKey>>, EngineError> {
        let request = "api_keys";
        let (size, place) = (page.size()?, page.place(request)?);
        let mut keys: Vec<Arc<ApiKey>> = self.kept.read().values().map(|kept| kept.key.clone()).collect();
        keys.sort_unstable_by(|one, other| (one.created, &one.id).cmp(&(other.created, &other.id)));
        let start = place.map_or(0, |place| place.record as usize).min(keys.len());
        let end = keys.len().min(start + size);
        let zero = EventTime::from_micros(0);
        let next = Place { as_of: zero, revision: 0, time: zero, record: end as u32 };
        let next_token = if end < keys.len() { next.token(request) } else { String::new() };
        Ok(Page { entries: keys[start..end].to_vec(), next_token })
    }
}
