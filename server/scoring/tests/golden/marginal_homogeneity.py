"""Whether a mix changed among the same customers, by statsmodels, which `statistics/homogeneity.rs` has to find.

    pip install statsmodels
    python marginal_homogeneity.py

Stuart and Maxwell's test of a square table, from state (row) to state (column). statsmodels needs a table in which
every state can be reached from every other by moves, so tables that fall apart are tested part by part and added up.
"""

import numpy as np
from scipy.stats import chi2
from statsmodels.stats.contingency_tables import SquareTable, mcnemar

# Unaided distance vision of 7,477 women, right eye by left eye (Stuart 1955).
VISION = [[1520, 266, 124, 66], [234, 1512, 432, 78], [117, 362, 1772, 205], [36, 82, 179, 492]]
# Two states: McNemar's test without correction.
TWO = [[30, 12], [5, 40]]
# Nobody moves between the first two states and the last two.
APART = [[20, 9, 0, 0], [3, 15, 0, 0], [0, 0, 11, 2], [0, 0, 8, 30]]


def tested(table: list[list[int]]) -> tuple[float, int]:
    """The statistic and its degrees of freedom."""
    found = SquareTable(np.array(table), shift_zeros=False).homogeneity(method="stuart_maxwell")
    return float(found.statistic), int(found.df)


for name, parts in (
    ("vision", [VISION]),
    ("two", [TWO]),
    ("apart", [[row[:2] for row in APART[:2]], [row[2:] for row in APART[2:]]]),
):
    each = [tested(part) for part in parts]
    statistic, degrees = sum(one for one, _ in each), sum(df for _, df in each)
    print(f"{name}: chi-square {statistic:.12g}, {degrees} degrees of freedom, p {chi2.sf(statistic, degrees):.12g}")
print(f"mcnemar of two: {mcnemar(TWO, exact=False, correction=False).statistic:.12g}")
