"""Means of answers of which some are of the same customer, by statsmodels, which `statistics/clusters.rs` has to find.

    pip install statsmodels
    python clusters.py

The mean is a regression on a constant with standard errors by cluster; the interval of a share is Wilson's, and that of a
Net Promoter Score Rocks', at Korn and Graubard's effective number of answers.
"""

import math

import numpy as np
import statsmodels.api as sm
from scipy.stats import norm, t
from statsmodels.stats.proportion import proportion_confint


def nps_panel() -> list[tuple[int, float, int]]:
    """Twelve customers of three answers each: customer, weight and score. Most say nearly the same again."""
    first = [10, 9, 10, 3, 8, 9, 2, 10, 7, 5, 9, 8]
    scores = [[min(10, max(0, score + (who + turn) % 3 - 1)) for turn in range(3)] for who, score in enumerate(first)]
    return [(who, 1.0, score) for who, answers in enumerate(scores) for score in answers]


def weighted_panel() -> list[tuple[int, float, int]]:
    """Customers of one to five answers with weights, and ten anonymous answers, each of a customer of its own."""
    rows = []
    for who in range(25):
        for turn in range(1 + who % 5):
            rows.append((who, 0.5 + (who * 7 + turn) % 4 * 0.5, (who * 4 + turn // 2) % 11))
    return rows + [(100 + i, 1.0 + i % 3, (5 * i) % 11) for i in range(10)]


def satisfaction_panel() -> list[tuple[int, float, int]]:
    """Nine customers of two to six answers from 1 to 5."""
    return [(who, 1.0, 1 + (who // 2 + turn // 3) % 5) for who in range(9) for turn in range(2 + who % 5)]


def clustered(rows: list[tuple[int, float, float]]) -> dict[str, float]:
    """The mean, its standard error by customer, the design effect, and how many answers tell as much."""
    who, w, x = (np.array(column) for column in zip(*rows, strict=True))
    fit = sm.WLS(x, np.ones(len(x)), weights=w).fit(cov_type="cluster", cov_kwds={"groups": who})
    # The same of answers each of which is a cluster of its own, which has n / (n - 1) in it.
    alone = sm.WLS(x, np.ones(len(x)), weights=w).fit(cov_type="cluster", cov_kwds={"groups": np.arange(len(x))})
    deff = (fit.bse[0] / alone.bse[0]) ** 2
    groups, n = len(set(who)), len(x)
    effective = w.sum() ** 2 / (w**2).sum() / max(deff, 1.0)
    interval = effective * (t.ppf(0.975, n - 1) / t.ppf(0.975, groups - 1)) ** 2
    return {"m": fit.params[0], "se": fit.bse[0], "deff": deff, "n": n, "G": groups, "n_eff": effective, "n_int": interval}


def category(score: int) -> int:
    """-1, 0 or 1 for a detractor, passive or promoter."""
    return (score >= 9) - (score <= 6)


def adjusted_wald(rows: list[tuple[int, float, int]], size: float) -> tuple[float, float]:
    """Rocks' interval in points, of so many answers."""
    total = sum(w for _, w, _ in rows)
    share = lambda of: sum(w for _, w, score in rows if category(score) == of) / total * size  # noqa: E731
    p, d, n = share(1) + 0.75, share(-1) + 0.75, size + 3
    s = (p - d) / n
    half = norm.ppf(0.975) * math.sqrt(((p + d) / n - s * s) / n)
    return max(-100.0, 100 * (s - half)), min(100.0, 100 * (s + half))


def main() -> None:
    """Prints what tests hold."""
    for name, rows in (("nps", nps_panel()), ("weighted", weighted_panel())):
        found = clustered([(who, w, category(score)) for who, w, score in rows])
        print(name, found, adjusted_wald(rows, found["n_int"]))
    plain = nps_panel()
    values = [category(score) for *_, score in plain]
    print("unclustered SE", 100 * np.std(values) / math.sqrt(len(values)), "NPS", 100 * np.mean(values))

    # Two samples: the panel, and its first four customers a score lower twice over, by other customers.
    other = [(who + 100 * again, w, max(0, score - 1)) for again in range(2) for who, w, score in plain if who < 4]
    samples = [clustered([(who, w, category(score)) for who, w, score in rows]) for rows in (plain, other)]
    stars = []
    for sample, rows in zip(samples, (plain, other), strict=True):
        size = sample["n_eff"]
        shares = [sum(category(score) == of for *_, score in rows) / len(rows) * size + 0.75 for of in (1, -1)]
        s = (shares[0] - shares[1]) / (size + 3)
        stars.append((s, (sum(shares) / (size + 3) - s * s) / (size + 3), sample["G"] - 1))
    (s1, v1, d1), (s2, v2, d2) = stars
    df = (v1 + v2) ** 2 / (v1 * v1 / d1 + v2 * v2 / d2)
    statistic = (s1 - s2) / math.sqrt(v1 + v2)
    print("two scores", samples[1], 100 * (s1 - s2), statistic, df, 2 * t.sf(abs(statistic), df))

    rows = satisfaction_panel()
    mean = clustered(rows)
    half = t.ppf(0.975, mean["G"] - 1) * mean["se"]
    print("mean", mean, (mean["m"] - half, mean["m"] + half))
    top = clustered([(who, w, float(score >= 4)) for who, w, score in rows])
    wilson = proportion_confint(top["m"] * top["n_int"], top["n_int"], 0.05, "wilson")
    print("top box", top, wilson)

    # Two samples: the panel of satisfaction, and the same a score higher where there is room, by other customers.
    other = [(who, w, min(5, score + 1)) for who, w, score in rows if who != 4]
    second = clustered(other)
    a, b = mean["se"] ** 2, second["se"] ** 2
    df = (a + b) ** 2 / (a * a / (mean["G"] - 1) + b * b / (second["G"] - 1))
    statistic = (mean["m"] - second["m"]) / math.sqrt(a + b)
    print("two means", second["deff"], statistic, df, 2 * t.sf(abs(statistic), df))

    # Fourteen respondents twice: changes of category by Student's t.
    from scipy.stats import ttest_1samp

    changes = [-1] + [0] * 7 + [1] * 4 + [2] * 2
    print("paired", np.mean(changes), ttest_1samp(changes, 0), 2 * norm.sf(ttest_1samp(changes, 0).statistic))


if __name__ == "__main__":
    main()
