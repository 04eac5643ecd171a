"""The rules of tests/vectors/retry.json, which the JavaScript client holds itself to too."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fake_server import FakeServer, unavailable

import lojal
from lojal.errors import BY_CODE, LojalError
from lojal.retry import PATIENCE_SECONDS, Attempts, RetryPolicy, retryable

VECTORS = json.loads((Path(__file__).parents[3] / "tests/vectors/retry.json").read_text())
ROW = {"customer_id": "c1", "time": "2026-03-01", "amount": "1"}


def what(case: Mapping[str, Any]) -> str:
    return str(case["what"])


def failed(case: Mapping[str, Any]) -> LojalError:
    code = case.get("code") or ("RESOURCE_EXHAUSTED" if "retry_after" in case else "UNAVAILABLE")
    after = case.get("retry_after")
    kind = BY_CODE.get(code, LojalError)
    return kind("no", code=code, reason=case.get("reason", ""), retry_after=None if after is None else after / 1000)


def policy_of(policy: Mapping[str, Any]) -> RetryPolicy:
    names = {
        "tries": "max_attempts",
        "factor": "multiplier",
        "first_wait": "initial_delay",
        "longest_wait": "max_delay",
    }
    given = {names[name]: value / 1000 if "wait" in name else value for name, value in policy.items()}
    return RetryPolicy(**given)


def milliseconds(delay: float | None) -> float | None:
    return None if delay is None else pytest.approx(delay * 1000)


def test_the_defaults_are_those_of_every_client() -> None:
    assert RetryPolicy() == policy_of(VECTORS["policy"])
    assert inspect.signature(lojal.Client).parameters["timeout"].default * 1000 == VECTORS["deadlines"]["unary"]
    assert VECTORS["patience"]["load"] == PATIENCE_SECONDS * 1000


@pytest.mark.parametrize("case", VECTORS["failures"], ids=lambda case: f"{case['code']} {case.get('reason', '')}")
def test_what_is_tried_again(case: Mapping[str, Any]) -> None:
    assert retryable(failed(case)) is case["retried"]


@pytest.mark.parametrize("case", VECTORS["waits"], ids=what)
def test_how_long_to_wait(case: Mapping[str, Any]) -> None:
    longest, shortest = case["longest"], case.get("shortest", [0] * len(case["longest"]))
    for part, waits in ((1.0, longest), (0.0, shortest)):
        attempts = Attempts(policy_of(case["policy"]), None, rng=lambda part=part: part)
        assert [milliseconds(attempts.delay(failed(case))) for _ in range(len(waits) + 1)] == [*waits, None]


@pytest.mark.parametrize("case", VECTORS["room"], ids=what)
def test_no_wait_goes_past_the_deadline(case: Mapping[str, Any]) -> None:
    now = 0.0
    timeout = None if case["timeout"] is None else case["timeout"] / 1000
    policy = policy_of({"first_wait": case["longest_wait"]})
    attempts = Attempts(policy, timeout, clock=lambda: now, rng=lambda: 1.0)
    now = case["gone"] / 1000
    assert (attempts.delay(failed(case)) is not None) is case["retried"]


@pytest.mark.parametrize("case", VECTORS["calls"], ids=lambda case: f"{case['kind']}, {case['broke']}")
def test_which_calls_are_made_again(client: Any, server: FakeServer, case: Mapping[str, Any]) -> None:
    server.customers = 1
    if case["broke"].startswith("after"):
        server.import_faults = [(0, unavailable())]
    else:
        server.faults = [unavailable()]
    ask = {
        "unary": lambda: client.transactions.record([ROW]),
        "stream": lambda: client.clv.predict().to_list(),
        "fit": client.clv.fit,
    }[case["kind"]]
    if case["retried"]:
        ask()
    else:
        with pytest.raises(lojal.Unavailable):
            ask()
    assert len(server.received) == (2 if case["retried"] else 1)
    assert server.received[0] == server.received[-1]
