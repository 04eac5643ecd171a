"""Makes up the transactions that all sides are timed on: generate.py CUSTOMERS OUT.csv, the same for the same number.

Customers are acquired uniformly over the first year of two. Customer i buys at the rate lambda_i a week, drawn from
Gamma(r, alpha), and leaves after each repeat purchase with probability p_i, drawn from Beta(a, b). Their purchases are
worth Gamma(p, nu_i) each, with nu_i drawn from Gamma(q, gamma). Two purchases of one day stay two rows, so that
summaries have to merge them. Rows are ordered by date, those of one date at random.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

SEED = 42
FIRST_DAY = np.datetime64("2023-01-01")
DAYS = 730
ACQUIRED_WITHIN = 365
PURCHASES = {"r": 0.45, "alpha": 2.6, "a": 0.8, "b": 4.0}
VALUES = {"p": 6.25, "q": 3.74, "gamma": 15.44}


def transactions(customers: int) -> pd.DataFrame:
    """Draws everything; the order of the draws is part of the data."""
    random = np.random.Generator(np.random.PCG64(SEED))
    first = random.integers(0, ACQUIRED_WITHIN, customers)
    daily_rate = random.gamma(PURCHASES["r"], 1 / PURCHASES["alpha"], customers) / 7.0
    leaves = random.beta(PURCHASES["a"], PURCHASES["b"], customers)

    active, now = np.arange(customers), first.astype(float)
    who, when = [active], [now]
    while len(active):
        now = now + random.exponential(1.0, len(active)) / np.maximum(daily_rate[active], 1e-12)
        observed = now < DAYS
        active, now = active[observed], now[observed]
        who.append(active)
        when.append(now)
        stays = random.random(len(active)) >= leaves[active]
        active, now = active[stays], now[stays]

    customer = np.concatenate(who)
    day = np.floor(np.concatenate(when)).astype(np.int64)
    scale = random.gamma(VALUES["q"], 1 / VALUES["gamma"], customers)
    value = random.gamma(VALUES["p"], 1.0, len(customer)) / scale[customer]
    value = np.maximum(np.round(value, 2), 0.01)
    order = np.lexsort((random.random(len(customer)), day))
    names = np.datetime_as_string(FIRST_DAY + np.arange(DAYS))
    return pd.DataFrame({"customer_id": customer[order] + 1, "date": names[day[order]], "value": value[order]})


if len(sys.argv) != 3:
    raise SystemExit("usage: generate.py CUSTOMERS OUT.csv")
transactions(int(sys.argv[1])).to_csv(sys.argv[2], index=False)
