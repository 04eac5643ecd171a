//! What predictions rest on, in shares: the customer's own record, customers like them, and beliefs about shops in general.

use lojal_scoring::clv::{Credibility, Ensemble, Levels, Pair, half_own_days};

use crate::clv::fitted::FittedModel;
use crate::clv::sample::Ages;

/// From this share on predictions rest on a prior.
const MOSTLY: f64 = 0.5;

/// How much of a prediction rests on what; of 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BasisShares {
    /// The customer's own record.
    pub individual: f64,
    /// Customers with the same attributes.
    pub segment: f64,
    /// All customers.
    pub population: f64,
    /// Shops in general.
    pub prior: f64,
}

impl BasisShares {
    const fn new(of: Credibility, by_attributes: bool) -> Self {
        let Credibility { own, others, beliefs } = of;
        let (segment, population) = if by_attributes { (others, 0.0) } else { (0.0, others) };
        Self { individual: own, segment, population, prior: beliefs }
    }
}

impl FittedModel {
    /// How much of what it says of new customers is assumed of shops in general, 0 to 1; none for maximum likelihood.
    #[must_use]
    pub fn prior_share(&self) -> Option<f64> {
        let estimation = &self.purchases.estimation;
        (!estimation.is_maximum_likelihood()).then(|| self.own_weight() * estimation.belief_share())
    }

    /// Whether it says more about shops in general than about this one.
    #[must_use]
    pub fn rests_on_prior(&self) -> bool {
        self.is_prior() || self.prior_share().is_some_and(|share| share > MOSTLY)
    }

    /// How much of each member of [`Self::ensemble`] is belief, in its order.
    fn beliefs(&self) -> impl Iterator<Item = f64> + '_ {
        let (fits, nodes) = self.fits_and_nodes();
        let of_nodes = std::iter::repeat_n(self.purchases.estimation.belief_share(), nodes.len());
        fits.into_iter().map(|(_, fit)| fit.estimation.belief_share()).chain(of_nodes)
    }

    /// What a prediction by these models rests on, of somebody who is known for so long; `by_attributes` where they are those of
    /// customers with the same attributes.
    pub(crate) fn shares(&self, base: &Ensemble, age_days: u32, by_attributes: bool) -> BasisShares {
        BasisShares::new(Credibility::of(base, self.beliefs(), f64::from(age_days)), by_attributes)
    }

    /// Notes what predictions of the customers that it was fitted to rest on, in the mean; to be told once all else is noted.
    pub(crate) fn with_customers(&mut self, customers: &[(Levels, Ages)]) {
        let of_levels = |(levels, ages): &(Levels, Ages)| {
            let base = match &self.covariates {
                Some(fit) => {
                    let purchases = fit.model(&self.purchases.model, levels);
                    Ensemble::from(Pair { purchases, ..self.pair() })
                }
                None => self.ensemble(),
            };
            let of = |(age_days, customers): (u32, u64)| {
                (customers as f64, Credibility::of(&base, self.beliefs(), f64::from(age_days)))
            };
            ages.iter().map(of).collect::<Vec<_>>()
        };
        self.credibility = Credibility::mean(customers.iter().flat_map(of_levels));
    }

    /// What predictions of the customers that it was fitted to rest on, in the mean, at the end of the last day of the data; none of a
    /// model of before that was noted.
    #[must_use]
    pub fn mean_shares(&self) -> Option<BasisShares> {
        self.credibility.map(|of| BasisShares::new(of, self.covariates.is_some()))
    }

    /// Days for which a customer has to be known until half of what is expected of how often they buy rests on their own record, with
    /// covariates a customer with the reference values. None where that takes more than a thousand years.
    #[must_use]
    pub fn half_individual_days(&self) -> Option<f64> {
        half_own_days(&self.ensemble())
    }
}
