//! Somebody takes care of a warning.

use lojal_domain::{CustomerId, WorkspaceName};
use lojal_scoring::warnings::HOLDS_DAYS;

use crate::ask::day::date_of;
use crate::warnings::acknowledgements::Acknowledgement;
use crate::warnings::names::WarningId;
use crate::warnings::reading::{Reader, Room};
use crate::{Engine, EngineError, Moment, Scope};

impl Engine {
    /// Says that somebody takes care of a warning. Once more changes nothing, and answers the first, with false.
    ///
    /// # Errors
    /// [`EngineError::WarningNotFound`] for a name that no warning of these days has.
    pub async fn acknowledge_warning(
        &self,
        workspace: &WorkspaceName,
        warning: &str,
        note: String,
    ) -> Result<(Acknowledgement, bool), EngineError> {
        let unknown = || EngineError::WarningNotFound(warning.to_owned());
        let id = WarningId::parse(warning).ok_or_else(unknown)?;
        let customer = CustomerId::new(&id.customer).map_err(|_| unknown())?;
        let moment = self.bare_moment(workspace, Scope::default()).await?;
        let shops = self.shops(workspace, &moment, vec![moment.as_of]).await?;
        let shop = shops.into_iter().next().ok_or_else(unknown)?;
        let reader = Reader { shop, zone: moment.zone.clone() };
        let mut was_raised = false;
        let mut look = |history: &lojal_domain::History<'_>| {
            was_raised = was(&reader, &moment, history, &id);
        };
        self.store.history(workspace, &customer, moment.cut(), &mut look).await?;
        if !was_raised {
            return Err(unknown());
        }
        self.acknowledge(workspace, &id, note).await
    }
}

/// Whether a warning holds, or held on a day since it began: whoever bought meanwhile may have been called before.
fn was(reader: &Reader, moment: &Moment, history: &lojal_domain::History<'_>, id: &WarningId) -> bool {
    let mut room = Room::default();
    let latest = moment.today();
    // A silence is raised some time after it began, as late as is usual for the customer.
    (id.onset.max(latest - 2 * HOLDS_DAYS)..=latest).rev().any(|today| {
        let before = history.before(moment.zone.start_of(date_of(today + 1)));
        let signs = reader.read(&before, today, &mut room);
        signs.found.iter().any(|sign| sign.onset == id.onset && sign.seen.kind() == id.kind)
    })
}
