//! Models with covariates: what they answer, of what they are told, and what they refuse.

use std::ops::ControlFlow;

use crate::common::{Shop, all_of, at, bought, customer, is};
use lojal_domain::{AttributeName, CustomerUpsert, Horizon, Record, limits};
use lojal_engine::{
    Basis, CustomerForecast, EngineError, FitModel, FittedModel, GetTracking, Outlook, PredictCustomer,
    PredictCustomers, PredictionOrder, Reach, Scope, WhenDue, Whom,
};
use lojal_scoring::clv::{FitWarning, IntervalMethod, PurchaseModelKind, TimeUnit};

const NOW: &str = "2026-03-01";

/// Random enough to toss coins, and the same every time (Knuth's linear congruential generator).
struct Coins(u64);

impl Coins {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn wait(&mut self, mean: f64) -> f64 {
        -mean * self.next().ln()
    }
}

fn date(day: i64) -> String {
    jiff::civil::date(2025, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap().to_string()
}

/// Three hundred customers: those who came over the web buy four times as often as those of shops and phones.
async fn shop() -> Shop {
    let shop = Shop::new(NOW);
    let mut coins = Coins(1979);
    let mut records = Vec::new();
    for i in 0..300 {
        let who = format!("c{i:03}");
        let channel = ["shop", "web", "shop", "phone"][i % 4];
        records.push(is(&who, "channel", channel));
        records.push(is(&who, "sales_area", channel));
        records.push(is(&who, "country", "at"));
        records.push(is(&who, "email", &format!("{who}@example.org")));
        if i % 3 == 0 {
            records.push(is(&who, "newsletter", "yes"));
        }
        let mean = coins.wait(if channel == "web" { 15.0 } else { 60.0 }).max(5.0);
        let (first, stay) = ((coins.next() * 200.0).floor(), coins.wait(300.0) * coins.wait(1.0));
        let (mut day, mut order) = (first, 0);
        while day < 420.0 && day <= first + stay {
            records.push(bought(&format!("t{i}-{order}"), &who, &date(day as i64), "10.00"));
            day += coins.wait(mean).max(1.0);
            order += 1;
        }
    }
    // Alike but for the channel, and never back.
    for (who, channel) in [("one_shop", "shop"), ("one_web", "web")] {
        records.push(is(who, "channel", channel));
        records.push(is(who, "country", "at"));
        records.push(bought(&format!("t-{who}"), who, "2025-06-01", "10.00"));
    }
    shop.record(records).await;
    shop
}

fn fit(kind: Option<PurchaseModelKind>, covariates: &[&str]) -> FitModel {
    FitModel {
        kind,
        covariates: covariates.iter().map(|name| AttributeName::new(*name).unwrap()).collect(),
        last_day: None,
        unit: TimeUnit::Week,
        replicates: 0,
        keep_default: false,
        request_id: None,
    }
}

fn go_on(_: lojal_engine::FitStage) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

async fn fitted(shop: &Shop, question: FitModel) -> std::sync::Arc<FittedModel> {
    let (model, is_default) = shop.engine.fit_model(&shop.workspace, question, go_on).await.unwrap();
    assert!(is_default, "{:?}", model.warnings());
    model
}

fn outlook() -> Outlook {
    Outlook {
        reach: Reach::Within(Horizon::parse("12mo").unwrap()),
        scope: Scope::default(),
        model: None,
        when_due: WhenDue::Make,
        yearly_discount_rate: 0.1,
        intervals: Some(IntervalMethod::Delta),
    }
}

async fn about(shop: &Shop, who: &str, outlook: Outlook) -> CustomerForecast {
    let whom = Whom::Customer(customer(who));
    let question = PredictCustomer { whom, outlook, with_distribution: true, with_alive_history: true };
    shop.engine.predict_customer(&shop.workspace, question).await.unwrap()
}

const KINDS: [PurchaseModelKind; 2] = [PurchaseModelKind::BgNbd, PurchaseModelKind::ParetoNbd];

#[tokio::test(flavor = "multi_thread")]
async fn customers_are_predicted_from_those_with_the_same_attributes() {
    let shop = shop().await;
    for kind in KINDS {
        let model = fitted(&shop, fit(Some(kind), &["channel", "newsletter"])).await;
        assert_eq!(model.covariate_names().collect::<Vec<_>>(), ["channel", "newsletter"]);
        let covariates = model.covariates.as_ref().unwrap();
        assert_eq!((covariates.covariates[0].reference.as_str(), covariates.coefficients.len()), ("shop", 6));
        // Who has no newsletter has no value, which is one too.
        assert_eq!(
            (covariates.covariates[1].reference.as_str(), covariates.covariates[1].others[0].as_str()),
            ("", "yes")
        );
        let web = covariates.coefficients.iter().find(|one| one.name == "rate: channel=web").unwrap();
        assert!(web.value > 0.0 && web.p_value().unwrap() < 0.05, "{web:?}");
        assert!(covariates.test.p_value < 0.05);
        let (in_shop, on_web) =
            (about(&shop, "one_shop", outlook()).await, about(&shop, "one_web", outlook()).await);
        for answer in [&in_shop, &on_web] {
            assert_eq!((answer.prediction.basis, &answer.model.id), (Basis::Segment, &model.id));
            let expected = answer.prediction.expected;
            let interval = answer.prediction.intervals.purchases.unwrap();
            let purchases = expected.purchases.unwrap();
            assert!(interval.low < purchases && purchases < interval.high);
            let none = answer.distribution.as_ref().unwrap().probabilities[0];
            assert!((1.0 - none - expected.purchase_probability.unwrap()).abs() < 1e-9);
            let last = answer.alive_history.last().unwrap();
            assert!((last.probability - expected.alive).abs() < 1e-12);
            assert!(answer.alive_at_horizon.unwrap().0 <= expected.alive);
        }
        // The web's customers come often, so one who has not come for long says more.
        assert_ne!(in_shop.prediction.expected.purchases, on_web.prediction.expected.purchases);
        assert_eq!(about(&shop, "c000", outlook()).await.prediction.basis, Basis::Individual);
        let new = PredictCustomer {
            whom: Whom::NewCustomer,
            outlook: outlook(),
            with_distribution: false,
            with_alive_history: false,
        };
        let new = shop.engine.predict_customer(&shop.workspace, new).await.unwrap();
        assert_eq!(new.prediction.basis, Basis::Population);
        let of_reference =
            model.purchases.model.expected_purchases(&lojal_scoring::clv::CustomerHistory::NEW, 365.25);
        assert!((new.prediction.expected.purchases.unwrap() / of_reference - 1.0).abs() < 0.01);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_value_at_the_instant_counts_and_an_unknown_one_is_the_reference() {
    let shop = shop().await;
    let model = fitted(&shop, fit(Some(PurchaseModelKind::ParetoNbd), &["channel"])).await;
    let from = |value: &str, time: &str| {
        Record::CustomerUpsert(CustomerUpsert {
            customer: customer("one_shop"),
            attributes: [(AttributeName::new("channel").unwrap(), value.to_owned())].into(),
            effective: Some(at(time)),
        })
    };
    shop.record([from("web", "2026-03-02"), from("pigeon", "2026-03-10")]).await;
    shop.clock.set(at("2026-04-01"));
    let asked = async |who: &str, day: &str| {
        let scope = Scope { as_of: Some(at(day)), known_at: None, ..Scope::default() };
        about(&shop, who, Outlook { scope, model: Some(model.id.clone()), ..outlook() }).await
    };
    for day in ["2026-03-01", "2026-03-05", "2026-03-20"] {
        let answer = asked("one_shop", day).await;
        let same = match day {
            "2026-03-05" => asked("one_web", day).await,
            _ => {
                let mut other = asked("one_web", day).await;
                assert_ne!(other.prediction.expected, answer.prediction.expected);
                other = answer.clone();
                other
            }
        };
        assert_eq!(same.prediction.expected, answer.prediction.expected);
        let unseen = day == "2026-03-20";
        let warned = answer.provenance.warnings.iter().any(|warning| {
            warning.sentence.contains("channel \"pigeon\" was unknown")
                && warning.sentence.contains("counts as \"shop\"")
        });
        assert_eq!((warned, answer.prediction.basis == Basis::Population), (unseen, unseen), "{day}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn models_with_covariates_are_kept_and_survive_being_stored() {
    let shop = shop().await;
    let named = |id: &str| FitModel {
        request_id: Some(id.to_owned()),
        ..fit(Some(PurchaseModelKind::BgNbd), &["channel", "newsletter"])
    };
    let model = fitted(&shop, named("monday")).await;
    assert_eq!(model.reason, "requested");
    assert_eq!(fitted(&shop, named("monday")).await, model);
    for other in [&["channel"][..], &["newsletter", "channel"], &[]] {
        let question = FitModel { covariates: fit(None, other).covariates, ..named("monday") };
        let reused = shop.engine.fit_model(&shop.workspace, question, go_on).await;
        assert!(matches!(reused, Err(EngineError::RequestIdReused(_))), "{other:?}");
    }
    let again = shop.reopened();
    let (reopened, is_default) = again.engine.get_model(&again.workspace, None).await.unwrap();
    assert!(is_default && *reopened == *model);
    for who in ["one_web", "c001"] {
        let (first, second) = (about(&shop, who, outlook()).await, about(&again, who, outlook()).await);
        assert_eq!(first.prediction, second.prediction);
    }
    // One that was asked for stays, however much comes.
    shop.record((0..300).map(|i| bought(&format!("n{i}"), &format!("c{i:03}"), "2026-02-28", "9"))).await;
    assert_eq!(about(&shop, "one_web", outlook()).await.model.id, model.id);
    let bootstrap = Outlook { intervals: Some(IntervalMethod::Bootstrap), ..outlook() };
    let whom = Whom::Customer(customer("one_web"));
    let question =
        PredictCustomer { whom, outlook: bootstrap, with_distribution: false, with_alive_history: false };
    let refused = shop.engine.predict_customer(&shop.workspace, question).await;
    assert!(matches!(refused, Err(EngineError::InvalidField { field, .. }) if field == "interval_method"));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_predictions_and_their_sums_are_those_of_each() {
    let shop = shop().await;
    fitted(&shop, fit(Some(PurchaseModelKind::ParetoNbd), &["channel", "newsletter"])).await;
    for order in [PredictionOrder::Recorded, PredictionOrder::Clv] {
        let question = PredictCustomers {
            outlook: outlook(),
            order,
            limit: Some(usize::MAX),
            with_intervals: true,
            with_ranges: true,
            with_shares: true,
            with_totals: true,
        };
        let mut batches = shop.engine.predict_customers(&shop.workspace, question).await.unwrap();
        let all = all_of(&mut batches).await;
        assert_eq!(all.len(), 302);
        let sum = batches.totals().unwrap().expected_purchases;
        let each: f64 = all.iter().filter_map(|one| one.expected.purchases).sum();
        assert!((sum.value.unwrap() - each).abs() <= 1e-9 * each);
        assert!(sum.low.unwrap() < each && each < sum.high.unwrap());
        // Errors of customers with different attributes do not add up as those of one would.
        let errors: f64 = all.iter().filter_map(|one| Some(one.intervals.purchases?.standard_error)).sum();
        let error = sum.standard_error.unwrap();
        assert!(error < errors && error > 0.01 * errors);
        for prediction in all.into_iter().step_by(23) {
            let alone = about(&shop, &prediction.customer, outlook()).await;
            assert_eq!(alone.prediction, prediction);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_kind_the_better_likelihood_is_chosen() {
    let shop = shop().await;
    let model = fitted(&shop, fit(None, &["channel"])).await;
    let both = async |kind| fitted(&shop, fit(Some(kind), &["channel"])).await;
    let (bg, pareto) = (both(KINDS[0]).await, both(KINDS[1]).await);
    let best = if bg.purchases.log_likelihood > pareto.purchases.log_likelihood { &bg } else { &pareto };
    assert_eq!(model.purchases, best.purchases);
    let name = best.kind().name();
    assert!(
        model.reason.starts_with(&format!("requested: with covariates {name} has the better log-likelihood")),
        "{}",
        model.reason
    );
    assert_eq!(model.backtest_bias, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn tracking_adds_up_all_values_and_the_past_has_covariates_too() {
    let shop = shop().await;
    let last_day = Some(jiff::civil::date(2025, 12, 31));
    let model =
        fitted(&shop, FitModel { last_day, ..fit(Some(PurchaseModelKind::BgNbd), &["channel"]) }).await;
    let question = GetTracking { model: None, until: None, period_days: 7 };
    let answer = shop.engine.get_tracking(&shop.workspace, question).await.unwrap();
    let (expected, actual) = (&answer.tracking.expected, &answer.tracking.actual);
    assert!(expected.is_sorted() && actual.is_sorted());
    let weeks =
        expected.iter().zip(&answer.tracking.last_days).filter(|(_, day)| **day <= model.last_day).count();
    let off = expected[weeks - 1] / actual[weeks - 1] - 1.0;
    assert!(off.abs() < 0.15, "{off}");
    let scope = Scope { as_of: Some(at("2025-11-01")), known_at: None, ..Scope::default() };
    let past = about(&shop, "one_web", Outlook { scope, ..outlook() }).await;
    assert_eq!(past.model.id, "past-2025-10-31");
    assert_eq!((past.model.covariate_names().count(), past.prediction.basis), (1, Basis::Segment));
    // Early on too little is known for covariates, and perhaps for any model.
    let scope = Scope { as_of: Some(at("2025-01-20")), known_at: None, ..Scope::default() };
    let question = PredictCustomer {
        whom: Whom::NewCustomer,
        outlook: Outlook { scope, ..outlook() },
        with_distribution: false,
        with_alive_history: false,
    };
    shop.engine.predict_customer(&shop.workspace, question).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_covariate_is_refused_in_words() {
    let shop = shop().await;
    let refusal =
        async |question: FitModel| match shop.engine.fit_model(&shop.workspace, question, go_on).await {
            Err(EngineError::InvalidField { field, problem }) => (field.into_owned(), problem),
            other => panic!("{other:?}"),
        };
    let names: Vec<String> = (0..=limits::COVARIATES).map(|i| format!("a{i}")).collect();
    let nine: Vec<&str> = names.iter().map(String::as_str).collect();
    for (covariates, field, says) in [
        (
            &["channel", "chanel"][..],
            "covariates[1]",
            "names \"chanel\", which no customer with a purchase has; there are: channel, country, email, newsletter, sales_area",
        ),
        (
            &["country", "channel"],
            "covariates[0]",
            "names \"country\", which is \"at\" for every customer, so it explains nothing; leave it out",
        ),
        (&["channel", "email"], "covariates[1]", "at most 20 can be told apart; group them into fewer"),
        (
            &["channel", "newsletter", "channel"],
            "covariates[2]",
            "names \"channel\" again; name each attribute once",
        ),
        (&nine, "covariates[8]", "is one too many: at most 8 attributes are taken"),
        (
            &["newsletter", "sales_area", "channel"],
            "covariates[2]",
            "names \"channel\", which follows from \"sales_area\", so their effects cannot be told apart; leave one of them out",
        ),
    ] {
        for kind in [None, Some(KINDS[0])] {
            let (found, problem) = refusal(fit(kind, covariates)).await;
            assert_eq!(found, field, "{problem}");
            assert!(problem.contains(says), "{problem}");
        }
    }
    let (field, problem) = refusal(fit(Some(PurchaseModelKind::MbgNbd), &["channel"])).await;
    assert_eq!(field, "kind");
    assert_eq!(
        problem,
        "is MBG/NBD, which takes no covariates; choose BG/NBD or Pareto/NBD, or leave covariates out"
    );
    let (field, _) = refusal(FitModel { replicates: 50, ..fit(None, &["channel"]) }).await;
    assert_eq!(field, "bootstrap_replicates");
    assert!(matches!(shop.engine.get_model(&shop.workspace, None).await, Err(EngineError::NoModel)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_without_customers_who_came_back_is_said_and_is_no_default() {
    let shop = shop().await;
    for i in 0..12 {
        let who = format!("fax{i}");
        shop.record([is(&who, "channel", "fax"), bought(&format!("f{i}"), &who, "2025-05-01", "3")]).await;
    }
    let question = fit(Some(PurchaseModelKind::ParetoNbd), &["channel"]);
    let (model, is_default) = shop.engine.fit_model(&shop.workspace, question, go_on).await.unwrap();
    assert!(!is_default && !model.purchases.is_identified());
    assert!(
        model
            .purchases
            .warnings
            .iter()
            .any(|w| matches!(w, FitWarning::NobodyCameBack { customers: 12, .. }))
    );
    let said = "none of the 12 customers with channel \"fax\" came back";
    assert!(
        model.warnings().iter().any(|warning| warning.sentence.starts_with(said)),
        "{:?}",
        model.warnings()
    );
}
