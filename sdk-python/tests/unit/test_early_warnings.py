"""Early warnings: what is sent, and how it is read."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from fake_server import FakeServer
from noting import call_of, loyalty

import lojal
from lojal.table import columns
from lojal.v1 import loyalty_service_pb2 as pb

ID = "silence@2026-03-02@c1"


def warned(**more: Any) -> pb.EarlyWarning:
    """A silence that was looked at before, of somebody who may well be gone."""
    message = pb.EarlyWarning(
        warning_id=ID,
        customer_id="c1",
        kind=pb.EARLY_WARNING_KIND_SILENCE,
        severity=pb.EARLY_WARNING_SEVERITY_MEDIUM,
        evidence="no purchase for 43 days; of gaps like theirs (7 so far) nine in ten end within 31",
        churn_probability={"value": 0.75, "ci_low": 0.5, "ci_high": 0.9, "confidence": 0.95, "n": 60},
        model_churn_probability=0.5,
        measured_precision={"method": "ratio, wilson"},
        base_rate={"value": 0.25},
        **more,
    )
    message.onset.FromDatetime(datetime(2026, 3, 2))
    message.raised_at.FromDatetime(datetime(2026, 4, 2))
    return message


def test_questions_send_what_is_given() -> None:
    listed = call_of(
        loyalty.early_warnings,
        kinds=["silence", lojal.EarlyWarningKind.LOWER_NPS],
        min_value_at_risk=0,
        filter='market == "hr"',
        as_of="2026-03-01",
        order="newest",
        limit=20,
        horizon="30d",
        with_acknowledged=True,
        confidence=0.9,
    ).request
    expected = pb.ListEarlyWarningsRequest(
        kinds=[pb.EARLY_WARNING_KIND_SILENCE, pb.EARLY_WARNING_KIND_LOWER_NPS],
        min_value_at_risk=0,
        filter='market == "hr"',
        order=pb.EARLY_WARNING_ORDER_NEWEST,
        limit=20,
        horizon="30d",
        with_acknowledged=True,
        confidence=0.9,
    )
    expected.as_of.FromJsonString("2026-03-01T00:00:00Z")
    assert listed == expected
    assert call_of(loyalty.early_warnings).request == pb.ListEarlyWarningsRequest()
    watched = call_of(loyalty.watch_early_warnings, kinds=iter(["more_refunds"]), horizon="6mo", resume_token="t1")
    assert watched.request == pb.WatchEarlyWarningsRequest(
        kinds=[pb.EARLY_WARNING_KIND_MORE_REFUNDS], horizon="6mo", resume_token="t1"
    )
    assert call_of(loyalty.watch_early_warnings).request == pb.WatchEarlyWarningsRequest()
    assert call_of(loyalty.acknowledge_warning, ID, note="called").request == pb.AcknowledgeWarningRequest(
        warning_id=ID, note="called"
    )
    assert call_of(loyalty.acknowledge_warning, ID).request == pb.AcknowledgeWarningRequest(warning_id=ID)
    asked = call_of(loyalty.warning_quality, horizon="30d", confidence=0.9)
    assert asked.request == pb.GetWarningQualityRequest(horizon="30d", confidence=0.9)
    assert asked.unhurried  # it looks at everybody on six days


@pytest.mark.parametrize(
    ("ask", "asked", "field", "message"),
    [
        (loyalty.early_warnings, {"kinds": ["noise"]}, "kinds", "is not one of: silence, fewer_orders, lower_spend"),
        (loyalty.early_warnings, {"kinds": "silence"}, "kinds", 'give one, such as ["silence"]'),
        (loyalty.early_warnings, {"order": "oldest"}, "order", "value_at_risk, churn_probability, newest"),
        (loyalty.watch_early_warnings, {"kinds": ["unknown"]}, "kinds", "is not one of"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_it_is_sent(
    ask: Any, asked: dict[str, Any], field: str, message: str
) -> None:
    with pytest.raises(lojal.InvalidArgument) as error:
        ask(**asked)
    (violation,) = error.value.field_violations
    assert violation.field == field
    assert message in violation.description


def test_every_word_of_the_contract_is_known() -> None:
    for kind in (lojal.EarlyWarningKind, lojal.EarlyWarningSeverity, lojal.EarlyWarningOrder, lojal.EstimateMethod):
        names = {name.removeprefix(kind.prefix()) for name in kind.wire_type().keys()}  # noqa: SIM118
        assert names - {"UNSPECIFIED"} == set(kind.__members__) - {"UNKNOWN"}


def test_a_list_keeps_the_totals_of_its_first_message() -> None:
    first = pb.ListEarlyWarningsResponse(warnings=[warned(value_at_risk=12.5, clv_12mo=25.0)])
    first.totals.warnings, first.totals.customers = 2, 1
    first.totals.value_at_risk.amount, first.totals.value_at_risk.currency_code = "12.5", "EUR"
    first.totals.by_kind.add(kind=pb.EARLY_WARNING_KIND_SILENCE, warnings=2)
    first.totals.by_kind.add(kind=pb.EARLY_WARNING_KIND_UNANSWERED, warnings=0)
    first.provenance.revision = 7
    second = pb.ListEarlyWarningsResponse(warnings=[warned(p_value=0.0, acknowledgement_note="called")])
    second.warnings[0].acknowledged_at.FromDatetime(datetime(2026, 4, 3))
    pages = [lojal.EarlyWarnings.from_wire(each) for each in (first, second)]
    table = lojal.EarlyWarningListing(lambda: iter(pages), lambda: iter([])).to_list()
    assert table.totals == lojal.EarlyWarningTotals(2, 1, lojal.Money(Decimal("12.5"), "EUR"), table.totals.by_kind)
    assert table.totals.by_kind == {"silence": 2, "unanswered": 0}
    assert table.totals.by_kind[lojal.EarlyWarningKind.SILENCE] == 2
    assert table.provenance is not None
    assert table.provenance.revision == 7
    one, other = table
    assert (one.kind, one.severity) == (lojal.EarlyWarningKind.SILENCE, lojal.EarlyWarningSeverity.MEDIUM)
    assert (one.onset, one.raised_at) == (datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC))
    assert (one.churn_probability.value, one.model_churn_probability) == (0.75, 0.5)
    assert (one.measured_precision.value, one.base_rate.value) == (None, 0.25)
    assert (one.clv_12mo, one.value_at_risk, one.p_value, one.acknowledged_at) == (25, 12.5, None, None)
    assert (other.value_at_risk, other.p_value) == (None, 0)
    assert (other.acknowledged_at, other.acknowledgement_note) == (datetime(2026, 4, 3, tzinfo=UTC), "called")
    assert pickle.loads(pickle.dumps(one)) == one
    frame = table.to_pandas()
    assert list(frame.columns) == columns(lojal.EarlyWarning)
    assert frame["churn_probability_ci_low"].tolist() == [0.5, 0.5]
    assert frame["kind"].tolist() == ["silence", "silence"]
    assert repr(table).splitlines()[0].split() == [
        "customer_id", "kind", "severity", "churn_probability", "churn_probability_ci_low", "churn_probability_ci_high",
        "value_at_risk", "raised_at", "evidence",
    ]  # fmt: skip
    nothing = lojal.EarlyWarningListing(lambda: iter([]), lambda: iter([])).to_list()
    assert (len(nothing), nothing.totals) == (0, None)


def test_totals_are_asked_for_with_the_list_or_alone(client: Any, server: FakeServer) -> None:
    server.customers = 3
    listing = client.loyalty.early_warnings(horizon="30d", limit=2)
    assert [each.customer_id for each in listing] == ["c0", "c1"]
    assert listing.to_list().totals.warnings == 3
    assert listing.totals().warnings == 3
    assert [(each.horizon, each.limit) for each in server.received] == [("30d", 2), ("30d", 2), ("30d", 1)]
    server.customers = 0
    nobody = client.loyalty.early_warnings()
    assert (len(nobody.to_list()), nobody.totals().warnings) == (0, 0)


def test_news_are_a_table_with_its_token() -> None:
    message = pb.WatchEarlyWarningsResponse(warnings=[warned()], resume_token="t1")
    message.as_of.FromDatetime(datetime(2026, 4, 2))
    message.provenance.definition = "early_warnings@1"
    news = lojal.NewEarlyWarnings.from_wire(message)
    assert [each.warning_id for each in news] == [ID]
    assert (news.as_of, news.resume_token) == (datetime(2026, 4, 2, tzinfo=UTC), "t1")
    assert news.provenance is not None
    assert news.provenance.definition == "early_warnings@1"
    quiet = lojal.NewEarlyWarnings.from_wire(pb.WatchEarlyWarningsResponse(resume_token="t2"))
    assert (len(quiet), quiet.resume_token) == (0, "t2")
    assert list(quiet.to_pandas().columns) == columns(lojal.EarlyWarning)


def test_an_acknowledgement_is_the_first_one() -> None:
    message = pb.AcknowledgeWarningResponse(note="called", was_acknowledged=True)
    message.acknowledged_at.FromDatetime(datetime(2026, 4, 3))
    said = lojal.Acknowledgement.from_wire(message)
    assert said == lojal.Acknowledgement(datetime(2026, 4, 3, tzinfo=UTC), "called", True)


def test_quality_is_a_table_of_kinds() -> None:
    message = pb.GetWarningQualityResponse()
    silence = message.kinds.add(kind=pb.EARLY_WARNING_KIND_SILENCE, warnings=40, warnings_left=30, possible=100)
    silence.possible_left, silence.lift, silence.recall = 50, 1.5, 0.0
    silence.measured_precision.value, silence.base_rate.value = 0.75, 0.5
    silence.likelihood_ratio.value, silence.likelihood_ratio.method = 2.5, "ridge_logistic"
    message.kinds.add(kind=pb.EARLY_WARNING_KIND_UNANSWERED)
    message.calibration.add(customers=12, predicted=0.25, observed={"value": 0.5})
    message.dates.add().FromDatetime(datetime(2026, 1, 1))
    message.dates.add().FromDatetime(datetime(2025, 10, 1))
    message.provenance.revision = 7
    quality = lojal.WarningQuality.from_wire(message)
    one, other = quality
    assert (one.kind, one.warnings, one.warnings_left, one.possible, one.possible_left) == ("silence", 40, 30, 100, 50)
    assert (one.measured_precision.value, one.base_rate.value, one.lift, one.recall) == (0.75, 0.5, 1.5, 0)
    assert one.likelihood_ratio.methods == (lojal.EstimateMethod.RIDGE_LOGISTIC,)
    assert (other.measured_precision.value, other.lift, other.recall) == (None, None, None)
    assert quality.calibration.to_pandas()[["customers", "predicted", "observed"]].values.tolist() == [[12, 0.25, 0.5]]
    assert quality.dates == (datetime(2026, 1, 1, tzinfo=UTC), datetime(2025, 10, 1, tzinfo=UTC))
    assert quality.provenance is not None
    assert quality.provenance.revision == 7
    assert quality.to_pandas()["kind"].tolist() == ["silence", "unanswered"]
