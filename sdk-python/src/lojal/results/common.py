"""Parts that many answers share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from lojal.codes import ErrorReason, EstimateMethod, ExclusionCode, WarningCode
from lojal.errors import invalid
from lojal.results.previews import LoadSummary
from lojal.results.reading import FromWire


@dataclass(frozen=True)
class Estimate(FromWire):
    """A number that was estimated, with how sure we are of it. An undefined one has no value, never 0.

    `float(estimate)` and `f"{estimate:.2f}"` are of the value. Estimates do not compare with `<`: whether two differ is
    a question of their intervals, and of what they share.

    Attributes:
        value: The point estimate, None when undefined.
        ci_low: Lower end of the interval, None when no interval is known.
        ci_high: Upper end of the interval, None when no interval is known.
        confidence: Nominal coverage of the interval, such as 0.95; 0 when there is none.
        n: How many observations it rests on.
        standard_error: In the unit of the value, None when not known.
        method: How it was computed, such as "adjusted_wald".
        warnings: What to keep in mind when using it.
        warning_codes: What each of them is about, for programs.
        design_effect: By what the variance is larger than if each of the n observations were of another customer; None
            where no customer is counted more than once.
    """

    value: float | None
    ci_low: float | None = None
    ci_high: float | None = None
    confidence: float = 0.0
    n: int = 0
    standard_error: float | None = None
    method: str = ""
    warnings: tuple[str, ...] = ()
    warning_codes: tuple[WarningCode, ...] = ()
    design_effect: float | None = None

    @property
    def methods(self) -> tuple[EstimateMethod, ...]:
        """The steps of `method`: how the value was estimated, how its interval was made, what was done to both."""
        known = EstimateMethod.__members__
        return tuple(known.get(step.upper(), EstimateMethod.UNKNOWN) for step in self.method.split(", ") if step)

    def __float__(self) -> float:
        if self.value is None:
            raise invalid("value", "an undefined estimate is no number: see whether its `value` is None first")
        return self.value

    def __format__(self, spec: str) -> str:
        if not spec:
            return str(self)
        return "undefined" if self.value is None else format(self.value, spec)

    def __str__(self) -> str:
        value = "undefined" if self.value is None else f"{self.value:.4g}"
        if self.ci_low is None and self.ci_high is None:
            return value
        # an end that is not known, such as that of a median beyond the curve, does not hide the other
        low, high = ("?" if end is None else f"{end:.4g}" for end in (self.ci_low, self.ci_high))
        return f"{value} [{low}, {high}]"

    def __repr__(self) -> str:
        warnings = "".join(f", warning: {each}" for each in self.warnings)
        return f"<{self}, n={self.n}{warnings}>"


@dataclass(frozen=True)
class Exclusion(FromWire):
    """Something an answer left out: why, in words and for programs, and how many."""

    cause: str
    count: int
    code: ExclusionCode | None = None


@dataclass(frozen=True)
class Provenance(FromWire):
    """Where an answer comes from: enough to ask the same question again and get the same numbers.

    Attributes:
        as_of: Events strictly before it count.
        revision: The last write the answer has seen.
        definition: The definition used and its version, such as "nps@1".
        window_start: First instant of the window, None for "all".
        window_end: First instant after the window.
        time_zone: IANA name of the zone in which days, weeks and months were cut.
        currency_code: Currency of every amount that does not carry its own.
        excluded: What was left out.
        warnings: What to keep in mind when using the whole answer.
        known_at: What was known then, where the question asked for that; None otherwise.
        filter: The filter, as it was asked; "" when the answer is about all customers.
        warning_codes: What each of the warnings is about, for programs.
        facts_as_of: When the facts of filter and group_by were read, where that is not as_of; None otherwise.
        workspace: The workspace asked.
    """

    as_of: datetime | None
    revision: int
    definition: str = ""
    window_start: datetime | None = None
    window_end: datetime | None = None
    time_zone: str = ""
    currency_code: str = ""
    excluded: tuple[Exclusion, ...] = ()
    warnings: tuple[str, ...] = ()
    known_at: datetime | None = None
    filter: str = ""
    warning_codes: tuple[WarningCode, ...] = ()
    facts_as_of: datetime | None = None
    workspace: str = ""

    def __repr__(self) -> str:
        as_of = self.as_of.isoformat() if self.as_of else "?"
        excluded = "".join(f", without {each.count} {each.cause}" for each in self.excluded)
        warnings = "".join(f", warning: {each}" for each in self.warnings)
        return f"<{self.definition} as of {as_of}, revision {self.revision}{excluded}{warnings}>"


@dataclass(frozen=True)
class Period(FromWire):
    """One period of a series: its first instant, the first after it, and how people call it ("2026-03").

    Attributes:
        start: The first instant.
        end: The first instant after it.
        label: What people call it.
        cut_off: Whether the window or as_of cuts it off, so that it is shorter than its label says.
    """

    start: datetime
    end: datetime
    label: str
    cut_off: bool = False


@dataclass(frozen=True)
class RowError(FromWire):
    """A row of a write that was not recorded.

    Attributes:
        row: Where it is. In `record` and `upsert` the position in the list, from 0. In `load` the line of a CSV file
            (the header is line 1), else the position in the source, from 0.
        field: The offending field; of several the first.
        reason: Why, for programs; see `ErrorReason`.
        message: Why, in a sentence that says what to do, or one for each fault with "; " between.
        fields: All offending fields.
    """

    row: int
    field: str
    reason: str
    message: str
    fields: tuple[str, ...] = ()

    @classmethod
    def from_wire(cls, message: Any) -> Self:
        """Reads one of an answer."""
        reason = ErrorReason.name_of(message.reason)
        return cls(message.index, message.field, reason, message.message, tuple(message.fields))


@dataclass(frozen=True)
class WriteResult(FromWire):
    """What a write did.

    Attributes:
        revision: Revision after the write. Everything up to it is durable and visible to every later question.
        recorded: Rows recorded now.
        duplicates: Rows that were there already with the same content. Repeating a write is safe.
        row_errors: Rows not recorded. Only with `skip_invalid`; otherwise one bad row refuses the whole request.
    """

    _part = "result"

    revision: int
    recorded: int
    duplicates: int
    row_errors: tuple[RowError, ...] = ()


@dataclass(frozen=True)
class LoadResult(WriteResult):
    """What a `load` did, all chunks together.

    Attributes:
        rows: Rows read from the source.
        columns: Which column of the source was taken for which field.
        notes: What to look at: columns of purchases that tell what became of an order and were not read, what looks as
            if it was misread, and NPS scores that look as if they were given on another scale.
        profile: The export that the source was recognised as, such as "shopify"; "" for none.
        left_out: How many orders or answers of an export do not count, by reason, such as "cancelled".
        refunds_recorded: How many of those recorded are refunds.
        summary: What the good rows come to, with those recorded before: of purchases and answers, None otherwise.
    """

    rows: int = 0
    columns: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    profile: str = ""
    left_out: dict[str, int] = field(default_factory=dict)
    refunds_recorded: int = 0
    summary: LoadSummary | None = None
