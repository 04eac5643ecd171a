"""Survival on random data, against lifelines."""

from __future__ import annotations

import json
import math
import subprocess
from dataclasses import dataclass
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
UNTIL = DAYS - WINDOW_DAYS
HORIZON_DAYS = 90
SEEDS = range(5)


@dataclass(frozen=True)
class Shop:
    """Customers who buy once, stay a while, and buy once more."""

    first: np.ndarray
    last: np.ndarray
    groups: np.ndarray

    @classmethod
    def made_up(cls, seed: int) -> Shop:
        random = np.random.default_rng(seed)
        customers = int(random.integers(12, 300))
        first = random.integers(0, UNTIL, customers)
        # few different lengths, so that there are ties
        stay = np.ceil(random.weibull(random.uniform(0.6, 2), customers) * random.uniform(30, 200)).astype(int)
        return cls(first, first + stay, random.integers(0, 3, customers))

    @property
    def left(self) -> np.ndarray:
        return self.last < UNTIL

    def purchases(self) -> list[tuple[str, int]]:
        """Who bought on which day: who stays longer buys once more within the window, and is censored at its start."""
        again = np.where(self.left, self.last, DAYS - 1)
        pairs = zip(self.first, again, strict=True)
        return [(f"c{n}", int(day)) for n, days in enumerate(pairs) for day in dict.fromkeys(days)]

    def question(self) -> dict[str, Any]:
        days = np.where(self.left, self.last, UNTIL) - self.first
        left, groups = self.left.tolist(), self.groups.tolist()
        return {"days": days.tolist(), "left": left, "groups": groups, "horizon": HORIZON_DAYS}


@pytest.fixture(scope="module")
def lifelines() -> list[dict[str, Any]]:
    """What lifelines says of each shop. It takes seconds to start, so it is asked about all of them at once."""
    if not ORACLE.exists():
        pytest.fail(f"lifelines is not there; tests/run --only tools puts it into {ORACLE.parents[1]}", pytrace=False)
    script = REPOSITORY / "sdk-python" / "tests" / "oracles" / "survival.py"
    questions = json.dumps([Shop.made_up(seed).question() for seed in SEEDS])
    done = subprocess.run([ORACLE, script], input=questions, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("seed", SEEDS)
def test_survival_is_that_of_lifelines(client: Any, lifelines: list[dict[str, Any]], seed: int) -> None:
    shop, expected = Shop.made_up(seed), lifelines[seed]
    client.transactions.record(
        [
            {
                "customer_id": who,
                "transaction_id": f"{who}-{day}",
                "time": START + timedelta(days=day),
                "amount": lojal.Money(10, "EUR"),
            }
            for who, day in shop.purchases()
        ]
    )
    plans = enumerate(shop.groups)
    client.customers.upsert([{"customer_id": f"c{n}", "attributes": {"plan": f"p{group}"}} for n, group in plans])
    as_of = START.replace(hour=0) + timedelta(days=DAYS)
    asked = {"as_of": as_of, "activity_window": f"{WINDOW_DAYS}d", "horizon": f"{HORIZON_DAYS}d"}
    found = client.retention.survival(**asked, steps=10_000)
    # lifelines begins at 0 and has a row for each length; ours has those at which it is told apart
    values = zip(expected["survival"], expected["low"], expected["high"], strict=True)
    table = dict(zip(expected["days"], values, strict=True))
    assert (found.whole.customers, found.whole.events) == (len(shop.first), int(shop.left.sum()))
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
