//! How many answers does it take?

use lojal_domain::{SurveyMetric, Window, WorkspaceName};
use lojal_scoring::nps::NpsCounts;

use crate::{Engine, EngineError, GetResponseRate, Participation, Provenance, SurveyQuestion};

/// What a plan rests on.
#[derive(Clone, Debug)]
pub struct NpsSampleBasis {
    /// Answers so far.
    pub counts: NpsCounts,
    /// How many of those asked answered.
    pub participation: Participation,
    /// Where it comes from.
    pub provenance: Provenance,
}

impl Engine {
    /// The answers of a window, which tell how much answers vary and how readily they are given.
    ///
    /// # Errors
    /// Those of the store. Answers of both kinds are taken together: their scores are not told, only how they vary.
    pub async fn plan_nps_sample(
        &self,
        workspace: &WorkspaceName,
        window: Window,
    ) -> Result<NpsSampleBasis, EngineError> {
        let mut counts = NpsCounts::default();
        let mut provenance = None;
        for kind in [lojal_domain::SurveyKind::Relationship, lojal_domain::SurveyKind::Transactional] {
            let question =
                SurveyQuestion { window, kind: Some(kind), ..SurveyQuestion::of(SurveyMetric::Nps) };
            let answer = self.get_nps(workspace, question).await?;
            let of_kind = answer.whole.counts();
            counts.promoters += of_kind.promoters;
            counts.passives += of_kind.passives;
            counts.detractors += of_kind.detractors;
            provenance = Some(answer.provenance);
        }
        let question = GetResponseRate {
            window: Some(window),
            metric: Some(SurveyMetric::Nps),
            ..GetResponseRate::default()
        };
        let rates = self.get_response_rate(workspace, question).await?;
        // Nothing is missing without answers or invitations: the plan is then for the worst case.
        let provenance = provenance.unwrap_or_else(|| rates.provenance.clone());
        let provenance = Provenance { warnings: Vec::new(), definition: "nps_sample@1", ..provenance };
        Ok(NpsSampleBasis { counts, participation: rates.whole, provenance })
    }
}
