"""What is known of customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from lojal.call import UNREADABLE
from lojal.enums import CostKind, InteractionKind, SurveyDisposition, SurveyKind, SurveyMetric
from lojal.errors import Internal
from lojal.money import Money
from lojal.results.common import Provenance
from lojal.results.reading import FromWire, read
from lojal.table import Table, as_text, record

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class Customer(FromWire):
    """A customer, with totals as of an instant.

    Attributes:
        customer_id: The id.
        attributes: Facts by name, such as `{"market": "hr"}`.
        first_transaction_time: First purchase, None if there is none.
        last_transaction_time: Latest purchase, None if there is none.
        transaction_count: Number of transactions, refunded ones included.
        purchase_day_count: Days with a purchase that was not refunded whole.
        gross_spend: What was paid, before refunds.
        net_spend: What was paid, less what was given back.
        refund_count: Number of refunds.
        survey_response_count: Number of survey answers, of any metric: completed, or in part with a score.
        last_nps_score: Latest NPS score, 0 to 10, None if there is none.
        interaction_count: Number of interactions: support cases, visits, campaigns.
        cost: What was spent on them alone: all costs that name them and had begun by then. Of what was spent on a
            source, on a market or on everybody they have no part here.
    """

    customer_id: str
    attributes: Mapping[str, str]
    first_transaction_time: datetime | None
    last_transaction_time: datetime | None
    transaction_count: int
    purchase_day_count: int
    gross_spend: Money
    net_spend: Money
    refund_count: int
    survey_response_count: int
    last_nps_score: int | None
    interaction_count: int
    cost: Money


@dataclass(frozen=True)
class CustomerProfile(Customer):
    """One customer, with where the answer comes from."""

    _part = "customer"

    provenance: Provenance


@dataclass(frozen=True)
class TransactionEvent(FromWire):
    """A purchase: its id, given or derived, and what was paid.

    `converted_amount` is what that came to if it was in another currency, `discount` what was taken off the list price;
    None otherwise.
    """

    transaction_id: str
    amount: Money
    converted_amount: Money | None = None
    discount: Money | None = None


@dataclass(frozen=True)
class RefundEvent(FromWire):
    """Money given back: the refund's id, the transaction's, and how much."""

    refund_id: str
    transaction_id: str
    amount: Money


@dataclass(frozen=True)
class SurveyResponseEvent(FromWire):
    """A survey answer, or another thing that became of asking.

    `score` is None when none was given, and `survey_id`, `channel` and `comment` are "". `scale_min` and `scale_max`
    are the lowest and highest score that could be given; `weight` is how many customers the answer stands for.
    """

    response_id: str
    score: int | None
    survey_id: str
    channel: str
    comment: str
    metric: SurveyMetric
    survey_kind: SurveyKind
    disposition: SurveyDisposition
    scale_min: int
    scale_max: int
    lower_is_better: bool
    topics: tuple[str, ...]
    weight: float


@dataclass(frozen=True)
class InteractionEvent(FromWire):
    """A support case, a visit or a campaign.

    `name`, `channel`, `status` and `case_id` are "" when they were not given.
    """

    interaction_id: str
    interaction_kind: InteractionKind
    name: str
    channel: str
    status: str
    topics: tuple[str, ...]
    case_id: str


@dataclass(frozen=True)
class CostEvent(FromWire):
    """Money spent on the customer: its id, what for, and how much.

    `end_time` is the first instant after its period, None for a cost of one moment. `converted_amount` is what the
    amount came to if it was in another currency; None otherwise.
    """

    cost_id: str
    cost_kind: CostKind
    amount: Money
    end_time: datetime | None = None
    converted_amount: Money | None = None


@dataclass(frozen=True)
class AttributesEvent(FromWire):
    """Facts set; an empty value took a fact away."""

    attributes: Mapping[str, str]


@dataclass(frozen=True)
class VoidEvent(FromWire):
    """A purchase taken back, why, and whether it never happened, rather than from the event's time on."""

    transaction_id: str
    reason: str
    never_happened: bool


Event = (
    TransactionEvent | RefundEvent | SurveyResponseEvent | InteractionEvent | CostEvent | AttributesEvent | VoidEvent
)


@dataclass(frozen=True)
class TimelineEvent(FromWire):
    """One thing that happened to a customer.

    Attributes:
        time: When it happened.
        recorded_time: When the server recorded it.
        kind: "transaction", "refund", "survey_response", "interaction", "cost", "attributes" or "void"; "" for a kind
            that is not known here.
        event: What happened; None for a kind that this version does not know.
    """

    time: datetime
    recorded_time: datetime
    kind: str
    event: Event | None

    @classmethod
    def from_wire(cls, message: Any) -> Self:
        """Reads one of an answer."""
        kind = message.WhichOneof("event") or ""
        event = _event(kind, getattr(message, kind)) if kind else None
        return cls(**read(cls, message, kind=kind, event=event))


def _event(kind: str, message: Any) -> Event | None:
    if kind == "survey_response":
        survey_kind = SurveyKind.from_wire(message.kind)
        return SurveyResponseEvent(**read(SurveyResponseEvent, message, survey_kind=survey_kind))
    if kind == "interaction":
        interaction_kind = InteractionKind.from_wire(message.kind)
        return InteractionEvent(**read(InteractionEvent, message, interaction_kind=interaction_kind))
    if kind == "cost":
        return CostEvent(**read(CostEvent, message, cost_kind=CostKind.from_wire(message.kind)))
    plain: dict[str, type[TransactionEvent | RefundEvent | AttributesEvent | VoidEvent]] = {
        "transaction": TransactionEvent,
        "refund": RefundEvent,
        "attributes": AttributesEvent,
        "void": VoidEvent,
    }
    return plain[kind].from_wire(message) if kind in plain else None


@dataclass(frozen=True)
class _TimelineRow:
    """A timeline event with every kind's fields side by side, for tables."""

    time: datetime
    recorded_time: datetime
    kind: str
    transaction_id: str | None = None
    refund_id: str | None = None
    amount: Money | None = None
    converted_amount: Money | None = None
    discount: Money | None = None
    response_id: str | None = None
    score: int | None = None
    survey_id: str | None = None
    channel: str | None = None
    comment: str | None = None
    metric: SurveyMetric | None = None
    survey_kind: SurveyKind | None = None
    disposition: SurveyDisposition | None = None
    scale_min: int | None = None
    scale_max: int | None = None
    lower_is_better: bool | None = None
    topics: tuple[str, ...] = ()
    weight: float | None = None
    interaction_id: str | None = None
    interaction_kind: InteractionKind | None = None
    name: str | None = None
    status: str | None = None
    case_id: str | None = None
    cost_id: str | None = None
    cost_kind: CostKind | None = None
    end_time: datetime | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    reason: str | None = None
    never_happened: bool | None = None


class Timeline(Table[TimelineEvent]):
    """What happened to one customer, newest first."""

    def __init__(self, events: Iterable[TimelineEvent], provenance: Provenance | None = None) -> None:
        super().__init__(TimelineEvent, events, provenance)

    def __repr__(self) -> str:
        return as_text([record(_TimelineRow, _row(event)) for event in self[:20]], len(self))

    def _columnar(self) -> tuple[Any, Sequence[Any]]:
        """Returns the events with the fields of every kind side by side."""
        return _TimelineRow, [_row(event) for event in self]


def _row(event: TimelineEvent) -> _TimelineRow:
    parts: dict[str, Any] = vars(event.event) if event.event is not None else {}
    return _TimelineRow(event.time, event.recorded_time, event.kind, **parts)


@dataclass(frozen=True)
class CustomerExport(FromWire):
    """Everything known of one customer.

    Attributes:
        customer: The customer as of now, with totals.
        provenance: Where the totals come from.
        events: Every record, newest first, with when it happened and when it was recorded.
    """

    customer: Customer
    provenance: Provenance
    events: Timeline

    @classmethod
    def of_parts(cls, parts: Sequence[Any]) -> CustomerExport:
        """Reads the messages of a stream."""
        if not parts:
            raise Internal(UNREADABLE, code="INTERNAL")
        provenance = Provenance.from_wire(parts[0].provenance)
        events = [TimelineEvent.from_wire(each) for part in parts for each in part.events]
        return cls(Customer.from_wire(parts[0].customer), provenance, Timeline(events, provenance))


@dataclass(frozen=True)
class ErasureReceipt(FromWire):
    """What an erasure did, without a trace of whose records it was.

    Attributes:
        receipt_id: Names the receipt; "" when nothing was erased.
        erased_time: When, by the server's clock.
        revision: Revision after the erasure.
        transactions: Transactions erased.
        refunds: Refunds erased.
        survey_responses: Survey answers, invitations and the like erased.
        attribute_records: Records of attributes erased.
        voids: Voids erased.
        interactions: Interactions erased.
        costs: Costs erased.
        references: Records of others that named them as who recommended us, and do so no more.
    """

    _part = "receipt"

    receipt_id: str
    erased_time: datetime
    revision: int
    transactions: int
    refunds: int
    survey_responses: int
    attribute_records: int
    voids: int
    interactions: int
    costs: int
    references: int
