//! How many answers does it take?

use lojal_domain::{SurveyKind, SurveyMetric, Window, WorkspaceName};

use crate::{Engine, EngineError, GetResponseRate, Participation, Provenance, SurveyQuestion};

/// What a plan rests on.
#[derive(Clone, Debug)]
pub struct NpsSampleBasis {
    /// Answers so far.
    pub n: u64,
    /// Variance of one of them, -1, 0 or 1; none without answers.
    pub variance: Option<f64>,
    /// How many of those asked answered.
    pub participation: Participation,
    /// Where it comes from.
    pub provenance: Provenance,
}

impl Engine {
    /// The answers of a window, which tell how much answers vary and how readily they are given. Where both kinds were
    /// recorded and none is chosen, those that vary more are taken, so that the plan is enough for either.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn plan_nps_sample(
        &self,
        workspace: &WorkspaceName,
        window: Window,
        kind: Option<SurveyKind>,
    ) -> Result<NpsSampleBasis, EngineError> {
        let rates = GetResponseRate {
            window: Some(window),
            metric: Some(SurveyMetric::Nps),
            kind,
            ..GetResponseRate::default()
        };
        let rates = self.get_response_rate(workspace, rates).await?;
        let mut basis = NpsSampleBasis {
            n: 0,
            variance: None,
            participation: rates.whole,
            provenance: Provenance { warnings: Vec::new(), definition: "nps_sample@1", ..rates.provenance },
        };
        let mut kinds = 0;
        for each in [SurveyKind::Relationship, SurveyKind::Transactional] {
            if kind.is_some_and(|kind| kind != each) {
                continue;
            }
            let question =
                SurveyQuestion { window, kind: Some(each), ..SurveyQuestion::of(SurveyMetric::Nps) };
            let answers = self.get_nps(workspace, question).await?.whole.by_weight();
            let Some(variance) = answers.variance() else { continue };
            kinds += 1;
            if basis.variance.is_none_or(|known| known < variance) {
                (basis.n, basis.variance) = (answers.n, Some(variance));
            }
        }
        if kinds > 1 {
            basis.provenance.warnings.push(
                "the window has answers of both kinds, and the variance is that of those which vary more; choose a kind to plan for it alone"
                    .to_owned(),
            );
        }
        Ok(basis)
    }
}
