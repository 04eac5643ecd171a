//! Anonymous answers: no timeline shows them, but the NPS counts them.

use lojal_domain::{
    Disposition, EventTime, ResponseFact, ResponseId, SurveyKind, SurveyMetric, SurveyResponse, WorkspaceName,
};
use lojal_proto::v1;
use lojal_store::{Cut, StoreError};

use super::histories::Rebuilt;
use super::reading::is_nobody;
use super::{GrpcStore, contradiction, convert, refused};

/// Whether the NPS counts it: the only answers of nobody that can be seen from outside.
fn is_counted(fact: &ResponseFact) -> bool {
    fact.metric == SurveyMetric::Nps && fact.disposition == Disposition::Completed
}

impl GrpcStore {
    /// The answers that are counted and nobody's, as a history of scores without instants; none without any.
    pub(super) async fn anonymous_history(
        &self,
        workspace: &WorkspaceName,
        cut: Cut,
        named: &[Rebuilt],
    ) -> Result<Option<Rebuilt>, StoreError> {
        let mut responses = Vec::new();
        for kind in [SurveyKind::Relationship, SurveyKind::Transactional] {
            let counts = self.score_counts(workspace, cut, kind).await?;
            for (score, counted) in (0..).zip(counts) {
                let all = named.iter().flat_map(|history| &history.responses);
                let of_customers = all
                    .filter(|fact| is_counted(fact) && fact.kind == kind && fact.score == Some(score))
                    .count() as i64;
                if counted < of_customers {
                    let what = format!("{counted} answers of {score} counted, {of_customers} in timelines");
                    return Err(contradiction(what));
                }
                for _ in of_customers..counted {
                    let record = responses.len() as u32;
                    let id = ResponseId::new("anonymous").expect("an id");
                    let answer = SurveyResponse {
                        kind,
                        score: Some(score),
                        ..SurveyResponse::nps(id, None, EventTime::MIN, 0)
                    };
                    responses.push(ResponseFact::of(&answer, record, |name| name.into()));
                }
            }
        }
        let history = Rebuilt { number: u32::MAX, responses, ..Rebuilt::default() };
        Ok((!history.shown().is_empty()).then_some(history))
    }

    /// How often each score was given.
    async fn score_counts(
        &self,
        workspace: &WorkspaceName,
        cut: Cut,
        kind: SurveyKind,
    ) -> Result<Vec<i64>, StoreError> {
        let asked = self.asked(workspace, cut);
        let kind = convert::survey_kind(kind).into();
        let (as_of, known_at) = (asked.as_of, asked.known_at);
        let request = v1::GetNpsRequest { as_of, known_at, kind, ..Default::default() };
        let answer = self.in_workspace(workspace).nps.get_nps(request).await;
        let answer = match answer {
            Ok(answer) => answer.into_inner(),
            Err(status) if is_nobody(&status) => return Ok(Vec::new()),
            Err(status) => return Err(refused(&status)),
        };
        asked.check(answer.provenance.as_ref())?;
        Ok(answer.score_counts)
    }
}
