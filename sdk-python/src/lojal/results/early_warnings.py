"""Signs that customers may be leaving, and how far to trust them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from lojal.call import UNREADABLE
from lojal.enums import EarlyWarningKind, EarlyWarningSeverity
from lojal.errors import Internal
from lojal.listing import AsyncListing, Listing
from lojal.money import Money
from lojal.results.common import Estimate
from lojal.results.reading import FromWire
from lojal.table import Table


@dataclass(frozen=True)
class EarlyWarning(FromWire):
    """A sign that a customer may be leaving.

    Attributes:
        warning_id: Its name: kind, day and customer, such as "silence@2026-03-02@c42". It stays the same for as long as
            it holds.
        customer_id: Who.
        kind: What is seen.
        severity: How grave it is.
        evidence: What is seen, in words.
        onset: The beginning of the day on which it began: of a silence that of the last purchase.
        raised_at: The beginning of the day on which it became a warning. It holds for 90 days at most.
        churn_probability: Probability that they buy nothing within the horizon, with all signs of theirs, in [0, 1].
        model_churn_probability: The same by the default model alone.
        clv_12mo: What their purchases of the next twelve months are expected to be worth, in the reporting currency,
            discounted by 10 % a year; None where no value is known.
        value_at_risk: The probability by the model that they buy nothing within twelve months, times clv_12mo; None
            where no value is known.
        p_value: How probable what is seen is, or more of it, if nothing had changed; None for silences, scores and
            service, which no test decides.
        measured_precision: Share of warnings of this kind on days in the past after which nothing was bought within the
            horizon. No value below 30 of them, and below three such days.
        base_rate: The same share of all who could have had such a warning on these days.
        acknowledged_at: When somebody said that they take care of it; None until then.
        acknowledgement_note: What they noted.
    """

    warning_id: str
    customer_id: str
    kind: EarlyWarningKind
    severity: EarlyWarningSeverity
    evidence: str
    onset: datetime
    raised_at: datetime
    churn_probability: Estimate
    model_churn_probability: float
    clv_12mo: float | None
    value_at_risk: float | None
    p_value: float | None
    measured_precision: Estimate
    base_rate: Estimate
    acknowledged_at: datetime | None
    acknowledgement_note: str


@dataclass(frozen=True)
class EarlyWarningTotals(FromWire):
    """All that a list of warnings is about, whatever its limit.

    Attributes:
        warnings: Warnings.
        customers: Customers with one or more of them.
        value_at_risk: What is at risk with these customers.
        by_kind: Warnings of each kind.
    """

    warnings: int
    customers: int
    value_at_risk: Money
    by_kind: Mapping[EarlyWarningKind, int]


class _Warnings(Table[EarlyWarning]):
    """Warnings. Printed are the figures to look at first; frames have them all."""

    shown_columns = (
        "customer_id",
        "kind",
        "severity",
        "churn_probability",
        "churn_probability_ci_low",
        "churn_probability_ci_high",
        "value_at_risk",
        "raised_at",
        "evidence",
    )


class EarlyWarnings(_Warnings):
    """Warnings that hold. Printed are the figures to look at first; frames have them all.

    Attributes:
        totals: All that the list is about, whatever its limit; None in all pages but the first.
    """

    totals: EarlyWarningTotals | None = None

    @classmethod
    def empty(cls) -> EarlyWarnings:
        """Returns no warnings: what a stream without messages comes to."""
        return cls(EarlyWarning, [])


class NewEarlyWarnings(_Warnings):
    """A message of a watch: warnings that are new, none where a day brought none.

    Attributes:
        as_of: Events before this instant were looked at: the beginning of the day, or right after the latest event of
            data at rest.
        resume_token: Where another watch goes on after this message. While more of the same day are to come, it leads
            to before them.
    """

    as_of: datetime
    resume_token: str


class EarlyWarningListing(Listing[EarlyWarning]):
    """Warnings that hold, read while they are looped over; see `Listing`."""

    def __init__(
        self, pages: Callable[[], Iterator[EarlyWarnings]], only_totals: Callable[[], Iterator[EarlyWarnings]]
    ) -> None:
        super().__init__(pages, "early warnings", EarlyWarnings.empty())
        self._only_totals = only_totals

    def to_list(self) -> EarlyWarnings:
        """Reads everything and returns it as one table, with its `totals`."""
        return cast(EarlyWarnings, super().to_list())

    def totals(self) -> EarlyWarningTotals:
        """Asks how many warnings there are and what is at risk, whatever the limit.

        Example:
            ```python
            client.loyalty.early_warnings().totals().value_at_risk
            ```
        """
        return _totals(list(self._only_totals()))


class AsyncEarlyWarningListing(AsyncListing[EarlyWarning]):
    """Warnings that hold, read while they are looped over; see `AsyncListing`."""

    def __init__(
        self, pages: Callable[[], AsyncIterator[EarlyWarnings]], only_totals: Callable[[], AsyncIterator[EarlyWarnings]]
    ) -> None:
        super().__init__(pages, "early warnings", EarlyWarnings.empty())
        self._only_totals = only_totals

    async def to_list(self) -> EarlyWarnings:
        """Reads everything and returns it as one table, with its `totals`."""
        return cast(EarlyWarnings, await super().to_list())

    async def totals(self) -> EarlyWarningTotals:
        """Asks how many warnings there are and what is at risk, whatever the limit.

        Example:
            ```python
            (await client.loyalty.early_warnings().totals()).value_at_risk
            ```
        """
        return _totals([page async for page in self._only_totals()])


def _totals(pages: Sequence[EarlyWarnings]) -> EarlyWarningTotals:
    totals = pages[0].totals if pages else None
    if totals is None:
        raise Internal(UNREADABLE, code="INTERNAL")
    return totals


@dataclass(frozen=True)
class Acknowledgement(FromWire):
    """That somebody takes care of a warning.

    Attributes:
        acknowledged_at: When somebody first said so.
        note: What they noted then.
        was_acknowledged: Whether that was before this call, which then changed nothing.
    """

    acknowledged_at: datetime
    note: str
    was_acknowledged: bool


@dataclass(frozen=True)
class EarlyWarningQuality(FromWire):
    """How far warnings of a kind can be trusted.

    Attributes:
        kind: Which.
        warnings: Warnings on days in the past: customers and days.
        warnings_left: Those of them after which nothing was bought within the horizon.
        possible: Customers and days who could have had such a warning.
        possible_left: Those of them after which nothing was bought within the horizon.
        measured_precision: warnings_left / warnings. No value below 30 warnings, and below three days.
        base_rate: possible_left / possible, in the same way.
        lift: measured_precision / base_rate; None where one of them has no value.
        recall: warnings_left / possible_left; None where nobody left.
        likelihood_ratio: What such a sign multiplies the odds of leaving by, beside the other signs and the default
            model: 1 where it says nothing more, and shrunk to 1 as long as little is known.
    """

    kind: EarlyWarningKind
    warnings: int
    warnings_left: int
    possible: int
    possible_left: int
    measured_precision: Estimate
    base_rate: Estimate
    lift: float | None
    recall: float | None
    likelihood_ratio: Estimate


@dataclass(frozen=True)
class EarlyWarningCalibration(FromWire):
    """Customers with a warning on days in the past who were about as likely to leave.

    Attributes:
        customers: Customers and days.
        predicted: Their churn probability in the mean, as learned from the other days, in [0, 1].
        observed: Share of them who did buy nothing within the horizon.
    """

    customers: int
    predicted: float
    observed: Estimate


class WarningQuality(Table[EarlyWarningQuality]):
    """How far warnings can be trusted, kind by kind. Printed are the figures to look at first; frames have them all.

    Attributes:
        calibration: Fifths of those with a warning, the least likely to leave first. Empty below two days or 50
            customers and days.
        dates: The days in the past, the latest first.
    """

    shown_columns = (
        "kind",
        "warnings",
        "warnings_left",
        "measured_precision",
        "measured_precision_ci_low",
        "measured_precision_ci_high",
        "base_rate",
        "lift",
        "recall",
        "likelihood_ratio",
        "likelihood_ratio_ci_low",
        "likelihood_ratio_ci_high",
    )
    calibration: Table[EarlyWarningCalibration]
    dates: tuple[datetime, ...]
