//! Where an export goes on that was cut short.

use lojal_domain::EventTime;

use crate::EngineError;
use crate::ask::page::{PageRequest, Place};

/// How far an export had come, and of which moment it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resumption {
    /// The instant of its answer.
    pub as_of: EventTime,
    /// The revision of its answer.
    pub revision: u64,
    /// Rows that were handed out.
    pub rows: u64,
    /// A hash of what was in them.
    pub content: u64,
}

impl Resumption {
    /// The token of the export that `request` describes.
    #[must_use]
    pub fn token(&self, request: &str) -> String {
        let rows = EventTime::from_micros(i64::try_from(self.rows).unwrap_or(i64::MAX));
        let place = Place { as_of: self.as_of, revision: self.revision, time: rows, record: 0 };
        place.named_token(request, &format!("{:x}", self.content))
    }

    /// What a token says, if it is not empty.
    ///
    /// # Errors
    /// [`EngineError::PageTokenMismatch`] when it is of another export.
    pub fn of(token: &str, request: &str) -> Result<Option<Self>, EngineError> {
        let page = PageRequest { size: None, token: token.to_owned() };
        let Some((place, content)) = page.named_place(request)? else { return Ok(None) };
        let Place { as_of, revision, time, .. } = place;
        let rows = u64::try_from(time.micros()).map_err(|_| EngineError::PageTokenMismatch)?;
        let content = u64::from_str_radix(&content, 16).map_err(|_| EngineError::PageTokenMismatch)?;
        Ok(Some(Self { as_of, revision, rows, content }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_back_to_its_own_export() {
        let at = Resumption {
            as_of: EventTime::from_micros(-7),
            revision: 9,
            rows: 1 << 40,
            content: u64::MAX - 1,
        };
        let token = at.token("export");
        assert_eq!(Resumption::of(&token, "export").unwrap(), Some(at));
        assert!(Resumption::of(&token, "other").is_err());
        assert_eq!(Resumption::of("", "export").unwrap(), None);
    }
}
