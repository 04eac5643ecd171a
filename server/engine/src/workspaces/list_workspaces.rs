//! Which workspaces are there?

use lojal_domain::{EventTime, WorkspaceName};

use crate::ask::page::Place;
use crate::{Engine, EngineError, Page, PageRequest, WorkspaceView};

impl Engine {
    /// Workspaces with anything in them that the caller may see, by name.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for the page's size, [`EngineError::PageTokenMismatch`].
    pub async fn list_workspaces(
        &self,
        page: PageRequest,
        may_see: impl Fn(&WorkspaceName) -> bool,
    ) -> Result<Page<WorkspaceView>, EngineError> {
        let request = "workspaces";
        let (size, place) = (page.size()?, page.place(request)?);
        let mut names = self.store.workspaces().await?;
        names.retain(|name| !name.is_server() && may_see(name));
        let start = place.map_or(0, |place| place.record as usize).min(names.len());
        let end = names.len().min(start + size);
        let mut entries = Vec::with_capacity(end - start);
        for name in &names[start..end] {
            let (settings, status) = (self.settings_of(name).await?, self.store.status(name).await?);
            entries.push(self.workspace_view(name.clone(), settings.as_deref(), status));
        }
        let zero = EventTime::from_micros(0);
        let next = Place { as_of: zero, revision: 0, time: zero, record: end as u32 };
        let next_token = if end < names.len() { next.token(request) } else { String::new() };
        Ok(Page { entries, next_token })
    }
}
