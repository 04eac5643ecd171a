"""Early warnings on the real server: listed, watched over restarts, taken care of, and held against what came."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from both import open_client

import lojal

AS_OF = date(2022, 1, 1)
CUSTOMERS = 60
WEEKS = 104
RESTARTS_WITHIN_SECONDS = 90


def purchases(until: date, weeks: int, whom: Callable[[int], bool] = lambda n: True) -> list[dict[str, Any]]:
    """Returns purchases of every second week up to a day; every fourth customer stops two months or more before."""
    return [
        {
            "customer_id": f"c{n:02}",
            "time": until - timedelta(days=7 * week + 1 + n % 7),
            "amount": lojal.Money(20 + n % 7, "EUR"),
            "transaction_id": f"c{n:02}-{until}-{week}",
        }
        for n in range(CUSTOMERS)
        if whom(n)
        for week in range(8 + n % 5 if n % 4 == 0 else 0, weeks, 2)
    ]


def shop(client: Any, until: date = AS_OF) -> None:
    people = [f"c{n:02}" for n in range(CUSTOMERS)]
    client.customers.upsert(
        [{"customer_id": who, "attributes": {"market": "hr" if n % 8 else "pl"}} for n, who in enumerate(people)]
    )
    client.transactions.record(purchases(until, WEEKS))


def ids(warnings: Any) -> list[str]:
    return [each.warning_id for each in warnings]


def test_warnings_come_in_their_order_with_what_they_are_about(client: Any) -> None:
    shop(client)
    listed = client.loyalty.early_warnings(as_of=AS_OF).to_list()
    silent = {f"c{n:02}" for n in range(0, CUSTOMERS, 4)}
    assert {each.customer_id for each in listed if each.kind == "silence"} == silent
    assert listed.provenance.definition.startswith("early_warnings@")
    assert listed.totals.warnings == len(listed) == sum(listed.totals.by_kind.values())
    assert list(listed.totals.by_kind) == [each for each in lojal.EarlyWarningKind if each != "unknown"]
    assert listed.totals.by_kind["silence"] == len(silent)
    assert listed.totals.customers == len({each.customer_id for each in listed})
    at_risk = {each.customer_id: each.value_at_risk for each in listed}
    assert float(listed.totals.value_at_risk.amount) == pytest.approx(sum(at_risk.values()), abs=0.005)
    risks = [each.value_at_risk for each in listed]
    assert risks == sorted(risks, reverse=True)
    one = next(each for each in listed if each.kind == "silence")
    assert one.warning_id == f"silence@{one.onset.date()}@{one.customer_id}"
    assert one.evidence.startswith("no purchase for ")
    assert one.onset < one.raised_at
    assert 0 < one.churn_probability.ci_low < one.churn_probability.value < one.churn_probability.ci_high < 1
    assert (one.p_value, one.acknowledged_at) == (None, None)
    likeliest = [
        each.churn_probability.value for each in client.loyalty.early_warnings(as_of=AS_OF, order="churn_probability")
    ]
    assert likeliest == sorted(likeliest, reverse=True)
    newest = [each.raised_at for each in client.loyalty.early_warnings(as_of=AS_OF, order="newest")]
    assert newest == sorted(newest, reverse=True)


def test_some_warnings_can_be_asked_for(client: Any) -> None:
    shop(client)
    listed = client.loyalty.early_warnings(as_of=AS_OF).to_list()
    silences = client.loyalty.early_warnings(as_of=AS_OF, kinds=["silence"], limit=3)
    assert ids(silences) == ids(each for each in listed if each.kind == "silence")[:3]
    assert silences.totals().warnings == listed.totals.by_kind["silence"]
    polish = client.loyalty.early_warnings(as_of=AS_OF, filter='market == "pl"').to_list()
    assert ids(polish) == ids(each for each in listed if int(each.customer_id[1:]) % 8 == 0)
    least = listed[len(listed) // 2].value_at_risk
    worth = client.loyalty.early_warnings(as_of=AS_OF, min_value_at_risk=least)
    assert ids(worth) == ids(each for each in listed if each.value_at_risk >= least)
    soon = client.loyalty.early_warnings(as_of=AS_OF, kinds=["silence"], horizon="7d", confidence=0.6).to_list()
    later = {each.warning_id: each.churn_probability for each in listed}
    for each in soon:
        assert each.churn_probability.value > later[each.warning_id].value  # nothing is bought within a week
        assert each.churn_probability.confidence == 0.6
    nobody = client.loyalty.early_warnings(as_of=AS_OF, filter='market == "si"')
    assert (len(nobody.to_list()), nobody.totals().warnings) == (0, 0)
    assert nobody.to_pandas().empty


def test_who_is_taken_care_of_is_listed_no_more(client: Any) -> None:
    shop(client, until=datetime.now(UTC).date())
    before = client.loyalty.early_warnings(kinds=["silence"]).to_list()
    warning = before[0]
    first = client.loyalty.acknowledge_warning(warning.warning_id, note="called, moved abroad")
    assert (first.note, first.was_acknowledged) == ("called, moved abroad", False)
    assert first.acknowledged_at.tzinfo is not None
    again = client.loyalty.acknowledge_warning(warning.warning_id, note="once more")
    assert again == lojal.Acknowledgement(first.acknowledged_at, first.note, True)
    left = client.loyalty.early_warnings(kinds=["silence"]).to_list()
    assert set(ids(left)) == set(ids(before)) - {warning.warning_id}
    assert left.totals.warnings == before.totals.warnings - 1
    all_of_them = client.loyalty.early_warnings(kinds=["silence"], with_acknowledged=True)
    (kept,) = [each for each in all_of_them if each.warning_id == warning.warning_id]
    assert (kept.acknowledged_at, kept.acknowledgement_note) == (first.acknowledged_at, "called, moved abroad")


def test_what_there_is_not_cannot_be_taken_care_of(client: Any) -> None:
    shop(client)
    for unknown in ("silence@2021-03-02@zoe", "silence@2021-03-02@c01", "noise"):
        with pytest.raises(lojal.NotFound) as error:
            client.loyalty.acknowledge_warning(unknown)
        assert error.value.reason == lojal.ErrorReason.WARNING_NOT_FOUND
        assert error.value.metadata["warning_id"] == unknown


def test_what_cannot_be_asked_is_refused(client: Any) -> None:
    shop(client)
    for ask, field in [
        (lambda: client.loyalty.early_warnings(limit=100_001).to_list(), "limit"),
        (lambda: client.loyalty.early_warnings(horizon="6d").to_list(), "horizon"),
        (lambda: client.loyalty.early_warnings(min_value_at_risk=-1).to_list(), "min_value_at_risk"),
        (lambda: client.loyalty.warning_quality(horizon="3y"), "horizon"),
        (lambda: client.loyalty.acknowledge_warning("silence@2021-03-02@c01", note="x" * 257), "note"),
        (lambda: next(client.loyalty.watch_early_warnings(filter="orders >")), "filter"),
        (lambda: next(client.loyalty.watch_early_warnings(resume_token="t1")), "resume_token"),
    ]:
        with pytest.raises(lojal.InvalidArgument) as error:
            ask()
        assert [each.field for each in error.value.field_violations] == [field]


def test_quality_says_what_became_of_such_warnings(client: Any) -> None:
    shop(client)
    quality = client.loyalty.warning_quality(as_of=AS_OF, horizon="30d")
    assert [each.kind for each in quality] == [each for each in lojal.EarlyWarningKind if each != "unknown"]
    assert quality.provenance.definition.startswith("early_warnings@")
    days = [each.date() for each in quality.dates]
    assert days == sorted(days, reverse=True)
    assert 3 <= len(days) <= 6
    assert all(day.day == 1 and day + timedelta(days=30) <= AS_OF for day in days)
    silence = quality[0]
    assert 0 < silence.warnings_left <= silence.warnings <= silence.possible
    assert silence.warnings_left <= silence.possible_left <= silence.possible
    assert silence.recall == pytest.approx(silence.warnings_left / silence.possible_left)
    assert silence.base_rate.value == pytest.approx(silence.possible_left / silence.possible)
    assert lojal.EstimateMethod.RIDGE_LOGISTIC in silence.likelihood_ratio.methods
    assert quality.to_pandas()["warnings"].tolist() == [each.warnings for each in quality]


@pytest.mark.parametrize("how", ["stop", "kill"])
@pytest.mark.parametrize("kind", ["blocking", "awaited"])
def test_a_watch_goes_on_over_a_restart_and_loses_nothing(kind: str, how: str, start: Any) -> None:
    server = start()
    address = server.target.removeprefix("http://")
    for client in open_client(kind, server.target, workspace="shop", timeout=30.0):
        shop(client)
        before = client.loyalty.early_warnings().to_list()
        watch = client.loyalty.watch_early_warnings()
        first = next(watch)
        assert set(ids(first)) == set(ids(before))
        assert len(ids(first)) == before.totals.warnings > 0
        assert first.as_of == datetime(2022, 1, 1, tzinfo=UTC)
        with ThreadPoolExecutor(1) as waiting:
            following = waiting.submit(next, watch)
            getattr(server, how)()
            # what is recorded while the watch is cut off, where it cannot see it come
            other = start()
            with lojal.Client(other.target, workspace="shop", timeout=30.0) as recording:
                later = purchases(AS_OF + timedelta(days=35), 4, whom=lambda n: n % 4 != 0 and n % 5 != 0)
                recording.transactions.record(later)
                after = recording.loyalty.early_warnings().to_list()
            other.stop()
            server = start(address)
            second = following.result(RESTARTS_WITHIN_SECONDS)
        new = set(ids(after)) - set(ids(before))
        assert set(ids(after)) & set(ids(before))  # which a watch without its token would tell again
        assert {each.customer_id for each in after if each.warning_id in new} >= {"c05", "c15"}
        assert sorted(ids(second)) == sorted(new)  # all of it, and nothing that was told before
        assert second.as_of > first.as_of
        watch.close()
        assert list(watch) == []
        # whoever kept the first token hears the same, from a watch of their own
        with client.loyalty.watch_early_warnings(resume_token=first.resume_token) as own:
            assert sorted(ids(next(own))) == sorted(new)
    server.stop()
