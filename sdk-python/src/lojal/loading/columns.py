"""Which column of a source is which field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lojal.errors import invalid

Column: TypeAlias = str | Literal[False] | None
"""The name of a column; None to guess it; False when the source has none."""


@dataclass(frozen=True)
class Field:
    """A field that a source may have a column for, with the names tried in this order."""

    name: str
    guesses: tuple[str, ...]
    required: bool = True
    unless: str = ""
    """A field before this one whose column makes it dispensable."""


# The JavaScript client guesses the same names in the same order.
CUSTOMER_ID = Field("customer_id", ("customer_id", "customer", "user_id", "user", "client_id", "account_id", "id"))
TIME = Field(
    "time",
    (
        "date",
        "time",
        "timestamp",
        "datetime",
        "order_date",
        "order_time",
        "transaction_date",
        "transaction_time",
        "purchase_date",
        "purchase_time",
        "invoice_date",
        "created_at",
    ),
)
AMOUNT = Field("amount", ("value", "amount", "total", "price", "revenue", "spend", "sales", "amount_paid"))
TRANSACTION_ID = Field("transaction_id", ("transaction_id", "order_id", "invoice_id", "invoice_no"), required=False)
CURRENCY = Field("currency_code", ("currency", "currency_code"), required=False)
# Never guessed: a column of that name may hold percentages.
DISCOUNT = Field("discount", (), required=False)


def required(field: Field) -> Field:
    """Returns a field that must have a column."""
    return Field(field.name, field.guesses)


def optional(name: str, *more: str) -> Field:
    """Returns a field that may have a column."""
    return Field(name, (name, *more), required=False)


def choose(fields: Sequence[Field], columns: Sequence[str], chosen: Mapping[str, Column]) -> dict[str, str]:
    """Returns which column to take for which field.

    Args:
        fields: The fields of a record.
        columns: The columns of the source.
        chosen: What the caller said, by field.

    Raises:
        InvalidArgument: If a named column is not there, or none is found for a required field.

    Example:
        >>> choose([CUSTOMER_ID, TIME, AMOUNT], ["User ID", "Order Date", "total"], {})
        {'customer_id': 'User ID', 'time': 'Order Date', 'amount': 'total'}
    """
    by_plain_name: dict[str, str] = {}
    for column in columns:
        by_plain_name.setdefault(plain(column), column)
    result: dict[str, str] = {}
    there = ", ".join(repr(column) for column in columns)
    for field in fields:
        named = chosen.get(field.name)
        if isinstance(named, str):
            if named not in columns:
                raise invalid(field.name, f"there is no column {named!r}: the columns are {there}")
            result[field.name] = named
        elif named is None:
            guess = next((by_plain_name[name] for name in field.guesses if name in by_plain_name), None)
            if guess is not None:
                result[field.name] = guess
        if field.required and field.name not in result and field.unless not in result:
            raise invalid(field.name, f"name the column to take as {field.name}: the columns are {there}")
    return result


def plain(column: str) -> str:
    """Returns a column's name in lower case with underscores.

    Example:
        >>> plain("Customer ID"), plain("customerId"), plain("InvoiceDate")
        ('customer_id', 'customer_id', 'invoice_date')
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column.strip())
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
