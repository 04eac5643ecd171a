"""Which column of a source is which field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from lojal.errors import InvalidArgument, invalid

Column: TypeAlias = str | Literal[False] | None
"""The name of a column; None to guess it; False when the source has none."""


ROWS_AHEAD = 10_000
"""Rows that are read ahead to see whether an id comes back."""
MOST_LISTED = 30
"""Columns that an error names: enough for a header that people have made, and no page of text for one gone wrong."""


@dataclass(frozen=True)
class Field:
    """A field that a source may have a column for, with the names tried in this order."""

    name: str
    guesses: tuple[str, ...]
    required: bool = True
    unless: str = ""
    """A field before this one whose column makes it dispensable."""
    addresses: tuple[str, ...] = ()
    """Names tried next: of columns of e-mail addresses, which name customers where nothing else does."""
    last_resort: str = ""
    """Tried last, where there is no e-mail address, and only if one of its values comes back at another time."""
    one_a_row: bool = False
    """Whether each row is a customer of its own, so that no value comes back."""
    price_of_one: str = ""
    """A guess that is the price of one piece where there is a column of `PIECES`."""
    of_lines: str = ""
    """The guess where the source has a row for each line of an order, which then needs a column for this field."""
    otherwise: str = ""
    """What else a caller can do who has no such column."""


# lojal import and the JavaScript client have the same names and rules; tests/vectors/column_names.json holds the three
# together.
CUSTOMERS = ("customer_id", "customer", "user_id", "user", "client_id", "account_id")
EMAILS = (
    "customer_email",
    "customer_e_mail",
    "customer_email_address",
    "email",
    "e_mail",
    "email_address",
    "e_mail_address",
    "billing_email",
    "billing_e_mail",
    "email_billing",
    "buyer_email",
    "user_email",
    "client_email",
    "account_email",
    "person_email",
    "contact_email",
    "recipient_email",
    "from_email_address",
)
CUSTOMER_ID = Field("customer_id", CUSTOMERS, addresses=EMAILS, last_resort="id")
# Where `id` is the record's own.
CUSTOMER_OF_RECORD = Field("customer_id", CUSTOMERS, addresses=EMAILS)
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
AMOUNT = Field(
    "amount",
    ("value", "amount", "total", "price", "revenue", "spend", "sales", "amount_paid"),
    price_of_one="price",
)
PIECES = ("quantity", "qty")
PRICES = ("price", "unit_price", "item_price", "price_each")
AMOUNT_OF_LINES = ("line_total", "line_amount", *AMOUNT.guesses, *PRICES[1:])
"""Names tried for the amount of a line, where lines are added up by their order."""
TRANSACTION_ID = Field(
    "transaction_id", ("transaction_id", "order_id", "invoice_id", "invoice_no"), required=False, of_lines="name"
)
LINES_BEGIN = ("lineitem_", "line_item_")
CURRENCY = Field("currency_code", ("currency", "currency_code"), required=False)
# Never guessed: a column of that name may hold percentages.
DISCOUNT = Field("discount", (), required=False)

# What became of an order, which is not read.
UNREAD = (
    "financial_status",
    "payment_status",
    "order_status",
    "status",
    "cancelled_at",
    "canceled_at",
    "refunded_amount",
    "amount_refunded",
)


def required(field: Field) -> Field:
    """Returns a field that must have a column."""
    return Field(field.name, field.guesses)


def optional(name: str, *more: str) -> Field:
    """Returns a field that may have a column."""
    return Field(name, (name, *more), required=False)


def chosen(fields: Sequence[Field], arguments: Mapping[str, Any]) -> dict[str, Column]:
    """Returns which columns the caller of a `load` named, by field.

    The argument is called like the field or, where that is a value for rows that do not say, ends in `_column`.

    Example:
        >>> chosen([TIME, optional("kind")], {"time": "when", "kind": "visit", "kind_column": None})
        {'time': 'when', 'kind': None}
    """
    return {each.name: arguments.get(f"{each.name}_column", arguments[each.name]) for each in fields}


def constants(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the values for rows that do not say.

    Example:
        >>> constants({"time": "when", "kind": "visit", "kind_column": None})
        {'kind': 'visit'}
    """
    return {name: arguments[name] for name in arguments if f"{name}_column" in arguments}


def choose(
    fields: Sequence[Field],
    columns: Sequence[str],
    chosen: Mapping[str, Column],
    comes_back: Callable[[str, str], bool] = lambda identity, time: False,
) -> dict[str, str]:
    """Returns which column to take for which field.

    Args:
        fields: The fields of a record.
        columns: The columns of the source.
        chosen: What the caller said, by field.
        comes_back: Reads the first rows: whether a value of the first column stands in two of them with different
            values of the second.

    Raises:
        InvalidArgument: If a named column is not there, or none is found for a required field.

    Example:
        >>> choose([CUSTOMER_ID, TIME, AMOUNT], ["User ID", "Order Date", "total"], {})
        {'customer_id': 'User ID', 'time': 'Order Date', 'amount': 'total'}
        >>> choose([CUSTOMER_ID, TIME], ["id", "E-Mail", "date"], {})
        {'customer_id': 'E-Mail', 'time': 'date'}
    """
    guessing = _Guessing(columns, chosen, comes_back)
    result: dict[str, str] = {}
    for field in fields:
        named = chosen.get(field.name)
        if isinstance(named, str):
            if named not in columns:
                raise invalid(field.name, f"there is no column {named!r}: the columns are {listed(columns)}")
            result[field.name] = named
        elif named is None:
            guess = guessing.column(field)
            if guess is not None:
                result[field.name] = guess
        if field.required and field.name not in result and field.unless not in result:
            raise guessing.refused(field)
    return result


class _Guessing:
    """Finds columns by their names."""

    def __init__(
        self, columns: Sequence[str], chosen: Mapping[str, Column], comes_back: Callable[[str, str], bool]
    ) -> None:
        self._chosen = chosen
        self._comes_back = comes_back
        self._columns = columns
        self._by_usual_name: dict[str, str] = {}
        for column in columns:
            self._by_usual_name.setdefault(usual(column), column)

    def column(self, field: Field) -> str | None:
        """Returns the column of a field, None if there is none.

        Raises:
            InvalidArgument: If a column may be it or not, and only the caller knows.
        """
        known = self._by_usual_name
        if field.one_a_row:
            self._require_one_identity(field)
        column = self._first((*field.guesses, *field.addresses))
        if column is None and field.last_resort and field.last_resort in known:
            column = self._last_resort(field, known[field.last_resort])
        pieces = self._first(PIECES)
        if column is not None and pieces is not None and usual(column) == field.price_of_one:
            raise self.refused(
                field,
                f"the column {column!r} is not taken for it, as beside {pieces!r} it is the price of one piece: add "
                "lines of orders up with lines=True, or ",
            )
        lines = next((known[name] for name in known if name.startswith(LINES_BEGIN)), None)
        if column is None and field.of_lines and lines is not None:
            column = known.get(field.of_lines)
            if column is None:
                raise self.refused(field, f"there is a row for each line of an order, such as {lines!r}: ")
        return column

    def refused(self, field: Field, why: str = "") -> InvalidArgument:
        """Returns the error that asks for a column."""
        return invalid(
            field.name,
            f"{why}name the column to take as {field.name}{field.otherwise}: the columns are {listed(self._columns)}",
        )

    def _first(self, names: Sequence[str]) -> str | None:
        return next((self._by_usual_name[name] for name in names if name in self._by_usual_name), None)

    def _last_resort(self, field: Field, column: str) -> str:
        known = self._by_usual_name
        address = next((known[name] for name in known if name.endswith(("email", "e_mail"))), None)
        if address is not None:
            why = f"as there is the e-mail column {address!r}"
        elif field.one_a_row:
            return column
        elif not self._time():
            raise self.refused(TIME)
        elif self._comes_back(column, self._time()):
            return column
        else:
            why = (
                f"as none of its values comes back at another time in the first {ROWS_AHEAD:,} rows, so that it may be "
                "the id of each row"
            )
        raise self.refused(field, f"the column {column!r} is not taken for the customer, {why}: ")

    def _time(self) -> str:
        named = self._chosen.get(TIME.name)
        return named if isinstance(named, str) else self._first(TIME.guesses) or ""

    def _require_one_identity(self, field: Field) -> None:
        """Refuses a table of customers with two columns that may be what purchases name them by."""
        address = self._first(field.addresses)
        if self._first(field.guesses) is None and address is not None and field.last_resort in self._by_usual_name:
            column = self._by_usual_name[field.last_resort]
            raise self.refused(field, f"purchases may name a customer by {column!r} or by {address!r}: ")


def listed(columns: Sequence[str]) -> str:
    """Returns columns as a sentence names them: of very many the first.

    Example:
        >>> listed(["date", "value"])
        "'date', 'value'"
    """
    more = len(columns) - MOST_LISTED
    first = ", ".join(map(repr, columns[:MOST_LISTED]))
    return f"{first} and {more:,} more" if more > 0 else first


def unread(columns: Sequence[str]) -> tuple[str, ...]:
    """Returns what to tell of columns of purchases that are not read and may change what counts."""
    names = [column for column in columns if usual(column) in UNREAD]
    if not names:
        return ()
    return (
        f"{listed(names)} were not read: orders that were cancelled, refunded or never paid count in "
        "full; leave them out of the source, or take them back with voids and refunds",
    )


def usual(column: str) -> str:
    """Returns a column's name as it is compared: in lower case, words joined by underscores.

    Example:
        >>> usual("Customer ID"), usual("customerId"), usual("E-Mail (Billing)")
        ('customer_id', 'customer_id', 'e_mail_billing')
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column)
    return re.sub(r"[\W_]+", "_", words.lower()).strip("_")


def plain(column: str) -> str:
    """Returns the name of the attribute that a column of any name becomes.

    Example:
        >>> plain("Customer ID"), plain("customerId"), plain("InvoiceDate")
        ('customer_id', 'customer_id', 'invoice_date')
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column.strip())
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
