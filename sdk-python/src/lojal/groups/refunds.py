"""Money given back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Unpack

from lojal.calls import Call, documented_as
from lojal.groups import AsyncGroup, Group
from lojal.groups.loads import awaited, blocking
from lojal.loading import columns, rows
from lojal.loading.columns import Column
from lojal.loading.options import LoadOptions, LoadSettings, Prepare
from lojal.records import Refund
from lojal.results.common import WriteResult
from lojal.v1 import ingest_service_pb2 as pb

FIELDS = (
    columns.Field("refund_id", ("refund_id", "credit_note_id", "return_id", "id")),
    columns.required(columns.TRANSACTION_ID),
    columns.Field("time", ("refund_time", "refund_date", *columns.TIME.guesses)),
    columns.Field("amount", ("refund_amount", *columns.AMOUNT.guesses)),
    columns.CURRENCY,
)


def _record(refunds: Iterable[Refund | Mapping[str, Any]], skip_invalid: bool) -> Call[WriteResult]:
    request = pb.RecordRefundsRequest(skip_invalid=skip_invalid)
    request.refunds.extend(rows.messages(refunds, rows.Refunds(rows.Reading()), "refunds"))  # type: ignore[arg-type]
    return Call("ingest", "RecordRefunds", request, WriteResult.from_wire)


def _load(
    source: Any,
    *,
    refund_id: Column = None,
    transaction_id: Column = None,
    time: Column = None,
    amount: Column = None,
    currency: Column = None,
    currency_code: str = "",
    **settings: Unpack[LoadSettings],
) -> Prepare:
    """Records a whole log of refunds. Loading it twice doubles nothing.

    Args:
        source: As in `Transactions.load`.
        refund_id: Column of the refund's id. None guesses: refund_id, credit_note_id, return_id, id.
        transaction_id: Column of the transaction's id. None guesses: transaction_id, order_id...
        time: Column of the time. None guesses: refund_time, refund_date, time, date...
        amount: Column of what was given back, more than zero. None guesses: refund_amount, amount, value...
        currency: Column of the currency code. None guesses: currency, currency_code. False: there is none.
        currency_code: Currency of rows without one. "" means the workspace's reporting currency.
        **settings: See `LoadSettings`.

    Raises:
        InvalidArgument: If rows are bad, with the `row` of each.
        NotFound: If a transaction was never recorded. Chunks before it stay.
        FailedPrecondition: If refunds would exceed what was paid. Chunks before it stay.
    """
    chosen = {
        "refund_id": refund_id,
        "transaction_id": transaction_id,
        "time": time,
        "amount": amount,
        "currency_code": currency,
    }
    options = LoadOptions(source, **settings)
    reading = options.reading(currency_code)
    return lambda: options.messages("refunds", FIELDS, chosen, lambda: rows.Refunds(reading))


class Refunds(Group):
    """Records refunds. A refund lowers the day of its purchase, from the time of the refund on."""

    def record(self, refunds: Iterable[Refund | Mapping[str, Any]], *, skip_invalid: bool = False) -> WriteResult:
        """Records up to 10,000 refunds together, or none of them. Again by the same refund_id counts as a duplicate.

        Args:
            refunds: `Refund`s, or dicts with the same names. Amounts are positive.
            skip_invalid: Record the good rows and list the bad ones, instead of refusing all for one bad row.

        Raises:
            InvalidArgument: If a row is bad; `field_violations` names each.
            NotFound: If a transaction was never recorded.
            FailedPrecondition: If refunds would exceed what was paid.
            AlreadyExists: If a refund_id was recorded before with other content.

        Example:
            ```python
            client.refunds.record(
                [{"refund_id": "r1", "transaction_id": "t1", "time": "2026-03-05T09:00:00Z", "amount": "2.50"}]
            )
            ```
        """
        return self._runner.unary(_record(refunds, skip_invalid))

    load = blocking(_load)


class AsyncRefunds(AsyncGroup):
    """Records refunds. A refund lowers the day of its purchase, from the time of the refund on."""

    @documented_as(Refunds.record)
    async def record(self, refunds: Iterable[Refund | Mapping[str, Any]], *, skip_invalid: bool = False) -> WriteResult:
        return await self._runner.unary(_record(refunds, skip_invalid))

    load = awaited(_load)
