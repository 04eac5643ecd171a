"""Posterior means of MBG/NBD under the beliefs of `clv/fitting/penalised`, by brute force.

    python posterior_mean.py

Parameters are drawn from the beliefs and weighed by the likelihood of six customers (Batislam, Denizel and Filiztekin 2007,
with all its terms); given them each customer's own rate and chance to leave are drawn, too, so that no formula of an
expectation is used. Printed: the effective number of draws, and with its standard error what all customers together, and a
customer who has just made their first purchase, buy within a year, and how many of them are still there.

Nothing is shared with the Rust code but the model and the beliefs. Needs numpy and scipy.
"""

import numpy as np
from scipy.special import gammaln

# x, t_x and T in days.
SHOP = [(0, 0, 30), (0, 0, 60), (0, 0, 100), (1, 20, 90), (2, 50, 80), (4, 80, 100)]
YEAR = 365.25 / 7
CHUNKS, CHUNK = 40, 250_000


def chunk(random):
    """Of each draw the logarithm of its weight, and what is expected."""
    ln_r = random.normal(np.log(0.8), 1.0, CHUNK)
    ln_alpha = random.normal(np.log(10.0), 1.5, CHUNK)
    ln_stay = random.normal(np.log(10.0) - np.log(0.8) + 1.2, 1.2, CHUNK)
    together = np.exp(random.normal(np.log(3.0), 1.0, CHUNK))
    dropout = 1 / (1 + np.exp(ln_stay - ln_alpha + ln_r))
    r, alpha, a, b = np.exp(ln_r), np.exp(ln_alpha), dropout * together, (1 - dropout) * together
    ln_weight, alive, bought = np.zeros(CHUNK), np.zeros(CHUNK), np.zeros(CHUNK)

    def ahead(shape, rate, a, b):
        """Purchases within a year of customers who are alive."""
        each = random.gamma(shape) / rate
        chance = np.maximum(random.beta(a, np.maximum(b, 1e-300)), 1e-12)
        return -np.expm1(-each * chance * YEAR) / chance

    for x, recency, age in SHOP:
        c, recency, age = x + 1, recency / 7, age / 7
        ln_stayed = -(r + x) * np.log(alpha + age)
        ln_left = np.log(a) - np.log(b + c - 1) - (r + x) * np.log(alpha + recency)
        ln_weight += gammaln(b + c) - gammaln(b) - gammaln(a + b + c) + gammaln(a + b)
        ln_weight += gammaln(r + x) - gammaln(r) + r * np.log(alpha) + np.logaddexp(ln_stayed, ln_left)
        here = 1 / (1 + np.exp(ln_left - ln_stayed))
        alive += here
        bought += here * ahead(r + x, alpha + age, a, b + c)
    new = b / (a + b) * ahead(r, alpha, a, b + 1)
    return ln_weight, bought, new, alive


random = np.random.default_rng(28)
drawn = [np.concatenate(column) for column in zip(*(chunk(random) for _ in range(CHUNKS)))]
weight = np.exp(drawn[0] - np.nanmax(drawn[0]))
weight[~np.isfinite(weight)] = 0.0
weight /= weight.sum()
print(f"effective draws {1 / np.sum(weight**2):.0f}")
for name, of in zip(["purchases of all", "purchases of a new customer", "alive"], drawn[1:]):
    mean = np.sum(weight * of)
    error = np.sqrt(np.sum(weight**2 * (of - mean) ** 2))
    print(f"{name} {mean:.4f} give or take {error:.4f}")
