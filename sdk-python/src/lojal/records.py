"""What to record, as dataclasses. Every call that takes these takes dicts with the same names, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from lojal.instants import Instant
from lojal.money import Money
from lojal.words import CostKindWord, InteractionKindWord, SurveyDispositionWord, SurveyKindWord, SurveyMetricWord


@dataclass(frozen=True)
class Transaction:
    """A purchase.

    Attributes:
        customer_id: Who bought, 1 to 128 bytes.
        time: When, an aware datetime, a date (midnight UTC) or ISO 8601 text.
        amount: What was paid, zero or more, at most 6 decimals.
        currency_code: ISO 4217 code; "" means the workspace's reporting currency.
        transaction_id: Your id of the purchase, unique in the workspace; "" when your log has none.
        occurrence: Only without transaction_id: which one of equal purchases this is, from 1. 0 counts by itself.
        discount: What was taken off the list price, in the amount's currency, zero or more; None when nothing was, or
            nobody knows. `record` takes it as it is here; `load` reads it when told, with `discount="discount"`.
    """

    customer_id: str
    time: Instant
    amount: Money | Decimal | str | int | float
    currency_code: str = ""
    transaction_id: str = ""
    occurrence: int = 0
    discount: Money | Decimal | str | int | float | None = None


@dataclass(frozen=True)
class Refund:
    """Money given back for a transaction.

    Attributes:
        refund_id: Your id of the refund, unique in the workspace.
        transaction_id: The transaction it belongs to, which must be recorded.
        time: When, not before its transaction.
        amount: What was given back, more than zero.
        currency_code: The transaction's currency; "" means the workspace's reporting currency.
    """

    refund_id: str
    transaction_id: str
    time: Instant
    amount: Money | Decimal | str | int | float
    currency_code: str = ""


@dataclass(frozen=True)
class Void:
    """A transaction taken back: it should not have been recorded.

    Attributes:
        transaction_id: The transaction, which must be recorded.
        time: From when on it no longer counts; None means it never happened.
        reason: Why, for people, up to 256 bytes.
    """

    transaction_id: str
    time: Instant | None = None
    reason: str = ""


@dataclass(frozen=True)
class ExchangeRate:
    """What one unit of a currency is worth from a date on, in the reporting currency.

    Attributes:
        currency_code: ISO 4217 code of the currency.
        date: First day on which the rate holds: a date or YYYY-MM-DD.
        rate: Units of the reporting currency, more than zero. Give text or a Decimal; floats are refused.
    """

    currency_code: str
    date: date | str
    rate: Decimal | str | int


@dataclass(frozen=True)
class SurveyResponse:
    """One answer to a survey, or another thing that became of asking.

    Attributes:
        response_id: Your id of the answer, unique in the workspace. The invitation it answers has the same one.
        time: When it was answered (or sent, delivered, dismissed).
        score: The raw score, within the scale. Every completed answer has one, a partial one may; others have none.
        customer_id: Who answered; "" for an anonymous answer.
        metric: What was measured: "nps" (default, 0 to 10), "csat" (1 to 5), "ces1" (1 to 5, lower is better), "ces2"
            (1 to 7), "trust" (1 to 7) or "custom", a question of your own.
        kind: "relationship" (default) or "transactional".
        survey_id: Your name of the survey, up to 128 bytes. Required for "custom".
        channel: How it was asked, such as "email", up to 128 bytes.
        comment: What the customer wrote, up to 2,000 bytes.
        scale_min: Lowest score that could be given; None means that of the metric. NPS accepts only 0, both CES only
            1, CSAT 0 or 1, trust and custom -1,000 and more. Required for "custom".
        scale_max: Highest score that could be given; None means that of the metric. NPS accepts only 10, "ces1" only 5,
            "ces2" only 7, CSAT 2 to 10, trust and custom up to 1,000. Required for "custom".
        disposition: How far it came: "completed" (default), "partial", "dismissed", "invited", "delivered" or
            "bounced".
        topics: What it was about, at most 8 topics of up to 64 bytes each, such as "delivery".
        weight: How many customers the answer stands for, more than 0 and at most 1,000; None means 1.
        lower_is_better: Only for "custom": whether a lower score is better. None means no.
    """

    response_id: str
    time: Instant
    score: int | None = None
    customer_id: str = ""
    metric: SurveyMetricWord | None = None
    kind: SurveyKindWord | None = None
    survey_id: str = ""
    channel: str = ""
    comment: str = ""
    scale_min: int | None = None
    scale_max: int | None = None
    disposition: SurveyDispositionWord | None = None
    topics: Sequence[str] = ()
    weight: float | None = None
    lower_is_better: bool | None = None


@dataclass(frozen=True)
class Interaction:
    """Something a customer had to do with us beside buying and answering.

    Attributes:
        interaction_id: Your id of it, unique in the workspace. A case that goes on is several, each with its own id.
        customer_id: Whom it was with.
        time: When it happened.
        kind: "support_case", "visit", "campaign" or "other" (default).
        name: What you call it, such as a campaign or a type of case, up to 128 bytes.
        channel: Where it took place, such as "phone", up to 128 bytes.
        status: What became of it, such as "opened", "resolved" or "clicked", up to 128 bytes.
        topics: What it was about, at most 8 topics of up to 64 bytes each.
        case_id: Your id of the support case it is a step of, up to 128 bytes: steps with the same one are one case.
            Only for "support_case".
    """

    interaction_id: str
    customer_id: str
    time: Instant
    kind: InteractionKindWord | None = None
    name: str = ""
    channel: str = ""
    status: str = ""
    topics: Sequence[str] = ()
    case_id: str = ""


@dataclass(frozen=True)
class Cost:
    """Money spent on one customer, or on those of a source, of a market, of both, or on everybody.

    Attributes:
        cost_id: Your id of it, unique in the workspace.
        time: When it was spent, or when its period begins.
        amount: What was spent, more than zero, at most 6 decimals.
        kind: "acquisition", "service", "programme", "incentive" or "other" (default).
        customer_id: On whom; "" for a cost of no single customer.
        source: On those who came by this source, a value of the attribute "acquisition_source", up to 128 bytes. Not
            beside customer_id.
        market: On those of this market, a value of the attribute of that name, up to 128 bytes. Not beside
            customer_id. A cost of neither customer, source nor market is one of everybody.
        end_time: The first instant after its period, which may be yet to come; None for a cost of one moment.
        currency_code: ISO 4217 code; "" means the workspace's reporting currency.
    """

    cost_id: str
    time: Instant
    amount: Money | Decimal | str | int | float
    kind: CostKindWord | None = None
    customer_id: str = ""
    source: str = ""
    market: str = ""
    end_time: Instant | None = None
    currency_code: str = ""


@dataclass(frozen=True)
class CustomerUpsert:
    """What is known of a customer.

    Attributes:
        customer_id: Whom it is about.
        attributes: Facts by name (a-z, 0-9 and "_", starting with a letter). "" takes a fact away, and facts
            not named stay.
        effective_time: From when on these values hold; None means for all times.
        acquisition_source: Where the customer came from, such as "referral" or "search"; kept as the attribute of that
            name. "" says nothing.
        referred_by: The id of the customer who recommended us to this one; kept as the attribute of that name. ""
            says nothing.
    """

    customer_id: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    effective_time: Instant | None = None
    acquisition_source: str = ""
    referred_by: str = ""
