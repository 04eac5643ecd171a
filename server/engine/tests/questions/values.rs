//! What purchases are worth: fitted from the first repeat buyer on by whoever chooses, and as published for a model by name.

use std::ops::ControlFlow;

use lojal_domain::{Horizon, Method, WarningCode};
use lojal_engine::{
    CustomerForecast, FitModel, FittedModel, IntervalMethod, Outlook, PredictCustomer, Reach, Scope, WhenDue,
    Whom,
};
use lojal_scoring::clv::{PurchaseModelKind, TimeUnit};

use crate::common::{Shop, bought, customer};

fn about(whom: Whom) -> PredictCustomer {
    let outlook = Outlook {
        reach: Reach::Within(Horizon::parse("12mo").unwrap()),
        scope: Scope::default(),
        model: None,
        when_due: WhenDue::Make,
        yearly_discount_rate: 0.1,
        intervals: Some(IntervalMethod::Delta),
    };
    PredictCustomer { whom, outlook, with_distribution: true, with_alive_history: false }
}

async fn forecast(shop: &Shop, who: &str) -> CustomerForecast {
    let asked = about(Whom::Customer(customer(who)));
    shop.engine.predict_customer(&shop.workspace, asked).await.unwrap()
}

fn names(model: &FittedModel) -> Vec<String> {
    model.value_parameters().into_iter().map(|parameter| parameter.name).collect()
}

/// Forty who bought once for 20, and so many who come back for 40 each time.
async fn shop(repeat_buyers: usize) -> Shop {
    let shop = Shop::new("2026-03-01");
    let mut records: Vec<_> =
        (0..40).map(|who| bought(&format!("o{who}"), &format!("o{who}"), "2025-06-01", "20")).collect();
    for who in 0..repeat_buyers {
        for month in 7..10 {
            let (id, day) = (format!("r{who}-{month}"), format!("2025-{month:02}-{:02}", 1 + who));
            records.push(bought(&id, &format!("r{who}"), &day, "40"));
        }
    }
    shop.record(records).await;
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_purchase_is_worth_is_learned_from_the_first_repeat_buyer_on() {
    let mut before = 20.0;
    for repeat_buyers in [0, 1, 3, 9, 10, 25] {
        let told = forecast(&shop(repeat_buyers).await, "o1").await;
        let value = told.prediction.expected.value.unwrap();
        // Nearer to what repeat buyers spend with each of them, and hardly beyond.
        assert!(value > before - 0.5 && value < 41.0, "{repeat_buyers}: {value} after {before}");
        before = value;
        let methods: Vec<Method> = told.estimated().expected_value.methods.iter().collect();
        let how = if repeat_buyers == 0 { Method::Prior } else { Method::MaximumAPosteriori };
        assert_eq!(methods[0], how, "{repeat_buyers}");
        let said: Vec<WarningCode> = told.model.warnings().iter().map(|warning| warning.code).collect();
        assert_eq!(said.contains(&WarningCode::ValueFromMean), repeat_buyers == 0, "{said:?}");
        let named = names(&told.model);
        assert_eq!(
            named,
            if repeat_buyers == 0 { &["p", "q", "gamma"][..] } else { &["p", "q", "gamma", "b"] }
        );
    }
    assert!(before > 34.0, "{before}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_by_name_is_as_published_and_one_that_is_left_to_us_is_not() {
    let shop = Shop::new("2026-03-01");
    shop.regulars("2026-03-01").await;
    for kind in [Some(PurchaseModelKind::MbgNbd), None] {
        let asked = FitModel {
            kind,
            covariates: Vec::new(),
            last_day: None,
            unit: TimeUnit::Week,
            replicates: 0,
            keep_default: true,
            request_id: None,
        };
        let (model, _) =
            shop.engine.fit_model(&shop.workspace, asked, |_| ControlFlow::Continue(())).await.unwrap();
        assert_eq!(names(&model).contains(&"b".to_owned()), kind.is_none(), "{:?}", names(&model));
        assert_eq!(model.value.as_ref().unwrap().prior_share.is_some(), kind.is_none());
    }
}

/// Who buys four times as often spends four times as much: the model that the shop predicts with knows, tells how sure it is, and says
/// less of those who are silent than the mean of repeat buyers.
#[tokio::test(flavor = "multi_thread")]
async fn customers_who_buy_often_and_spend_much_are_told_apart() {
    let shop = Shop::new("2026-03-01");
    let mut records = Vec::new();
    for who in 0..60_u32 {
        let often = who % 2 == 0;
        let (gap, amount) = if often { (12, 80 + who) } else { (48, 20 + who / 3) };
        for order in 0..(168 / gap) {
            let first = jiff::civil::date(2025, 7, 1 + (who % 28) as i8);
            let day = first.checked_add(jiff::Span::new().days(i64::from(order * gap))).unwrap();
            records.push(bought(
                &format!("t{who}-{order}"),
                &format!("c{who}"),
                &day.to_string(),
                &amount.to_string(),
            ));
        }
    }
    records.push(bought("s", "silent", "2025-07-01", "40"));
    shop.record(records).await;
    let silent = forecast(&shop, "silent").await;
    let parameters = silent.model.value_parameters();
    let b = parameters.iter().find(|parameter| parameter.name == "b").unwrap();
    assert!(b.estimate.low.unwrap() > 0.3 && b.estimate.high.unwrap() < 2.0, "{b:?}");
    let asked = about(Whom::NewCustomer);
    let new = shop.engine.predict_customer(&shop.workspace, asked).await.unwrap();
    let [silent, new] = [silent, new].map(|told| told.prediction.expected.value.unwrap());
    assert!(silent < 0.6 * new, "{silent} {new}");
}
