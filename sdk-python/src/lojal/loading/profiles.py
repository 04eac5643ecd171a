"""The exports of other systems that are known: a table, and which of them a header is of.

profiles.json is a copy of server/data/profiles.json, which server/docs/profiles.md explains.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal, TypeAlias

from lojal.errors import InvalidArgument, invalid
from lojal.loading.columns import listed

Kind: TypeAlias = Literal["orders", "answers"]
ProfileName: TypeAlias = str | Literal[False] | None
"""The name of a profile; None to recognise one by the header; False or "none" for none."""


@dataclass(frozen=True)
class Shape:
    """One form that the export of a system comes in.

    Attributes:
        profile: Whose it is.
        says: What the table says of it.
    """

    profile: str
    says: Mapping[str, Any]

    @property
    def required(self) -> int:
        """How many columns a header needs to be of this shape: of two shapes that fit, the one with more is meant."""
        return len(self.says["requires"]) + bool(self.says.get("one_of"))

    def missing(self, columns: Iterable[str]) -> list[str]:
        """Returns what a header lacks to be of this shape."""
        there = set(columns)
        lacking = [repr(name) for name in self.says["requires"] if name not in there]
        others = self.says.get("one_of", ())
        if others and not there.intersection(others):
            lacking.append(" or ".join(map(repr, others)))
        return lacking

    def columns(self, key: str, there: Sequence[str]) -> list[str]:
        """Returns the columns of a field that a source has, the likeliest first."""
        return [name for name in self.says.get(key, ()) if name in there]

    def one(self, key: str, there: Sequence[str]) -> str:
        """Returns the likeliest column of a field, "" where there is none."""
        return next(iter(self.columns(key, there)), "")


@cache
def table() -> Mapping[str, Any]:
    """Returns the table as it ships with this package."""
    text = resources.files("lojal.loading").joinpath("profiles.json").read_text(encoding="utf-8")
    read: Mapping[str, Any] = json.loads(text)
    return read


def names(kind: Kind) -> list[str]:
    """Returns the profiles of orders or of answers.

    Example:
        >>> names("answers")
        ['delighted', 'typeform', 'formbricks', 'surveymonkey']
    """
    return list(table()[kind])


def recognise(kind: Kind, columns: Sequence[str], profile: ProfileName, *, named: bool) -> Shape | None:
    """Returns the shape that a header is of, None when it is to be read by the names of its columns.

    Args:
        kind: What is loaded.
        columns: The header.
        profile: What the caller asked for.
        named: Whether the caller named columns: then nothing is recognised that was not asked for.

    Raises:
        InvalidArgument: If the profile asked for is none or does not fit, or if two fit equally well.

    Example:
        >>> recognise("orders", ["Name", "date", "value"], None, named=False)
    """
    if profile is False or profile == "none" or (profile is None and named):
        return None
    known = table()[kind]
    if profile is not None and (not isinstance(profile, str) or profile not in known):
        raise invalid(
            "profile", f"{profile!r} is not a profile: the profiles are {', '.join(known)}, and False for none"
        )
    shapes = [Shape(name, each) for name in ([profile] if profile else known) for each in known[name]["shapes"]]
    fitting = [shape for shape in shapes if not shape.missing(columns)]
    if not fitting:
        if profile is not None:
            raise _does_not_fit(shapes, columns)
        return None
    most = max(shape.required for shape in fitting)
    best = [shape for shape in fitting if shape.required == most]
    if len({shape.profile for shape in best}) > 1:
        candidates = " and of ".join(repr(shape.profile) for shape in best)
        raise invalid("profile", f"the header may be that of {candidates}: say which with profile={best[0].profile!r}")
    return best[0]


def _does_not_fit(shapes: Sequence[Shape], columns: Sequence[str]) -> InvalidArgument:
    nearest = min(shapes, key=lambda shape: len(shape.missing(columns)))
    return invalid(
        "profile",
        f"this is not an export of {nearest.profile}, as it lacks {', '.join(nearest.missing(columns))}: leave profile "
        f"out and name the columns; they are {listed(columns)}",
    )


def micros_a_minor_unit(currency_code: str) -> int:
    """Returns what the smallest unit of a currency is in millionths: a cent, or a whole yen.

    Example:
        >>> micros_a_minor_unit("EUR"), micros_a_minor_unit("JPY"), micros_a_minor_unit("KWD")
        (10000, 1000000, 1000)
    """
    units = table()["minor_units"]
    decimals = next((int(key) for key in ("0", "3") if currency_code.upper() in units[key]), units["otherwise"])
    return int(10 ** (6 - decimals))
