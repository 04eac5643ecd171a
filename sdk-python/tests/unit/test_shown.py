"""How answers print in a shell and in a notebook, and what numbers they are."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

import lojal
from lojal.results.reading import FromWire
from lojal.v1 import clv_service_pb2, nps_service_pb2

EURO, DOLLAR = lojal.Money(Decimal("12.50"), "EUR"), lojal.Money(Decimal("12.50"), "USD")


def prediction() -> lojal.CustomerPrediction:
    message = clv_service_pb2.PredictCustomerResponse(model_id="bg-nbd-1")
    message.prediction.customer_id = "0001"
    message.prediction.clv.value = 36.296
    message.prediction.clv.ci_low = 30.0
    message.prediction.clv.ci_high = 42.0
    message.alive_history.add(date="1997-01-01", alive_probability=1.0, purchased=True)
    message.provenance.definition = "clv@11"
    return lojal.CustomerPrediction.from_wire(message)


def test_one_answer_prints_a_line_a_field_without_what_is_not_set() -> None:
    lines = repr(prediction()).splitlines()
    assert lines[0] == "CustomerPrediction"
    told = {line.split()[0]: " ".join(line.split()[1:]) for line in lines[1:]}
    assert told["clv"] == "36.3 [30, 42]"
    assert told["alive_history"] == "1 row"
    assert "mean_value" not in told
    assert "purchase_probabilities" not in told
    assert max(map(len, lines)) <= 120


def test_a_small_answer_prints_as_one_line() -> None:
    assert repr(lojal.Exclusion("refunded whole", 3)) == "Exclusion(cause='refunded whole', count=3)"
    assert repr(lojal.Limit(10, "rows")) == "Limit(maximum=10, unit='rows')"


def test_in_a_notebook_it_is_a_table() -> None:
    html = prediction()._repr_html_()
    assert html is not None
    assert "36.3 [30, 42]" in html
    assert "<th" in html
    assert "&lt;script&gt;" in (lojal.Exclusion("<script>" * 30, 3)._repr_html_() or "")


def test_an_answer_with_rows_prints_them_with_what_is_asked_first() -> None:
    message = nps_service_pb2.GetNpsResponse(nps={"value": 10.0, "n": 100}, promoters=40, passives=30, detractors=30)
    message.provenance.as_of.FromDatetime(datetime(1998, 7, 1))
    message.rows.add(group="hr", nps={"value": 1.0, "n": 7})
    lines = repr(lojal.NpsScore.from_wire(message)).splitlines()
    assert lines[0] == "NpsScore, NPS 10, n = 100, as of 1998-07-01"
    assert lines[1].split()[:2] == ["group", "nps"]
    assert lines[2].split()[:2] == ["hr", "1"]


def test_what_is_secret_stays_so() -> None:
    fields = {each.name: each.repr for each in dataclasses.fields(lojal.CreatedApiKey)}
    assert fields["secret"] is False


def kinds() -> list[Any]:
    found = [getattr(lojal, name) for name in lojal.__all__]
    return [each for each in found if isinstance(each, type) and issubclass(each, FromWire)]


@pytest.mark.parametrize("kind", [each for each in kinds() if dataclasses.is_dataclass(each)], ids=lambda k: k.__name__)
def test_no_answer_prints_as_dataclasses_do(kind: type[Any]) -> None:
    """Theirs is one line of everything, tables and all."""
    assert "recursive_repr" not in kind.__repr__.__qualname__
    assert not hasattr(kind.__repr__, "__wrapped__")


def test_estimates_are_numbers_where_they_have_a_value() -> None:
    estimate = lojal.Estimate(value=36.296, ci_low=30.0, ci_high=42.0)
    assert (float(estimate), f"{estimate:.1f}", f"{estimate}") == (36.296, "36.3", "36.3 [30, 42]")
    nothing = lojal.Estimate(value=None)
    assert f"{nothing:.1f}" == "undefined"
    with pytest.raises(lojal.InvalidArgument, match="an undefined estimate is no number"):
        float(nothing)
    with pytest.raises(TypeError):
        estimate < nothing  # type: ignore[operator]  # noqa: B015


def test_money_of_one_currency_adds_up_and_compares() -> None:
    assert EURO + EURO - EURO == EURO
    assert 2 * EURO == EURO * Decimal(2) == sum([EURO, EURO])
    assert (EURO / (2 * EURO), -EURO < EURO <= abs(-EURO)) == (Decimal("0.5"), True)
    assert max([EURO, 3 * EURO]).amount == Decimal("37.50")
    assert (float(EURO), bool(EURO - EURO), f"{EURO:.1f}") == (12.5, False, "12.5 EUR")
    assert EURO != DOLLAR


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: EURO + DOLLAR,
        lambda: EURO - DOLLAR,
        lambda: EURO < DOLLAR,
        lambda: EURO >= DOLLAR,
        lambda: EURO / DOLLAR,
        lambda: EURO + lojal.Money(Decimal(1)),
    ],
)
def test_money_of_two_currencies_does_not(wrong: Any) -> None:
    with pytest.raises(lojal.InvalidArgument, match="are different currencies: convert one of them first"):
        wrong()


@pytest.mark.parametrize("wrong", [lambda: EURO * 0.5, lambda: EURO + 1, lambda: EURO < 3, lambda: EURO * True])
def test_money_and_what_is_no_exact_number_of_it(wrong: Any) -> None:
    with pytest.raises(TypeError):
        wrong()
