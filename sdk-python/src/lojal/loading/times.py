"""How the times of a column are written, where it is not ISO 8601.

Nothing is guessed. Whether the day or the month comes first is decided by a value that can be read one way only, such
as one with a 13th month; where none does, whoever loads is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal, TypeAlias

from lojal.errors import InvalidArgument, invalid
from lojal.instants import EPOCH, to_instant

Order: TypeAlias = Literal["", "dmy", "mdy", "epoch", "ymd", "iso"]
DECIDED: tuple[Order, ...] = ("dmy", "mdy", "epoch", "ymd", "iso")
"""Of several that a column has, how all that is not ISO 8601 is read."""
MILLISECONDS_DIGITS = 12

DATED = re.compile(
    r"(\d{1,4})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{1,2})\.?"
    r"(?:[T,\s]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,6})\d*)?)?\s*([AaPp]\.?[Mm]\.?)?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
)
EPOCH_TIME = re.compile(r"(\d{9,10}|\d{12,13})(?:\.0)?")
ASK = 'say which with time_format="%d/%m/%Y" or time_format="%m/%d/%Y", and " %H:%M" where there is a time'


@dataclass(frozen=True)
class Times:
    """How times are written.

    Attributes:
        order: "iso", "epoch" for seconds or milliseconds since 1970, or the order of year, month and day; "" while
            nothing decides.
    """

    order: Order = "iso"

    def read(self, value: Any) -> Any:
        """Returns a time as a datetime where it is written so, and as it is otherwise, for ISO 8601 or an error."""
        if self.order == "epoch":
            match = EPOCH_TIME.fullmatch(str(value).strip())
            if match is None:
                return value
            scale = 1000 if len(match[1]) >= MILLISECONDS_DIGITS else 1_000_000
            return EPOCH + timedelta(microseconds=int(match[1]) * scale)
        if not isinstance(value, str):
            return value
        match = DATED.fullmatch(value.strip())
        return value if match is None else self._dated(match, value)

    def _dated(self, match: re.Match[str], text: str) -> Any:
        first, mark, second, third = int(match[1]), match[2], int(match[3]), int(match[4])
        if len(match[1]) == 4:
            year, month, day = first, second, third
        elif len(match[4]) != 4:
            raise invalid("time", f"{text!r} has a year of two digits: say what it is with time_format")
        elif mark == "." or self.order == "dmy":
            year, month, day = third, second, first
        elif self.order == "mdy":
            year, month, day = third, first, second
        else:
            raise invalid("time", f"{text!r} may begin with the day or with the month: {ASK}")
        hour, minute, second_of = int(match[5] or 0), int(match[6] or 0), int(match[7] or 0)
        if match[9]:
            hour = hour % 12 + (12 if match[9][0] in "Pp" else 0)
        micros = int((match[8] or "").ljust(6, "0"))
        try:
            return datetime(year, month, day, hour, minute, second_of, micros, _zone(match[10]))
        except ValueError:
            raise invalid("time", f"{text!r} is no day or time of day that there is") from None


def times_of(values: Iterable[Any]) -> Times:
    """Returns how the times of a column are written.

    Raises:
        InvalidArgument: If one value can only begin with the day, and another only with the month.

    Example:
        >>> times_of(["3/4/2026", "3/13/2026"]), times_of(["3/4/2026"]), times_of(["1767261600", 1767261601])
        (Times(order='mdy'), Times(order=''), Times(order='epoch'))
    """
    found: dict[Order, Any] = {}
    for value in values:
        if type(value) not in (str, int, float) and not isinstance(value, datetime):
            continue
        order = _order(value)
        if order:
            found.setdefault(order, value)
    both = [found[order] for order in ("dmy", "mdy") if order in found]
    if len(both) > 1:
        raise invalid("time", f"{both[0]!r} begins with the day and {both[1]!r} with the month: {ASK}")
    return Times(next((order for order in DECIDED if order in found), ""))


def iso(value: Any) -> bool:
    """Tells whether a time is read without knowing how it is written."""
    if not isinstance(value, str):
        return isinstance(value, datetime)
    try:
        to_instant(value, "time", zone=UTC)
    except InvalidArgument:
        return False
    return True


def _order(value: Any) -> Order:
    match = EPOCH_TIME.fullmatch(str(value).strip()) if isinstance(value, str | int | float) else None
    if match is not None:
        return "epoch"
    if iso(value):
        return "iso"
    match = DATED.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return ""
    if len(match[1]) == 4:
        return "ymd"
    if match[2] == "." or int(match[1]) > 12:
        return "dmy"
    return "mdy" if int(match[3]) > 12 else ""


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    if text in ("Z", "UTC", "GMT"):
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
