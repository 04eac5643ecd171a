"""Tails of the binomial distribution for src/warnings/falls.rs: what is seen in 90 days after 180."""

from scipy.stats import binom

for recent, earlier in [(0, 6), (1, 9), (2, 20), (5, 5)]:
    print(recent, earlier, f"{binom.cdf(recent, recent + earlier, 1 / 3):.9f}")
