"""Customers summed up by the caller: frequency, recency, age and mean value of each, from a data frame or columns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lojal.errors import invalid
from lojal.sensible import listed, sensible, shown

FREQUENCY = ("frequency", "x", "repeat_purchase_days")
RECENCY = ("recency_days", "recency", "t_x", "tx", "days_first_to_last")
AGE = ("age_days", "age", "T", "t_cal", "T_cal", "days_followed")
VALUE = ("mean_value", "monetary_value", "value")
CUSTOMER = ("customer_id", "customer", "id", "cust")
"""Names tried in this order: our own, those of packages, those of the literature."""


def columns(summaries: Any, days: float) -> dict[str, Any]:
    """Returns the columns of a question for summaries with times of so many days each."""
    with sensible("days", days, "the days of one unit of recency and age, such as 7 for weeks"):
        days = float(days)
    if not (days > 0 and math.isfinite(days)):
        raise invalid("days", f"is {days}; give the days of one unit of recency and age, such as 7 for weeks")
    table = _table(summaries)
    found: dict[str, Any] = {
        "frequency": _whole("frequency", _needed(table, "frequency", FREQUENCY), 1),
        "recency_days": _whole("recency_days", _needed(table, "recency_days", RECENCY), days),
        "age_days": _whole("age_days", _needed(table, "age_days", AGE), days),
    }
    value = _first(table, VALUE)
    if value is not None:
        with sensible("mean_value", value, "a number for each customer"):
            found["mean_value"] = [math.nan if each is None else float(each) for each in value]
    customer = _first(table, CUSTOMER)
    if customer is not None:
        found["customer_ids"] = [str(each) for each in customer]
    return found


def _table(summaries: Any) -> Mapping[str, Sequence[Any]]:
    """Returns columns by name. A data frame's named index counts as one: it is where packages keep the customer."""
    if isinstance(summaries, Mapping):
        return {str(name): list(listed(str(name), column, "a column")) for name, column in summaries.items()}
    frame = summaries.reset_index() if hasattr(summaries, "reset_index") and _has_names(summaries.index) else summaries
    # Of Arrow tables `columns` are the columns themselves.
    names = getattr(frame, "column_names", getattr(frame, "columns", None))
    if names is not None and hasattr(frame, "__getitem__"):
        return {str(name): _list(frame[name]) for name in names}
    raise invalid(
        "summaries",
        f"{shown(summaries)} is neither a data frame nor a mapping of columns, such as "
        '{"frequency": [2, 0], "recency": [213, 0], "T": [272, 272]}',
    )


def _has_names(index: Any) -> bool:
    return any(name is not None for name in getattr(index, "names", ()))


def _list(column: Any) -> list[Any]:
    for method in ("to_list", "to_pylist", "tolist"):
        if hasattr(column, method):
            return list(getattr(column, method)())
    return list(column)


def _first(table: Mapping[str, Sequence[Any]], names: Iterable[str]) -> Sequence[Any] | None:
    return next((table[name] for name in names if name in table), None)


def _needed(table: Mapping[str, Sequence[Any]], field: str, names: Sequence[str]) -> Sequence[Any]:
    column = _first(table, names)
    if column is None:
        listed = ", ".join(list(table)[:30]) or "nothing"
        raise invalid(field, f"has no column; name one of them {' or '.join(names)}. There are: {listed}")
    return column


def _whole(field: str, column: Sequence[Any], days: float) -> list[int]:
    """Returns whole numbers: times in weeks are whole days, but for what was lost in writing them down."""
    found = []
    for i, each in enumerate(column):
        with sensible(f"{field}[{i}]", each, "a number"):
            number = math.nan if each is None else float(each) * days
        if not math.isfinite(number):
            raise invalid(f"{field}[{i}]", f"is {each}; give a number for each customer")
        whole = round(number)
        # Two decimals of a week are a fourteenth of a day.
        if abs(number - whole) > (0.04 * days if days != 1 else 0):
            unit = "days" if days == 1 else f"{days:g} days, which are {number:g} days"
            raise invalid(f"{field}[{i}]", f"is {each} {unit}, and no whole number of days; give days=7 for weeks")
        found.append(whole)
    return found
