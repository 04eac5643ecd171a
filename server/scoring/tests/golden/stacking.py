"""Weights of a mixture of four models by SciPy, which `judging/stacking.rs` has to find.

    python stacking.py
"""

import numpy as np
from scipy.optimize import minimize

MODELS = 4


def likely(judgement: int, model: int) -> float:
    """The probability that a model gave to what came."""
    return (1 + (7 * judgement + 5 * model + judgement * judgement * (model + 2)) % 23) / 25


def customer(judgement: int) -> int:
    """Those of one customer follow each other: one, two, three, one, two, ... of them."""
    sixth, place = divmod(judgement, 6)
    return 3 * sixth + (0, 1, 1, 2, 2, 2)[place]


def main() -> None:
    """Prints weights, their standard errors and the number of customers."""
    judgements = range(300)
    p = np.array([[likely(i, m) for m in range(MODELS)] for i in judgements])
    who = np.array([customer(i) for i in judgements])
    counts = np.array([(1, 1, 0.5, 1, 0.5, 0.125)[i % 6] for i in judgements])
    shares = counts / np.bincount(who, counts)[who]

    def weights(u: np.ndarray) -> np.ndarray:
        e = np.exp(np.append(u, 0.0) - max(0.0, u.max()))
        return e / e.sum()

    def loss(u: np.ndarray) -> float:
        w = weights(u)
        return -float(np.sum(np.log(p @ w) * shares) + np.sum(np.log(w)))

    found = minimize(
        loss, np.zeros(MODELS - 1), method="Nelder-Mead", options={"xatol": 1e-12, "fatol": 1e-14, "maxiter": 10_000}
    )
    step = 1e-4
    n = MODELS - 1
    hessian = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            a, b = np.eye(n)[i] * step, np.eye(n)[j] * step
            at = found.x
            hessian[i, j] = (loss(at + a + b) - loss(at + a - b) - loss(at - a + b) + loss(at - a - b)) / (
                4 * step * step
            )
    w = weights(found.x)
    slopes = np.array([[w[m] * ((m == i) - w[i]) for i in range(n)] for m in range(MODELS)])
    errors = np.sqrt(np.diag(slopes @ np.linalg.inv(hessian) @ slopes.T))
    print([f"{value:.9f}" for value in w], [f"{value:.6f}" for value in errors], len(set(who)))


if __name__ == "__main__":
    main()
