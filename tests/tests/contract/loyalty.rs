//! Who is loyal, through the contract: real purchases, made-up answers.

use lojal_proto::v1;
use lojal_tests::say::{answer, refused, respond, value};
use lojal_tests::{Clients, Server, at, cdnow};

/// CDNOW, where every third customer has answered: those who come often badly, all others well.
async fn shop(clients: &Clients) -> usize {
    cdnow::load(clients).await;
    let mut customers = clients.all_customers(Some(at(cdnow::END))).await;
    customers.retain(|one| one.transaction_count > 0);
    let answers = customers.iter().step_by(3).enumerate().map(|(n, one)| {
        let score = if one.transaction_count > 3 { n as i32 % 7 } else { 9 + n as i32 % 2 };
        let time = Some(at(&format!("1998-0{}-15T10:00:00Z", 1 + n % 6)));
        let said = answer(&format!("a{n}"), &one.customer_id, v1::SurveyMetric::Nps, score);
        v1::SurveyResponse { time, ..said }
    });
    respond(clients, answers.collect()).await;
    customers.len()
}

async fn list(clients: &Clients, request: v1::ListLoyaltyRequest) -> Vec<v1::Loyalty> {
    let request = v1::ListLoyaltyRequest { as_of: Some(at(cdnow::END)), ..request };
    let mut stream = clients.loyalty.clone().list_loyalty(request).await.unwrap().into_inner();
    let mut all = Vec::new();
    while let Some(message) = stream.message().await.unwrap() {
        assert_eq!(message.provenance.is_some(), all.is_empty());
        all.extend(message.loyalties);
    }
    all
}

#[tokio::test]
async fn every_score_is_explained_and_all_answers_agree() {
    let server = Server::start();
    let clients = server.clients().await;
    let customers = shop(&clients).await;
    let recorded = v1::LoyaltyOrder::Recorded.into();
    let all = list(&clients, v1::ListLoyaltyRequest { order: recorded, ..Default::default() }).await;
    assert_eq!(all.len(), customers);
    for one in &all {
        let points: f64 = one.contributions.iter().map(|part| part.points).sum();
        assert!((value(&one.score) - one.base - points).abs() < 1e-9, "{one:?}");
        assert!(one.contributions.iter().all(|part| !part.evidence.is_empty()));
        assert!(one.sentence.ends_with('.'));
        let has_attitude = one.attitude.as_ref().unwrap().value.is_some();
        assert_eq!(has_attitude, one.place() != v1::LoyaltyPlace::Unknown);
    }
    // One by one it is the same.
    for one in [&all[0], &all[1_234]] {
        let request = v1::GetLoyaltyRequest {
            customer_id: one.customer_id.clone(),
            as_of: Some(at(cdnow::END)),
            ..Default::default()
        };
        let answer = clients.loyalty.clone().get_loyalty(request).await.unwrap().into_inner();
        assert_eq!(answer.loyalty.as_ref(), Some(one));
        assert_eq!(answer.standard.unwrap().customers, customers as i64);
        assert_eq!(answer.provenance.unwrap().definition, "loyalty@1");
    }
    let request = v1::SummarizeLoyaltyRequest { as_of: Some(at(cdnow::END)), ..Default::default() };
    let summary = clients.loyalty.clone().summarize_loyalty(request).await.unwrap().into_inner();
    for row in &summary.rows {
        let of_place = all.iter().filter(|one| one.place == row.place);
        assert_eq!(row.customers, of_place.count() as i64, "{row:?}");
    }
    let spurious = &summary.rows[2];
    assert_eq!(spurious.place(), v1::LoyaltyPlace::Spurious);
    // Half of those who answered are below the median, in a shop that most like: and the detractors among them.
    let truly = &summary.rows[0];
    assert!(spurious.customers > 50 && value(&spurious.nps) < value(&truly.nps) - 50.0, "{spurious:?}");
    // What a filter calls spurious is what the list does.
    let filter = "loyalty_place == 'spurious'".to_owned();
    let by_fact = v1::ListLoyaltyRequest { filter, order: recorded, ..Default::default() };
    assert_eq!(list(&clients, by_fact).await.len(), spurious.customers as usize);
    let place = v1::LoyaltyPlace::Spurious.into();
    let best = list(&clients, v1::ListLoyaltyRequest { place, limit: 5, ..Default::default() }).await;
    assert!(best.len() == 5 && best.is_sorted_by(|a, b| value(&a.score) >= value(&b.score)));
    // Detractors who come often, found by the server's own answers.
    let request = v1::GetNpsRequest {
        as_of: Some(at(cdnow::END)),
        group_by: "loyalty_place, high_value".to_owned(),
        filter: "alive_probability > 0.1".to_owned(),
        ..Default::default()
    };
    let by_place = clients.nps.clone().get_nps(request).await.unwrap().into_inner();
    assert!(by_place.rows.iter().any(|row| row.group == "spurious, true"), "{:?}", by_place.rows);
}

#[tokio::test]
async fn how_scores_are_made_is_the_users_and_outlives_the_server() {
    let mut server = Server::start();
    let clients = server.clients().await;
    shop(&clients).await;
    let weight =
        |component: v1::LoyaltyComponent, weight| v1::LoyaltyWeight { component: component.into(), weight };
    let request = v1::UpdateLoyaltyModelRequest {
        weights: vec![weight(v1::LoyaltyComponent::Value, 0.5)],
        half_life_days: Some(90.0),
        ..Default::default()
    };
    let updated = clients.loyalty.clone().update_loyalty_model(request).await.unwrap().into_inner();
    let updated = updated.model.unwrap();
    assert_eq!((updated.version, updated.half_life_days), (2, 90.0));
    server.restart();
    let clients = server.clients().await;
    let get = async |version| {
        let request = v1::GetLoyaltyModelRequest { version };
        clients.loyalty.clone().get_loyalty_model(request).await.unwrap().into_inner().model.unwrap()
    };
    assert_eq!(get(0).await, updated);
    let first = get(1).await;
    assert_eq!((first.version, first.since, first.half_life_days), (1, None, 180.0));
    let bad = |request: v1::UpdateLoyaltyModelRequest| {
        let mut loyalty = clients.loyalty.clone();
        async move { loyalty.update_loyalty_model(request).await }
    };
    let nothing = (1..=9).map(|component| v1::LoyaltyWeight { component, weight: 0.0 }).collect();
    for (case, request, field) in [
        ("nothing", v1::UpdateLoyaltyModelRequest { weights: nothing, ..Default::default() }, "model"),
        (
            "a component that is none",
            v1::UpdateLoyaltyModelRequest {
                weights: vec![v1::LoyaltyWeight { component: 77, weight: 1.0 }],
                ..Default::default()
            },
            "weights[0].component",
        ),
        (
            "a weight that is none",
            v1::UpdateLoyaltyModelRequest {
                weights: vec![weight(v1::LoyaltyComponent::Value, f64::NAN)],
                ..Default::default()
            },
            "model",
        ),
        (
            "a half-life of nothing",
            v1::UpdateLoyaltyModelRequest { half_life_days: Some(0.0), ..Default::default() },
            "model",
        ),
        ("a cut that is none", v1::UpdateLoyaltyModelRequest { cut: 9, ..Default::default() }, "cut"),
    ] {
        refused(case, bad(request).await, field);
    }
    let missing = v1::GetLoyaltyModelRequest { version: 9 };
    refused("a version", clients.loyalty.clone().get_loyalty_model(missing).await, "version");
}

#[tokio::test]
async fn scores_are_held_against_what_came() {
    let server = Server::start();
    let clients = server.clients().await;
    cdnow::load(&clients).await;
    let mut customers = clients.all_customers(Some(at("1998-01-01T00:00:00Z"))).await;
    customers.retain(|one| one.transaction_count > 0);
    let answers = customers.iter().enumerate().map(|(n, one)| {
        let said = answer(&format!("a{n}"), &one.customer_id, v1::SurveyMetric::Nps, (n * 7 % 11) as i32);
        v1::SurveyResponse { time: Some(at("1997-12-15T10:00:00Z")), ..said }
    });
    respond(&clients, answers.collect()).await;
    let validate = |request: v1::ValidateScoreRequest| {
        let mut loyalty = clients.loyalty.clone();
        async move { loyalty.validate_score(request).await }
    };
    let as_of = Some(at(cdnow::END));
    let request = v1::ValidateScoreRequest { as_of, ..Default::default() };
    let found = validate(request.clone()).await.unwrap().into_inner();
    // What they said has nothing to do with anything, and how lately they bought has.
    assert!(!found.attitude_adds && found.verdict.starts_with("NO: "), "{found:?}");
    assert_eq!(
        (found.customers, found.scored_at),
        (customers.len() as i64, Some(at("1998-01-01T00:00:00Z")))
    );
    let auc = |predictor: v1::LoyaltyPredictor| {
        let row = found.predictors.iter().find(|row| row.predictor() == predictor);
        value(&row.unwrap().auc)
    };
    assert!(auc(v1::LoyaltyPredictor::PurchaseProbability) > 0.65, "{found:?}");
    assert!(auc(v1::LoyaltyPredictor::Nps) < 0.55);
    for (case, request, field) in [
        (
            "a horizon that has not passed",
            v1::ValidateScoreRequest { as_of: Some(at("2190-01-01T00:00:00Z")), ..Default::default() },
            "as_of",
        ),
        ("no horizon", v1::ValidateScoreRequest { horizon: "soon".to_owned(), ..request.clone() }, "horizon"),
        ("before all", v1::ValidateScoreRequest { horizon: "9y".to_owned(), ..request.clone() }, "horizon"),
        ("an outcome", v1::ValidateScoreRequest { outcome: 77, ..request.clone() }, "outcome"),
        ("a version", v1::ValidateScoreRequest { version: 5, ..request }, "version"),
    ] {
        refused(case, validate(request).await, field);
    }
}
