"""Survival on random data, against lifelines."""

from __future__ import annotations

import json
import math
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lojal

REPOSITORY = Path(__file__).resolve().parents[3]
ORACLE = REPOSITORY / "tests" / ".tools" / "oracles" / "bin" / "python"
START = datetime(2024, 1, 1, 12, tzinfo=UTC)
DAYS = 600
WINDOW_DAYS = 60
HORIZON_DAYS = 90


def lifelines(**asked: Any) -> dict[str, Any]:
    if not ORACLE.exists():
        pytest.fail(f"lifelines is not there; tests/run --only tools puts it into {ORACLE.parents[1]}", pytrace=False)
    script = REPOSITORY / "sdk-python" / "tests" / "oracles" / "survival.py"
    done = subprocess.run([ORACLE, script], input=json.dumps(asked), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("seed", range(5))
def test_survival_is_that_of_lifelines(client: Any, seed: int) -> None:
    random = np.random.default_rng(seed)
    customers = int(random.integers(12, 300))
    until = DAYS - WINDOW_DAYS
    first = random.integers(0, until, customers)
    # few different lengths, so that there are ties
    stay = np.ceil(random.weibull(random.uniform(0.6, 2), customers) * random.uniform(30, 200)).astype(int)
    last = first + stay
    # who stays longer buys once more within the window, and is censored at its start
    rows = []
    for number in range(customers):
        days = [first[number], last[number]] if last[number] < until else [first[number], DAYS - 1]
        rows += [(f"c{number}", int(day)) for day in dict.fromkeys(days)]
    client.transactions.record(
        [
            {
                "customer_id": who,
                "transaction_id": f"{who}-{day}",
                "time": START + timedelta(days=day),
                "amount": lojal.Money(10, "EUR"),
            }
            for who, day in rows
        ]
    )
    groups = random.integers(0, 3, customers)
    client.customers.upsert(
        [{"customer_id": f"c{n}", "attributes": {"plan": f"p{groups[n]}"}} for n in range(customers)]
    )
    left = last < until
    days = np.where(left, last, until) - first
    expected = lifelines(days=days.tolist(), left=left.tolist(), groups=groups.tolist(), horizon=HORIZON_DAYS)
    as_of = START.replace(hour=0) + timedelta(days=DAYS)
    asked = {"as_of": as_of, "activity_window": f"{WINDOW_DAYS}d", "horizon": f"{HORIZON_DAYS}d"}
    found = client.retention.survival(**asked)
    # lifelines begins at 0 and has a row for each length; ours has those at which it is told apart
    values = zip(expected["survival"], expected["low"], expected["high"], strict=True)
    table = dict(zip(expected["days"], values, strict=True))
    assert (found.whole.customers, found.whole.events) == (customers, int(left.sum()))
    assert len(found.curve) > 5
    for row in found.curve:
        survival, low, high = table[float(row.days)]
        assert row.survival_probability.value == pytest.approx(survival, abs=1e-12)
        if 0 < survival < 1:
            assert row.survival_probability.ci_low == pytest.approx(low, abs=1e-9)
            assert row.survival_probability.ci_high == pytest.approx(high, abs=1e-9)
    median = found.whole.median_days.value
    assert math.isinf(expected["median"]) if median is None else median == expected["median"]
    assert found.whole.restricted_mean_days.value == pytest.approx(expected["restricted_mean"], rel=1e-9)
    grouped = client.retention.survival(**asked, group_by="plan")
    assert grouped.log_rank.chi_square == pytest.approx(expected["chi_square"], rel=1e-9)
    assert grouped.log_rank.p_value == pytest.approx(expected["p_value"], rel=1e-7)
