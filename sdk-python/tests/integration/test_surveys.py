"""Surveys of every kind, their comparison, participation and comments, and interactions, on the real server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas
import pytest

import lojal

AS_OF = "2026-04-01"
TIME = "2026-03-01"


def answers(scores: list[int], prefix: str = "a", **more: Any) -> list[dict[str, Any]]:
    return [{"response_id": f"{prefix}{i}", "time": TIME, "score": score, **more} for i, score in enumerate(scores)]


def by_market(scores: dict[str, list[int]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yields customers of some markets, each with their answer."""
    for market, given in scores.items():
        for i, score in enumerate(given):
            customer_id = f"{market}-{i}"
            yield (
                {"customer_id": customer_id, "attributes": {"market": market}},
                {"response_id": customer_id, "customer_id": customer_id, "time": TIME, "score": score},
            )


def test_nps_of_two_markets_compared(client: Any) -> None:
    scores = {"hr": [10] * 40 + [8] * 30 + [2] * 30, "si": [10] * 55 + [8] * 25 + [2] * 20}
    customers, given = zip(*by_market(scores), strict=True)
    client.customers.upsert(customers)
    client.surveys.record(given)
    (compared,) = client.nps.compare(as_of=AS_OF, group_by="market")
    assert (compared.first, compared.second) == ("hr", "si")
    assert (compared.first_nps.value, compared.second_nps.value) == (pytest.approx(10), pytest.approx(35))
    assert compared.difference.value == pytest.approx(-25)
    assert compared.difference.ci_low < -25 < compared.difference.ci_high < 0
    assert (compared.z, compared.p_value) == (pytest.approx(-2.1506, abs=5e-5), pytest.approx(0.0315, abs=5e-5))
    assert compared.adjusted_p_value == compared.p_value
    frame = client.nps.compare(as_of=AS_OF, group_by="market").to_pandas()
    assert frame[["first", "second"]].values.tolist() == [["hr", "si"]]
    assert frame["difference"].tolist() == [pytest.approx(-25)]


def test_nps_of_two_windows_compared(client: Any) -> None:
    rows = [
        {"response_id": f"{month}-{i}", "customer_id": f"c{i}", "time": f"2026-{month}-15", "score": score}
        for month, given in {"01": [0, 6, 7, 9], "02": [9, 7, 10, 10]}.items()
        for i, score in enumerate(given)
    ]
    client.surveys.record(rows)
    windows = {"as_of": AS_OF, "window": "2026-02", "baseline_window": "2026-01"}
    (apart,) = client.nps.compare(**windows)
    assert (apart.first, apart.second) == ("window", "baseline_window")
    assert (apart.first_nps.value, apart.second_nps.value) == (75, -25)
    (paired,) = client.nps.compare(**windows, paired=True)
    # the changes are 200, 100, 100 and 0
    assert (paired.difference.value, paired.difference.n) == (100, 4)
    with pytest.raises(lojal.InvalidArgument):
        client.nps.compare(as_of=AS_OF)


def test_the_size_of_a_sample(client: Any) -> None:
    plans = [client.nps.plan_sample(margin=margin, variance=1) for margin in (10, 5, 3)]
    assert [plan.answers for plan in plans] == [385, 1537, 4269]
    assert plans[0].variance == 1
    assert client.nps.plan_sample().answers == 1537
    left = client.nps.plan_sample(answers=1537, variance=1, difference=10)
    assert left.margin == pytest.approx(5, abs=0.01)
    assert left.answers is None
    assert left.answers_to_see_difference > 1000


def test_nps_by_channel_topic_population_and_base(client: Any) -> None:
    customers = [{"customer_id": f"hr-{i}", "attributes": {"market": "hr"}} for i in range(30)]
    customers += [{"customer_id": f"si-{i}", "attributes": {"market": "si"}} for i in range(10)]
    client.customers.upsert(customers)
    client.surveys.record(
        [
            *answers([10] * 5, "x", customer_id="hr-1", channel="email", topics=["delivery"]),
            *answers([10, 8, 2, 2, 2], "y", customer_id="si-1", channel="sms", topics=["delivery", "price"]),
        ]
    )
    asked = {"as_of": AS_OF}
    assert client.nps.score(**asked, channel="email").nps.value == 100
    assert client.nps.score(**asked, topic="price").nps.n == 5
    by_topic = client.nps.score(**asked, group_by="topic")
    assert {row.group: row.nps.n for row in by_topic.rows} == {"delivery": 10, "price": 5}
    whole = client.nps.score(**asked)
    # ten answers of two customers, who mostly say again what they said before
    assert (whole.nps_of_base, whole.customers, whole.nps.n) == (None, 2, 10)
    assert whole.nps.design_effect > 1
    assert whole.effective_n < 10
    latest = client.nps.score(**asked, counted="latest_per_customer")
    assert (latest.nps.n, latest.effective_n) == (2, None)
    small = client.nps.score(**asked, population=3)
    assert whole.nps.ci_low < small.nps.ci_low < small.nps.ci_high < whole.nps.ci_high
    weighted = client.nps.score(**asked, weight_to_base_by="market")
    # 100 in the market of 30, -40 in the market of 10
    assert weighted.nps_of_base.value == pytest.approx((30 * 100 + 10 * -40) / 40)


def test_csat_and_its_interval(client: Any) -> None:
    client.surveys.record(answers([5] * 50 + [4] * 34 + [3] * 6 + [1] * 10, metric="csat"))
    score = client.surveys.csat(as_of=AS_OF)
    assert score.csat.value == pytest.approx(0.84)
    assert (score.csat.ci_low, score.csat.ci_high) == (
        pytest.approx(0.7558, abs=5e-5),
        pytest.approx(0.8990, abs=5e-5),
    )
    assert score.top_box_share == score.csat
    assert score.mean.value == pytest.approx(4.14)
    assert score.index.value == pytest.approx(100 * 3.14 / 4)
    assert score.score_counts == (10, 0, 6, 34, 50)
    assert score.scale == lojal.ScoreScale(lojal.SurveyMetric.CSAT, 1, 5, False, 4)
    assert client.surveys.csat(as_of=AS_OF, top_box=5).csat.value == 0.5
    assert len(score.to_pandas()) == 1
    assert client.nps.score(as_of=AS_OF).nps.n == 0


def test_csat_by_group_and_over_time(client: Any) -> None:
    client.surveys.record(
        [
            {"response_id": "1", "time": "2026-01-15", "score": 5, "metric": "csat", "channel": "email"},
            {"response_id": "2", "time": "2026-03-15", "score": 1, "metric": "csat", "channel": "email"},
            {"response_id": "3", "time": "2026-03-16", "score": 4, "metric": "csat", "channel": "sms"},
        ]
    )
    score = client.surveys.csat(as_of=AS_OF, window="2026-Q1", group_by="channel", interval="month")
    rows = {(row.group, row.period.label): row.top_box_share.value for row in score.rows}
    assert (rows[("email", "2026-01")], rows[("email", "2026-02")], rows[("email", "2026-03")]) == (1, None, 0)
    assert rows[("sms", "2026-03")] == 1
    frame = score.to_pandas()
    assert set(frame["group"]) == {"email", "sms"}
    assert "period_label" in frame
    assert "email" in repr(score.rows)
    assert client.surveys.csat(as_of=AS_OF, channel="sms").csat.n == 1


def test_both_versions_of_effort_are_never_mixed(client: Any) -> None:
    client.surveys.record(answers([7, 6, 5, 2], "new", metric="ces2"))
    score = client.surveys.ces(as_of=AS_OF)
    assert (score.ces.value, score.net_easy.value, score.top_box_share.value) == (5, 0.25, 0.75)
    client.surveys.record(answers([1, 2, 5], "old", metric="ces1"))
    both = client.surveys.ces(as_of=AS_OF)
    assert both.ces.value == 5
    assert [(row.scale.metric, row.mean.n) for row in both.questions] == [("ces2", 4), ("ces1", 3)]
    assert both.provenance.warning_codes == (lojal.WarningCode.SEVERAL_QUESTIONS,)
    old = client.surveys.ces(as_of=AS_OF, metric="ces1")
    assert old.ces.value == pytest.approx(8 / 3)
    assert old.scale.lower_is_better
    assert old.index.value == pytest.approx(100 * (5 - 8 / 3) / 4)
    assert old.net_easy.value is None


def test_trust_and_a_question_of_ones_own(client: Any) -> None:
    frame = pandas.DataFrame({"id": range(4), "date": TIME, "score": [0, 2, 4, 10]})
    options: dict[str, Any] = {
        "metric": "custom",
        "scale_min": 0,
        "scale_max": 10,
        "lower_is_better": True,
        "default_survey_id": "waiting",
        "anonymous": True,
        "progress": False,
    }
    assert client.surveys.load(frame, **options).recorded == 4
    assert client.surveys.load(frame, **options).duplicates == 4
    client.surveys.record(answers([7, 5], "t", metric="trust"))
    own = client.surveys.scores(as_of=AS_OF, metric="custom", survey_id="waiting")
    assert (own.mean.value, own.index.value, own.scale.lower_is_better) == (4, 60, True)
    assert client.surveys.scores(as_of=AS_OF).mean.value == 6
    client.surveys.load(frame.assign(id=frame["id"] + 4), **{**options, "default_survey_id": "packaging"})
    both = client.surveys.scores(as_of=AS_OF, metric="custom")
    assert sorted((row.survey_id, row.mean.n) for row in both.questions) == [("packaging", 4), ("waiting", 4)]


def test_a_dismissed_survey_never_enters_a_score(client: Any) -> None:
    asked = [
        {"response_id": f"a{i}", "time": TIME, "metric": metric, "disposition": "dismissed"}
        for i, metric in enumerate(["nps", "csat", "ces2", "trust"])
    ]
    client.surveys.record(asked)
    assert client.nps.score(as_of=AS_OF).nps.n == 0
    assert client.surveys.csat(as_of=AS_OF).csat.value is None
    assert client.surveys.ces(as_of=AS_OF).ces.value is None
    assert client.surveys.scores(as_of=AS_OF).mean.n == 0
    with pytest.raises(lojal.InvalidArgument) as error:
        client.surveys.record([{**asked[0], "response_id": "b1", "score": 3}])
    assert "score" in error.value.field_violations[0].field


def test_another_score_under_the_same_id_is_refused(client: Any) -> None:
    answer = {"response_id": "a1", "time": TIME, "score": 4, "metric": "csat"}
    client.surveys.record([{**answer, "score": None, "disposition": "invited"}, answer])
    assert client.surveys.record([answer]).duplicates == 1
    with pytest.raises(lojal.AlreadyExists) as error:
        client.surveys.record([{**answer, "score": 5}])
    assert error.value.reason == lojal.ErrorReason.RECORD_CONFLICT
    assert client.surveys.csat(as_of=AS_OF).mean.value == 4


def test_participation(client: Any) -> None:
    def became(dispositions: dict[str, int]) -> list[dict[str, Any]]:
        return [
            {"response_id": f"a{i}", "time": TIME, "disposition": disposition, "channel": "email"}
            for disposition, count in dispositions.items()
            for i in range(count)
        ]

    invited = pandas.DataFrame(became({"invited": 10})).drop(columns="disposition")
    assert client.surveys.load(invited, disposition="invited", anonymous=True, progress=False).recorded == 10
    client.surveys.record(became({"delivered": 8}))
    client.surveys.record(answers([9, 3, 10, 8], channel="email"))
    client.surveys.record([{"response_id": "a4", "time": TIME, "disposition": "dismissed", "channel": "email"}])
    client.surveys.record(answers([9], "unasked"))
    rate = client.surveys.response_rate(as_of=AS_OF)
    assert (rate.invited, rate.delivered, rate.completed, rate.dismissed, rate.unsolicited) == (10, 8, 4, 1, 1)
    assert rate.response_rate.value == 0.5
    assert rate.strict_response_rate.value == pytest.approx(0.4)
    assert rate.completion_rate.value == 1
    by_channel = client.surveys.response_rate(as_of=AS_OF, group_by="channel")
    assert {row.group: row.invited for row in by_channel.rows} == {"": 0, "email": 10}
    assert len(by_channel.to_pandas()) == 2
    assert client.nps.plan_sample(margin=5, window="all").response_rate is not None


def test_scores_compared(client: Any) -> None:
    client.surveys.record(
        [
            *answers([5, 5, 4, 4, 5, 3], "x", metric="csat", channel="email"),
            *answers([1, 2, 3, 2, 4, 1], "y", metric="csat", channel="sms"),
        ]
    )
    table = client.surveys.compare(as_of=AS_OF, group_by="channel")
    (compared,) = table
    assert (compared.first, compared.second) == ("email", "sms")
    assert compared.mean_difference.value == pytest.approx(26 / 6 - 13 / 6)
    assert compared.t == pytest.approx(3.7219, abs=5e-5)
    assert 0 < compared.p_value < 0.01
    assert compared.top_box_difference.value == pytest.approx(5 / 6 - 1 / 6)
    assert table.scale.metric is lojal.SurveyMetric.CSAT
    assert len(table.to_pandas()) == 1
    windows = {"window": "2026-03", "baseline_window": "2026-02"}
    assert client.surveys.compare(as_of=AS_OF, **windows)[0].p_value is None


def test_what_is_written_about(client: Any) -> None:
    client.surveys.record(
        [
            {"response_id": "1", "time": TIME, "score": 2, "comment": "Late delivery again", "topics": ["delivery"]},
            {"response_id": "2", "time": TIME, "score": 4, "comment": "late delivery", "topics": ["delivery"]},
            {"response_id": "3", "time": TIME, "score": 10, "comment": "lovely", "topics": ["service"]},
            {"response_id": "4", "time": TIME, "score": 8},
        ]
    )
    said = client.surveys.comments(as_of=AS_OF)
    assert (said.answers, said.comments, said.mean_score.value) == (4, 3, 6)
    assert [(row.term, row.answers, row.mean_score.value) for row in said.topics] == [
        ("delivery", 2, 3),
        ("service", 1, 10),
    ]
    terms = {row.term: row.answers for row in said.terms}
    assert (terms["late"], terms["late delivery"], terms["lovely"]) == (2, 2, 1)
    assert said.to_pandas()["kind"].unique().tolist() == ["topic", "term"]
    assert len(client.surveys.comments(as_of=AS_OF, limit=1).terms) == 1
    bare = {"response_id": "5", "customer_id": "eve", "time": TIME, "comment": "Delivery?", "disposition": "dismissed"}
    client.surveys.record([bare])
    assert client.surveys.comments(as_of=AS_OF).comments_without_score == 1
    found = client.surveys.responses(as_of=AS_OF, term="delivery", page_size=2)
    assert sorted((one.customer_id, one.score) for one in found if one.score is None or one.score > 2) == [
        ("", 4),
        ("eve", None),
    ]
    few = client.surveys.responses(as_of=AS_OF, metric="nps", min_score=9).to_pandas()
    assert few[["comment", "score"]].values.tolist() == [["lovely", 10]]


def test_interactions(client: Any) -> None:
    case = {
        "interaction_id": "case-9/opened",
        "customer_id": "c42",
        "time": "2026-03-02T10:00:00Z",
        "kind": "support_case",
        "name": "damaged on arrival",
        "channel": "phone",
        "status": "opened",
        "topics": ["delivery"],
    }
    assert client.interactions.record([case]).recorded == 1
    assert client.interactions.record([lojal.Interaction(**case)]).duplicates == 1
    with pytest.raises(lojal.AlreadyExists) as error:
        client.interactions.record([{**case, "status": "resolved"}])
    assert error.value.reason == lojal.ErrorReason.RECORD_CONFLICT
    clicks = pandas.DataFrame({"id": [1, 2], "user": "c42", "date": TIME, "campaign": "spring", "status": "clicked"})
    assert client.interactions.load(clicks, kind="campaign", progress=False).recorded == 2
    assert client.interactions.load(clicks, kind="campaign", progress=False).duplicates == 2
    assert client.customers.get("c42", as_of=AS_OF).interaction_count == 3
    assert client.admin.info().workspace.interactions == 3
    events = client.customers.timeline("c42", as_of=AS_OF).to_list()
    assert [event.kind for event in events] == ["interaction"] * 3
    assert events[0].event == lojal.InteractionEvent(
        "case-9/opened",
        lojal.InteractionKind.SUPPORT_CASE,
        "damaged on arrival",
        "phone",
        "opened",
        ("delivery",),
        "",
    )
    assert events.to_pandas()["status"].tolist() == ["opened", "clicked", "clicked"]
    assert client.customers.erase("c42").interactions == 3


def test_an_invitation_in_a_timeline_has_no_score(client: Any) -> None:
    invitation = {"response_id": "a1", "customer_id": "c1", "time": TIME, "disposition": "invited"}
    answer = {**invitation, "time": "2026-03-02", "disposition": "partial", "score": 4, "metric": "csat", "weight": 2.5}
    client.surveys.record([{**invitation, "metric": "csat"}, answer])
    given, asked = (event.event for event in client.customers.timeline("c1", as_of=AS_OF))
    assert (asked.score, asked.disposition) == (None, lojal.SurveyDisposition.INVITED)
    assert (given.score, given.disposition, given.weight) == (4, lojal.SurveyDisposition.PARTIAL, 2.5)
    assert (given.scale_min, given.scale_max, given.metric) == (1, 5, lojal.SurveyMetric.CSAT)
    customer = client.customers.get("c1", as_of=AS_OF)
    assert (customer.survey_response_count, customer.last_nps_score) == (1, None)
