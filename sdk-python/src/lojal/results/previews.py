"""What a source holds, before and after it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class LoadSummary:
    """What good rows of a source come to, each record once, whether or not it was recorded before.

    Rows with the same transaction_id or response_id are one record.

    Attributes:
        records: Purchases, or answers.
        customers: How many customers they are of.
        anonymous: How many are of nobody.
        refunds: How many refunds the source holds.
        first_day: The first day, in UTC; None without a record.
        last_day: The last day, in UTC; None without a record.
        totals: What was paid by currency, before refunds; "" is the workspace's reporting currency.
        refunded: What was given back by currency.
    """

    records: int
    customers: int
    anonymous: int = 0
    refunds: int = 0
    first_day: date | None = None
    last_day: date | None = None
    totals: Mapping[str, Decimal] = field(default_factory=dict)
    refunded: Mapping[str, Decimal] = field(default_factory=dict)

    def __str__(self) -> str:
        parts = [f"{self.records:,} records of {self.customers:,} customers"]
        if self.first_day is not None:
            parts.append(f"from {self.first_day} to {self.last_day}")
        parts += [f"{total:,} {code or 'in the reporting currency'}" for code, total in self.totals.items()]
        if self.refunds:
            given = ", ".join(f"{total:,} {code}".rstrip() for code, total in self.refunded.items())
            parts.append(f"{self.refunds:,} refunds ({given})")
        if self.anonymous:
            parts.append(f"{self.anonymous:,} anonymous")
        return ", ".join(parts)


@dataclass(frozen=True)
class PreviewColumn:
    """A column of a source.

    Attributes:
        name: Its name.
        taken_for: What it is taken for, "" for nothing.
        examples: Up to three values.
    """

    name: str
    taken_for: str
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Problem:
    """What is wrong with some rows in the same way, or with the source as a whole.

    Attributes:
        message: What is wrong with the first of them, and what to do.
        count: How many rows; 0 when it is no row's fault.
        rows: Up to three of them: lines of a file, or positions from 0.
    """

    message: str
    count: int = 0
    rows: tuple[int, ...] = ()

    def __str__(self) -> str:
        if not self.count:
            return self.message
        more = ", ..." if self.count > len(self.rows) else ""
        return f"{self.count:,} rows ({', '.join(map(str, self.rows))}{more}): {self.message}"


@dataclass(frozen=True)
class Preview:
    """What a source would be loaded as. Nothing was sent.

    Attributes:
        profile: The export that it was recognised as, "" for none.
        columns: Its columns, and what each is taken for.
        rows: How many rows it has; None where it cannot be read.
        summary: What its good rows come to; None where it cannot be read.
        left_out: How many orders or answers do not count, by reason.
        problems: What keeps rows from being loaded, most rows first.
        notes: What to look at.
    """

    profile: str
    columns: tuple[PreviewColumn, ...]
    rows: int | None
    summary: LoadSummary | None
    left_out: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"An export of {self.profile}."] if self.profile else []
        width = max((len(each.name) for each in self.columns), default=0)
        meaning = max((len(each.taken_for) for each in self.columns), default=0)
        lines += [
            f"  {each.name:{width}}  {each.taken_for:{meaning}}  {' | '.join(each.examples)}".rstrip()
            for each in self.columns
        ]
        if self.rows is not None:
            lines.append(f"{self.rows:,} rows: {self.summary or 'nothing to load'}")
        lines += [f"Left out: {count:,} {reason}" for reason, count in self.left_out.items()]
        lines += [f"Problem: {each}" for each in self.problems]
        lines += [f"Note: {each}" for each in self.notes]
        return "\n".join(lines)
