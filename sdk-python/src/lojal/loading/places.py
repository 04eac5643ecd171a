"""Where in a source is what the server names by its place in a chunk, such as `refunds.rows[17].amount.amount`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lojal.errors import FieldViolation, LojalError
from lojal.loading.job import Chunk, LoadJob
from lojal.results.common import RowError

IN_CHUNK = re.compile(r"(?:\w+\.rows|columns)\[(?P<row>[0-9]+)\](?:\.(?P<rest>[\w.\[\]]*\w\]?))?")
KEYS = {
    "columns": "transaction_id",
    "refunds": "refund_id",
    "survey_responses": "response_id",
    "interactions": "interaction_id",
    "costs": "cost_id",
    "customers": "customer_id",
}
"""What names a record, of which a conflict is told."""
OF_MONEY = {"amount.amount": "amount", "amount.currency_code": "currency_code"}


@dataclass(frozen=True)
class Places:
    """Reads the places of one chunk."""

    job: LoadJob
    chunk: Chunk

    def error(self, error: LojalError) -> LojalError:
        """Names the row and the column of the source in an error, and in each of its field violations."""
        error.field_violations = tuple(map(self._violation, error.field_violations))
        rows = {each.row for each in error.field_violations}
        said = self._sentence(error.message)
        error.message = f"row {rows.pop()} of the source: {said}" if len(rows) == 1 and None not in rows else said
        error.args = (error.message,)
        return error

    def row_error(self, error: RowError) -> RowError:
        """Names the row and the fields of the source in what is wrong with a row."""
        fields = tuple(map(self._field, error.fields))
        message, row = self._sentence(error.message), self._row(error.row)
        return replace(error, row=row, field=self._field(error.field), fields=fields, message=message)

    def _violation(self, violation: FieldViolation) -> FieldViolation:
        match = IN_CHUNK.fullmatch(violation.field)
        if match is None or int(match["row"]) >= len(self.chunk.numbers):
            return violation
        field = self.job.described(self._field(violation.field))
        return FieldViolation(field, self._sentence(violation.description), self._row(int(match["row"])))

    def _sentence(self, text: str) -> str:
        return IN_CHUNK.sub(lambda match: self.job.described(self._field(match[0])), text)

    def _field(self, path: str) -> str:
        match = IN_CHUNK.fullmatch(path)
        if match is None:
            return path
        rest = match["rest"]
        name = OF_MONEY.get(rest, rest) if rest else KEYS.get(self.chunk.name, self.chunk.name)
        return self.job.field_of(self.chunk.name, name)

    def _row(self, place: int) -> int:
        numbers: Sequence[int] = self.chunk.numbers
        return numbers[place] if place < len(numbers) else place
