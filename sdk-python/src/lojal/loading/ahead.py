"""What the first rows of a source tell about a column."""

from __future__ import annotations

from itertools import islice

from lojal.loading.columns import ROWS_AHEAD
from lojal.loading.rows import missing
from lojal.loading.sources import Source


def comes_back(source: Source, identity: str, time: str) -> bool:
    """Tells whether an id stands in two rows of different times.

    That of a customer who buys again does; that of an order does not, though it may stand in several rows, one for each
    line of the order.
    """
    if identity not in source.columns or time not in source.columns:
        return False
    first: dict[str, str] = {}
    for _, (value, moment) in islice(source.rows([identity, time]), ROWS_AHEAD):
        if missing(value) or missing(moment):
            continue
        if first.setdefault(str(value), str(moment)) != str(moment):
            return True
    return False
