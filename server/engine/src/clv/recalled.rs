//! Forecasts that remember what they expect of whom, or look up what others remembered.

use lojal_domain::WorkspaceName;

use crate::Engine;
use crate::clv::expectations::Key;
use crate::clv::forecast::{Forecast, Outlook, Reach};

impl Forecast {
    /// What its expectations are remembered by; none for ever.
    fn key(&self, workspace: &WorkspaceName, outlook: &Outlook) -> Option<Key> {
        let Reach::Within(horizon) = outlook.reach else { return None };
        let ahead = (horizon.days(), outlook.yearly_discount_rate);
        Some(Key::of(workspace, &self.model, (&self.moment.zone, self.today), ahead))
    }
}

impl Engine {
    /// The same forecast, which remembers what it expects of whom.
    pub(crate) fn remembering(
        &self,
        workspace: &WorkspaceName,
        mut forecast: Forecast,
        outlook: &Outlook,
    ) -> Forecast {
        if let Some(key) = forecast.key(workspace, outlook) {
            forecast.column = self.expectations.of(key, forecast.moment.customers);
        }
        forecast
    }

    /// The same forecast, which looks up what is remembered already of whom, and remembers nothing itself where nothing is.
    pub(crate) fn recalling(
        &self,
        workspace: &WorkspaceName,
        mut forecast: Forecast,
        outlook: &Outlook,
    ) -> Forecast {
        forecast.column = forecast.key(workspace, outlook).and_then(|key| self.expectations.known_of(&key));
        forecast
    }

    /// Has a forecast remember how sure it is of who still is a customer, for questions that ask it of everybody.
    pub(crate) fn remember_errors(&self, workspace: &WorkspaceName, forecast: &mut Forecast) {
        let day = (&forecast.moment.zone, forecast.today);
        // However far one looks ahead.
        let key = Key::of(workspace, &forecast.model, day, (0.0, 0.0));
        forecast.errors = self.alive_errors.of(key, forecast.moment.customers);
    }
}
