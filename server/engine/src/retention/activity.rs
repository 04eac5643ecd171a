//! How long a purchase makes a customer count as active.

use lojal_domain::{EventTime, Warning, WarningCode, Window, Zone};

use crate::EngineError;

const FIELD: &str = "activity_window";
/// What holds when the question names none.
const DEFAULT: &str = "90d";
const DEFAULT_DAYS: f64 = 90.0;
/// A default that is so many times as long or short as what the data suggest is worth a warning.
const FAR: f64 = 1.5;

/// A length of time before an instant.
#[derive(Clone, Debug)]
pub struct ActivityWindow {
    window: Window,
    text: String,
    given: bool,
}

impl ActivityWindow {
    /// Reads `90d`, `12w`, `6mo` or `1y`; 90 days when empty.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for anything else.
    pub fn parse(text: &str) -> Result<Self, EngineError> {
        let given = !text.is_empty();
        let text = if given { text } else { DEFAULT };
        match Window::parse(text) {
            Ok(window @ Window::Back(_)) => Ok(Self { window, text: text.to_owned(), given }),
            _ => {
                let shown: String = text.chars().take(40).collect();
                let problem = format!(
                    "is {shown:?}; write how long it is, such as \"90d\", \"12w\", \"6mo\" or \"1y\""
                );
                Err(EngineError::field(FIELD, problem))
            }
        }
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the question left it out.
    pub(crate) const fn is_default(&self) -> bool {
        !self.given
    }

    /// What there is to say of a default where the data suggest another: one that is more than [`FAR`] times as long or short.
    pub(crate) fn compare(&self, suggested_days: u32) -> Option<Warning> {
        let days = f64::from(suggested_days);
        let is_far = days > DEFAULT_DAYS * FAR || days * FAR < DEFAULT_DAYS;
        (self.is_default() && is_far).then(|| {
            let sentence = format!(
                "{FIELD} is {DEFAULT}, since the question names none, and the data suggest {suggested_days}d, after which fewer than a tenth come back; name one of them (SuggestActivityWindow explains it)"
            );
            Warning::new(WarningCode::UnusualActivityWindow, sentence)
        })
    }

    /// Its beginning, when it ends at an instant.
    pub(crate) fn since(&self, instant: EventTime, zone: &Zone) -> EventTime {
        self.window.resolve(instant, zone).start
    }

    /// Refuses one that reaches beyond the first purchase; a default that does is only worth a warning.
    pub(crate) fn check(
        &self,
        first_purchase: Option<EventTime>,
        as_of: EventTime,
        zone: &Zone,
    ) -> Result<Option<Warning>, EngineError> {
        let Some(first) = first_purchase.filter(|first| self.since(as_of, zone) < *first) else {
            return Ok(None);
        };
        let problem = format!(
            "is {:?}, longer than the history there is, which begins at {first}; choose a shorter one, or record earlier purchases",
            self.text
        );
        if self.given {
            return Err(EngineError::field(FIELD, problem));
        }
        let sentence = format!("INSUFFICIENT_HISTORY: {FIELD} {problem}");
        Ok(Some(Warning::new(WarningCode::InsufficientHistory, sentence)))
    }
}
