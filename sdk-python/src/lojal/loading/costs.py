"""Turns the values of a row into a cost."""

from __future__ import annotations

from lojal.enums import CostKind
from lojal.instants import wire
from lojal.loading.rows import (
    Reading,
    Values,
    known,
    missing,
    to_customer_id,
    to_id,
    to_positive_money,
    to_text,
    to_time,
)
from lojal.v1 import ingest_service_pb2


class CostRows:
    """Builds costs; `constants` hold for rows that do not say otherwise."""

    FIELDS = ("cost_id", "customer_id", "source", "market", "time", "end_time", "amount", "currency_code", "kind")

    def __init__(self, reading: Reading, constants: Values | None = None) -> None:
        self._reading = reading
        self._constants = constants or {}

    def __call__(self, values: Values) -> ingest_service_pb2.Cost:
        """Builds one."""
        known(values, self.FIELDS)
        values = {**self._constants, **{key: value for key, value in values.items() if not missing(value)}}
        end = values.get("end_time")
        return ingest_service_pb2.Cost(
            cost_id=to_id(values.get("cost_id"), "cost_id"),
            kind=CostKind.to_wire(values.get("kind"), "kind"),
            customer_id=to_customer_id(values.get("customer_id"), self._reading, required=False),
            source=to_text(values.get("source")),
            market=to_text(values.get("market")),
            time=wire(to_time(values.get("time"), self._reading)),
            end_time=None if missing(end) else wire(to_time(end, self._reading, "end_time")),
            amount=to_positive_money(values, self._reading, "give what was spent"),
        )
