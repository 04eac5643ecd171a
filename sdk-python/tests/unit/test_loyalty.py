"""Loyalty: what is sent, and how it is read."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from noting import call_of, loyalty

import lojal
from lojal.table import columns
from lojal.v1 import loyalty_service_pb2 as pb


def scored(customer_id: str, **more: Any) -> pb.Loyalty:
    """A customer who scores 40: on average 55, and 20 and 5 points less for two components, and 10 more for a third."""
    message = pb.Loyalty(
        customer_id=customer_id,
        score={"value": 40.0, "ci_low": 30.0, "ci_high": 50.0, "confidence": 0.95, "n": 1},
        base=55.0,
        coverage=0.5,
        behaviour={"value": 60.0},
        place=pb.LOYALTY_PLACE_SPURIOUS,
        sentence="Buys often, and gave 2 of 10: stays, and is not loyal.",
        **more,
    )
    for component, points in (("RECOMMENDATION", -20.0), ("EASE", -5.0), ("REPEAT", 10.0)):
        number = pb.LoyaltyComponent.Value(f"LOYALTY_COMPONENT_{component}")
        message.contributions.add(component=number, points=points, evidence=f"of {component}", records=1)
    message.contributions[0].latest.FromDatetime(datetime(2026, 3, 2))
    return message


def standard() -> pb.LoyaltyStandard:
    model = pb.LoyaltyModel(version=2, half_life_days=180.0, pseudo_answers=1.0, cut=pb.LOYALTY_CUT_MEDIANS)
    model.weights.add(component=pb.LOYALTY_COMPONENT_TRUST, weight=0.2)
    model.weights.add(component=pb.LOYALTY_COMPONENT_FULL_PRICE, weight=0.0)
    return pb.LoyaltyStandard(customers=9, customers_with_attitude=4, behaviour_cut=0.0, model=model)


def test_questions_send_what_is_given() -> None:
    assert call_of(loyalty.of, "c1", confidence=0.9, version=3).request == pb.GetLoyaltyRequest(
        customer_id="c1", confidence=0.9, version=3
    )
    listed = call_of(loyalty.list, place="true", order_by="value_at_risk", limit=20, filter="orders > 1", version=1)
    assert listed.request == pb.ListLoyaltyRequest(
        place=pb.LOYALTY_PLACE_TRUE,
        order=pb.LOYALTY_ORDER_VALUE_AT_RISK,
        limit=20,
        filter="orders > 1",
        version=1,
    )
    assert call_of(loyalty.list).request == pb.ListLoyaltyRequest()
    assert call_of(loyalty.summary, group_by="segment, market").request == pb.SummarizeLoyaltyRequest(
        group_by="segment, market"
    )
    asked = call_of(loyalty.validate, outcome="churn", horizon="90d", confidence=0.9)
    assert asked.request == pb.ValidateScoreRequest(outcome=pb.LOYALTY_OUTCOME_CHURN, horizon="90d", confidence=0.9)
    assert asked.unhurried  # it scores everybody twice
    assert call_of(loyalty.model, version=2).request == pb.GetLoyaltyModelRequest(version=2)


@pytest.mark.parametrize(
    "place",
    ["TRUE", "LATENT", "SPURIOUS", "NONE", "UNKNOWN"],
)
def test_every_place_can_be_asked_for(place: str) -> None:
    """Those too that Python and this client have words like."""
    number = pb.LoyaltyPlace.Value(f"LOYALTY_PLACE_{place}")
    for given in (place.lower(), lojal.LoyaltyPlace[place]):
        request: Any = call_of(loyalty.list, place=given).request
        assert request.place == number
    assert lojal.LoyaltyPlace.from_wire(number) is lojal.LoyaltyPlace[place]


def test_a_change_names_what_changes_and_nothing_else() -> None:
    weights = {"trust": 0.2, lojal.LoyaltyComponent.FULL_PRICE: 0}
    request = call_of(loyalty.update_model, weights=weights, half_life_days=90, cut="fifty").request
    expected = pb.UpdateLoyaltyModelRequest(half_life_days=90, cut=pb.LOYALTY_CUT_FIFTY)
    expected.weights.add(component=pb.LOYALTY_COMPONENT_TRUST, weight=0.2)
    expected.weights.add(component=pb.LOYALTY_COMPONENT_FULL_PRICE, weight=0)
    assert request == expected
    assert call_of(loyalty.update_model).request == pb.UpdateLoyaltyModelRequest()
    zero: Any = call_of(loyalty.update_model, pseudo_answers=0).request
    assert zero.HasField("pseudo_answers")  # for the server to refuse


@pytest.mark.parametrize(
    ("asked", "field", "message"),
    [
        ({"weights": {"faith": 1}}, "weights['faith']", "is not one of: satisfaction, ease, recommendation"),
        ({"weights": {"unknown": 1}}, "weights['unknown']", "is not one of"),
        ({"weights": {"": 1}}, "weights['']", "names no component"),
        ({"weights": {"trust": "much"}}, "weights['trust']", "'much' is not a number"),
        ({"weights": {"trust": True}}, "weights['trust']", "True is not a number"),
        ({"weights": ["trust"]}, "weights", 'give a dict of components, such as {"trust": 0.2}'),
        ({"cut": "quartiles"}, "cut", "is not one of: medians, fifty"),
    ],
)
def test_what_is_no_model_is_refused(asked: dict[str, Any], field: str, message: str) -> None:
    with pytest.raises(lojal.InvalidArgument) as error:
        loyalty.update_model(**asked)
    (violation,) = error.value.field_violations
    assert violation.field == field
    assert message in violation.description


def test_a_score_is_read_with_its_explanation() -> None:
    message = pb.GetLoyaltyResponse(loyalty=scored("c1", clv_12mo=0.0), standard=standard())
    message.provenance.revision = 7
    one = lojal.CustomerLoyalty.from_wire(message)
    assert (one.customer_id, one.place, one.provenance.revision) == ("c1", lojal.LoyaltyPlace.SPURIOUS, 7)
    assert one.score.value == one.base + sum(each.points for each in one.contributions)
    assert (one.attitude.value, one.behaviour.value) == (None, 60)
    assert (one.clv_12mo, one.value_at_risk) == (0, None)
    first, second, _ = one.contributions
    assert (first.component, first.evidence) == (lojal.LoyaltyComponent.RECOMMENDATION, "of RECOMMENDATION")
    assert (first.latest, second.latest) == (datetime(2026, 3, 2, tzinfo=UTC), None)
    assert one.contributions.to_pandas()["component"].tolist() == ["recommendation", "ease", "repeat"]
    assert (one.standard.attitude_cut, one.standard.behaviour_cut) == (None, 0)
    assert pickle.loads(pickle.dumps(one)) == one


def test_a_model_has_its_weights_by_component() -> None:
    answer = lojal.LoyaltyModel.from_wire(pb.GetLoyaltyModelResponse(model=standard().model))
    assert answer == lojal.CustomerLoyalty.from_wire(pb.GetLoyaltyResponse(standard=standard())).standard.model
    assert answer.weights == {"trust": 0.2, "full_price": 0}
    assert answer.weights[lojal.LoyaltyComponent.TRUST] == 0.2
    assert (answer.version, answer.since, answer.cut) == (2, None, "medians")


def test_a_list_keeps_the_standard_of_its_first_message() -> None:
    pages = [
        lojal.Loyalties.from_wire(pb.ListLoyaltyResponse(loyalties=[scored("c1")], standard=standard())),
        lojal.Loyalties.from_wire(pb.ListLoyaltyResponse(loyalties=[scored("c2", value_at_risk=3.5)])),
    ]
    table = lojal.LoyaltyListing(lambda: iter(pages)).to_list()
    assert [each.customer_id for each in table] == ["c1", "c2"]
    assert table.standard is not None
    assert table.standard.customers == 9
    frame = table.to_pandas()
    assert list(frame.columns) == columns(lojal.Loyalty)
    assert frame["score_ci_low"].tolist() == [30, 30]
    assert frame["value_at_risk"].isna().tolist() == [True, False]
    assert "contributions" not in frame
    assert repr(table).splitlines()[0].split() == [
        "customer_id", "score", "score_ci_low", "score_ci_high", "behaviour", "place", "is_on_the_border", "coverage",
        "value_at_risk",
    ]  # fmt: skip
    nothing = lojal.LoyaltyListing(lambda: iter([])).to_list()
    assert (len(nothing), nothing.standard) == (0, None)


def test_a_summary_is_a_table_of_places() -> None:
    message = pb.SummarizeLoyaltyResponse(whole={"customers": 9}, standard=standard())
    euro = {"amount": "12.5", "currency_code": "EUR"}
    message.rows.add(group="hr", place=pb.LOYALTY_PLACE_UNKNOWN, customers=5, spend=euro, clv_12mo=euro)
    message.rows.add(group="hr", place=pb.LOYALTY_PLACE_TRUE, customers=4, spend=euro)
    summary = lojal.LoyaltySummaries.from_wire(message)
    assert (summary.whole.place, summary.rows[0].place) == (None, lojal.LoyaltyPlace.UNKNOWN)
    assert summary.rows[0].clv_12mo == lojal.Money(Decimal("12.5"), "EUR")
    assert summary.rows[1].clv_12mo is None
    frame = summary.to_pandas()
    assert frame[["place", "customers", "spend"]].values.tolist() == [["unknown", 5, 12.5], ["true", 4, 12.5]]
    html = summary._repr_html_()
    assert html is not None
    assert "9 customers with a purchase, of whom 4 said something lately" in html


def test_a_validation_is_a_table_of_predictors_with_a_verdict() -> None:
    message = pb.ValidateScoreResponse(verdict="Attitude adds nothing.", customers=9, with_outcome=3, p_value=0.5)
    message.predictors.add(predictor=pb.LOYALTY_PREDICTOR_SCORE, auc={"value": 0.7}, lift_top_tenth=0.0)
    message.predictors.add(
        predictor=pb.LOYALTY_PREDICTOR_COMPONENT, component=pb.LOYALTY_COMPONENT_EASE, score_gain={"value": 0.1}
    )
    message.model.CopyFrom(standard().model)
    message.provenance.revision = 7
    message.until.FromDatetime(datetime(2026, 3, 2))
    validation = lojal.ScoreValidation.from_wire(message)
    assert (validation.attitude_adds, validation.verdict, validation.p_value) == (False, "Attitude adds nothing.", 0.5)
    assert validation.odds_ratio_of_attitude.value is None
    assert (validation.scored_at, validation.until) == (None, datetime(2026, 3, 2, tzinfo=UTC))
    assert validation.model.version == 2
    assert validation.provenance is not None
    score, ease = validation
    assert (score.component, ease.component) == (None, lojal.LoyaltyComponent.EASE)
    assert (score.lift_top_tenth, ease.lift_top_tenth) == (0, None)
    assert (score.score_gain.value, ease.score_gain.value) == (None, 0.1)
    assert validation.to_pandas()["predictor"].tolist() == ["score", "component"]
