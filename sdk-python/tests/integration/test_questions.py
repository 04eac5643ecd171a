"""Every question, asked of the CDNOW sample and of small made-up histories."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import lojal
from lojal.v1 import customer_service_pb2, segmentation_service_pb2

AS_OF = "1998-07-01"


def answers(scores: list[int], **more: Any) -> list[dict[str, Any]]:
    day = datetime(2026, 3, 1, tzinfo=UTC)
    return [{"response_id": f"a{i}", "time": day, "score": score, **more} for i, score in enumerate(scores)]


def test_loading_twice_doubles_nothing(cdnow: Any, cdnow_rows: list[dict[str, str]]) -> None:
    again = cdnow.transactions.load(cdnow_rows, currency_code="USD", progress=False)
    assert (again.rows, again.recorded, again.duplicates) == (6919, 0, 6919)
    space = cdnow.admin.info().workspace
    assert (space.customers, space.transactions) == (2357, 6919)


def test_a_backup_is_a_file_once_it_is_whole(cdnow: Any, tmp_path: Path) -> None:
    file = cdnow.admin.backup(tmp_path / "all.backup")
    assert file.stat().st_size > 10_000
    with pytest.raises(FileExistsError, match="replace=True"):
        cdnow.admin.backup(file)
    assert cdnow.admin.backup(file, replace=True) == file
    assert [path.name for path in tmp_path.iterdir()] == ["all.backup"]


def test_the_server_tells_about_itself(cdnow: Any) -> None:
    info = cdnow.admin.info()
    assert info.version
    assert info.writable
    assert info.start_time <= info.now
    assert any(limit == lojal.Limit(10_000, "rows") for limit in info.limits.values())
    space = info.workspace
    assert space.workspace == cdnow.workspace
    assert space.reporting_currency_code == "USD"
    assert space.first_event_time == datetime(1997, 1, 1, tzinfo=UTC)
    assert space.last_event_time == datetime(1998, 6, 30, tzinfo=UTC)
    # nothing happened for a year, so an unset as_of is right after the latest event, and answers warn of it
    assert space.default_as_of > space.last_event_time
    assert space.default_as_of < info.now
    assert cdnow.segments.summary().provenance.warnings


def test_one_customer(cdnow: Any) -> None:
    customer = cdnow.customers.get("0001", as_of=AS_OF)
    assert customer.transaction_count == customer.purchase_day_count == 4
    assert customer.gross_spend == customer.net_spend == lojal.Money(Decimal("100.50"), "USD")
    assert customer.last_transaction_time == datetime(1997, 12, 12, tzinfo=UTC)
    earlier = cdnow.customers.get("0001", as_of="1997-02-01")
    assert (earlier.transaction_count, earlier.gross_spend.amount) == (2, Decimal("59.06"))


def test_all_customers_page_by_page(cdnow: Any) -> None:
    customers = cdnow.customers.list(as_of=AS_OF, page_size=500).to_list()
    assert len({customer.customer_id for customer in customers}) == len(customers) == 2357
    assert customers[0].customer_id == "0001"
    assert sum(customer.transaction_count for customer in customers) == 6919
    frame = customers.to_pandas()
    assert frame["gross_spend"].sum() == pytest.approx(float(sum(each.gross_spend.amount for each in customers)))


def test_segments(cdnow: Any) -> None:
    summary = cdnow.segments.summary(as_of=AS_OF)
    assert [row.segment for row in summary] == [segment for segment in lojal.Segment if segment != "unknown"]
    assert sum(row.customers for row in summary) == summary.population.customers == 2357
    assert sum(row.customer_share for row in summary) == pytest.approx(1)
    assert sum(row.monetary.amount for row in summary) == summary.monetary.amount
    assert summary.population.basis is lojal.CutpointBasis.QUINTILES
    assert summary.provenance.as_of == datetime(1998, 7, 1, tzinfo=UTC)
    assert len(summary.to_pandas()) == 11
    assert "At Risk" in summary._repr_html_()


def test_members_are_those_the_summary_counts(cdnow: Any) -> None:
    summary = {row.segment: row.customers for row in cdnow.segments.summary(as_of=AS_OF)}
    members = cdnow.segments.members("at_risk", as_of=AS_OF, page_size=50).to_list()
    assert len({member.customer_id for member in members}) == len(members) == summary[lojal.Segment.AT_RISK] > 0
    assert {member.scores.recency for member in members} <= {1, 2}
    assert {member.scores.frequency for member in members} <= {3, 4}
    one = cdnow.segments.of(members[0].customer_id, as_of=AS_OF)
    assert (one.segment, one.scores, one.values) == (members[0].segment, members[0].scores, members[0].values)
    assert one.population.buyers > 25
    assert cdnow.segments.members("at_risk", as_of=AS_OF).to_pandas()["segment"].unique().tolist() == ["at_risk"]
    everybody = cdnow.segments.members(as_of=AS_OF).to_pandas()
    assert everybody["segment"].value_counts().to_dict() == {each: n for each, n in summary.items() if n}


def test_segments_over_time_and_who_moved_between_them(cdnow: Any) -> None:
    summary = cdnow.segments.summary(as_of=AS_OF, group_by="acquisition_month", interval="month", series_window="3mo")
    frame = summary.rows.to_pandas()
    assert frame["period_label"].unique().tolist() == ["1998-04", "1998-05", "1998-06"]
    june = frame[frame["period_label"] == "1998-06"].groupby("segment")["customers"].sum().to_dict()
    assert june == {row.segment: row.customers for row in summary}
    moved = cdnow.segments.transitions(from_as_of="1998-01-01", as_of=AS_OF)
    frame = moved.to_pandas()
    assert frame["customers"].sum() == 2357
    assert moved.mix_test.p_value < 0.05
    assert moved.provenance.window_start == datetime(1998, 1, 1, tzinfo=UTC)
    early = cdnow.segments.transitions(from_as_of="1990-01-01", as_of=AS_OF)
    assert {row.from_segment for row in early.transitions} == {None}


def test_money_is_told_by_group_and_period(cdnow: Any) -> None:
    frame = cdnow.retention.purchases(as_of=AS_OF, window="1997", interval="quarter").to_pandas()
    assert frame["period_label"].tolist() == ["1997-Q1", "1997-Q2", "1997-Q3", "1997-Q4"]
    assert frame["orders"].sum() == cdnow.retention.purchases(as_of=AS_OF, window="1997").whole.orders
    rows = cdnow.retention.revenue(as_of="1998-05-20", window="1998", interval="quarter", bootstrap_replicates=20).rows
    assert [(row.period.label, row.period.cut_off, row.prior_period.label) for row in rows] == [
        ("1998-Q1", False, "1997-Q4"),
        ("1998-Q2", True, "1998-Q1"),
    ]
    summed = cdnow.clv.summary(as_of=AS_OF, group_by="segment")
    assert summed.to_pandas()["clv"].sum() == pytest.approx(summed.whole.clv.value)


def test_the_scheme(cdnow: Any) -> None:
    scheme = cdnow.segments.scheme(as_of=AS_OF, window="12mo")
    assert scheme.definition.startswith("rfm@")
    assert len({(cell.recency, cell.frequency) for cell in scheme.cells}) == len(scheme.cells) == 25
    assert {each.segment for each in scheme.segments} == {cell.segment for cell in scheme.cells}
    assert [threshold.score for threshold in scheme.thresholds] == [2, 3, 4, 5]
    assert all(threshold.recency_days_max is not None for threshold in scheme.thresholds)


def test_a_score_nobody_can_reach_has_no_threshold(client: Any) -> None:
    rows = [{"customer_id": f"c{i}", "time": "2026-03-01", "amount": "5", "currency_code": "EUR"} for i in range(30)]
    client.transactions.record(rows)
    thresholds = client.segments.scheme(as_of="2026-03-02").thresholds
    # thirty equal customers score 3 by recency, and nobody can have bought later than today
    assert [(each.score, each.recency_days_max) for each in thresholds] == [(2, 0), (3, 0), (4, None), (5, None)]
    assert [each.frequency_min for each in thresholds] == [2] * 4
    assert thresholds[0].monetary_min == lojal.Money(Decimal(5), "EUR")
    assert thresholds.to_pandas()["recency_days_max"].isna().tolist() == [False, False, True, True]


def test_bg_nbd_on_cdnow(cdnow: Any) -> None:
    """The values of Fader, Hardie and Lee's own note on CDNOW, and of CLVTools."""
    stages: list[str] = []
    model = cdnow.clv.fit(
        model="bg_nbd",
        calibration_end="1997-09-30",
        time_unit="week",
        request_id="golden",
        on_progress=lambda progress: stages.append(progress.stage),
    )
    fitted = {name: estimate.value for name, estimate in model.parameters.items()}
    assert fitted == pytest.approx({"r": 0.2426, "alpha": 4.4136, "a": 0.7929, "b": 2.4259}, abs=1e-3)
    assert model.log_likelihood == pytest.approx(-9582.429, abs=1e-3)
    value = {name: estimate.value for name, estimate in model.value_parameters.items()}
    assert value == pytest.approx({"p": 6.2496, "q": 3.7442, "gamma": 15.4435}, rel=1e-3)
    assert (model.kind, model.time_unit, model.customers) == ("bg_nbd", "week", 2357)
    assert (model.calibration_start, model.calibration_end) == ("1997-01-01", "1997-09-30")
    assert sum(each.actual for each in model.calibration_histogram) == 2357
    assert stages
    again = cdnow.clv.fit(model="bg_nbd", calibration_end="1997-09-30", time_unit="week", request_id="golden")
    assert again.model_id == model.model_id
    with pytest.raises(lojal.FailedPrecondition) as error:
        cdnow.clv.fit(model="mbg_nbd", calibration_end="1997-09-30", request_id="golden")
    assert error.value.reason == "REQUEST_ID_REUSED"


def test_models(cdnow: Any) -> None:
    before = {model.model_id for model in cdnow.clv.models()}
    model = cdnow.clv.fit(model="mbg_nbd", calibration_end="1997-09-30", time_unit="day")
    assert (model.kind, model.time_unit) == ("mbg_nbd", "day")
    assert model.model_id not in before
    assert cdnow.clv.model().model_id == model.model_id
    assert cdnow.clv.model(model_id=model.model_id) == model
    models = cdnow.clv.models(page_size=1).to_list()
    assert models[0].model_id == model.model_id
    assert models[0].is_default
    assert [each.is_default for each in models].count(True) == 1
    assert "parameters_alpha" in models.to_pandas().columns
    with pytest.raises(lojal.NotFound) as error:
        cdnow.clv.model(model_id="no-such-model")
    assert error.value.reason == "MODEL_NOT_FOUND"


def test_a_prediction_follows_the_published_formula(cdnow: Any) -> None:
    model = cdnow.clv.fit(model="bg_nbd", calibration_end="1997-09-30")
    said = cdnow.clv.predict_customer("0001", as_of="1997-10-01", model_id=model.model_id, horizon="52w")
    assert said.model_id == model.model_id
    assert (said.frequency, said.recency_days, said.age_days) == (2, 213, 272)
    r, alpha, a, b = (model.parameters[name].value for name in ("r", "alpha", "a", "b"))
    x, t_x, age = said.frequency, said.recency_days / 7, said.age_days / 7
    alive = 1 / (1 + a / (b + x - 1) * ((alpha + age) / (alpha + t_x)) ** (r + x))
    assert said.alive_probability.value == pytest.approx(alive, rel=1e-9)
    assert said.expected_purchases.value > 0
    assert said.clv.value == pytest.approx(said.expected_purchases.value * said.expected_value.value, rel=0.1)
    undiscounted = cdnow.clv.predict_customer(
        "0001", as_of="1997-10-01", model_id=model.model_id, horizon="52w", yearly_discount_rate=0
    )
    assert undiscounted.clv.value > said.clv.value
    assert said.provenance.currency_code == "USD"


def test_predictions_for_everybody(cdnow: Any) -> None:
    listing = cdnow.clv.predict(horizon="12mo", as_of=AS_OF)
    everybody = listing.to_list()
    assert len({each.customer_id for each in everybody}) == len(everybody) == 2357
    assert everybody.model_id
    assert all(0 <= each.alive_probability.value <= 1 for each in everybody)
    best = cdnow.clv.predict(horizon="12mo", as_of=AS_OF, order_by="clv", limit=10).to_list()
    values = [each.clv.value for each in best]
    assert len(values) == 10
    assert values == sorted(values, reverse=True)
    assert values[0] == max(each.clv.value for each in everybody)
    leaving = cdnow.clv.predict(as_of=AS_OF, order_by="alive_probability", limit=5).to_list()
    chances = [each.alive_probability.value for each in leaving]
    assert chances == sorted(chances)
    frame = cdnow.clv.predict(as_of=AS_OF, limit=3).to_pandas()
    assert len(frame) == 3
    assert frame["clv"].dtype == float


def test_a_prediction_needs_no_fit(client: Any, cdnow_rows: list[dict[str, str]]) -> None:
    client.transactions.load(cdnow_rows, progress=False)
    said = client.clv.predict_customer("0001")
    assert said.model_id
    model = client.clv.model()
    assert model.is_automatic
    assert [each.kind for each in model.members] == ["pareto_nbd", "mbg_nbd", "nbd", "bg_nbd"]


def test_nps_and_its_interval(client: Any) -> None:
    client.surveys.record(answers([10] * 40 + [8] * 30 + [2] * 30))
    score = client.nps.score(as_of="2026-04-01")
    assert (score.promoters, score.passives, score.detractors) == (40, 30, 30)
    assert score.score_counts == (0, 0, 30, 0, 0, 0, 0, 0, 30, 0, 40)
    assert score.nps.value == pytest.approx(10)
    assert (score.nps.ci_low, score.nps.ci_high) == (pytest.approx(-6.27, abs=0.01), pytest.approx(25.69, abs=0.01))
    assert (score.nps.n, score.nps.confidence) == (100, 0.95)
    assert len(score.rows) == 0
    assert len(score.to_pandas()) == 1
    wider = client.nps.score(as_of="2026-04-01", confidence=0.99)
    assert wider.nps.ci_low < score.nps.ci_low


def test_nps_by_group_and_over_time(client: Any) -> None:
    client.customers.upsert([{"customer_id": "c1", "attributes": {"market": "hr"}}])
    client.surveys.record(
        [
            {"response_id": "1", "customer_id": "c1", "time": "2026-01-15", "score": 10, "survey_id": "spring"},
            {"response_id": "2", "customer_id": "c1", "time": "2026-03-15", "score": 2, "survey_id": "spring"},
            {"response_id": "3", "time": "2026-03-16", "score": 9, "channel": "email"},
        ]
    )
    score = client.nps.score(as_of="2026-04-01", window="2026-Q1", group_by="market", interval="month")
    rows = {(row.group, row.period.label): row.nps.value for row in score.rows}
    assert rows[("hr", "2026-01")] == 100
    assert rows[("hr", "2026-02")] is None
    assert rows[("hr", "2026-03")] == -100
    assert rows[("", "2026-03")] == 100
    frame = score.to_pandas()
    assert frame["nps"].isna().any()
    assert set(frame["group"]) == {"", "hr"}
    assert client.nps.score(as_of="2026-04-01", survey_id="spring").nps.n == 2
    by_channel = client.nps.score(as_of="2026-04-01", group_by="channel")
    assert {row.group: row.nps.n for row in by_channel.rows} == {"": 2, "email": 1}


def test_two_kinds_of_nps_are_never_mixed(client: Any) -> None:
    rows = answers([10, 10]) + [
        {**each, "response_id": f"b{i}"} for i, each in enumerate(answers([0], kind="transactional"))
    ]
    client.surveys.record(rows)
    both = client.nps.score(as_of="2026-04-01")
    assert (both.kind, both.nps.value) == ("relationship", 100)
    assert [(row.kind, row.nps.value) for row in both.by_kind] == [("relationship", 100), ("transactional", -100)]
    assert both.provenance.warning_codes == (lojal.WarningCode.SEVERAL_QUESTIONS,)
    assert client.nps.score(as_of="2026-04-01", kind="relationship").nps.value == 100
    assert client.nps.score(as_of="2026-04-01", kind=lojal.SurveyKind.TRANSACTIONAL).nps.value == -100


def test_an_empty_workspace_answers(client: Any) -> None:
    summary = client.segments.summary()
    assert len(summary) == 11
    assert {row.customers for row in summary} == {0}
    assert {row.customer_share for row in summary} == {None}
    assert client.nps.score().nps.value is None
    assert len(client.customers.list().to_list()) == 0
    assert len(client.segments.members("champions").to_list()) == 0
    assert len(client.clv.models().to_list()) == 0
    assert len(client.segments.scheme().cells) == 25
    assert client.admin.info().workspace.customers == 0
    with pytest.raises(lojal.FailedPrecondition) as error:
        client.clv.fit()
    assert error.value.reason == "INSUFFICIENT_HISTORY"
    assert len(client.clv.predict().to_list()) == 0
    assert client.clv.predict().totals().customers == 0
    with pytest.raises(lojal.NotFound):
        client.clv.model()


@pytest.mark.parametrize(
    ("ask", "field"),
    [
        (lambda client: client.segments.summary(window="soon"), "window"),
        (lambda client: client.segments.of(""), "customer_id"),
        (lambda client: client.nps.score(window="2026-13"), "window"),
        (lambda client: client.nps.score(confidence=0.2), "confidence"),
        (lambda client: client.clv.predict(horizon="60y").to_list(), "horizon"),
        (lambda client: client.clv.predict(horizon="12mo", yearly_discount_rate=11).to_list(), "yearly_discount_rate"),
        (lambda client: client.clv.fit(calibration_end="yesterday"), "calibration_end"),
        (lambda client: client.customers.list(page_size=1001).to_list(), "page_size"),
    ],
)
def test_bad_questions_name_the_field(cdnow: Any, ask: Any, field: str) -> None:
    with pytest.raises(lojal.InvalidArgument) as error:
        ask(cdnow)
    assert error.value.reason == "INVALID_FIELD"
    assert [violation.field for violation in error.value.field_violations] == [field]
    assert error.value.field_violations[0].description


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.customers.get("nobody"),
        lambda client: client.customers.timeline("nobody").to_list(),
        lambda client: client.segments.of("nobody"),
        lambda client: client.clv.predict_customer("nobody"),
    ],
)
def test_nobody_is_not_found(cdnow: Any, ask: Any) -> None:
    with pytest.raises(lojal.NotFound) as error:
        ask(cdnow)
    assert error.value.reason == lojal.ErrorReason.CUSTOMER_NOT_FOUND
    assert error.value.metadata["customer_id"] == "nobody"
    assert re.fullmatch("[0-9a-f]{32}", error.value.request_id)


def test_a_page_token_belongs_to_its_request(cdnow: Any, target: str) -> None:
    with lojal.Client(target, workspace=cdnow.workspace) as client:
        request = customer_service_pb2.ListCustomersRequest(page_size=10)
        token = client.stubs.customers.ListCustomers(request, metadata=client.metadata).next_page_token
        other = segmentation_service_pb2.ListSegmentMembersRequest(segment=1, page_token=token)
        with pytest.raises(Exception, match="INVALID_ARGUMENT"):
            client.stubs.segmentation.ListSegmentMembers(other, metadata=client.metadata)
