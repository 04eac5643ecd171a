"""The penalised likelihood of src/warnings/fusion.rs, minimised by SciPy, and its variance clustered by customer."""

import numpy as np
from scipy.optimize import minimize

KINDS = 7
i = np.arange(60)
customer = i // 2
bits = np.array([1, 3, 2, 9, 64])[i % 5]
model = (1 + (7 * i) % 19) / 20
left = ((3 * i + i * i) % 7 < 3).astype(float)
logit = np.clip(np.log(model / (1 - model)), -6, 6)
x = np.column_stack([np.ones(60), logit] + [(bits >> k) & 1 for k in range(KINDS)]).astype(float)
precision = np.array([1.0, 4.0] + [1.0] * KINDS)


def loss(b):
    eta = logit + x @ b
    return np.sum(np.logaddexp(0, eta) - left * eta) + 0.5 * np.sum(precision * b * b)


def gradient(b):
    p = 1 / (1 + np.exp(-(logit + x @ b)))
    return x.T @ (p - left) + precision * b


found = minimize(loss, np.zeros(2 + KINDS), jac=gradient, method="BFGS", options={"gtol": 1e-11}).x
p = 1 / (1 + np.exp(-(logit + x @ found)))
information = np.diag(precision) + (x * (p * (1 - p))[:, None]).T @ x
spread = np.diag(precision)
for who in np.unique(customer):
    own = x[customer == who].T @ (left - p)[customer == who]
    spread += np.outer(own, own)
inverse = np.linalg.inv(information)
errors = np.sqrt(np.diag(inverse @ spread @ inverse))
for place, (value, error) in enumerate(zip(found, errors)):
    print(f"({place}, {value:.9f}, {error:.9f}),")
