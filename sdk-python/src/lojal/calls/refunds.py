"""Money given back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Unpack

from lojal.calls.group import Group
from lojal.loading import columns, rows
from lojal.loading.columns import Column
from lojal.loading.options import LoadOptions, LoadSettings
from lojal.records import Refund
from lojal.results.common import LoadResult, WriteResult

FIELDS = (
    columns.Field("refund_id", ("refund_id", "credit_note_id", "return_id", "id")),
    columns.required(columns.TRANSACTION_ID),
    columns.Field("time", ("refund_time", "refund_date", *columns.TIME.guesses)),
    columns.Field("amount", ("refund_amount", *columns.AMOUNT.guesses)),
    columns.CURRENCY,
)


class Refunds(Group):
    """Records refunds. A refund lowers the day of its purchase, from the time of the refund on."""

    def record(
        self, refunds: Iterable[Refund | Mapping[str, Any]], *, skip_invalid: bool = False, timeout: float | None = None
    ) -> WriteResult:
        """Records up to 10,000 refunds together, or none of them. Again by the same refund_id counts as a duplicate.

        Args:
            refunds: `Refund`s, or dicts with the same names. Amounts are positive.

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
        asked = locals() | {"refunds": rows.messages(refunds, rows.Refunds(rows.Reading()), "refunds")}
        return self._ask("RecordRefunds", WriteResult.from_wire, asked)

    def load(
        self,
        source: Any,
        *,
        refund_id: Column = None,
        transaction_id: Column = None,
        time: Column = None,
        amount: Column = None,
        currency: Column = None,
        currency_code: str = "",
        **settings: Unpack[LoadSettings],
    ) -> LoadResult:
        """Records a whole log of refunds. Loading it twice doubles nothing.

        Args:
            source: As in `transactions.load`.
            refund_id: Column of the refund's id. None guesses: refund_id, credit_note_id, return_id, id.
            transaction_id: Column of the transaction's id. None guesses: transaction_id, order_id...
            time: Column of the time. None guesses: refund_time, refund_date, time, date...
            amount: Column of what was given back, more than zero. None guesses: refund_amount, amount, value...
            currency: Column of the currency code. None guesses: currency, currency_code. False: there is none.
            currency_code: Currency of rows without one. "" means the workspace's reporting currency.

        Raises:
            InvalidArgument: If rows are bad, with the `row` of each.
            NotFound: If a transaction was never recorded. Chunks before it stay.
            FailedPrecondition: If refunds would exceed what was paid. Chunks before it stay.
        """
        chosen = columns.chosen(FIELDS, locals() | {"currency_code": currency})
        options = LoadOptions(source, **settings)
        reading = options.reading(currency_code)
        return self._runner.load(lambda: options.messages("refunds", FIELDS, chosen, lambda: rows.Refunds(reading)))
