"""Figures of a backtest of CDNOW's weeks 40 to 78 by SciPy, with their standard errors, which the server has to find.

    python backtest.py

Means over customers have the usual error. All others have that of the infinitesimal jackknife, here from its
definition: the figure is computed with a weight for each customer, each weight in turn is made a little larger, and the
figure's slope is that customer's influence. Nothing of it knows a formula of any influence, but for top shares.
"""

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import hyp2f1
from scipy.stats import nbinom

HERE = Path(__file__).parent
CUT, END = date(1997, 9, 30).toordinal(), date(1998, 6, 30).toordinal()
AHEAD = END - CUT

Figure = Callable[[np.ndarray], float]


def purchase_days() -> list[np.ndarray]:
    """Each customer's purchase days, in order, up to the end."""
    days: dict[str, set[int]] = defaultdict(set)
    for line in (HERE.parents[2] / "data" / "cdnow_sample.txt").read_text().splitlines():
        _, customer, day, _, _ = line.split()
        days[customer].add(date(int(day[:4]), int(day[4:6]), int(day[6:])).toordinal())
    return [np.array(sorted(of)) for of in days.values()]


def main() -> None:
    """Prints what each forecaster comes to."""
    days = purchase_days()
    n = len(days)
    before = [of[of <= CUT] for of in days]
    y = np.array([np.sum((of > CUT) & (of <= END)) for of in days], dtype=float)
    x = np.array([len(of) - 1 for of in before], dtype=float)
    t_x = np.array([of[-1] - of[0] for of in before]) / 7
    age = np.array([CUT - of[0] for of in before]) / 7

    def repeats(after: int, until: int) -> np.ndarray:
        return np.array([np.sum((of[1:] > after) & (of[1:] <= until)) for of in before], dtype=float)

    golden = json.loads((HERE / "cdnow.json").read_text())["mle"]
    r, alpha, a, b = map(float, golden["bgnbd"]["params"])
    t = AHEAD / 7
    grown = ((alpha + age) / (alpha + age + t)) ** (r + x)
    left = 1 - grown * hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + age + t))
    gone = np.where(x > 0, a / (b + np.maximum(x, 1) - 1) * ((alpha + age) / (alpha + t_x)) ** (r + x), 0)
    bg_nbd = (a + b + x - 1) / (a - 1) * left / (1 + gone)
    r, alpha = map(float, json.loads((HERE / "relatives.json").read_text())["nbd"]["params"])
    nbd = nbinom(r + x, (alpha + age) / (alpha + age + t))

    forecasts = {
        "BG/NBD": bg_nbd,
        "NBD": nbd.mean(),
        "last window": repeats(CUT - AHEAD, CUT),
        "last quarter": repeats(CUT - 91, CUT) * AHEAD / 91,
    }
    for name, f in forecasts.items():
        print(f"            {name!r}")
        for title, figure in figures(f, y).items():
            print(f"            {title:14} {figure(np.ones(n)):.10f} {jackknife(figure, n):.9f}")
        for share in (0.1, 0.2):
            print(f"            capture {share:6} {capture(f, y, share)[0]:.10f} {capture(f, y, share)[1]:.9f}")
    k = np.arange(200)[:, None]
    crps = np.sum((nbd.cdf(k) - (y <= k)) ** 2, axis=0)
    print(f"            CRPS of NBD    {crps.mean():.10f} {crps.std(ddof=1) / np.sqrt(n):.9f}")
    logit = np.log((1 - nbd.pmf(0)) / nbd.pmf(0))
    print(f"            logit of NBD   {logit_slope(logit, y > 0):.9f}")


def figures(f: np.ndarray, y: np.ndarray) -> dict[str, Figure]:
    """What is computed of weighted customers."""

    def mean(of: np.ndarray, w: np.ndarray) -> float:
        return float(np.sum(w * of) / np.sum(w))

    def covariance(a: np.ndarray, b: np.ndarray, w: np.ndarray) -> float:
        return mean((a - mean(a, w)) * (b - mean(b, w)), w)

    def correlation(a: np.ndarray, b: np.ndarray, w: np.ndarray) -> float:
        return covariance(a, b, w) / float(np.sqrt(covariance(a, a, w) * covariance(b, b, w)))

    def ranks(of: np.ndarray, w: np.ndarray) -> np.ndarray:
        _, place = np.unique(of, return_inverse=True)
        tied = np.bincount(place, weights=w)
        return (np.cumsum(tied) - 0.5 * tied)[place]

    return {
        "MAE": lambda w: mean(np.abs(f - y), w),
        "RMSE": lambda w: mean((f - y) ** 2, w) ** 0.5,
        "MSLE": lambda w: mean((np.log1p(f) - np.log1p(y)) ** 2, w),
        "correlation": lambda w: correlation(f, y, w),
        "ranks": lambda w: correlation(ranks(f, w), ranks(y, w), w),
        "total": lambda w: mean(f, w) / mean(y, w) - 1,
        "slope": lambda w: covariance(f, y, w) / covariance(f, f, w),
    }


def jackknife(figure: Figure, n: int) -> float:
    """The standard error of a figure, by the slope of it along the weight of each customer."""
    step = 1e-4
    influences = []
    for i in range(n):
        more, less = np.ones(n), np.ones(n)
        more[i] += step
        less[i] -= step
        influences.append(n * (figure(more) - figure(less)) / (2 * step))
    return float(np.sqrt(np.sum(np.square(influences)) / (n * (n - 1))))


def capture(f: np.ndarray, y: np.ndarray, share: float) -> tuple[float, float]:
    """The share that the highest customers brought. Its error takes the edge for a quantile of forecasts that moves."""
    n = len(f)
    taken = np.zeros(n)
    edge = np.sort(f)[::-1][int(np.ceil(share * n)) - 1]
    above, at = f > edge, f == edge
    taken[above] = 1
    taken[at] = (share * n - above.sum()) / at.sum()
    value = float(np.sum(taken * y) / np.sum(y))
    side = int(np.ceil(0.5 * np.sqrt(n)))
    if at.sum() >= 2 * side:
        near = y[at].mean()
    else:
        _, place = np.unique(f, return_inverse=True)
        mean_of_tied = (np.bincount(place, weights=y) / np.bincount(place))[place]
        first = n - int(share * n)
        near = mean_of_tied[np.argsort(f)][first - side : first + side].mean()
    influence = (taken * y - near * (taken - share) - value * y) / y.mean()
    return value, float(np.sqrt(np.sum(influence**2) / (n * (n - 1))))


def logit_slope(x: np.ndarray, bought: np.ndarray) -> float:
    """The slope of a logistic regression."""

    def loss(at: np.ndarray) -> float:
        z = at[0] + at[1] * x
        return float(np.sum(np.logaddexp(0, z) - bought * z))

    return float(minimize(loss, [0, 1], method="Nelder-Mead", options={"xatol": 1e-11, "fatol": 1e-12}).x[1])


if __name__ == "__main__":
    main()
