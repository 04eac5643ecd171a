//! Who is in this segment, or in which is everybody?

use std::ops::ControlFlow;

use lojal_domain::{EventTime, History, WorkspaceName};
use lojal_scoring::rfm::Segment;

use crate::ask::page::Place;
use crate::segments::rfm_population::{self, rfm_values};
use crate::{Engine, EngineError, Page, PageRequest, Provenance, SegmentMember, SegmentQuestion};

/// Who is in this segment?
#[derive(Clone, Debug)]
pub struct ListSegmentMembers {
    /// Which; none for everybody who is in any.
    pub segment: Option<Segment>,
    /// When, and over which window.
    pub question: SegmentQuestion,
    /// Which page.
    pub page: PageRequest,
}

impl Engine {
    /// Answers [`ListSegmentMembers`], in the order customers were first recorded.
    ///
    /// # Errors
    /// [`EngineError::InvalidField`] for the page's size, [`EngineError::PageTokenMismatch`].
    pub async fn list_segment_members(
        &self,
        workspace: &WorkspaceName,
        ListSegmentMembers { segment, question, page }: ListSegmentMembers,
    ) -> Result<(Page<SegmentMember>, Provenance), EngineError> {
        let window = question.window();
        let of = segment.map_or_else(|| "all".to_owned(), |segment| format!("{segment:?}"));
        let request = format!("members {workspace} {of} {:?} {window:?}", question.scope);
        let (size, place) = (page.size()?, page.place(&request)?);
        let mut moment = self.moment_of_page(workspace, question.scope, place).await?;
        let sieve = self.sieve(workspace, &moment, place).await?;
        // All pages must compare with the same population, so one that is nearly right will not do.
        moment.is_default = false;
        let span = window.resolve(moment.as_of, &moment.zone);
        let population = self.population(workspace, window, &moment).await?;
        let (today, zone, compared) = (moment.today(), moment.zone.clone(), population.clone());
        let sifted = sieve.clone();
        let visit = move |(members, last_member): &mut (Vec<SegmentMember>, u32), history: &History<'_>| {
            let values = rfm_values(history, span, today, &zone);
            let member = values
                .zip(history.customer)
                .map(|(values, customer)| SegmentMember::new(customer, values, &compared));
            let is_asked = |of: Segment| segment.is_none_or(|segment| of == segment);
            if let Some(member) = member.filter(|member| is_asked(member.segment) && sieve.passes(history)) {
                if members.len() < size {
                    *last_member = history.number;
                }
                members.push(member);
            }
            if members.len() > size { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let (after, cut) = (place.map(|place| place.record), moment.cut());
        let (mut members, last_member) = self.walk(workspace, cut, after, Default::default(), visit).await?;
        // One more than asked for was looked up, to know whether there is another page.
        let more = members.len() > size;
        members.truncate(size);
        let next = Place {
            as_of: moment.as_of,
            revision: moment.revision,
            time: EventTime::from_micros(0),
            record: last_member,
        };
        let next_token = if more { next.token(&request) } else { String::new() };
        let mut provenance = moment.provenance(rfm_population::DEFINITION, Some(span));
        provenance.warnings.extend(population.warning());
        provenance.warnings.extend(sifted.warning());
        Ok((Page { entries: members, next_token }, provenance))
    }
}
