//! How loyal is this customer, and why?

use lojal_domain::{CustomerId, Estimate, EventTime, History, Warning, WarningCode, WorkspaceName};
use lojal_scoring::loyalty::{Component, Scored};

use crate::loyalty::estimates::points;
use crate::loyalty::judges::{Judge, Judged};
use crate::loyalty::models::LoyaltyVersion;
use crate::loyalty::words::{Evidence, evidence, sentence};
use crate::{Engine, EngineError, Provenance, Scope};

/// The definition of scores.
pub(crate) const DEFINITION: &str = "loyalty@1";

/// How loyal is this customer?
#[derive(Clone, Debug)]
pub struct GetLoyalty {
    /// Who.
    pub customer: CustomerId,
    /// When.
    pub scope: Scope,
    /// By which version of the workspace's model; none for the last.
    pub version: Option<u32>,
    /// Coverage of intervals, in (0.5, 1).
    pub confidence: f64,
}

/// How loyal a customer is, and why.
#[derive(Clone, Debug)]
pub struct LoyaltyView {
    /// Who.
    pub customer: String,
    /// The score with everything that it is made of.
    pub scored: Scored,
    /// The score, 0 to 100; no value where too little is known.
    pub score: Estimate,
    /// What they say; no value where they have said nothing lately.
    pub attitude: Estimate,
    /// What they do.
    pub behaviour: Estimate,
    /// What each known component counts, and what it rests on; none where only scores were asked for.
    pub parts: Vec<LoyaltyPart>,
    /// All of it in one sentence; empty where only scores were asked for.
    pub sentence: String,
    /// Whether they may as well have another place.
    pub is_on_the_border: bool,
    /// What their purchases of twelve months are expected to be worth.
    pub clv: Option<f64>,
    /// The worth that hangs on whether they come back.
    pub value_at_risk: Option<f64>,
}

/// What a component says of somebody.
#[derive(Clone, Debug)]
pub struct LoyaltyPart {
    /// Which.
    pub component: Component,
    /// Its value, 0 to 1.
    pub value: f64,
    /// That of everybody of whom it is known, in the mean.
    pub mean: f64,
    /// How much it counts, of all that is known of them.
    pub weight: f64,
    /// By how many points it moves the score from the base.
    pub points: f64,
    /// What it rests on.
    pub evidence: Evidence,
}

/// With whom somebody is compared.
#[derive(Clone, Debug)]
pub struct LoyaltyStandard {
    /// When it was measured.
    pub as_of: EventTime,
    /// What was known then.
    pub revision: u64,
    /// Customers with a purchase.
    pub customers: u64,
    /// Those of them who have said something lately.
    pub with_attitude: u64,
    /// Whoever is above it thinks well of us.
    pub attitude_cut: Option<f64>,
    /// Whoever is above it does much.
    pub behaviour_cut: Option<f64>,
    /// How scores are made.
    pub version: LoyaltyVersion,
}

impl Judge {
    /// With whom customers are compared.
    pub(crate) fn standard(&self) -> LoyaltyStandard {
        let (measured, standard) = (&self.measured, &self.measured.standard);
        LoyaltyStandard {
            as_of: measured.as_of,
            revision: measured.revision,
            customers: standard.customers(),
            with_attitude: standard.with_attitude(),
            attitude_cut: standard.attitude_cut(),
            behaviour_cut: standard.behaviour_cut(),
            version: self.version.clone(),
        }
    }

    pub(crate) fn provenance(&self) -> Provenance {
        let mut provenance = self.moment.provenance(DEFINITION, None);
        provenance.warnings.extend(self.forecast.model.warnings());
        provenance.warnings.extend(self.forecast.undecided());
        let standard = &self.measured.standard;
        if standard.customers() > 0 && standard.with_attitude() == 0 {
            provenance.warnings.push(Warning::new(
                WarningCode::NoAnswers,
                "nobody has answered a survey lately, so there is no attitude, and scores are of behaviour alone; record answers with RecordSurveyResponses",
            ));
        }
        provenance
    }

    /// Everything about one customer.
    pub(crate) fn view(&self, judged: &Judged, history: &History<'_>, confidence: f64) -> LoyaltyView {
        let (scored, model) = (&judged.scored, &self.version.model);
        let known = |component: &Component| scored.values[component.index()].is_some();
        let whole: f64 = Component::ALL.iter().filter(|one| known(one)).map(|one| model.weight(*one)).sum();
        let part = |component: Component| {
            Some(LoyaltyPart {
                component,
                value: scored.values[component.index()]?,
                mean: self.measured.standard.mean(component).unwrap_or_default(),
                weight: if whole > 0.0 { model.weight(component) / whole } else { 0.0 },
                points: scored.contributions[component.index()],
                evidence: evidence(self, judged, history, component)?,
            })
        };
        LoyaltyView {
            parts: Component::ALL.into_iter().filter_map(part).collect(),
            sentence: sentence(self, judged, history, confidence),
            ..Self::scores(judged, history, confidence)
        }
    }

    /// The same without the explanation, which takes most of the time and of the room.
    pub(crate) fn scores(judged: &Judged, history: &History<'_>, confidence: f64) -> LoyaltyView {
        let (scored, expected) = (&judged.scored, &judged.expected);
        LoyaltyView {
            customer: history.customer.unwrap_or_default().to_owned(),
            parts: Vec::new(),
            sentence: String::new(),
            is_on_the_border: scored.is_on_the_border(confidence),
            clv: expected.clv,
            value_at_risk: expected.value_at_risk(),
            score: points(scored.score, confidence),
            attitude: points(scored.attitude, confidence),
            behaviour: points(scored.behaviour, confidence),
            scored: scored.clone(),
        }
    }
}

impl Engine {
    /// Answers [`GetLoyalty`].
    ///
    /// # Errors
    /// [`EngineError::CustomerNotFound`]; [`EngineError::InsufficientHistory`] for a customer without a purchase;
    /// [`EngineError::InvalidField`] for a version there is not.
    pub async fn get_loyalty(
        &self,
        workspace: &WorkspaceName,
        question: GetLoyalty,
    ) -> Result<(LoyaltyView, LoyaltyStandard, Provenance), EngineError> {
        let GetLoyalty { customer, scope, version, confidence } = question;
        let moment = self.moment(workspace, scope).await?;
        // A customer nobody knows is the caller's mistake whatever the model.
        if !self.store.history(workspace, &customer, moment.cut(), &mut |_| {}).await? {
            return Err(moment.customer_not_found(&customer));
        }
        let judge = self.judge(workspace, moment, version).await?;
        let mut view = None;
        let mut look = |history: &History<'_>| {
            view = judge.judge(history, true).map(|judged| judge.view(&judged, history, confidence));
        };
        self.store.history(workspace, &customer, judge.moment.cut(), &mut look).await?;
        let view = view.ok_or_else(|| {
            EngineError::InsufficientHistory(format!(
                "customer \"{customer}\" has kept no purchase made before {}, so there is no score; scores need one purchase",
                judge.moment.as_of
            ))
        })?;
        Ok((view, judge.standard(), judge.provenance()))
    }
}
