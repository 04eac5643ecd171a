//! What past days taught beside how much models count, as it is noted with a fitted model, in a format that tells all of it.

use crate::clv::fitted::FittedModel;
use crate::clv::fitted_learner::FittedLearner;
use crate::clv::fitted_pace::FittedPace;
use crate::clv::fitted_tails::FittedTails;
use crate::clv::format;

impl FittedModel {
    /// Notes what was learned beside its models.
    pub(crate) fn with_learner(&mut self, learner: Option<FittedLearner>) {
        if let Some(learner) = &learner {
            let format =
                if learner.own_pace.is_some() { format::WITH_OWN_PACE } else { format::WITH_LEARNER };
            self.format = self.format.max(format);
        }
        self.learner = learner;
    }

    /// Notes at which pace purchases come.
    pub(crate) fn with_pace(&mut self, pace: Option<FittedPace>) {
        if pace.is_some() {
            self.format = self.format.max(format::WITH_PACE);
        }
        self.pace = pace;
    }

    /// Notes how far out ranges of single customers reach.
    pub(crate) fn with_tails(&mut self, tails: Option<FittedTails>) {
        if tails.is_some() {
            self.format = self.format.max(format::WITH_TAILS);
        }
        self.tails = tails;
    }

    /// Notes how far off forecasts of groups are beside that of the whole shop.
    pub(crate) fn with_group_variance(&mut self, group_variance: Option<f64>) {
        if group_variance.is_some() {
            self.format = self.format.max(format::WITH_GROUPS);
        }
        self.group_variance = group_variance;
    }
}
