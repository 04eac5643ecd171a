"""Turns the values of a row into a message of the contract, and says what is wrong with it."""

from __future__ import annotations

import datetime
import math
import re
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from google.protobuf.message import Message

from lojal.enums import InteractionKind
from lojal.errors import FieldViolation, InvalidArgument, invalid, invalid_rows
from lojal.instants import to_day, to_instant, wire
from lojal.loading.addresses import one_address
from lojal.loading.columns import plain
from lojal.loading.habits import Habits
from lojal.loading.job import Build
from lojal.loading.sources import as_mapping
from lojal.money import Money, amount_text
from lojal.sensible import listed, sensible, shown, unicode
from lojal.v1 import common_pb2, customer_service_pb2, ingest_service_pb2, workspace_service_pb2

MAX_ID_BYTES = 128
MAX_INT = 2**31 - 1
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
Values = Mapping[str, Any]

# Only the server knows which currency a row without one is in, so "12.50" and "12.50 EUR" may be the same.
ONE_WAY_OF_NAMING = (
    "rows without transaction_id either all name their currency or none does: name it in every row, or pass "
    "currency_code to load for those that do not"
)
TOPIC_SEPARATOR = ";"
NO_DISCOUNT = "is less than zero: give what was taken off the list price"
# Exports with a row for each line of an order leave it empty in all rows but the first.
NO_AMOUNT = "amount is missing: leave rows without one, such as further lines of an order, out with skip_invalid=True"
LESS_THAN_ZERO = "is less than zero: record money given back with refunds"
LESS_THAN_ZERO_IN_LOAD = f'{LESS_THAN_ZERO}, or pass negative="refund"'


@dataclass(frozen=True)
class Reading:
    """How to read values.

    Attributes:
        zone: Where times without a zone were read from a clock; None refuses them.
        time_format: `strptime` format of times; None means ISO 8601.
        currency_code: Currency of amounts without one; "" means the workspace's reporting currency.
        one_address: Whether the id of a customer who is named by an e-mail address is in lower case, as in every load.
        habits: How the source of a load writes numbers and times; None for what is passed to a call, which is exact.
    """

    zone: datetime.tzinfo | None = None
    time_format: str | None = None
    currency_code: str = ""
    one_address: bool = False
    habits: Habits | None = None

    def number(self, value: Any, field: str = "amount") -> Any:
        """Returns a number as a plain decimal."""
        return value if self.habits is None else self.habits.number(value, field)


def messages(rows: Iterable[Any], build: Build, name: str) -> list[Message]:
    """Returns the messages of records passed to a unary write.

    Args:
        rows: Dicts or dataclasses.
        build: Turns the values of one into a message.
        name: The request's field, such as "transactions", for errors.

    Raises:
        InvalidArgument: If records are bad, with the position of each.
    """
    if isinstance(rows, Mapping | str):
        raise invalid(name, f"give a list of records, not a single {type(rows).__name__}")
    result: list[Message] = []
    bad: list[FieldViolation] = []
    for position, row in enumerate(listed(name, rows, "a list of records")):
        try:
            with sensible("row", row, "a record: give a dict, or what this package has for it"):
                values = dict(as_mapping(row))
            result.append(build(values))
        except InvalidArgument as error:
            bad += [
                FieldViolation(f"{name}[{position}].{each.field}", each.description, position)
                for each in error.field_violations
            ]
    if bad:
        raise invalid_rows(bad)
    return result


class Transactions:
    """Builds purchases, and counts equal ones that have no id."""

    FIELDS = ("customer_id", "transaction_id", "time", "amount", "currency_code", "occurrence", "discount")

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._seen: Counter[tuple[str, datetime.datetime, Decimal, str]] = Counter()
        self._names_currency: bool | None = None

    def __call__(self, values: Values) -> ingest_service_pb2.Transaction:
        """Builds one.

        Without an id, its occurrence is which one of its equals it is, so loading the same log again doubles nothing.
        """
        known(values, self.FIELDS)
        customer_id = to_id(values.get("customer_id"), "customer_id")
        transaction_id = to_id(values.get("transaction_id"), "transaction_id", required=False)
        moment = to_time(values.get("time"), self._reading)
        amount = to_money(values, self._reading)
        if amount.amount.startswith("-") and Decimal(amount.amount) != 0:
            raise invalid("amount", f"{amount.amount} {LESS_THAN_ZERO}")
        occurrence = to_int(values.get("occurrence"), "occurrence") or 0
        if not transaction_id and not occurrence:
            self._require_one_way_of_naming(amount.currency_code)
            # by value, as 12.5 and 12.50 are the same money whatever the server derives the id from
            key = (customer_id, moment, Decimal(amount.amount), amount.currency_code)
            self._seen[key] += 1
            occurrence = self._seen[key]
        return ingest_service_pb2.Transaction(
            customer_id=customer_id,
            transaction_id=transaction_id,
            time=wire(moment),
            amount=amount,
            occurrence=occurrence,
            discount=to_discount(values.get("discount")),
        )

    def _require_one_way_of_naming(self, currency_code: str) -> None:
        """Refuses equal rows that could not be told from different ones."""
        names_currency = currency_code != ""
        if self._names_currency is None:
            self._names_currency = names_currency
        if self._names_currency != names_currency:
            raise invalid("currency_code", ONE_WAY_OF_NAMING)


class Refunds:
    """Builds refunds."""

    FIELDS = ("refund_id", "transaction_id", "time", "amount", "currency_code")

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def __call__(self, values: Values) -> ingest_service_pb2.Refund:
        """Builds one."""
        known(values, self.FIELDS)
        return ingest_service_pb2.Refund(
            refund_id=to_id(values.get("refund_id"), "refund_id"),
            transaction_id=to_id(values.get("transaction_id"), "transaction_id"),
            time=wire(to_time(values.get("time"), self._reading)),
            amount=to_positive_money(values, self._reading, "give what was given back as a positive"),
        )


class Interactions:
    """Builds interactions; `constants` hold for rows that do not say otherwise."""

    FIELDS = ("interaction_id", "customer_id", "time", "kind", "name", "channel", "status", "topics", "case_id")

    def __init__(self, reading: Reading, constants: Values | None = None) -> None:
        self._reading = reading
        self._constants = constants or {}

    def __call__(self, values: Values) -> ingest_service_pb2.Interaction:
        """Builds one."""
        known(values, self.FIELDS)
        values = {**self._constants, **{key: value for key, value in values.items() if not missing(value)}}
        return ingest_service_pb2.Interaction(
            interaction_id=to_id(values.get("interaction_id"), "interaction_id"),
            customer_id=to_customer_id(values.get("customer_id"), self._reading),
            time=wire(to_time(values.get("time"), self._reading)),
            kind=InteractionKind.to_wire(values.get("kind"), "kind"),
            name=to_text(values.get("name")),
            channel=to_text(values.get("channel")),
            status=to_text(values.get("status")),
            topics=to_topics(values.get("topics")),
            case_id=to_text(values.get("case_id")),
        )


class Voids:
    """Builds voids."""

    FIELDS = ("transaction_id", "time", "reason")

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def __call__(self, values: Values) -> ingest_service_pb2.TransactionVoid:
        """Builds one."""
        known(values, self.FIELDS)
        since = values.get("time")
        return ingest_service_pb2.TransactionVoid(
            transaction_id=to_id(values.get("transaction_id"), "transaction_id"),
            time=None if missing(since) else wire(to_time(since, self._reading)),
            reason=to_text(values.get("reason")),
        )


def exchange_rate(values: Values) -> workspace_service_pb2.ExchangeRate:
    """Builds an exchange rate."""
    known(values, ("currency_code", "date", "rate"))
    rate = values.get("rate")
    if missing(rate):
        raise invalid("rate", "rate is missing")
    if isinstance(rate, bool) or not isinstance(rate, str | int | Decimal):
        raise invalid("rate", f"{rate!r} is not exact: give text or a Decimal")
    return workspace_service_pb2.ExchangeRate(
        currency_code=to_text(values.get("currency_code")),
        date=_day(values.get("date")),
        rate=unicode("rate", f"{rate:f}" if isinstance(rate, Decimal) else str(rate)),
    )


def _day(value: Any) -> str:
    if missing(value):
        return ""
    day = to_day(value, "date")
    if not isinstance(day, str):
        raise invalid("date", f"{shown(value)} is not a day: give a date, or text such as 2026-03-01")
    return unicode("date", day)


class Customers:
    """Builds customers with their attributes."""

    FIELDS = ("customer_id", "attributes", "effective_time", "acquisition_source", "referred_by")

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def __call__(self, values: Values) -> customer_service_pb2.CustomerUpsert:
        """Builds one."""
        known(values, self.FIELDS)
        attributes = values.get("attributes")
        attributes = {} if missing(attributes) else attributes
        if not isinstance(attributes, Mapping):
            raise invalid("attributes", f"{attributes!r} is not a dict of names and values")
        since = values.get("effective_time")
        return customer_service_pb2.CustomerUpsert(
            customer_id=to_customer_id(values.get("customer_id"), self._reading),
            attributes={str(name): to_text(value) for name, value in attributes.items()},
            effective_time=None if missing(since) else wire(to_time(since, self._reading, "effective_time")),
            acquisition_source=to_text(values.get("acquisition_source")),
            referred_by=to_id(values.get("referred_by"), "referred_by", required=False),
        )


class CustomerRows:
    """Builds customers from a table: every column that is no field of its own is an attribute.

    An empty cell leaves the attribute as it is.
    """

    def __init__(self, reading: Reading) -> None:
        self._build = Customers(reading)

    def __call__(self, values: Values) -> customer_service_pb2.CustomerUpsert:
        """Builds one."""
        fields = {key: values.get(key) for key in ("customer_id", "effective_time")}
        attributes = {plain(key): each for key, each in values.items() if key not in fields and not missing(each)}
        return self._build({**fields, "attributes": attributes})


def known(values: Values, fields: Iterable[str]) -> None:
    """Refuses fields that a record does not have, so that a misspelt one is not lost silently."""
    for name in values:
        if name not in fields:
            raise invalid(str(name), f"there is no such field: the fields are {', '.join(fields)}")


def missing(value: Any) -> bool:
    """Tells whether a cell is empty: None, "", NaN, NaT or NA."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(value, str):
        return value == ""
    return isinstance(value, float | Decimal) and value != value


def to_id(value: Any, field: str, *, required: bool = True) -> str:
    """Returns an id as text: text as it is, whole numbers in digits (data frames turn 17 into 17.0)."""
    if missing(value):
        if required:
            raise invalid(field, f"{field} is missing")
        return ""
    if hasattr(value, "item"):  # numpy
        value = value.item()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int | uuid.UUID):
        raise invalid(field, f"{value!r} is not an id: give text or a whole number")
    text = unicode(field, str(value))
    if len(text.encode()) > MAX_ID_BYTES:
        raise invalid(field, f"an id has at most {MAX_ID_BYTES} bytes, this one {len(text.encode())}")
    if CONTROL_CHARACTERS.search(text):
        raise invalid(field, f"{text!r} has control characters, an id may not")
    return text


def to_customer_id(value: Any, reading: Reading, *, required: bool = True) -> str:
    """Returns the id of a customer."""
    if reading.one_address and isinstance(value, str):
        value = one_address(value)
    return to_id(value, "customer_id", required=required)


def to_time(value: Any, reading: Reading, field: str = "time") -> datetime.datetime:
    """Returns the instant of a row."""
    if missing(value):
        raise invalid(field, f"{field} is missing")
    if reading.habits is not None and reading.habits.times:
        value = reading.habits.time(value, field)
    return to_instant(value, field, zone=reading.zone, time_format=reading.time_format)


def to_money(values: Values, reading: Reading) -> common_pb2.Money:
    """Returns the amount of a row: a number with a currency beside it, a `Money`, or a dict like one."""
    value, currency = paid(values, reading)
    return common_pb2.Money(amount=amount_text(reading.number(value)), currency_code=currency)


def to_positive_money(values: Values, reading: Reading, otherwise: str) -> common_pb2.Money:
    """Returns the amount of a row that is more than zero; `otherwise` says what to give if it is not."""
    amount = to_money(values, reading)
    if Decimal(amount.amount) <= 0:
        raise invalid("amount", f"{amount.amount} is not more than zero: {otherwise}")
    return amount


def to_discount(value: Any) -> common_pb2.Money | None:
    """Returns what was taken off a price: a number, a `Money`, or a dict like one; None for an empty cell."""
    currency: Any = ""
    if isinstance(value, Money | Mapping):
        money = as_mapping(value)
        known(money, ("amount", "currency_code"))
        value, currency = money.get("amount"), money.get("currency_code") or ""
    if missing(value):
        return None
    text = amount_text(value, "discount")
    if text.startswith("-") and Decimal(text) != 0:
        raise invalid("discount", f"{text} {NO_DISCOUNT}")
    return common_pb2.Money(amount=text, currency_code=currency)


def paid(values: Values, reading: Reading) -> tuple[Any, str]:
    """Returns the amount of a row as it is there, and its currency."""
    value: Any = values.get("amount")
    currency: Any = values.get("currency_code")
    if isinstance(value, Money | Mapping):
        money = as_mapping(value)
        known(money, ("amount", "currency_code"))
        value, currency = money.get("amount"), money.get("currency_code") or currency
    if missing(value):
        raise invalid("amount", NO_AMOUNT)
    return value, reading.currency_code if missing(currency) else to_currency(currency, reading)


def to_currency(value: Any, reading: Reading) -> str:
    """Returns a currency code; those of a load are in capitals, as some systems write them otherwise."""
    text = str(value) if reading.habits is None else str(value).strip().upper()
    return unicode("currency_code", text)


def to_int(value: Any, field: str) -> int | None:
    """Returns a whole number, None for an empty cell."""
    if missing(value):
        return None
    try:
        number = Decimal(str(value).strip())
    except ArithmeticError:
        raise invalid(field, f"{value!r} is not a whole number") from None
    if isinstance(value, bool) or not number.is_finite() or number != int(number):
        raise invalid(field, f"{value!r} is not a whole number")
    if abs(number) > MAX_INT:
        raise invalid(field, f"{shown(value)} is out of range: at most {MAX_INT:,}")
    return int(number)


def to_number(value: Any, field: str) -> float | None:
    """Returns a number, None for an empty cell."""
    if missing(value):
        return None
    try:
        number = float(str(value).strip())
    except ValueError:
        raise invalid(field, f"{value!r} is not a number") from None
    if isinstance(value, bool) or not math.isfinite(number):
        raise invalid(field, f"{value!r} is not a number")
    return number


def to_flag(value: Any, field: str) -> bool:
    """Returns a truth; an empty cell is false. CSV files write it as text, and some tools as 0 and 1."""
    if missing(value):
        return False
    flags = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}
    text = str(value).strip().lower()
    if text not in flags:
        raise invalid(field, f"{value!r} is neither true nor false")
    return flags[text]


def to_topics(value: Any) -> list[str]:
    """Returns topics: a list as it is, a text cut at semicolons.

    Example:
        >>> to_topics("delivery; price"), to_topics(["delivery"]), to_topics(None)
        (['delivery', 'price'], ['delivery'], [])
    """
    if missing(value):
        return []
    if hasattr(value, "tolist"):  # numpy
        value = value.tolist()
    if isinstance(value, str):
        value = [part.strip() for part in value.split(TOPIC_SEPARATOR)]
    if not isinstance(value, Sequence | set | frozenset) or not all(isinstance(part, str) for part in value):
        raise invalid("topics", f"{value!r} are no topics: give a list of texts, or a text with semicolons in between")
    return [unicode("topics", part) for part in value if part]


def to_text(value: Any, field: str = "text") -> str:
    """Returns a fact as text, the same whether it came from a CSV file or a data frame."""
    return unicode(field, _text(value))


def _text(value: Any) -> str:
    if missing(value):
        return ""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, datetime.date) else str(value)
