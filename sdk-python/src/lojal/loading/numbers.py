"""How the amounts of a column are written: which mark is the decimal one, which groups thousands, which currency signs.

Nothing is guessed. A column decides by a value that can be read one way only; where none does, whoever loads is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lojal.errors import invalid

# As people write them beside amounts, with the codes of those that stand for one currency only.
CODES = {
    "€": "EUR",
    "£": "GBP",
    "₹": "INR",
    "₺": "TRY",
    "₽": "RUB",
    "₴": "UAH",
    "₩": "KRW",
    "₪": "ILS",
    "฿": "THB",
    "zł": "PLN",
    "Kč": "CZK",
    "Ft": "HUF",
    "kn": "HRK",
    "лв": "BGN",
    "лв.": "BGN",
    "lei": "RON",
}
UNIT = rf"(?:{'|'.join(map(re.escape, CODES))}|[A-Z]{{0,3}}\$|¥|kr\.?|Fr\.?|din\.?|[A-Z]{{3}})"
WRITTEN = re.compile(rf"({UNIT})?\s*([+-]?)\s*({UNIT})?\s*([0-9][0-9.,' \u00a0\u202f\u2009\u2019]*)\s*({UNIT})?(-?)")
PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
BLANKS = re.compile(r"[' \u00a0\u202f\u2009\u2019]")
GROUPED = re.compile(r"[1-9][0-9]{0,2}([.,])[0-9]{3}")
WHICH = 'say which mark is the decimal one, with decimal="." or decimal=","'


@dataclass(frozen=True)
class Numbers:
    """How numbers are written.

    Attributes:
        decimal: The decimal mark; "" while nothing decides.
    """

    decimal: str = ""

    def plain(self, text: str, field: str = "amount") -> str:
        """Returns a number as a plain decimal. What is no number stays as it is, for others to refuse.

        Raises:
            InvalidArgument: If it can be read in two ways and nothing has decided.

        Example:
            >>> Numbers(",").plain("1.234,50 €"), Numbers(".").plain("EUR 1,234.5"), Numbers(".").plain("(12.50)")
            ('1234.50', '1234.5', '-12.50')
        """
        if self.decimal == "." and PLAIN.fullmatch(text):
            return text
        digits, negative, _ = _parts(text)
        if not digits:
            return text
        mark = self.decimal or _decisive(digits)
        if not mark and ("." in digits or "," in digits):
            raise invalid(field, f"{text!r} may be a thousand and more, or one with three decimals: {WHICH}")
        whole, _, decimals = digits.partition(mark) if mark else (digits, "", "")
        grouping = "," if mark == "." else "."
        if grouping in whole:
            first, *groups = whole.split(grouping)
            if not 1 <= len(first) <= 3 or any(len(each) != 3 for each in groups):
                raise invalid(field, f"{text!r} does not fit the decimal mark {mark!r}: {WHICH}")
            whole = first + "".join(groups)
        return f"{'-' if negative else ''}{whole}{'.' if decimals else ''}{decimals}"


def numbers_of(values: Iterable[Any], decimal: str | None, field: str = "amount") -> tuple[Numbers, frozenset[str]]:
    """Returns how the numbers of a column are written, and the currency signs in it.

    Raises:
        InvalidArgument: If one value can only be read one way, and another only the other way.

    Example:
        >>> numbers_of(["12,50", "1.234"], None)[0].decimal, numbers_of(["12", "7 €"], None)
        (',', (Numbers(decimal=''), frozenset({'€'})))
    """
    if decimal not in (None, ".", ","):
        raise invalid("decimal", f'{decimal!r} is no decimal mark: give "." or ","')
    marks: dict[str, str] = {}
    units: set[str] = set()
    for value in values:
        if not isinstance(value, str) or not value:
            continue
        digits, _, unit = _parts(value)
        if unit:
            units.add(unit)
        mark = _decisive(digits)
        if mark:
            marks.setdefault(mark, value)
    if decimal is None and len(marks) > 1:
        first, second = marks.values()
        raise invalid(field, f"{first!r} and {second!r} are written with different decimal marks: {WHICH}")
    return Numbers(decimal or next(iter(marks), "")), frozenset(units)


def code_of(unit: str) -> str:
    """Returns the code of the currency that is meant by a sign, "" where it may be one of several.

    Example:
        >>> code_of("€"), code_of("CHF"), code_of("$")
        ('EUR', 'CHF', '')
    """
    return CODES.get(unit, unit if re.fullmatch("[A-Z]{3}", unit) else "")


def _parts(text: str) -> tuple[str, bool, str]:
    """Returns the digits of a number with their marks, whether it is negative, and its currency; "" for no number."""
    text = text.strip().replace("\u2212", "-")
    bracketed = text.startswith("(") and text.endswith(")")  # as accountants write what is negative
    match = WRITTEN.fullmatch(text[1:-1] if bracketed else text)
    if match is None:
        return "", False, ""
    before, sign, between, digits, after, trailing = match.groups()
    units = [unit for unit in (before, between, after) if unit]
    if len(units) > 1 or (sign and trailing):
        return "", False, ""
    return BLANKS.sub("", digits), bracketed or "-" in (sign, trailing), "".join(units)


def _decisive(digits: str) -> str:
    """Returns the decimal mark of a number that can be read one way only, "" for any other."""
    dot, comma = digits.rfind("."), digits.rfind(",")
    if dot >= 0 and comma >= 0:
        return "." if dot > comma else ","
    mark = "." if dot >= 0 else "," if comma >= 0 else ""
    if not mark:
        return ""
    if digits.count(mark) > 1:  # it groups thousands, so the other one is for decimals
        return "," if mark == "." else "."
    return "" if GROUPED.fullmatch(digits) else mark
