from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import numpy
import pandas
import pytest

import lojal
from lojal.instants import from_wire, to_day, to_instant, wire
from lojal.money import Money, amount_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("12.50", "12.50"),
        (" 7 ", "7"),
        (29.33, "29.33"),
        (0.1, "0.1"),
        (1e-06, "0.000001"),
        (3.0, "3.0"),
        (100, "100"),
        (Decimal("12.50"), "12.50"),
        (Decimal("1E+2"), "100"),
        (Decimal("1.00000000"), "1.0"),
        (numpy.float32(29.33), "29.33"),
        (numpy.int64(5), "5"),
        (-2, "-2"),
    ],
)
def test_amounts_are_kept_exactly(value: object, text: str) -> None:
    assert amount_text(value) == text


@pytest.mark.parametrize(
    "value", [29.990000000000002, 0.1 + 0.2, "1.1234567", "1,5", "1e3", "", "EUR 5", True, float("inf"), 10**12, "free"]
)
def test_what_is_no_amount_is_refused(value: object) -> None:
    with pytest.raises(lojal.InvalidArgument) as error:
        amount_text(value)
    assert error.value.field_violations[0].field == "amount"


def test_a_float_with_too_many_decimals_is_told_what_to_do() -> None:
    with pytest.raises(lojal.InvalidArgument, match="more than 6 decimals: round it first"):
        amount_text(0.1 + 0.2)


def test_money_prints_as_people_write_it() -> None:
    assert str(Money(Decimal("12.50"), "EUR")) == "12.50 EUR"


CEST = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("20260301", datetime(2026, 3, 1, tzinfo=UTC)),
        (date(2026, 3, 1), datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T12:00:00Z", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01 12:00:00.25+02:00", datetime(2026, 3, 1, 12, 0, 0, 250000, tzinfo=CEST)),
        (datetime(2026, 3, 1, 12, tzinfo=CEST), datetime(2026, 3, 1, 10, tzinfo=UTC)),
        (pandas.Timestamp("2026-03-01T12:00Z"), datetime(2026, 3, 1, 12, tzinfo=UTC)),
        (datetime(1901, 1, 1, tzinfo=UTC), datetime(1901, 1, 1, tzinfo=UTC)),
    ],
)
def test_points_in_time(value: object, expected: datetime) -> None:
    instant = to_instant(value, "as_of")
    assert instant == expected
    assert from_wire(wire(instant)) == expected


@pytest.mark.parametrize("value", [datetime(2026, 3, 1), "2026-03-01T12:00:00", pandas.Timestamp("2026-03-01")])
def test_naive_datetimes_are_refused_in_calls(value: object) -> None:
    with pytest.raises(lojal.InvalidArgument, match="has no time zone: use datetime"):
        to_instant(value, "as_of")


@pytest.mark.parametrize("value", ["soon", 12, 1.5, "2026-13-01", [], "12/1/2010 8:26"])
def test_what_is_no_time_is_refused(value: object) -> None:
    with pytest.raises(lojal.InvalidArgument):
        to_instant(value, "as_of")


def test_days() -> None:
    assert to_day(date(1997, 9, 30), "calibration_end") == "1997-09-30"
    assert to_day("1997-09-30", "calibration_end") == "1997-09-30"
    with pytest.raises(lojal.InvalidArgument, match="give a day"):
        to_day(datetime(1997, 9, 30, tzinfo=UTC), "calibration_end")
