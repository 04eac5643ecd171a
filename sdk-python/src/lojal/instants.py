"""Points in time: aware datetimes, dates and ISO 8601 text, to and from the wire.

A date without a time is midnight UTC. A datetime without a time zone is refused in calls, as nobody can know which
clock it was read from; `load` reads such columns in the zone of its `time_zone` argument instead.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any, TypeAlias

from google.protobuf.timestamp_pb2 import Timestamp

from lojal.errors import invalid

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Instant: TypeAlias = datetime | date | str
"""What calls take for a point in time: an aware datetime, a date (midnight UTC) or ISO 8601 text of either."""


def to_instant(value: Any, field: str, *, zone: tzinfo | None = None, time_format: str | None = None) -> datetime:
    """Returns the aware datetime a value stands for.

    Args:
        value: A datetime, a date, or text.
        field: What to call it in errors.
        zone: Where to read values without a zone. None refuses naive datetimes and takes dates as midnight UTC.
        time_format: `strptime` format of text and of whole numbers. None means ISO 8601.

    Raises:
        InvalidArgument: If it is not a point in time, or lacks a time zone.

    Example:
        >>> to_instant("1998-07-01", "as_of").isoformat()
        '1998-07-01T00:00:00+00:00'
        >>> to_instant(19970101, "time", time_format="%Y%m%d", zone=UTC).isoformat()
        '1997-01-01T00:00:00+00:00'
    """
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        return datetime.combine(value, time(), zone or UTC)
    elif time_format is not None and not isinstance(value, float | bool):
        moment = _from_format(str(value).strip(), field, time_format)
        if moment.tzinfo is None and zone is None and moment.time() == time():
            return moment.replace(tzinfo=UTC)
    elif isinstance(value, str):
        text = value.strip()
        day = _day(text)
        if day is not None:
            return datetime.combine(day, time(), zone or UTC)
        moment = _from_iso(text, field)
    elif callable(getattr(value, "item", None)) and isinstance(value.item(), datetime | date):  # numpy.datetime64
        return to_instant(value.item(), field, zone=zone)
    else:
        hint = ', or in load time_format="%Y%m%d"' if re.fullmatch(r"[12]\d{7}", str(value)) else ""
        raise invalid(field, f"{value!r} is not a point in time: give a datetime, a date or ISO 8601 text{hint}")
    if moment.tzinfo is not None and moment.utcoffset() is not None:
        return moment
    if zone is None:
        raise invalid(
            field,
            f"{moment.isoformat()} has no time zone: use datetime(..., tzinfo=timezone.utc), or text that ends in Z",
        )
    return moment.replace(tzinfo=zone)


def to_micros(moment: datetime) -> int:
    """Returns an aware datetime as microseconds since 1970.

    Example:
        >>> to_micros(datetime(1970, 1, 2, tzinfo=UTC))
        86400000000
    """
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def to_timestamp(value: Instant | None, field: str) -> Timestamp | None:
    """Returns a call's argument as the wire has it, None for None."""
    return None if value is None else wire(to_instant(value, field))


def wire(moment: datetime) -> Timestamp:
    """Returns an aware datetime as the wire has it, to the microsecond."""
    since = moment - EPOCH  # several times as fast as FromDatetime, which counts when loading
    return Timestamp(seconds=since.days * 86_400 + since.seconds, nanos=since.microseconds * 1000)


def from_wire(timestamp: Timestamp) -> datetime:
    """Returns an answer's instant as an aware datetime in UTC."""
    return timestamp.ToDatetime(tzinfo=UTC)


def to_day(value: date | str, field: str) -> str:
    """Returns a calendar day as YYYY-MM-DD; "" stays "", which is the server's default.

    Raises:
        InvalidArgument: If it is not a day.

    Example:
        >>> to_day(date(1997, 9, 30), "calibration_end")
        '1997-09-30'
    """
    if isinstance(value, datetime):
        raise invalid(field, f"{value.isoformat()} is an instant: give a day, such as 1997-09-30")
    if isinstance(value, date):
        return value.isoformat()
    return value


def _day(text: str) -> date | None:
    if len(text) not in (8, 10) or ":" in text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _from_iso(text: str, field: str) -> datetime:
    try:
        # as shops and surveys export them: "2026-03-01 12:00:00 +0100", "2026-03-01 12:00:00 UTC"
        return datetime.fromisoformat(re.sub(r" (?=[+-]\d\d:?\d\d$)", "", re.sub(r" UTC$", "Z", text)))
    except ValueError:
        raise invalid(field, f"{text!r} is not ISO 8601, such as 2026-03-01 or 2026-03-01T12:00:00Z") from None


def _from_format(text: str, field: str, time_format: str) -> datetime:
    try:
        return datetime.strptime(text, time_format)
    except TypeError:
        raise invalid("time_format", f'{time_format!r} is not a format of times, such as "%Y%m%d"') from None
    except ValueError:
        raise invalid(field, f"{text!r} does not match time_format {time_format!r}") from None
