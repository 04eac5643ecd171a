//! What predictions rest on, in shares.

use std::ops::ControlFlow;

use crate::common::{Shop, all_of, at, bought, customer, is};
use crate::made_up::MadeUp;
use crate::shops::shop_of;
use lojal_domain::{AttributeName, Horizon, Record};
use lojal_engine::{
    Basis, BasisShares, FitModel, Outlook, PredictCustomer, PredictCustomers, Prediction, PredictionOrder,
    Reach, Scope, WhenDue, Whom,
};
use lojal_scoring::clv::{PurchaseModelKind, TimeUnit};

fn outlook(as_of: &str, model: Option<&str>) -> Outlook {
    Outlook {
        reach: Reach::Within(Horizon::parse("12mo").unwrap()),
        scope: Scope { as_of: Some(at(as_of)), known_at: None, ..Scope::default() },
        model: model.map(str::to_owned),
        when_due: WhenDue::Make,
        yearly_discount_rate: 0.1,
        intervals: None,
    }
}

async fn predicted(shop: &Shop, whom: Whom, outlook: Outlook) -> Prediction {
    let question = PredictCustomer { whom, outlook, with_distribution: false, with_alive_history: false };
    shop.engine.predict_customer(&shop.workspace, question).await.unwrap().prediction
}

/// Shares of somebody, with what they come to in a word.
async fn shares(shop: &Shop, whom: Whom, outlook: Outlook) -> (BasisShares, Basis) {
    let prediction = predicted(shop, whom, outlook).await;
    let shares = prediction.shares.unwrap();
    let BasisShares { individual, segment, population, prior } = shares;
    let all = [individual, segment, population, prior];
    assert!(all.iter().all(|share| (0.0..=1.0).contains(share)), "{shares:?}");
    assert!((all.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{shares:?}");
    (shares, prediction.basis)
}

fn named(who: &str) -> Whom {
    Whom::Customer(customer(who))
}

fn fit(kind: PurchaseModelKind, covariates: &[&str]) -> FitModel {
    FitModel {
        kind: Some(kind),
        covariates: covariates.iter().map(|name| AttributeName::new(*name).unwrap()).collect(),
        last_day: None,
        unit: TimeUnit::Day,
        replicates: 0,
        keep_default: false,
        request_id: None,
    }
}

async fn all(shop: &Shop, outlook: Outlook, with_shares: bool) -> Vec<Prediction> {
    let question = PredictCustomers {
        outlook,
        order: PredictionOrder::Recorded,
        limit: Some(usize::MAX),
        with_intervals: false,
        with_ranges: false,
        with_shares,
        with_totals: false,
    };
    all_of(&mut shop.engine.predict_customers(&shop.workspace, question).await.unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_data_all_is_belief_and_with_few_most_until_customers_are_known() {
    let shop = Shop::new("2026-03-01");
    let (nothing, basis) = shares(&shop, Whom::NewCustomer, outlook("2026-03-01", None)).await;
    let belief = BasisShares { individual: 0.0, segment: 0.0, population: 0.0, prior: 1.0 };
    assert_eq!((nothing, basis), (belief, Basis::Prior));
    shop.record(["ann", "bob", "eve"].map(|who| bought(who, who, "2026-02-01", "30"))).await;
    let (new, basis) = shares(&shop, Whom::NewCustomer, outlook("2026-03-01", None)).await;
    assert_eq!((new.individual, new.segment, basis), (0.0, 0.0, Basis::Prior));
    assert!(new.prior > 0.5 && new.population > 0.0, "{new:?}");
    let (model, _) = shop.engine.get_model(&shop.workspace, None).await.unwrap();
    assert!((new.prior - model.prior_share().unwrap()).abs() < 1e-12, "{new:?}");
    // They have been silent for four weeks, which is theirs.
    let (ann, basis) = shares(&shop, named("ann"), outlook("2026-03-01", None)).await;
    assert_eq!(basis, Basis::Prior);
    assert!(ann.individual > 0.1 && ann.individual < 0.9, "{ann:?}");
    assert!((ann.prior / (1.0 - ann.individual) - new.prior).abs() < 1e-12, "{ann:?}");
    let (later, _) = shares(&shop, named("ann"), outlook("2046-03-01", Some(&model.id))).await;
    assert!(later.individual > 0.95, "{later:?}");
}

/// Of a mixture with a member by beliefs, and of models by name.
#[tokio::test(flavor = "multi_thread")]
async fn a_model_says_beforehand_what_predictions_rest_on() {
    let now = || outlook("2026-01-01", None);
    let shop = shop_of(&MadeUp::new(524).customers).await;
    predicted(&shop, Whom::NewCustomer, now()).await;
    let go_on = |_| ControlFlow::Continue(());
    for kind in [None, Some(PurchaseModelKind::BgNbd), Some(PurchaseModelKind::ParetoNbd)] {
        let model = match kind {
            None => shop.engine.get_model(&shop.workspace, None).await.unwrap().0,
            Some(kind) => shop.engine.fit_model(&shop.workspace, fit(kind, &[]), go_on).await.unwrap().0,
        };
        let (mixed, nodes, beliefs) = (model.is_mixed(), model.posterior.len(), model.prior_share());
        match kind {
            None => assert!(mixed && nodes == 32 && beliefs.is_some(), "{}", model.reason),
            Some(_) => assert!(!mixed && nodes == 0 && beliefs.is_none(), "{}", model.reason),
        }
        let by_this = || Outlook { model: Some(model.id.clone()), ..now() };
        let (new, _) = shares(&shop, Whom::NewCustomer, by_this()).await;
        assert!((new.prior - beliefs.unwrap_or(0.0)).abs() < 1e-12, "{new:?} {beliefs:?}");
        let told = model.mean_shares().unwrap();
        let each = all(&shop, by_this(), true).await;
        let mean = |of: fn(BasisShares) -> f64| {
            each.iter().map(|one| of(one.shares.unwrap())).sum::<f64>() / each.len() as f64
        };
        assert!((told.individual - mean(|of| of.individual)).abs() < 1e-12, "{told:?}");
        assert!((told.population - mean(|of| of.population)).abs() < 1e-12, "{told:?}");
        assert!((told.prior - mean(|of| of.prior)).abs() < 1e-12, "{told:?}");
        // Half is theirs after so many days.
        let days = model.half_individual_days().unwrap();
        if kind.is_some() {
            assert!((days / model.purchases.model.parameters()[1] - 1.0).abs() < 1e-6, "{days}");
        }
        for one in &each {
            let share = one.shares.unwrap().individual;
            assert_eq!(share > 0.5, f64::from(one.age_days) > days, "{share} {days} {one:?}");
        }
        // It is kept with the model.
        let again = shop.reopened();
        let (kept, _) = again.engine.get_model(&again.workspace, Some(&model.id)).await.unwrap();
        assert_eq!(kept.mean_shares(), Some(told));
    }
}

/// Each of the models that stand for a posterior, and each of those beside it, with its weight and its beliefs.
#[tokio::test(flavor = "multi_thread")]
async fn shares_of_a_mixture_are_the_mean_of_those_of_its_models() {
    let shop = shop_of(&MadeUp::new(524).customers).await;
    let (of, _) = shares(&shop, named("c0"), outlook("2026-01-01", None)).await;
    let age_days = f64::from(predicted(&shop, named("c0"), outlook("2026-01-01", None)).await.age_days);
    let (model, _) = shop.engine.get_model(&shop.workspace, None).await.unwrap();
    let beside: f64 = model.beside.iter().map(|one| one.weight).sum();
    let b = model.prior_share().unwrap() / (1.0 - beside);
    let (mut individual, mut prior) = (0.0, 0.0);
    for one in &model.beside {
        individual += one.weight * one.purchases.model.own_share(age_days);
    }
    for node in &model.posterior {
        let (weight, own) = ((1.0 - beside) * node.weight, node.model.own_share(age_days));
        individual += weight * own;
        prior += weight * (1.0 - own) * b;
    }
    assert!((of.individual - individual).abs() < 1e-12, "{of:?} {individual}");
    assert!((of.prior - prior).abs() < 1e-12 && prior > 0.0, "{of:?} {prior}");
}

#[tokio::test(flavor = "multi_thread")]
async fn shares_of_all_are_those_of_each_where_somebody_asks() {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    let asked = all(&shop, outlook("2026-03-01", None), true).await;
    let plain = all(&shop, outlook("2026-03-01", None), false).await;
    for (asked, plain) in asked.iter().zip(&plain) {
        let mut alone = predicted(&shop, named(&asked.customer), outlook("2026-03-01", None)).await;
        assert_eq!(*asked, alone);
        alone.shares = None;
        assert_eq!(*plain, alone);
    }
    assert_eq!((asked.len(), plain.len()), (29, 29));
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_with_attributes_rest_on_those_who_have_them_too() {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    shop.record((1..30).filter(|who| who % 3 == 0).map(|who| is(&format!("c{who:02}"), "team", "blue")))
        .await;
    let go_on = |_| ControlFlow::Continue(());
    let asked = fit(PurchaseModelKind::BgNbd, &["team"]);
    let (model, _) = shop.engine.fit_model(&shop.workspace, asked, go_on).await.unwrap();
    let at_once = || outlook("2026-03-01", Some(&model.id));
    let covariates = model.covariates.as_ref().unwrap();
    let rate = covariates.coefficients.iter().find(|one| one.name == "rate: team=blue").unwrap().value;
    let alpha = model.purchases.model.parameters()[1];
    assert!(rate.abs() > 1e-6, "{covariates:?}");
    // Who buys more often at the same spread of rates has a record sooner.
    for (who, alpha) in [("c20", alpha), ("c21", alpha * (-rate).exp())] {
        let prediction = predicted(&shop, named(who), at_once()).await;
        let (of, _) = shares(&shop, named(who), at_once()).await;
        let age = f64::from(prediction.age_days);
        assert!((of.individual - age / (alpha + age)).abs() < 1e-9, "{who}: {of:?}");
        assert_eq!((of.population, of.prior), (0.0, 0.0), "{who}");
    }
    let each = all(&shop, at_once(), true).await;
    let mean = each.iter().map(|one| one.shares.unwrap().segment).sum::<f64>() / each.len() as f64;
    let told = model.mean_shares().unwrap();
    assert!((told.segment - mean).abs() < 1e-12, "{told:?} {mean}");
    // Nothing is known of a new customer, and nobody had this value.
    let (new, basis) = shares(&shop, Whom::NewCustomer, at_once()).await;
    let everybody = BasisShares { individual: 0.0, segment: 0.0, population: 1.0, prior: 0.0 };
    assert_eq!((new, basis), (everybody, Basis::Population));
    let pigeon: [Record; 2] = [is("dan", "team", "pigeon"), bought("d", "dan", "2026-01-01", "9")];
    shop.record(pigeon).await;
    let (unseen, basis) = shares(&shop, named("dan"), at_once()).await;
    assert_eq!((unseen.segment, basis), (0.0, Basis::Population));
    assert!(unseen.population > 0.0 && unseen.individual > 0.0, "{unseen:?}");
}
