"""A logistic regression of forty made-up people, by minimising the likelihood."""

import numpy as np
from scipy.optimize import minimize


def main() -> None:
    i = np.arange(40)
    x = np.stack([np.ones(40), (7 * i) % 11 / 5, (5 * i * i) % 13 / 6], axis=1)
    y = ((3 * i + i * i) % 7 < 3).astype(float)

    def loss(b: np.ndarray) -> float:
        u = x @ b
        return float(np.sum(np.logaddexp(0, u) - y * u))

    found = minimize(loss, np.zeros(3), method="BFGS", options={"gtol": 1e-12})
    found = minimize(loss, found.x, method="Nelder-Mead", options={"xatol": 1e-12, "fatol": 1e-15, "maxiter": 10_000})
    p = 1 / (1 + np.exp(-x @ found.x))
    errors = np.sqrt(np.diag(np.linalg.inv((x * (p * (1 - p))[:, None]).T @ x)))
    for value, error in zip(found.x, errors, strict=True):
        print(f"({value:.9f}, {error:.9f}),")


if __name__ == "__main__":
    main()
