"""Surveys and interactions: what is sent, and how it is read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest
from fake_server import FakeServer, rows_of
from noting import call_of, interactions, nps, surveys

import lojal
from lojal import enums
from lojal.results.surveys import CesScore, CommentSummary, CsatScore, ResponseRate, ScoreComparisons
from lojal.table import columns
from lojal.v1 import common_pb2, ingest_service_pb2, nps_service_pb2, survey_service_pb2

TIME = "2026-03-02T10:00:00Z"
ANSWER = {"response_id": "a1", "time": TIME, "score": 4, "metric": "csat"}
CASE = {"interaction_id": "case-9/opened", "customer_id": "c42", "time": TIME}


def sent(server: FakeServer) -> list[Any]:
    return [row for request in server.received for row in rows_of(request)]


@pytest.mark.parametrize("kind", enums.WireEnum.__subclasses__(), ids=lambda kind: kind.__name__)
def test_every_value_of_an_enum_of_the_contract_has_a_word(kind: type[enums.WireEnum]) -> None:
    numbers = [value.number for value in kind.wire_type().DESCRIPTOR.values if value.number]
    words = [kind.from_wire(number) for number in numbers]
    assert [kind.to_wire(word, "word") for word in words] == numbers
    assert kind.from_wire(999) == "unknown"


def test_every_enum_of_the_common_words_is_wrapped() -> None:
    wrapped = {kind.wire_type().DESCRIPTOR.name for kind in enums.WireEnum.__subclasses__()}
    assert set(common_pb2.DESCRIPTOR.enum_types_by_name) <= wrapped


def test_an_answer_is_sent_with_all_it_has() -> None:
    given = lojal.SurveyResponse(
        "a1",
        TIME,
        3,
        metric="custom",
        kind="transactional",
        survey_id="packaging",
        scale_min=-5,
        scale_max=5,
        disposition="partial",
        topics=["delivery", "price; value"],
        weight=1.5,
        lower_is_better=True,
    )
    invited = {"response_id": "a1", "time": TIME, "disposition": "invited"}
    request: Any = call_of(surveys.record, [given, invited])
    answer, invitation = request.request.survey_responses
    expected = ingest_service_pb2.SurveyResponse(
        response_id="a1",
        score=3,
        metric=6,
        kind=2,
        survey_id="packaging",
        scale_min=-5,
        scale_max=5,
        disposition=2,
        topics=["delivery", "price; value"],
        weight=1.5,
        lower_is_better=True,
    )
    expected.time.FromJsonString(TIME)
    assert answer == expected
    assert not invitation.HasField("score")
    assert not invitation.HasField("weight")
    assert invitation.disposition == 4


@pytest.mark.parametrize(
    ("metric", "good", "bad"),
    [
        ("nps", 10, 11),
        ("csat", 5, 6),
        ("csat", 1, 0),
        ("ces1", 5, 7),
        ("ces2", 7, 0),
        ("trust", 7, 8),
    ],
)
def test_a_score_that_is_not_on_the_scale_is_refused(metric: str, good: int, bad: int) -> None:
    call_of(surveys.record, [{**ANSWER, "metric": metric, "score": good}])
    with pytest.raises(lojal.InvalidArgument, match="is not on the scale") as error:
        call_of(surveys.record, [{**ANSWER, "metric": metric, "score": bad}])
    assert error.value.field_violations[0].field == "survey_responses[0].score"
    call_of(surveys.record, [{**ANSWER, "metric": "csat", "score": 10, "scale_max": 10}])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"score": None}, "score"),
        ({"score": None, "disposition": "completed"}, "score"),
        ({"metric": "mood"}, "metric"),
        ({"disposition": "lost"}, "disposition"),
        ({"topics": 7}, "topics"),
        ({"topics": ["delivery", 7]}, "topics"),
        ({"weight": "heavy"}, "weight"),
        ({"weight": True}, "weight"),
        ({"weight": "inf"}, "weight"),
        ({"lower_is_better": "perhaps"}, "lower_is_better"),
    ],
)
def test_a_bad_answer_is_refused_before_it_is_sent(change: dict[str, Any], field: str) -> None:
    with pytest.raises(lojal.InvalidArgument) as error:
        call_of(surveys.record, [{**ANSWER, **change}])
    assert error.value.field_violations[0].field == f"survey_responses[0].{field}"


def test_a_file_of_answers_has_columns_for_everything(client: Any, server: FakeServer, tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(
        "response_id,customer_id,time,rating,metric,kind,disposition,survey,channel,feedback,topic,weight,scale_min,"
        "scale_max,lower_is_better\n"
        "a1,c1,2026-03-02,4,custom,transactional,partial,effort,email,fine,delivery; price,2.5,0,10,True\n"
        "a2,,2026-03-02,,nps,,dismissed,,,,,,,,\n"
    )
    assert client.surveys.load(file, progress=False).recorded == 2
    first, second = sent(server)
    assert (first.score, first.metric, first.kind, first.disposition) == (4, 6, 2, 2)
    assert (first.survey_id, first.channel, first.comment) == ("effort", "email", "fine")
    assert (list(first.topics), first.weight, first.lower_is_better) == (["delivery", "price"], 2.5, True)
    assert (first.scale_min, first.scale_max) == (0, 10)
    assert (second.metric, second.disposition) == (1, 3)
    assert not any(second.HasField(name) for name in ("score", "weight", "scale_min", "scale_max"))
    assert not second.topics


def test_what_holds_for_all_rows_holds_for_those_that_do_not_say(client: Any, server: FakeServer) -> None:
    frame = pandas.DataFrame(
        {"id": [1, 2], "date": TIME, "user": "c1", "score": [2, 9], "what": ["csat", None], "survey": [None, "pilot"]}
    )
    client.surveys.load(
        frame,
        metric="custom",
        metric_column="what",
        scale_min=1,
        scale_max=10,
        lower_is_better=True,
        default_survey_id="packaging",
        progress=False,
    )
    first, second = sent(server)
    assert [(row.metric, row.survey_id, row.scale_max) for row in (first, second)] == [
        (2, "packaging", 10),
        (6, "pilot", 10),
    ]
    with pytest.raises(lojal.InvalidArgument, match="'mood' is not one of: nps, csat, ces1, ces2, trust, custom"):
        client.surveys.load(frame, metric="mood", progress=False)
    records = [lojal.SurveyResponse("a1", TIME, 2, survey_id="packaging")]
    server.received.clear()
    client.surveys.load(
        records, anonymous=True, metric="custom", scale_min=1, scale_max=3, lower_is_better=True, progress=False
    )
    assert sent(server)[0].lower_is_better


def test_a_list_of_invitations_needs_no_scores(client: Any, server: FakeServer) -> None:
    asked = [{"id": "a1", "customer": "c1", "date": TIME}]
    client.surveys.load(asked, disposition="invited", progress=False)
    client.surveys.load([{**asked[0], "disposition": "bounced"}], progress=False)
    assert [row.disposition for row in sent(server)] == [4, 6]
    with pytest.raises(lojal.InvalidArgument, match="name the column to take as score"):
        client.surveys.load(asked, progress=False)


@pytest.mark.parametrize(
    "frame",
    [
        pandas.DataFrame({"id": [1], "user": ["c1"], "date": [TIME], "score": [9], "topics": [["delivery", "price"]]}),
        pandas.DataFrame(
            {"id": [1], "user": ["c1"], "date": [TIME], "score": [9], "topics": [numpy.array(["delivery", "price"])]}
        ),
        polars.DataFrame({"id": [1], "user": ["c1"], "date": [TIME], "score": [9], "topics": [["delivery", "price"]]}),
        pyarrow.table({"id": [1], "user": ["c1"], "date": [TIME], "score": [9], "topics": [["delivery", "price"]]}),
        [{"id": 1, "user": "c1", "date": TIME, "score": 9, "topics": "delivery;price"}],
    ],
    ids=["pandas", "numpy", "polars", "arrow", "text"],
)
def test_topics_are_lists_or_text(frame: Any, client: Any, server: FakeServer) -> None:
    client.surveys.load(frame, progress=False)
    assert list(sent(server)[0].topics) == ["delivery", "price"]


def test_interactions_are_sent_as_they_are() -> None:
    given: list[Any] = [
        lojal.Interaction("i1", "c1", TIME),
        {**CASE, "kind": "support_case", "name": "broken", "channel": "phone", "status": "opened", "topics": ["x"]},
    ]
    request: Any = call_of(interactions.record, given, skip_invalid=True).request
    expected = ingest_service_pb2.RecordInteractionsRequest(skip_invalid=True)
    expected.interactions.add(interaction_id="i1", customer_id="c1").time.FromJsonString(TIME)
    expected.interactions.add(
        interaction_id="case-9/opened",
        customer_id="c42",
        kind=1,
        name="broken",
        channel="phone",
        status="opened",
        topics=["x"],
    ).time.FromJsonString(TIME)
    assert request == expected
    for change in ({"customer_id": ""}, {"kind": "chat"}, {"when": TIME}, {"time": 7}):
        with pytest.raises(lojal.InvalidArgument) as error:
            call_of(interactions.record, [{**CASE, **change}])
        assert error.value.field_violations[0].field == f"interactions[0].{next(iter(change))}"


def test_a_log_of_interactions(client: Any, server: FakeServer) -> None:
    frame = pandas.DataFrame(
        {"id": [1, 2], "user": ["c1", "c2"], "date": TIME, "campaign": "spring", "status": ["clicked", None],
         "what": [None, "visit"]}
    )  # fmt: skip
    result = client.interactions.load(frame, kind="campaign", kind_column="what", progress=False)
    assert result.columns["name"] == "campaign"
    assert [(row.interaction_id, row.customer_id, row.kind, row.name, row.status) for row in sent(server)] == [
        ("1", "c1", 3, "spring", "clicked"),
        ("2", "c2", 2, "spring", ""),
    ]
    with pytest.raises(lojal.InvalidArgument, match="'chat' is not one of: support_case, visit, campaign, other"):
        client.interactions.load(frame, kind="chat", progress=False)


def test_questions_say_which_answers_count() -> None:
    when: dict[str, Any] = {"as_of": "2026-04-01", "window": "90d", "confidence": 0.9}
    answers: dict[str, Any] = {
        "kind": "transactional",
        "survey_id": "spring",
        "channel": "email",
        "topic": "delivery",
    }
    request: Any = call_of(surveys.csat, **when, **answers, group_by="market", interval="month", top_box=5).request
    assert request.answers == survey_service_pb2.ScoreFilter(
        kind=2, survey_id="spring", channel="email", topic="delivery"
    )
    assert (request.window, request.confidence, request.group_by, request.interval) == ("90d", 0.9, "market", 3)
    assert request.top_box == 5
    assert not call_of(surveys.csat, **when, **answers).request.HasField("top_box")  # type: ignore[attr-defined]
    request = call_of(surveys.compare, **when, **answers, baseline_window="2025", paired=True, metric="ces2").request
    assert (request.baseline_window, request.paired, request.metric) == ("2025", True, 4)
    request = call_of(nps.score, channel="email", topic="delivery", population=80, weight_to_base_by="market").request
    assert (request.channel, request.topic, request.population, request.weight_to_base_by) == (
        "email",
        "delivery",
        80,
        "market",
    )
    request = call_of(nps.plan_sample, answers=400, difference=5, power=0.9, variance=1, kind="transactional").request
    assert (request.answers, request.difference, request.power, request.variance) == (400, 5, 0.9, 1)
    assert request.kind == 2
    assert not any(request.HasField(name) for name in ("margin", "confidence", "population"))


def test_scores_are_a_table() -> None:
    message = survey_service_pb2.GetCsatResponse(
        csat={"value": 0.84, "ci_low": 0.7558, "ci_high": 0.899, "n": 100},
        whole={"top_box_share": {"value": 0.84, "n": 100}, "mean": {"value": 4.2, "n": 100}, "score_counts": [0, 16]},
        scale={"metric": 2, "min": 1, "max": 5, "top_box": 4},
    )
    score = CsatScore.from_wire(message)
    assert (score.csat.value, score.mean.value, score.score_counts) == (0.84, 4.2, (0, 16))
    assert score.scale == lojal.ScoreScale(lojal.SurveyMetric.CSAT, 1, 5, False, 4)
    assert score.net_easy.value is None
    assert (score.customers, score.kind, list(score.questions)) == (0, None, [])
    assert score.to_pandas()[["top_box_share", "mean", "mean_n"]].values.tolist() == [[0.84, 4.2, 100]]
    assert list(score.to_polars().columns) == list(score.to_pandas().columns) == columns(lojal.ScoreRow)
    assert "CSAT 0.84 [0.7558, 0.899], n = 100" in (score._repr_html_() or "")
    message.rows.add(group="email", mean={"value": 4.0}, period={"label": "2026-03"})
    score = CsatScore.from_wire(message)
    assert [(row.group, row.mean.value) for row in score.table()] == [("email", 4.0)]
    assert repr(score.rows).split()[:3] == ["group", "period_label", "mean"]
    effort = CesScore.from_wire(survey_service_pb2.GetCesResponse(ces={"value": 5.5}))
    assert (effort.ces.value, effort.scale) == (5.5, None)
    assert "CES 5.5" in (effort._repr_html_() or "")


def test_participation_is_a_table() -> None:
    message = survey_service_pb2.GetResponseRateResponse(
        whole={"invited": 10, "delivered": 8, "completed": 4, "response_rate": {"value": 0.5, "n": 8}}
    )
    rate = ResponseRate.from_wire(message)
    assert (rate.invited, rate.response_rate.value, rate.completion_rate.value) == (10, 0.5, None)
    assert rate.to_pandas()[["delivered", "response_rate"]].values.tolist() == [[8, 0.5]]
    assert "Response rate 0.5, n = 8" in (rate._repr_html_() or "")
    message.rows.add(group="email")
    message.rows.add(group="sms")
    assert ResponseRate.from_wire(message).to_polars()["group"].to_list() == ["email", "sms"]


def test_comparisons_are_tables() -> None:
    message = survey_service_pb2.CompareScoresResponse()
    message.comparisons.add(first="hr", second="si", mean_difference={"value": 0.3}, t=2.0, p_value=0.05)
    table = ScoreComparisons.from_wire(message)
    assert (table[0].t, table[0].top_box_p_value, table[0].top_box_difference.value) == (2, None, None)
    assert table.scale is None
    assert table.to_pandas()["mean_difference"].tolist() == [0.3]
    assert repr(table).split()[:7] == [
        "first",
        "second",
        "first_mean_n",
        "second_mean_n",
        "mean_difference",
        "t",
        "p_value",
    ]
    compared = nps_service_pb2.CompareNpsResponse()
    compared.comparisons.add(first="window", second="baseline_window", difference={"value": -25.0}, z=-2.15)
    scores = lojal.NpsComparisons.from_wire(compared)
    assert (scores[0].difference.value, scores[0].p_value) == (-25, None)
    assert "baseline_window" in (scores._repr_html_() or "")
    plan = lojal.NpsSamplePlan.from_wire(nps_service_pb2.PlanNpsSampleResponse(answers=1537, variance=1))
    assert (plan.answers, plan.margin, plan.variance) == (1537, None, 1)


def test_comments_are_a_table_of_topics_and_terms() -> None:
    message = survey_service_pb2.SummarizeCommentsResponse(answers=3, comments=2, mean_score={"value": 7.0})
    message.topics.add(term="delivery", answers=2, share={"value": 1.0}, mean_score={"value": 6.0})
    message.terms.add(term="late", answers=1)
    summary = CommentSummary.from_wire(message)
    assert [(row.kind, row.term, row.answers) for row in summary.table()] == [
        ("topic", "delivery", 2),
        ("term", "late", 1),
    ]
    assert summary.terms[0].mean_score.value is None
    assert summary.to_pandas()["mean_score"].tolist()[0] == 6
    assert "<p>2 comments in 3 answers</p>" in (summary._repr_html_() or "")


def test_the_loads_say_what_they_take() -> None:
    client = lojal.Client()
    for group in (client.surveys, client.interactions, client.costs):
        documentation = group.load.__doc__ or ""
        for name in group.load.__signature__.parameters:  # type: ignore[attr-defined]
            assert name == "self" or re.search(rf"^    {name}: ", documentation, re.MULTILINE), name


def test_a_weight_that_is_no_number_is_refused_where_it_is_given() -> None:
    with pytest.raises(lojal.InvalidArgument) as error:
        call_of(surveys.record, [{**ANSWER, "weight": float("nan")}])
    (violation,) = error.value.field_violations
    assert violation.field == "survey_responses[0].weight"
    assert "leave it out" in violation.description
    # none is none, and what is a number is taken
    request = call_of(surveys.record, [{**ANSWER, "weight": None}, {**ANSWER, "weight": 2}]).request
    assert [row.HasField("weight") for row in request.survey_responses] == [False, True]


@pytest.mark.parametrize(
    ("scores", "noted"), [([1, 2, 3, 4, 5] * 6, True), ([1, 2, 3, 4, 5] * 5 + [4] * 4, False), ([5] * 30 + [6], False)]
)
def test_stars_loaded_as_nps_are_noted(server: FakeServer, client: Any, scores: list[int], noted: bool) -> None:
    frame = pandas.DataFrame({"id": range(len(scores)), "date": TIME, "score": scores, "weight": float("nan")})
    result = client.surveys.load(frame, anonymous=True, progress=False)
    assert bool(result.notes) == noted
    assert not noted or result.notes[0].startswith(f"none of {len(scores)} NPS scores is above 5")
    # an empty cell of a data frame is nan, and weighs 1
    assert not any(row.HasField("weight") for row in sent(server))
    as_csat = client.surveys.load(frame, anonymous=True, progress=False, metric="csat", scale_max=10)
    assert as_csat.notes == ()
