"""Orders of which more was given back since their refunds were recorded.

An export says what was given back of an order altogether. Its refund is named after the order, so that loading the
export again changes nothing, and one of a later export that says more meets the first, which stays. What is
missing then is recorded as a refund of its own, named after the order and what was given back altogether.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from lojal.call import Call, describe
from lojal.errors import AlreadyExists, PermissionDenied
from lojal.loading.job import MAX_CHUNK_ROWS
from lojal.loading.order_refunds import OrderRefund, amount_text
from lojal.money import amount_micros
from lojal.results.common import RowError, WriteResult
from lojal.results.customers import RefundEvent, Timeline, TimelineEvent
from lojal.table import Table

NEEDS_PERSONAL = (
    "what was given back of this order was recorded before with another amount: with a key that has the scope "
    "personal, load looks up how much that was, and records what is missing"
)


@dataclass(frozen=True)
class Disputed:
    """A refund that the server has with other content.

    Attributes:
        refund: The refund.
        error: What the server said, with its place in the source.
    """

    refund: OrderRefund
    error: RowError

    def question(self) -> Call[Table[TimelineEvent]]:
        """Returns the call that lists what was given back to the customer."""
        asked = {"customer_id": self.refund.customer, "kinds": ["refund"], "page_size": 1000}
        return describe("GetTimeline", Timeline.from_wire, asked)

    def conflict(self) -> AlreadyExists:
        """Returns the error for a refund that is another than the one recorded."""
        return self._refused(self.error.message)

    @contextlib.contextmanager
    def explained(self) -> Iterator[None]:
        """Says what a key that may not look it up would have to be able to."""
        try:
            yield
        except PermissionDenied as error:
            raise self._refused(NEEDS_PERSONAL) from error

    def _refused(self, message: str) -> AlreadyExists:
        said = f"row {self.error.row} of the source: {message}"
        return AlreadyExists(said, code="ALREADY_EXISTS", reason=self.error.reason, domain="lojal.dev")


@dataclass
class Settlement:
    """What becomes of disputed refunds.

    Attributes:
        disputed: Those that are not compared yet with what is recorded.
        missing: What is to be recorded in addition.
        known: How many say what is recorded already.
        older: How many of these say less than that.
        conflicts: Those that are other refunds indeed.
    """

    disputed: list[Disputed] = field(default_factory=list)
    missing: list[OrderRefund] = field(default_factory=list)
    known: int = 0
    older: int = 0
    conflicts: list[Disputed] = field(default_factory=list)

    def compare(self, disputed: Disputed, events: Iterable[TimelineEvent]) -> None:
        """Compares a refund with what was given back to its customer."""
        wanted = disputed.refund
        given = [each.event for each in events if isinstance(each.event, RefundEvent)]
        given = [each for each in given if each.transaction_id == wanted.transaction_id]
        if any(wanted.currency and each.amount.currency_code != wanted.currency for each in given):
            self.conflicts.append(disputed)
            return
        rest = wanted.amount - sum(amount_micros(each.amount.amount) for each in given)
        if rest > 0:
            name = f"{wanted.refund_id}/{amount_text(wanted.amount)}"
            self.missing.append(replace(wanted, refund_id=name, amount=rest))
            return
        self.known += 1
        self.older += rest < 0

    def additions(self) -> Iterator[Call[Any]]:
        """Returns the calls that record what is missing."""
        for start in range(0, len(self.missing), MAX_CHUNK_ROWS):
            part = self.missing[start : start + MAX_CHUNK_ROWS]
            yield describe("RecordRefunds", WriteResult.from_wire, {"refunds": [each.message() for each in part]})

    def notes(self) -> tuple[str, ...]:
        """Returns what to tell of them."""
        if not self.older:
            return ()
        return (
            f"{self.older:,} orders have more given back than this export says, which stays: it may be an older export",
        )
