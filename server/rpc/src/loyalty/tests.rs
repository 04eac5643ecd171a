//! That answers reach the wire whole, and what is refused.

use lojal_engine::{LoyaltyComponent as Component, LoyaltyCut as Cut};
use lojal_proto::v1;

use super::questions;

fn message(refused: Result<impl Sized, crate::error::Refusal>) -> String {
    match refused {
        Ok(_) => panic!("it was taken"),
        Err(refusal) => refusal.into_status().message().to_owned(),
    }
}

#[test]
fn a_model_changes_in_what_is_named_alone() {
    let weight =
        |component: v1::LoyaltyComponent, weight| v1::LoyaltyWeight { component: component.into(), weight };
    let request = v1::UpdateLoyaltyModelRequest {
        weights: vec![weight(v1::LoyaltyComponent::Trust, 0.2)],
        half_life_days: Some(90.0),
        pseudo_answers: None,
        cut: v1::LoyaltyCut::Fifty.into(),
    };
    let update = questions::update(&request).unwrap();
    assert_eq!(update.weights, [(Component::Trust, 0.2)]);
    assert_eq!(
        (update.half_life_days, update.pseudo_answers, update.cut),
        (Some(90.0), None, Some(Cut::Fifty))
    );
    let twice = vec![weight(v1::LoyaltyComponent::Value, 0.2), weight(v1::LoyaltyComponent::Value, 0.3)];
    let twice = v1::UpdateLoyaltyModelRequest { weights: twice, ..Default::default() };
    let refused = message(questions::update(&twice));
    assert!(refused.contains("weights[1].component names value for the second time"), "{refused}");
    let unknown = v1::LoyaltyWeight { component: 99, weight: 1.0 };
    let unknown = v1::UpdateLoyaltyModelRequest { weights: vec![unknown], ..Default::default() };
    assert!(message(questions::update(&unknown)).contains("not one of the components"));
}

#[test]
fn limits_of_lists_are_said() {
    let list = |limit, order: v1::LoyaltyOrder| v1::ListLoyaltyRequest {
        limit,
        order: order.into(),
        ..Default::default()
    };
    let limit = |request: &v1::ListLoyaltyRequest| questions::list_loyalty(request).unwrap().limit;
    assert_eq!(limit(&list(0, v1::LoyaltyOrder::Unspecified)), Some(100));
    assert_eq!(limit(&list(0, v1::LoyaltyOrder::Recorded)), None);
    assert_eq!(limit(&list(1_000_000, v1::LoyaltyOrder::Recorded)), Some(1_000_000));
    let refused = message(questions::list_loyalty(&list(100_001, v1::LoyaltyOrder::Lowest)));
    assert!(refused.contains("choose 1 to 100000"), "{refused}");
    assert!(message(questions::list_loyalty(&list(-1, v1::LoyaltyOrder::Recorded))).contains("limit is -1"));
    assert!(message(questions::version(-3)).contains("begin with 1"));
}
