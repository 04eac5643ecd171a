"""What was spent on customers."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Unpack

from lojal.calls.group import Group
from lojal.enums import CostKind
from lojal.loading import columns, rows
from lojal.loading.columns import Column
from lojal.loading.costs import CostRows
from lojal.loading.options import LoadOptions, LoadSettings
from lojal.records import Cost
from lojal.results.common import LoadResult, WriteResult
from lojal.words import CostKindWord

CUSTOMER = dataclasses.replace(
    columns.CUSTOMER_OF_RECORD, otherwise=", or pass customer_id=False if no cost is a single customer's"
)
FIELDS = (
    columns.Field("cost_id", ("cost_id", "expense_id", "id")),
    CUSTOMER,
    columns.optional("source", "acquisition_source"),
    columns.optional("market"),
    columns.Field("time", ("cost_time", "cost_date", *columns.TIME.guesses)),
    # An end date is the last day as often as the day after it.
    columns.optional("end_time"),
    # What was sold may stand beside what was spent, so that not every amount is one.
    columns.Field("amount", ("cost", "cost_amount", "amount_spent", "spend", "amount", "total")),
    columns.CURRENCY,
    columns.optional("kind", "cost_kind"),
)


class Costs(Group):
    """Records money spent on one customer, on those of a source, of a market, of both, or on everybody."""

    def record(
        self, costs: Iterable[Cost | Mapping[str, Any]], *, skip_invalid: bool = False, timeout: float | None = None
    ) -> WriteResult:
        """Records up to 10,000 costs together, or none of them. Again by the same cost_id counts as a duplicate.

        A cost of a customer names no source and no market, as their attributes say those. `end_time` is the first
        instant after the period: of March the first of April.

        Args:
            costs: `Cost`s, or dicts with the same names. Amounts are positive.

        Raises:
            InvalidArgument: If a row is bad; `field_violations` names each.
            AlreadyExists: If a cost_id was recorded before with other content.
            FailedPrecondition: If a currency has no exchange rate.

        Example:
            ```python
            march = {"time": "2026-03-01", "end_time": "2026-04-01", "kind": "acquisition"}
            client.costs.record(
                [
                    {"cost_id": "voucher-7", "customer_id": "c42", "time": "2026-03-02", "amount": 5},
                    {"cost_id": "ads-2026-03", "source": "ads", "market": "hr", "amount": 1200, **march},
                ]
            )
            ```
        """
        asked = locals() | {"costs": rows.messages(costs, CostRows(rows.Reading()), "costs")}
        return self._ask("RecordCosts", WriteResult.from_wire, asked)

    def load(
        self,
        source: Any,
        *,
        cost_id: Column = None,
        customer_id: Column = None,
        source_column: Column = None,
        market: Column = None,
        time: Column = None,
        end_time: Column = None,
        amount: Column = None,
        currency: Column = None,
        currency_code: str = "",
        kind: CostKindWord | None = None,
        kind_column: Column = None,
        **settings: Unpack[LoadSettings],
    ) -> LoadResult:
        """Records a whole log of costs. Loading it twice doubles nothing.

        Args:
            source: As in `transactions.load`.
            cost_id: Column of the cost's id. None guesses: cost_id, expense_id, id.
            customer_id: Column of whom it was spent on; an empty cell is a cost of no single customer. None guesses:
                customer_id, customer, user_id..., and then the e-mail address. Without such a column load is refused.
                False: no cost is a single customer's, as with advertising.
            source_column: Column of the source by which those came whom it was spent on. None guesses: source,
                acquisition_source. False: there is none.
            market: Column of their market. None guesses: market. False: there is none.
            time: Column of the time, or of the beginning of the period. None guesses: cost_time, cost_date, date,
                time...
            end_time: Column of the first instant after the period: of March the first of April. An empty cell is a cost
                of one moment. None guesses: end_time. False: there is none.
            amount: Column of what was spent, more than zero. None guesses: cost, cost_amount, amount_spent, spend,
                amount, total.
            currency: Column of the currency code. None guesses: currency, currency_code. False: there is none.
            currency_code: Currency of rows without one. "" means the workspace's reporting currency.
            kind: "acquisition", "service", "programme", "incentive" or "other", for rows that do not say. Default
                other.
            kind_column: Column of the kind. None guesses: kind, cost_kind. False: there is none.

        Raises:
            InvalidArgument: If rows are bad, with the `row` of each.
            AlreadyExists: If a cost_id was recorded before with other content. Chunks before it stay.
            FailedPrecondition: If a currency has no exchange rate. Chunks before it stay.
        """
        chosen = columns.chosen(FIELDS, locals() | {"currency_code": currency})
        fields = [
            dataclasses.replace(each, required=each.required and chosen[each.name] is not False) for each in FIELDS
        ]
        CostKind.to_wire(kind, "kind")  # one clear error instead of one a row
        options = LoadOptions(source, **settings)
        build = partial(CostRows, options.reading(currency_code), {"kind": kind})
        return self._runner.load(lambda: options.messages("costs", fields, chosen, build))
