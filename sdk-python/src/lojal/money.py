"""Exact money: decimals in, decimals kept."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeGuard

from lojal.errors import invalid
from lojal.v1 import common_pb2

PLAIN_DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")

FLOAT_MAX = 9_007_199_254.0  # up to here a float tells millionths apart
TOO_MUCH_FOR_A_FLOAT = f"is not exact as a float: give text or a Decimal, or a number below {FLOAT_MAX:,.0f}"


@dataclass(frozen=True)
class Money:
    """An exact amount of money. Amounts of one currency add up and compare; of two they raise `InvalidArgument`.

    Attributes:
        amount: The amount, with at most 12 digits before the point and 6 after it.
        currency_code: ISO 4217 code such as "EUR"; "" in a request means the workspace's reporting currency.

    Example:
        >>> print(Money(Decimal("12.50"), "EUR"))
        12.50 EUR
        >>> total = sum([Money(Decimal("12.50"), "EUR"), Money(Decimal("7.50"), "EUR")])
        >>> print(total, float(total), 2 * total > total, f"{total:.1f}")
        20.00 EUR 20.0 True 20.0 EUR
    """

    amount: Decimal
    currency_code: str = ""

    def __str__(self) -> str:
        return f"{self.amount} {self.currency_code}".rstrip()

    def __float__(self) -> float:
        return float(self.amount)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __format__(self, spec: str) -> str:
        return f"{format(self.amount, spec)} {self.currency_code}".rstrip() if spec else str(self)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency_code)

    def __abs__(self) -> Money:
        return Money(abs(self.amount), self.currency_code)

    def __add__(self, other: object) -> Money:
        return Money(self.amount + other.amount, self._with(other)) if isinstance(other, Money) else NotImplemented

    def __radd__(self, other: object) -> Money:
        # sum() begins with 0
        return self if type(other) is int and other == 0 else NotImplemented

    def __sub__(self, other: object) -> Money:
        return Money(self.amount - other.amount, self._with(other)) if isinstance(other, Money) else NotImplemented

    def __mul__(self, times: object) -> Money:
        # a float times an exact amount would be no exact amount
        if isinstance(times, int | Decimal) and not isinstance(times, bool):
            return Money(self.amount * times, self.currency_code)
        return NotImplemented

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Decimal:
        if isinstance(other, Money) and self._with(other) is not None:
            return self.amount / other.amount
        return NotImplemented

    def __lt__(self, other: object) -> bool:
        return self.amount < other.amount if self._compares(other) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self.amount <= other.amount if self._compares(other) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self.amount > other.amount if self._compares(other) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self.amount >= other.amount if self._compares(other) else NotImplemented

    def _compares(self, other: object) -> TypeGuard[Money]:
        return isinstance(other, Money) and self._with(other) is not None

    def _with(self, other: Money) -> str:
        """Returns the currency of both, which has to be one: nobody knows here what one is worth in the other."""
        if self.currency_code != other.currency_code:
            ours, theirs = (code or "the reporting currency" for code in (self.currency_code, other.currency_code))
            raise invalid("currency_code", f"{ours} and {theirs} are different currencies: convert one of them first")
        return self.currency_code

    @classmethod
    def from_wire(cls, message: common_pb2.Money) -> Money:
        """Reads an answer."""
        return cls(Decimal(message.amount or "0"), message.currency_code)


def amount_text(value: Any, field: str = "amount") -> str:
    """Returns an amount as the contract writes it, exactly.

    Text and Decimals are kept as they are; a float counts as its shortest decimal form, and is refused when that needs
    more than 6 decimals, as nobody was paid 29.990000000000002.

    Raises:
        InvalidArgument: If the value is no amount, or has too many digits.

    Example:
        >>> amount_text("12.50"), amount_text(29.33), amount_text(Decimal("1E+2")), amount_text(7)
        ('12.50', '29.33', '100', '7')
    """
    if isinstance(value, str):
        text = value.strip()
    elif isinstance(value, bool):
        raise invalid(field, f"{value!r} is not an amount: give a number such as 12.50")
    else:
        text = str(value)  # numpy numbers print in their own precision, shortest first
        if not PLAIN_DECIMAL.fullmatch(text):
            text = _plain(text, field)
    if PLAIN_DECIMAL.fullmatch(text):
        return text
    if re.fullmatch(r"-?[0-9]{1,12}\.[0-9]{7,}", text):
        raise invalid(field, f"{text} has more than 6 decimals: round it first, or pass a Decimal or text")
    raise invalid(
        field, f"{text!r} is not an amount: a plain decimal such as 12.50, at most 12 digits before the point"
    )


def amount_micros(value: Any, field: str = "amount") -> int:
    """Returns an amount in millionths of the currency's unit: text and Decimals exactly, a float to the nearest one.

    Raises:
        InvalidArgument: If the value is no amount, or has too many digits.

    Example:
        >>> amount_micros("12.50"), amount_micros(29.990000000000002), amount_micros(Decimal("0.000001"))
        (12500000, 29990000, 1)
    """
    if type(value).__name__ in ("float", "float64"):
        if not abs(value) < FLOAT_MAX:
            raise invalid(field, f"{value} {TOO_MUCH_FOR_A_FLOAT}")
        return nearest(float(value) * 1e6)
    whole, _, decimals = amount_text(value, field).partition(".")
    return int(whole + decimals.ljust(6, "0"))


def nearest(number: float) -> int:
    """Returns the nearest whole number, of two the one further from zero: not `round`, as the server's own import."""
    whole = math.trunc(number)
    return whole if abs(number - whole) < 0.5 else whole + (1 if number > 0 else -1)


def _plain(text: str, field: str) -> str:
    """Returns a number's text without exponent and without zeros beyond the sixth decimal."""
    try:
        number = Decimal(text)
    except ArithmeticError:
        raise invalid(field, f"{text!r} is not an amount: give a number such as 12.50") from None
    if not number.is_finite():
        raise invalid(field, f"{text} is not an amount: give a number such as 12.50")
    plain = format(number, "f")
    whole, _, decimals = plain.partition(".")
    if len(decimals) > 6:
        decimals = decimals.rstrip("0").ljust(1, "0")
        return f"{whole}.{decimals}"
    return plain
