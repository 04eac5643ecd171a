"""Pictures draw what answers say: the data of what is drawn are compared, not pixels."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as pyplot
import numpy
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.dates import date2num

import lojal
from lojal import plot
from lojal.v1 import (
    clv_service_pb2,
    loyalty_service_pb2,
    nps_service_pb2,
    retention_service_pb2,
    segmentation_service_pb2,
)

AS_OF = datetime(1998, 7, 1)


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    pyplot.close("all")


def estimate(value: float, spread: float = 0.0, n: int = 10) -> dict[str, Any]:
    if not spread:
        return {"value": value, "n": n}
    return {"value": value, "n": n, "ci_low": value - spread, "ci_high": value + 2 * spread, "confidence": 0.95}


def lines(ax: Axes) -> dict[str, Any]:
    return {str(line.get_label()): line for line in ax.get_lines()}


def cells(ax: Axes) -> list[list[float | None]]:
    """The numbers of a grid, None where it is blank."""
    data = ax.images[0].get_array()
    assert isinstance(data, numpy.ma.MaskedArray)
    return [[None if each is numpy.ma.masked else round(float(each), 6) for each in row] for row in data]


def bars(ax: Axes) -> list[tuple[float, float]]:
    """The ends of all intervals that are drawn, across or upright."""
    found = []
    for container in ax.containers:
        for part in getattr(container, "lines", ((), (), ()))[2]:
            for segment in part.get_segments():
                (x0, y0), (x1, y1) = segment
                found.append((float(x0), float(x1)) if y0 == y1 else (float(y0), float(y1)))
    return [(round(low, 6), round(high, 6)) for low, high in found]


def said(ax: Axes) -> str:
    return "\n".join(
        [ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel(), *(each.get_text() for each in ax.texts)]
    )


def tracking() -> lojal.Tracking:
    message = clv_service_pb2.GetTrackingResponse(calibration_end="1997-01-14", holdout_error_ratio=-0.25)
    for period, (day, expected, actual) in enumerate(
        [("1997-01-07", 1.5, 2), ("1997-01-14", 3.0, 3), ("1997-01-21", 4.0, 5)]
    ):
        message.points.add(
            period=period + 1,
            date=day,
            expected_cumulative=expected,
            actual_cumulative=actual,
            expected=1.0,
            actual=period,
        )
    message.provenance.as_of.FromDatetime(AS_OF)
    return lojal.Tracking.from_wire(message)


def test_tracking_draws_both_curves_and_where_the_forecast_begins() -> None:
    ax = tracking().plot()
    drawn = lines(ax)
    assert list(drawn["expected"].get_ydata()) == [1.5, 3.0, 4.0]
    assert list(drawn["actual"].get_ydata()) == [2, 3, 5]
    upright = [line for line in ax.get_lines() if len(set(line.get_xdata())) == 1 and str(line.get_label())[0] == "_"]
    assert [date2num(line.get_xdata()[0]) for line in upright] == [date2num(datetime(1997, 1, 14))]
    assert "as of 1998-07-01" in said(ax)
    assert "off by -25.0% of what came after 1997-01-14" in said(ax)
    apart = lines(plot.tracking(tracking(), cumulative=False))
    assert list(apart["actual"].get_ydata()) == [0, 1, 2]


def test_pictures_go_where_they_are_told() -> None:
    _, ax = pyplot.subplots()
    assert tracking().plot(ax=ax) is ax


def model() -> lojal.Model:
    message = clv_service_pb2.Model(
        model_id="bg-nbd-1", kind=1, time_unit=2, chi_square=4.8, chi_square_degrees_of_freedom=3
    )
    message.calibration_histogram.add(frequency=0, actual=1411, expected=1410.7)
    message.calibration_histogram.add(frequency=1, actual=439, expected=450.0)
    return lojal.Model.from_wire(message)


def test_a_model_draws_its_histogram() -> None:
    ax = model().plot()
    assert [patch.get_height() for patch in ax.patches] == [1411, 439, 1410.7, 450.0]  # type: ignore[attr-defined]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "1+"]
    assert "chi-square 4.8 with 3 degrees" in said(ax)


def backtest() -> lojal.Backtest:
    message = clv_service_pb2.BacktestResponse(calibration_end="1997-09-30", holdout_end="1998-06-30", customers=20)
    for result, name, error in ((message.result, "BG/NBD", 1.5), (message.naive.add(), "same rate", 2.0)):
        result.forecaster = name
        result.kind = 1 if name == "BG/NBD" else 0
        result.purchases.root_mean_squared_error = error
        figure = result.purchases.estimates.root_mean_squared_error
        for field, value in estimate(error, 0.25).items():
            setattr(figure, field, value)
    message.result.purchases.deciles.add(decile=1, customers=10, expected=0.5, actual=0.25)
    message.result.purchases.deciles.add(decile=10, customers=5, expected=2.0, actual=3.0)
    return lojal.Backtest.from_wire(message)


def test_a_backtest_draws_forecasters_with_intervals() -> None:
    ax = backtest().plot()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["same rate", "BG/NBD"]
    assert bars(ax) == [(1.75, 2.5), (1.25, 2.0)]
    assert "95% intervals" in said(ax)
    with pytest.raises(lojal.InvalidArgument, match="give one of root_mean_squared_error"):
        backtest().plot(measure="rmse")


def test_calibration_draws_forecasts_by_what_came() -> None:
    ax = plot.calibration(backtest())
    points = next(each for each in ax.collections if isinstance(each, PathCollection))
    assert numpy.asarray(points.get_offsets()).tolist() == [[0.5, 0.25], [2.0, 3.0]]
    small, large = sorted(points.get_sizes())
    assert small < large  # ten customers and five
    assert "there is no such forecast" in said(plot.calibration(backtest(), what="spend"))
    with pytest.raises(lojal.InvalidArgument, match="give purchases, spend or buyers"):
        plot.calibration(backtest(), what="clv")


def predictions() -> lojal.Predictions:
    message = clv_service_pb2.PredictCustomersResponse(model_id="bg-nbd-1")
    message.provenance.as_of.FromDatetime(AS_OF)
    message.provenance.currency_code = "USD"
    for x, last, purchases, worth in ((0, 0, 0.5, 10.0), (1, 70, 1.0, 20.0), (1, 75, 3.0, 30.0), (30, 70, 9.0, 140.0)):
        one = message.predictions.add(repeat_purchase_days=x, days_first_to_last=last, days_followed=77)
        one.expected_purchases.value, one.alive_probability.value, one.clv.value = purchases, 0.5, worth
    return lojal.Predictions.from_wire(message)


def test_a_frequency_recency_grid_has_means_and_blanks() -> None:
    ax = predictions().plot()
    grid = cells(ax)
    assert (len(grid), len(grid[0])) == (11, 16)  # weeks 0 to 10, purchases 0 to 15 and more
    assert (grid[0][0], grid[10][1], grid[10][15]) == (0.5, 2.0, 9.0)
    assert sum(cell is not None for row in grid for cell in row) == 3
    assert [label.get_text() for label in ax.get_xticklabels()][-1] == "15+"
    assert "as of 1998-07-01" in said(ax)
    alive = cells(plot.frequency_recency(predictions(), value="alive_probability"))
    assert alive[10][1] == 0.5
    with pytest.raises(lojal.InvalidArgument, match="give one of expected_purchases, alive_probability, clv"):
        predictions().plot(value="value")


def test_a_distribution_of_values_counts_customers_once() -> None:
    ax = plot.clv_distribution(predictions(), bins=7)
    heights = [patch.get_height() for patch in ax.patches]  # type: ignore[attr-defined]
    assert (sum(heights), heights[0], heights[-1]) == (4, 1, 1)
    assert lines(ax)["mean 50.0"].get_xdata()[0] == 50.0
    assert "USD" in said(ax)


def test_a_lorenz_curve_ends_at_everything_and_tells_gini() -> None:
    ax = plot.lorenz(list(predictions()))
    (label,) = [name for name in lines(ax) if "Gini" in name]
    assert list(lines(ax)[label].get_ydata()) == pytest.approx([0, 0.05, 0.15, 0.3, 1.0])
    # half the mean difference over the mean: (10, 20, 30, 140)
    assert label == "customers, Gini 0.50"
    assert "as of" not in said(ax)  # a list does not say


def test_alive_history_draws_the_path_purchases_and_todays_interval() -> None:
    message = clv_service_pb2.PredictCustomerResponse()
    message.prediction.customer_id = "0001"
    for field, value in estimate(0.6, 0.1).items():
        setattr(message.prediction.alive_probability, field, value)
    message.alive_history.add(date="1997-01-01", alive_probability=1.0, purchased=True)
    message.alive_history.add(date="1997-01-08", alive_probability=0.6)
    ax = lojal.CustomerPrediction.from_wire(message).plot()
    assert list(ax.get_lines()[0].get_ydata()) == [1.0, 0.6]
    assert len(lines(ax)["purchases"].get_xdata()) == 1
    assert bars(ax) == [(0.5, 0.8)]
    assert "ask with with_alive_history=True" in said(
        lojal.CustomerPrediction.from_wire(clv_service_pb2.PredictCustomerResponse()).plot()
    )


def test_a_segment_map_counts_customers_by_cell() -> None:
    message = segmentation_service_pb2.GetRfmSchemeResponse(window="365d")
    for recency in range(1, 6):
        for frequency in range(1, 6):
            message.cells.add(recency=recency, frequency=frequency, segment=1 if recency + frequency > 8 else 11)
    message.segments.add(segment=1, name="Champions")
    message.segments.add(segment=11, name="Lost")
    message.thresholds.add(score=5, recency_days_max=36, frequency_min=5)
    scheme = lojal.RfmScheme.from_wire(message)
    scores = [lojal.RfmScores(5, 5, 1), lojal.RfmScores(5, 5, 4), lojal.RfmScores(1, 1, 1)]
    values = lojal.RfmValues(1, 1, lojal.Money(Decimal(1)))
    members = [lojal.SegmentMember(f"c{i}", lojal.Segment.LOST, each, values) for i, each in enumerate(scores)]
    ax = scheme.plot(members=members)
    texts = {tuple(map(round, text.get_position())): text.get_text() for text in ax.texts}
    assert (texts[5, 5], texts[1, 1], texts[3, 3]) == ("Champions\n2", "Lost\n1", "Lost\n0")
    assert len(ax.patches) == 25
    assert ax.get_xticklabels()[4].get_text() == "5\n≤ 36 d"
    assert {text.get_text() for text in scheme.plot().texts} == {"Champions", "Lost"}


def test_segments_draw_as_bars_best_first() -> None:
    message = segmentation_service_pb2.SummarizeSegmentsResponse()
    message.segments.add(segment=1, name="Champions", customers=3, customer_share=0.75)
    message.segments.add(segment=11, name="Lost", customers=1, customer_share=0.25)
    ax = lojal.SegmentSummaries.from_wire(message).plot()
    assert [patch.get_width() for patch in ax.patches] == [1, 3]  # type: ignore[attr-defined]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Lost", "Champions"]


def test_transitions_draw_shares_and_leave_out_who_is_not_there() -> None:
    message = segmentation_service_pb2.GetSegmentTransitionsResponse()
    message.transitions.add(from_segment=1, to_segment=1, customers=3, share_of_from=estimate(0.75, 0.1))
    message.transitions.add(from_segment=1, to_segment=11, customers=1, share_of_from=estimate(0.25, 0.1))
    message.transitions.add(to_segment=11, customers=2, share_of_from=estimate(1.0))
    ax = lojal.SegmentTransitions.from_wire(message).plot()
    assert cells(ax) == [[0.75, 0.25], [None, 1.0]]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["champions (4)", "not yet (2)"]
    assert "75\n65-95" in said(ax)


def loyalties(count: int) -> lojal.Loyalties:
    message = loyalty_service_pb2.ListLoyaltyResponse()
    for at in range(count):
        one = message.loyalties.add(place=1 + at % 4, behaviour=estimate(20.0 + at % 50, 4), attitude=estimate(60.0, 5))
        one.customer_id = f"c{at}"
    message.loyalties.add(place=5, behaviour=estimate(3.0, 1))
    message.standard.attitude_cut, message.standard.behaviour_cut = 67.0, 21.0
    return lojal.Loyalties.from_wire(message)


def test_loyalty_places_draw_whoever_has_said_something() -> None:
    ax = loyalties(8).plot()
    drawn = sum(len(each.get_offsets()) for each in ax.collections if isinstance(each, PathCollection))
    assert drawn == 8
    assert len(bars(ax)) == 16  # across and upright
    assert "1 without an attitude are not drawn; crosses: 95% intervals" in said(ax).replace("\n", " ")
    cuts = [tuple(map(float, (line.get_xdata()[0], line.get_ydata()[0]))) for line in ax.get_lines()[-2:]]
    assert (cuts[0][0], cuts[1][1]) == (21.0, 67.0)
    many = plot.loyalty_places(loyalties(200))
    assert bars(many) == []
    assert "intervals left out, for so many" in said(many).replace("\n", " ")


def nps(**extra: Any) -> nps_service_pb2.GetNpsResponse:
    message = nps_service_pb2.GetNpsResponse(nps=estimate(10.0, 5, 100), **extra)
    message.provenance.as_of.FromDatetime(AS_OF)
    return message


def test_nps_over_time_leaves_gaps_where_nobody_answered() -> None:
    message = nps()
    for month, value in ((1, 5.0), (2, None), (3, 15.0), (4, 20.0)):
        row = message.rows.add(group="hr", nps={} if value is None else estimate(value, 4))
        row.period.start.FromDatetime(datetime(1998, month, 1))
        row.period.label = f"1998-0{month}"
    ax = lojal.NpsScore.from_wire(message).plot()
    points = lines(ax)["hr"]
    assert (list(points.get_xdata()), list(points.get_ydata())) == ([0, 2, 3], [5.0, 15.0, 20.0])
    assert bars(ax) == [(1.0, 13.0), (11.0, 23.0), (16.0, 28.0)]
    joined = [
        list(line.get_xdata()) for line in ax.get_lines() if len(line.get_xdata()) == 2 and max(line.get_xdata()) > 1
    ]
    assert joined == [[2, 3]]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1998-01", "1998-02", "1998-03", "1998-04"]


def test_nps_by_group_and_as_a_whole() -> None:
    message = nps()
    message.rows.add(group="hr", nps=estimate(5.0, 4, 40))
    message.rows.add(group="", nps=estimate(15.0, 4, 60))
    ax = lojal.NpsScore.from_wire(message).plot()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["hr (n = 40)", "all answers (n = 60)"]
    assert bars(ax) == [(1.0, 13.0), (11.0, 23.0)]
    assert bars(lojal.NpsScore.from_wire(nps()).plot()) == [(5.0, 20.0)]
    assert "nobody answered" in said(lojal.NpsScore.from_wire(nps_service_pb2.GetNpsResponse()).plot())


def test_cohorts_leave_immature_cells_blank() -> None:
    message = retention_service_pb2.GetCohortsResponse()
    for cohort, age, rate, complete in (
        ("a", 0, 1.0, True),
        ("a", 1, 0.5, True),
        ("b", 0, 1.0, True),
        ("b", 1, 0.25, False),
    ):
        row = message.rows.add(
            cohort=cohort, age=age, customers=8, complete=complete, retention_rate=estimate(rate, 0.1)
        )
        row.group = "hr"
    answer = lojal.Cohorts.from_wire(message)
    ax = answer.plot(group="hr")
    assert cells(ax) == [[1.0, 0.5], [1.0, None]]
    assert ax.images[0].get_clim() == (0.0, 0.5)  # age 0 does not make the others all dark
    assert "50\n40-70" in said(ax)
    assert "25" not in said(ax)
    with pytest.raises(lojal.InvalidArgument, match="'at' is none: give one of 'hr'"):
        answer.plot(group="at")


@pytest.mark.parametrize("steps", [3, 40])
def test_survival_draws_steps_with_bands_or_the_points_that_are_known(steps: int) -> None:
    message = retention_service_pb2.GetSurvivalResponse(activity_window="90d")
    for day in range(steps):
        message.curve.add(days=day, survival_probability=estimate(1 - (day + 1) / 100, 0.005))
    ax = lojal.Survival.from_wire(message).plot()
    (line,) = [each for each in ax.get_lines() if str(each.get_label()) == "all customers"]
    assert list(line.get_ydata()) == pytest.approx([1.0, *(1 - (day + 1) / 100 for day in range(steps))])
    assert (line.get_drawstyle() == "steps-post") is (steps > 20)
    band = numpy.vstack([path.vertices for each in ax.collections for path in each.get_paths()])
    assert math.isclose(band[:, 1].min(), 1 - steps / 100 - 0.005)
    assert ("step_days=1 tells all" in said(ax)) is (steps <= 20)
    assert "gone: silent for 90d" in said(ax)


def test_times_of_day_are_told_where_they_are_not_midnight() -> None:
    from lojal.plot.style import day

    assert day(datetime(1998, 7, 1, tzinfo=UTC)) == "1998-07-01"
    assert day(datetime(1998, 7, 1, 9, 30, tzinfo=UTC)) == "1998-07-01 09:30 UTC"


@pytest.mark.parametrize("name", plot.__all__)
def test_every_picture_says_what_it_draws(name: str) -> None:
    documentation = getattr(plot, name).__doc__
    assert documentation.startswith("Draws ")
    assert "ax: Where to draw. Default: new axes." in documentation


def test_without_matplotlib_it_says_how_to_get_it() -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = sys.modules['matplotlib.pyplot'] = None\n"
        "import lojal\n"
        "try: lojal.plot.lorenz([])\n"
        "except lojal.MissingPackage as error: print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == 'pictures need matplotlib: pip install "lojal[plot]"\n'
