//! Interactions: what customers had to do with us beside buying and answering.

use crate::{CustomerId, EventTime, InteractionId};

/// What an interaction was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum InteractionKind {
    /// A question, a complaint, a repair.
    SupportCase,
    /// In a shop, or of an app.
    Visit,
    /// Something sent, and what became of it.
    Campaign,
    /// Anything else.
    Other,
}

/// Something a customer had to do with us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interaction {
    /// Its id.
    pub id: InteractionId,
    /// With whom.
    pub customer: CustomerId,
    /// When.
    pub time: EventTime,
    /// What it was.
    pub kind: InteractionKind,
    /// What it is called, or empty.
    pub name: String,
    /// Where it took place, or empty.
    pub channel: String,
    /// What became of it, or empty.
    pub status: String,
    /// What it was about, at most [`crate::limits::TOPICS`].
    pub topics: Vec<String>,
    /// The support case it is a step of, or empty.
    pub case_id: String,
}
