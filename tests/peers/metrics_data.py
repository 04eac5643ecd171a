"""Makes up a shop of many customers over three years: purchases, survey answers and a market, always the same ones.

Columns are files of plain little-endian numbers, which all sides read alike. Purchases and answers are in the order of
time, as a log of them is. Run as `metrics_data.py CUSTOMERS DIRECTORY`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

SEED = 20250701
# Of all, in seconds since 1970: 2022-07-01 to 2025-07-01.
FIRST = 1_656_633_600
END = 1_751_328_000
PURCHASES_EACH = 10
ANSWERS_EACH = 2
# How many markets, and how much larger each is than the next one.
MARKETS = 12
NPS, CSAT = 0, 1


def purchases(random: np.random.Generator, customers: int) -> dict[str, np.ndarray]:
    """Returns purchases: customers come over time, buy at rates of their own, and may leave for good."""
    span = END - FIRST
    born = FIRST + (random.random(customers) ** 1.2 * span * 0.98).astype(np.int64)
    stays = random.exponential(500 * 86_400, customers)
    until = np.minimum(born + stays, END)
    rate = random.gamma(1.2, 1.0, customers) * (until - born)
    wanted = customers * (PURCHASES_EACH - 1)
    repeats = random.poisson(rate * wanted / rate.sum())
    who = np.concatenate([np.arange(customers), np.repeat(np.arange(customers), repeats)])
    share = np.concatenate([np.zeros(customers), random.random(repeats.sum())])
    seconds = born[who] + (share * (until - born)[who]).astype(np.int64)
    level = random.lognormal(3.3, 0.5, customers)[who]
    cents = np.maximum(np.rint(100 * level * random.lognormal(0.0, 0.6, len(who))), 50).astype(np.int64)
    order = np.argsort(seconds, kind="stable")
    return {
        "purchase_customer": who[order].astype("<u4"),
        "purchase_seconds": seconds[order].astype("<i8"),
        "purchase_cents": cents[order].astype("<i8"),
    }


def answers(random: np.random.Generator, customers: int) -> dict[str, np.ndarray]:
    """Returns answers: half of them to "would you recommend us", 0 to 10, half of them satisfaction, 1 to 5."""
    count = customers * ANSWERS_EACH
    who = random.integers(0, customers, count)
    mood = random.normal(0.0, 1.0, customers)[who] + random.normal(0.0, 1.0, count)
    metric = random.integers(0, 2, count)
    nps = np.clip(np.rint(7.8 + 1.8 * mood), 0, 10)
    csat = np.clip(np.rint(3.9 + 0.9 * mood), 1, 5)
    seconds = np.sort(random.integers(FIRST, END, count))
    return {
        "answer_customer": who.astype("<u4"),
        "answer_seconds": seconds.astype("<i8"),
        "answer_metric": metric.astype("u1"),
        "answer_score": np.where(metric == NPS, nps, csat).astype("u1"),
    }


def main() -> None:
    """Writes the files."""
    customers, place = int(sys.argv[1]), Path(sys.argv[2])
    random = np.random.default_rng(SEED)
    share = 1.0 / np.arange(1, MARKETS + 1)
    market = random.choice(MARKETS, customers, p=share / share.sum())
    columns = {"market": market.astype("u1")} | purchases(random, customers) | answers(random, customers)
    for name, column in columns.items():
        column.tofile(place / name)


if __name__ == "__main__":
    main()
