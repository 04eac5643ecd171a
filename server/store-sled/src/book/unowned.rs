//! What is no customer's.

use std::sync::Arc;

use lojal_domain::{CostFact, ResponseFact};

use crate::book::fact_column::insert_in_order;
use crate::log::event::Event;

/// By time, then by record.
#[derive(Default)]
pub(super) struct Unowned {
    /// Anonymous answers.
    pub(super) responses: Vec<ResponseFact>,
    /// Costs of a source, of a market or of everybody.
    pub(super) costs: Vec<CostFact>,
}

impl Unowned {
    /// Adds one; `shared` keeps names that repeat once.
    pub(super) fn add(&mut self, record: u32, event: &Event, shared: impl Fn(&str) -> Arc<str>) {
        match event {
            Event::Response(response) => {
                insert_in_order(&mut self.responses, ResponseFact::of(response, record, shared));
            }
            Event::Cost(cost) => insert_in_order(&mut self.costs, CostFact::of(cost, record, shared)),
            // Everything else names somebody.
            _ => {}
        }
    }
}
