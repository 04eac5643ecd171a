//! The model of a workspace whose data alone determine none: fitted from the first purchase on, with weak beliefs about shops
//! in general; and what is assumed before anybody bought.

use lojal_domain::WorkspaceName;
use lojal_scoring::clv::{
    FitError, GammaGammaFit, Levels, PatternTable, PenalisedFit, Regularity, TimeUnit, fit_penalised,
    fit_value, prior_purchases,
};
use lojal_store::Wanted;

use crate::ask::pool::while_wanted;
use crate::ask::purchases::Counting;
use crate::clv::fitted::{FittedModel, PRIOR, insufficient};
use crate::clv::sample::{Ages, Sample, all, last_whole_day};
use crate::clv::share::Share;
use crate::{Engine, EngineError, Moment};

type Both = (PenalisedFit, Result<GammaGammaFit, String>, Ages);

impl Engine {
    /// The model of what was known at a moment of a share of the customers, fitted with beliefs about shops in general; a prior without any
    /// purchase. It is not kept.
    pub(crate) async fn penalised_model(
        &self,
        workspace: &WorkspaceName,
        moment: &Moment,
        part: Share,
        reason: String,
    ) -> Result<FittedModel, EngineError> {
        // Of a workspace that is a day old there is no whole day, and its customers are there all the same.
        for last_day in [last_whole_day(moment), moment.today()] {
            let sample = match self.sample(workspace, last_day, moment, (part, Counting::Days)).await {
                Ok(sample) => sample,
                Err(EngineError::InsufficientHistory(_)) => continue,
                Err(error) => return Err(error),
            };
            let first_day = sample.first_day;
            let fit = move |wanted: &Wanted| fit_both(&sample, wanted);
            let fitted = match part == Share::ALL {
                true => self.compute(fit).await?,
                // It is soon done, and whoever fits to everybody takes long.
                false => self.aside_while_wanted(fit).await?,
            };
            let (PenalisedFit { mode, posterior }, value, ages) = fitted.map_err(insufficient)?;
            let id = self.next_model_id(workspace, mode.model.kind().slug()).await?;
            let (days, now) = ((first_day, last_day), self.clock.now());
            let mut model = FittedModel::new(id, now, days, moment, true, mode, value);
            model.with_posterior(posterior);
            model.with_customers(&[(Levels::default(), ages)]);
            model.reason = reason;
            return Ok(model);
        }
        Ok(self.prior(moment))
    }

    /// What is assumed as long as nobody bought: shops in general.
    pub(crate) fn prior(&self, moment: &Moment) -> FittedModel {
        let (days, now) = ((moment.today(), moment.today()), self.clock.now());
        let value = Err("nothing was bought for money yet".to_owned());
        let mut model = FittedModel::new(PRIOR.to_owned(), now, days, moment, true, prior_purchases(), value);
        model.reason = "nothing was bought yet".to_owned();
        model
    }
}

fn fit_both(Sample { summaries, gaps, .. }: &Sample, wanted: &Wanted) -> Result<Both, FitError> {
    let go_on = |_| while_wanted(wanted);
    let table =
        PatternTable::from_summaries(all(summaries)).with_regularity(Regularity::from_gaps(all(gaps)));
    let purchases = fit_penalised(&table, TimeUnit::Week, &mut { go_on })?;
    let most = purchases.mode.most_repeat_purchases();
    let value = fit_value(all(summaries), most, &mut { go_on }).map_err(|error| error.to_string());
    Ok((purchases, value, Ages::of(all(summaries))))
}
