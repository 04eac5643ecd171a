"""What all pictures share: axes, colours that the colour-blind tell apart, titles that say as of when, intervals."""

from __future__ import annotations

import functools
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from lojal.errors import MissingPackage, invalid
from lojal.listing import Listing
from lojal.results.common import Estimate
from lojal.sensible import shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Row = TypeVar("Row")
Asked = ParamSpec("Asked")
Drawn = TypeVar("Drawn")

# Okabe and Ito, "Color Universal Design" (2008): told apart with every common kind of colour blindness
BLUE, ORANGE, GREEN, RED, PURPLE, SKY, YELLOW, BLACK = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#F0E442",
    "#000000",
)
CYCLE = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY, BLACK)
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
"""Beside colours, so that nothing hangs on colour alone."""
GREY = "#767676"
MAP = "cividis"
"""Made for eyes with and without colour blindness (Nunez, Anderton and Renslow, 2018)."""
NOTHING = "nothing to draw"


def picture(draw: Callable[Asked, Drawn]) -> Callable[Asked, Drawn]:
    """Has a picture say what it draws, where it is given something else."""

    @functools.wraps(draw)
    def drawn(*args: Asked.args, **kwargs: Asked.kwargs) -> Drawn:
        try:
            return draw(*args, **kwargs)
        except (AttributeError, TypeError) as error:
            if error.__traceback__ is None or error.__traceback__.tb_next is None:
                raise  # what no signature has is Python's to refuse
            name, what = _drawn_by(draw)
            given = args[0] if args else kwargs.get(name)
            raise invalid(name, f"{shown(given)} cannot be drawn by {draw.__name__}: give {what}") from error

    return drawn


def _drawn_by(draw: Callable[..., Any]) -> tuple[str, str]:
    """Returns the name of what a picture draws, and what that is, by its documentation."""
    described = re.search(r"Args:\n\s+(\w+): (.+?)(?:\. |\.?\n)", draw.__doc__ or "")
    if described is None:
        return next(iter(inspect.signature(draw).parameters)), "an answer"
    name, what = described.groups()
    return name, f"{what[0].lower()}{what[1:]}"


def axes_for(ax: Axes | None, *, size: tuple[float, float] = (7.0, 4.3)) -> Axes:
    """Returns the axes to draw into, new ones where none are given.

    Raises:
        MissingPackage: Without matplotlib: `pip install "lojal[plot]"`.
    """
    try:
        import matplotlib.pyplot as pyplot
    except ImportError:
        raise MissingPackage("pictures need matplotlib", "plot") from None
    return ax if ax is not None else pyplot.subplots(figsize=size, layout="constrained")[1]


def dress(ax: Axes, title: str, answer: Any, *, x: str, y: str, note: str = "", grid: str = "y") -> Axes:
    """Gives axes their title with the instant of the answer, their labels with units, and a note."""
    said = as_of(answer)
    ax.set_title(f"{title}\n{said}" if said else title, loc="left", fontsize=11)
    inches = ax.get_window_extent().width / ax.figure.dpi
    letters = max(int(inches * 13), 40)
    ax.set_xlabel("\n".join([x, *textwrap.wrap(note, letters)]))
    ax.set_ylabel(y)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    if grid:
        ax.grid(axis=grid, color="#E3E3E3", linewidth=0.8)  # type: ignore[arg-type]
        ax.set_axisbelow(True)
    return ax


def table_of(rows: Iterable[Row]) -> Sequence[Row]:
    """Returns rows as a sequence, those of a listing with what it says of them all."""
    if isinstance(rows, Listing):
        return rows.to_list()
    return rows if isinstance(rows, Sequence) else list(rows)


def as_of(answer: Any) -> str:
    """Returns as of when an answer is, in words; "" where it does not say."""
    provenance = getattr(answer, "provenance", None)
    if provenance is None or provenance.as_of is None:
        return ""
    text = f"as of {day(provenance.as_of)}"
    return f"{text}, {provenance.filter}" if provenance.filter else text


def day(instant: datetime) -> str:
    """Returns an instant as people write it: without its time where that is midnight."""
    return instant.strftime("%Y-%m-%d" if instant.time() == instant.time().min else "%Y-%m-%d %H:%M UTC")


def ends(estimates: Sequence[Estimate]) -> list[list[float]]:
    """Returns how far intervals reach below and above their values, as `errorbar` takes them; 0 where not known."""
    below = [max(_or(each.value, 0.0) - _or(each.ci_low, _or(each.value, 0.0)), 0.0) for each in estimates]
    above = [max(_or(each.ci_high, _or(each.value, 0.0)) - _or(each.value, 0.0), 0.0) for each in estimates]
    return [below, above]


def confidence(estimates: Sequence[Estimate]) -> str:
    """Returns what the intervals cover, in words; "" without any."""
    covers = {each.confidence for each in estimates if each.confidence and each.ci_low is not None}
    return f"bars: {max(covers):.0%} intervals" if covers else ""


def percent(ax: Axes, axis: str) -> None:
    """Labels an axis of shares in percent."""
    from matplotlib.ticker import PercentFormatter

    (ax.xaxis if axis == "x" else ax.yaxis).set_major_formatter(PercentFormatter(1.0))


def empty(ax: Axes, why: str = NOTHING) -> None:
    """Says that there is nothing to see, rather than showing empty axes."""
    ax.text(0.5, 0.5, why, ha="center", va="center", transform=ax.transAxes, color=GREY)


def readable(shade: float) -> str:
    """Returns the colour of text on a cell of `MAP`, from 0 to 1."""
    return "white" if shade < 0.55 else "black"


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
