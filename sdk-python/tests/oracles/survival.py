"""Answers in JSON what lifelines makes of durations: [{"days": [], "left": [], "groups": [], "horizon": 90}, ...].

Runs in an environment of its own; see requirements-oracles.txt.
"""

from __future__ import annotations

import json
import sys

import numpy as np
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from lifelines.utils import restricted_mean_survival_time


def answer(asked: dict) -> dict:
    days, left, groups = (np.array(asked[name]) for name in ("days", "left", "groups"))
    fitted = KaplanMeierFitter().fit(days, left)
    interval = fitted.confidence_interval_survival_function_
    test = multivariate_logrank_test(days, groups, left)
    return {
        "days": fitted.survival_function_.index.tolist(),
        "survival": fitted.survival_function_["KM_estimate"].tolist(),
        "low": interval.iloc[:, 0].tolist(),
        "high": interval.iloc[:, 1].tolist(),
        "median": float(fitted.median_survival_time_),
        "restricted_mean": float(restricted_mean_survival_time(fitted, t=asked["horizon"])),
        "chi_square": float(test.test_statistic),
        "p_value": float(test.p_value),
    }


if __name__ == "__main__":
    json.dump([answer(asked) for asked in json.load(sys.stdin)], sys.stdout)
