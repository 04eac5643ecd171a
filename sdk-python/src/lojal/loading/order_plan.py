"""Which columns of a source hold what of an order, and what becomes of orders that do not count."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from lojal.errors import invalid
from lojal.loading.columns import EMAILS, usual
from lojal.loading.profiles import Shape
from lojal.loading.rows import missing
from lojal.loading.times import Order

Lines: TypeAlias = Literal["", "once", "sum"]
"""What the rows of one order are: itself; itself and further lines that say nothing new; lines to be added up."""


@dataclass(frozen=True)
class Status:
    """What the status of an order means.

    Attributes:
        column: Where it is.
        counts: Those of orders that count.
        refunded: Those of orders whose money was given back, all of it where no amount says how much.
        left_out: Those of orders that were never paid, or were called off.
        prefix: What is no part of the word.
    """

    column: str
    counts: frozenset[str]
    refunded: frozenset[str]
    left_out: frozenset[str]
    prefix: str = ""

    @classmethod
    def of(cls, says: Mapping[str, Any], more: Collection[str]) -> Status:
        """Returns that of a profile, with more statuses that count."""
        counts = frozenset(says["counts"]) | {usual(each) for each in more}
        return cls(
            says["column"],
            counts,
            frozenset(says["refunded"]) - counts,
            frozenset(says["left_out"]) - counts,
            says.get("prefix", ""),
        )

    def word(self, value: Any) -> str:
        """Returns the status of a row, as the table writes it; "" for none."""
        return "" if missing(value) else usual(str(value)).removeprefix(self.prefix)

    def left_out_as(self, value: Any) -> str:
        """Returns why an order is left out, "" for one that is not.

        Raises:
            InvalidArgument: If nobody knows what the status means.
        """
        word = self.word(value)
        if word in self.counts or word in self.refunded:
            return ""
        if word in self.left_out:
            return word.replace("_", " ")
        if not word:
            return "without a status"
        raise invalid(
            "status",
            f"nobody knows whether an order with the status {value!r} counts: name those that do with "
            f"counted_statuses=[{value!r}], or leave these rows out of the file",
        )


@dataclass(frozen=True, kw_only=True)
class OrderPlan:
    """How orders are read. Each attribute is a column, "" where there is none, unless it says otherwise.

    Attributes:
        order: The id of the order.
        customers: Columns of who bought: in each row the first that names somebody.
        time: When.
        amount: What was paid, of one piece where there are pieces.
        profile: The name of the profile, "" for none.
        lines: What the rows of one order are.
        nobody: Values that name nobody.
        pieces: How many pieces.
        minor_units: Whether amounts are whole cents.
        currency: The currency.
        currency_code: The currency of all, where there is no column of it.
        discount: What was taken off the list price.
        status: What became of the order.
        cancelled: When it was called off.
        captured: Whether money was taken, and not only set aside.
        refund_amount: What was given back.
        refund_time: When that was.
        refund_negatives: Whether what is less than zero is a refund of the customer's latest purchases.
        float_ids: Whether ids of customers may be written as data frames write numbers: 17850.0.
        time_order: "mdy" or "dmy" for dates that leave it open which is the month; "" to ask.
        time_zone: Where times without a zone were read from a clock; "" for where the caller says.
    """

    order: str
    customers: tuple[str, ...]
    time: str
    amount: str
    profile: str = ""
    lines: Lines = ""
    nobody: frozenset[str] = frozenset()
    pieces: str = ""
    minor_units: bool = False
    currency: str = ""
    currency_code: str = ""
    discount: str = ""
    status: Status | None = None
    cancelled: str = ""
    captured: str = ""
    refund_amount: str = ""
    refund_time: str = ""
    refund_negatives: bool = False
    float_ids: bool = False
    time_order: Order = ""
    time_zone: str = ""

    def columns(self) -> dict[str, str]:
        """Returns the columns to read, by what they are taken for."""
        named = {
            "customer_id": self.customers[0],
            "time": self.time,
            "amount": self.amount,
            "transaction_id": self.order,
            "currency_code": self.currency,
            "pieces": self.pieces,
            "discount": self.discount,
            "status": self.status.column if self.status else "",
            "cancelled": self.cancelled,
            "captured": self.captured,
            "refund_amount": self.refund_amount,
            "refund_time": self.refund_time,
        }
        others = {f"customer_id {place}": name for place, name in enumerate(self.customers[1:], start=2)}
        return {name: column for name, column in (named | others).items() if column}


def plan_of_shape(
    shape: Shape, columns: Sequence[str], customer_key: str, counted_statuses: Collection[str]
) -> OrderPlan:
    """Returns how an export is read.

    Raises:
        InvalidArgument: If it names no customers, or none by an e-mail address where that is asked for.
    """
    customers = shape.columns("customer", columns)
    if customer_key == "email":
        customers = [name for name in customers if "mail" in usual(name)]
    if not customers:
        raise invalid(
            "customer_id",
            f"this export of {shape.profile} has none of the columns that name customers "
            f"({', '.join(map(repr, shape.says['customer']))}): add one to the export, or name the columns yourself",
        )
    says = shape.says
    return OrderPlan(
        profile=shape.profile,
        lines=says.get("lines", ""),
        order=shape.one("order", columns),
        customers=tuple(customers),
        nobody=frozenset(says.get("nobody", ())),
        time=shape.one("time", columns),
        amount=shape.one("amount", columns),
        pieces=shape.one("pieces", columns),
        minor_units=says.get("minor_units", False),
        currency=shape.one("currency", columns),
        currency_code=says.get("currency_code", ""),
        discount=shape.one("discount", columns),
        status=Status.of(says["status"], counted_statuses) if "status" in says else None,
        cancelled=shape.one("cancelled", columns),
        captured=shape.one("captured", columns),
        refund_amount=shape.one("refund_amount", columns),
        refund_time=shape.one("refund_time", columns),
        refund_negatives=says.get("negative") == "refund",
        float_ids=says.get("float_ids", False),
        time_order=says.get("time_order", ""),
        time_zone=says.get("time_zone", ""),
    )


def plan_of_columns(columns: Mapping[str, str], *, lines: bool, refund_negatives: bool) -> OrderPlan:
    """Returns how a source is read whose columns are known by field.

    Raises:
        InvalidArgument: If lines are to be added up by an order that no column names.
    """
    if lines and "transaction_id" not in columns:
        raise invalid("lines", "lines are added up by their order: name the column of its id with transaction_id")
    return OrderPlan(
        order=columns.get("transaction_id", ""),
        customers=(columns["customer_id"],),
        time=columns["time"],
        amount=columns["amount"],
        pieces=columns.get("pieces", ""),
        currency=columns.get("currency_code", ""),
        discount=columns.get("discount", ""),
        lines="sum" if lines else "",
        refund_negatives=refund_negatives,
    )


def email_first(guesses: Sequence[str], customer_key: str) -> tuple[str, ...]:
    """Returns the names to try for a column of customers.

    Raises:
        InvalidArgument: If the key is neither "id" nor "email".
    """
    if customer_key not in ("id", "email"):
        raise invalid("customer_key", f'{customer_key!r} is neither "id" nor "email"')
    return EMAILS if customer_key == "email" else tuple(guesses)
