"""What customers bought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Unpack

from lojal.calls.group import Group
from lojal.loading import columns, rows
from lojal.loading.columns import Column
from lojal.loading.options import LoadOptions, LoadSettings
from lojal.loading.profiles import ProfileName
from lojal.loading.purchase_log import purchase_log
from lojal.records import Transaction, Void
from lojal.results.common import LoadResult, WriteResult
from lojal.results.previews import Preview

FIELDS = (columns.CUSTOMER_ID, columns.TIME, columns.AMOUNT, columns.TRANSACTION_ID, columns.CURRENCY, columns.DISCOUNT)


class Transactions(Group):
    """Records purchases."""

    def record(
        self,
        transactions: Iterable[Transaction | Mapping[str, Any]],
        *,
        skip_invalid: bool = False,
        timeout: float | None = None,
    ) -> WriteResult:
        """Records up to 10,000 purchases together, or none of them.

        Recording the same purchase again counts as a duplicate. Rows without transaction_id are told apart by
        customer, time, amount and currency, and equal ones in the list by their order.

        Args:
            transactions: `Transaction`s, or dicts with the same names. Naive datetimes are refused.

        Raises:
            InvalidArgument: If a row is bad; `field_violations` names each.
            AlreadyExists: If a transaction_id was recorded before with other content.
            FailedPrecondition: If a currency has no exchange rate.
            ResourceExhausted: If there are more than 10,000 rows or 16 MiB: use `load`.

        Example:
            ```python
            client.transactions.record(
                [{"customer_id": "c42", "transaction_id": "t1", "time": "2026-03-01T12:00:00Z", "amount": "12.50"}]
            )
            ```
        """
        asked = locals() | {
            "transactions": rows.messages(transactions, rows.Transactions(rows.Reading()), "transactions")
        }
        return self._ask("RecordTransactions", WriteResult.from_wire, asked)

    def load(
        self,
        source: Any,
        *,
        profile: ProfileName = None,
        customer_id: Column = None,
        customer_key: str = "id",
        time: Column = None,
        amount: Column = None,
        transaction_id: Column = None,
        currency: Column = None,
        discount: Column = None,
        currency_code: str = "",
        lines: bool = False,
        negative: str = "refuse",
        counted_statuses: Sequence[str] = (),
        **settings: Unpack[LoadSettings],
    ) -> LoadResult:
        """Records a whole log of purchases. Loading it twice doubles nothing.

        The source is read and checked completely before anything is sent. Then it goes out in chunks over a stream,
        which resumes from the last acknowledged chunk when the connection breaks.

        Rows without transaction_id get the server's derived id; equal rows (customer, time, amount, currency) are told
        apart by counting them in the source. So load such a log whole, or cut it by day, never in the middle of a day.

        The orders of a shop system that is known by the header of its export are read as such: those that were
        cancelled or never paid are left out and counted in `left_out` of the result, lines of an order are one
        purchase, and money given back is recorded as refunds. A later export of the same orders adds what is new.

        Args:
            source: A path of a CSV file with a header or of JSON with an object a line, packed with gzip or not, a
                pandas or polars DataFrame, an Arrow table, or an iterable of dicts or `Transaction`s.
            profile: The export it is: "shopify", "woocommerce", "stripe", "odoo", "klaviyo" or "uci-online-retail".
                None recognises it by its header, unless a column is named. Columns that are named beside a profile
                take the place of its own. False: none, whatever the header is.
            customer_key: "id", or "email" where customers are named by their e-mail addresses although there are ids.
            lines: Rows are lines of orders, which are added up by transaction_id; a price counts for each piece.
            negative: What becomes of amounts less than zero: "refuse", or "refund", which takes them from the latest
                purchases of the customer.
            counted_statuses: Statuses of orders that count beside those that the profile knows.
            customer_id: Column of the customer. None guesses: customer_id, customer, user_id..., and then the e-mail
                address: email, customer_email, billing_email... `id` is only taken without one, and when one of its
                values comes back at another time in the first 10,000 rows: else it may be the id of each row, and load
                is refused. An e-mail address counts in lower case, without the blanks around it, whatever its column
                is.
            time: Column of the time. None guesses: date, time, timestamp, order_date...
            amount: Column of the amount. None guesses: value, amount, total, price (unless there is a
                quantity)... Text and Decimals are exact; a float counts to the nearest millionth.
            transaction_id: Column of your id. None guesses: transaction_id, order_id..., and name in an export with
                lines of orders, such as Shopify's. False: there is none.
            currency: Column of the currency code. None guesses: currency, currency_code. False: there is none.
            discount: Column of what was taken off the list price, in the row's currency; an empty cell means nothing.
                None: there is none. It is never guessed, and a frame with it is read row by row.
            currency_code: Currency of rows without one. "" means the workspace's reporting currency, and then rows
                without transaction_id either all name their currency or none does.

        Returns:
            What was recorded, and which columns were taken.

        Raises:
            InvalidArgument: If rows are bad: `field_violations` has `row`, the line of a CSV file (the header is
                line 1) or the position in any other source, from 0.
            AlreadyExists: If a transaction_id was recorded before with other content. Chunks before it stay.

        Example:
            ```python
            client.transactions.load("orders.csv", customer_id="buyer", time="when", amount="paid")
            client.transactions.load(df, currency_code="USD")
            ```
        """
        return self._runner.load(purchase_log(LoadOptions(source, **settings), FIELDS, locals()))

    def preview(
        self,
        source: Any,
        *,
        profile: ProfileName = None,
        customer_id: Column = None,
        customer_key: str = "id",
        time: Column = None,
        amount: Column = None,
        transaction_id: Column = None,
        currency: Column = None,
        discount: Column = None,
        currency_code: str = "",
        lines: bool = False,
        negative: str = "refuse",
        counted_statuses: Sequence[str] = (),
        **settings: Unpack[LoadSettings],
    ) -> Preview:
        """Tells what `load` would record of a source, and what is wrong with it. Nothing is sent.

        Args:
            source: As in `load`.
            profile: As in `load`.
            customer_id: As in `load`.
            customer_key: As in `load`.
            time: As in `load`.
            amount: As in `load`.
            transaction_id: As in `load`.
            currency: As in `load`.
            discount: As in `load`.
            currency_code: As in `load`.
            lines: As in `load`.
            negative: As in `load`.
            counted_statuses: As in `load`.

        Returns:
            Its columns with examples and what each is taken for, what it comes to, and problems by kind with the
            lines of three rows each; as text, all of it to read.

        Example:
            ```python
            print(client.transactions.preview("orders.csv"))
            ```
        """
        options = LoadOptions(source, **settings).lenient()
        return self._runner.preview(options, purchase_log(options, FIELDS, locals()))

    def void(
        self, voids: Iterable[Void | Mapping[str, Any]], *, skip_invalid: bool = False, timeout: float | None = None
    ) -> WriteResult:
        """Takes up to 10,000 purchases back that should not have been recorded: mistakes, tests, frauds.

        Neither they nor their refunds count in any answer from the void's time on, or, without one, ever. The timeline
        still shows them. Loading the log again does not bring them back. The same void again counts as a duplicate.

        Args:
            voids: `Void`s, or dicts with the same names.

        Raises:
            InvalidArgument: If a row is bad; `field_violations` names each.
            NotFound: If a transaction was never recorded.
            AlreadyExists: If a transaction was voided before with another time or reason.

        Example:
            ```python
            client.transactions.void([{"transaction_id": "t1", "reason": "test purchase"}])
            ```
        """
        asked = locals() | {"voids": rows.messages(voids, rows.Voids(rows.Reading()), "voids")}
        return self._ask("VoidTransactions", WriteResult.from_wire, asked)

    def import_position(self, source_id: str, *, timeout: float | None = None) -> int:
        """Returns how many rows of a source are recorded, of an import that was cut short; 0 if there is none.

        `load` needs no such thing, as loading again doubles nothing. It is for what was sent with a source_id, such as
        by `lojal import`, or by yourself through `client.stubs.ingest.Import`.

        Args:
            source_id: As in the requests of the import.

        Raises:
            InvalidArgument: If it is empty or too long.
        """
        return self._ask("GetImportPosition", lambda answer: int(answer.position), locals())
