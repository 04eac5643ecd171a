from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime
from decimal import Decimal

import pytest

import lojal
from lojal.table import columns
from lojal.v1 import (
    admin_service_pb2,
    clv_service_pb2,
    common_pb2,
    customer_service_pb2,
    nps_service_pb2,
    segmentation_service_pb2,
)


def summary() -> lojal.SegmentSummaries:
    message = segmentation_service_pb2.SummarizeSegmentsResponse()
    message.segments.add(segment=8, name="At Risk", customers=12, customer_share=0.5, mean_frequency=3.25)
    message.segments[0].monetary.amount = "1234.50"
    message.segments[0].monetary.currency_code = "EUR"
    message.segments.add(segment=11, name="Lost")
    message.monetary.amount = "1234.50"
    message.population.buyers = 12
    message.provenance.revision = 7
    message.provenance.as_of.FromDatetime(datetime(1998, 7, 1))
    return lojal.SegmentSummaries.from_wire(message)


def test_a_summary_is_a_table() -> None:
    table = summary()
    first, second = table
    assert (first.segment, first.monetary) == (lojal.Segment.AT_RISK, lojal.Money(Decimal("1234.50"), "EUR"))
    assert (second.customer_share, second.mean_frequency) == (None, None)
    assert (table.population.buyers, table.monetary.amount) == (12, Decimal("1234.50"))
    assert table.provenance is not None
    assert table.provenance.as_of == datetime(1998, 7, 1, tzinfo=UTC)
    assert table[:1].population.buyers == 12  # type: ignore[attr-defined]
    assert pickle.loads(pickle.dumps(table)) == table == copy.copy(table)


def test_a_table_prints_as_a_table() -> None:
    lines = repr(summary()).splitlines()
    assert lines[0].split() == ["segment", "name", "customers", "customer_share", "monetary", "monetary_currency_code",
                                "mean_frequency"]  # fmt: skip
    assert lines[1].split() == ["at_risk", "At", "Risk", "12", "0.5", "1234.50", "EUR", "3.25"]
    html = summary()._repr_html_()
    assert html is not None
    assert "At Risk" in html
    assert "mean_monetary" not in html


def test_a_table_turns_into_a_frame() -> None:
    frame = summary().to_pandas()
    assert list(frame.columns) == columns(lojal.SegmentSummary)
    assert list(frame["segment"]) == ["at_risk", "lost"]
    assert frame["monetary"].dtype == float
    assert frame["monetary"].sum() == 1234.5
    assert frame["customer_share"].isna().tolist() == [False, True]
    assert summary().to_pandas(exact_money=True)["monetary"][0] == Decimal("1234.50")


def test_an_empty_table_has_its_columns() -> None:
    frame = lojal.Table(lojal.Prediction, ()).to_pandas()
    assert list(frame.columns)[:5] == ["customer_id", "alive_probability", "alive_probability_ci_low",
                                       "alive_probability_ci_high", "alive_probability_n"]  # fmt: skip
    assert len(frame) == 0
    assert repr(lojal.Table(lojal.Prediction, ())) == "(0 rows)"


def test_an_undefined_estimate_has_no_value() -> None:
    estimate = lojal.Estimate.from_wire(common_pb2.Estimate(n=0))
    assert (estimate.value, estimate.ci_low, str(estimate)) == (None, None, "undefined")
    zero = lojal.Estimate.from_wire(common_pb2.Estimate(value=0.0, ci_low=-1.0, ci_high=1.0))
    assert (zero.value, str(zero)) == (0.0, "0 [-1, 1]")


def test_a_timeline_has_the_fields_of_every_kind_side_by_side() -> None:
    message = customer_service_pb2.GetTimelineResponse()
    euro = {"amount": "1.5", "currency_code": "EUR"}
    message.events.add(transaction={"transaction_id": "t1", "amount": euro, "discount": euro})
    message.events.add(survey_response={"response_id": "a1", "score": 9, "metric": 1, "kind": 2})
    message.events.add(attributes={"attributes": {"market": "hr"}})
    message.events.add(refund={"refund_id": "r1", "transaction_id": "t1", "amount": {"amount": "1"}})
    message.events.add(cost={"cost_id": "k1", "kind": 4, "amount": euro, "end_time": {"seconds": 86_400}})
    message.events.add()
    timeline = lojal.Timeline.from_wire(message)
    assert [event.kind for event in timeline] == ["transaction", "survey_response", "attributes", "refund", "cost", ""]
    answer = timeline[1].event
    assert isinstance(answer, lojal.SurveyResponseEvent)
    assert (answer.response_id, answer.score, answer.comment) == ("a1", 9, "")
    assert (answer.metric, answer.survey_kind) == (lojal.SurveyMetric.NPS, lojal.SurveyKind.TRANSACTIONAL)
    spent = timeline[4].event
    assert isinstance(spent, lojal.CostEvent)
    assert (spent.cost_kind, spent.amount.amount, spent.converted_amount) == ("incentive", Decimal("1.5"), None)
    assert spent.end_time == datetime(1970, 1, 2, tzinfo=UTC)
    frame = timeline.to_pandas()
    assert (frame["cost_id"][4], frame["cost_kind"][4], frame["amount"][4]) == ("k1", "incentive", 1.5)
    assert frame["amount"].tolist()[0] == 1.5
    assert frame["discount"].tolist()[0] == 1.5
    assert frame["score"].tolist()[1] == 9
    assert frame["attributes_market"].tolist()[2] == "hr"
    assert frame["transaction_id"].tolist()[3] == "t1"
    assert "t1" in repr(timeline)


def test_a_model_gives_its_parameters_by_symbol() -> None:
    message = clv_service_pb2.Model(model_id="bg-nbd-1", kind=1, time_unit=2)
    message.parameters.add(name="alpha", estimate={"value": 4.41})
    message.calibration_histogram.add(frequency=0, actual=1411, expected=1410.7)
    model = lojal.Model.from_wire(message)
    assert model.parameters["alpha"].value == 4.41
    assert (model.kind, model.time_unit, model.value_log_likelihood) == ("bg_nbd", "week", None)
    assert model.calibration_histogram == (lojal.HistogramBin(0, 1411, 1410.7),)
    frame = lojal.Table(lojal.Model, [model]).to_pandas()
    assert frame["parameters_alpha"][0] == 4.41


def test_an_nps_without_rows_is_one_row() -> None:
    message = nps_service_pb2.GetNpsResponse(nps={"value": 10.0, "n": 100}, promoters=40, passives=30, detractors=30)
    score = lojal.NpsScore.from_wire(message)
    assert score.to_pandas()[["nps", "nps_n", "promoters"]].values.tolist() == [[10, 100, 40]]
    assert list(score.to_pandas().columns)[:4] == ["group", "period_start", "period_end", "period_label"]
    message.rows.add(group="hr", nps={"value": 1.0}, period={"label": "2026-03"})
    score = lojal.NpsScore.from_wire(message)
    assert score.to_pandas()[["group", "period_label"]].values.tolist() == [["hr", "2026-03"]]
    assert score._repr_html_() is not None


def test_limits_are_found_by_name() -> None:
    message = admin_service_pb2.GetServerInfoResponse()
    message.limits.add(name="rows_per_request", maximum=10_000, unit="rows")
    assert lojal.ServerInfo.from_wire(message).limits["rows_per_request"] == lojal.Limit(10_000, "rows")


def test_results_are_frozen() -> None:
    with pytest.raises(AttributeError):
        summary()[0].customers = 3  # type: ignore[misc]


def test_warnings_come_with_codes_and_methods_with_names() -> None:
    message = common_pb2.Estimate(value=1.0, method="maximum_likelihood, delta_method")
    message.warnings.append("there are few")
    message.warning_codes.append(common_pb2.WARNING_CODE_FEW_OBSERVATIONS)
    message.warning_codes.append(9_999)
    estimate = lojal.Estimate.from_wire(message)
    assert estimate.warning_codes == (lojal.WarningCode.FEW_OBSERVATIONS, lojal.WarningCode.UNKNOWN)
    assert estimate.methods == (lojal.EstimateMethod.MAXIMUM_LIKELIHOOD, lojal.EstimateMethod.DELTA_METHOD)
    assert lojal.Estimate(value=None, method="of tomorrow").methods == (lojal.EstimateMethod.UNKNOWN,)
    assert lojal.Estimate(value=None).methods == ()
    excluded = common_pb2.Exclusion(cause="too new", count=3, code=common_pb2.EXCLUSION_CODE_TOO_NEW)
    assert lojal.Exclusion.from_wire(excluded).code == lojal.ExclusionCode.TOO_NEW


def test_an_end_of_an_interval_that_is_known_is_shown_without_the_other() -> None:
    assert str(lojal.Estimate(value=184.0, ci_low=139.0)) == "184 [139, ?]"
    assert str(lojal.Estimate(value=None, ci_low=139.0)) == "undefined [139, ?]"
    assert str(lojal.Estimate(value=184.0)) == "184"
