"""A stand-in for the server, to try what the real one rarely does: failing, breaking off, paging in odd places.

It keeps no books. Tests say what it should answer, and look at what it received.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import error_details_pb2, status_pb2

from lojal.v1 import (
    clv_service_pb2,
    clv_service_pb2_grpc,
    common_pb2,
    customer_service_pb2,
    customer_service_pb2_grpc,
    ingest_service_pb2,
    ingest_service_pb2_grpc,
    loyalty_service_pb2,
    loyalty_service_pb2_grpc,
)


class Fault:
    """An error to answer with."""

    def __init__(self, code: grpc.StatusCode, message: str = "no", *details: Any) -> None:
        self.code, self.message, self.details = code, message, details

    def abort(self, context: grpc.ServicerContext) -> None:
        context.set_trailing_metadata(
            (("grpc-status-details-bin", serialized(self.code, self.message, *self.details)),)
        )
        context.abort(self.code, self.message)


def serialized(code: grpc.StatusCode, message: str, *details: Any) -> bytes:
    status = status_pb2.Status(code=code.value[0], message=message)
    for detail in details:
        packed = AnyMessage()
        packed.Pack(detail)
        status.details.append(packed)
    return status.SerializeToString()


def unavailable() -> Fault:
    return Fault(grpc.StatusCode.UNAVAILABLE, "restarting")


def bad_field(field: str, description: str, **metadata: str) -> Fault:
    violation = error_details_pb2.BadRequest.FieldViolation(field=field, description=description)
    return Fault(
        grpc.StatusCode.INVALID_ARGUMENT,
        description,
        error_details_pb2.ErrorInfo(reason="INVALID_FIELD", domain="lojal.dev", metadata={"field": field, **metadata}),
        error_details_pb2.BadRequest(field_violations=[violation]),
    )


def rows_of(request: Any) -> list[Any]:
    """The rows of a chunk, those of columns as messages."""
    if request.WhichOneof("rows") != "columns":
        return list(getattr(request, request.WhichOneof("rows")).rows)
    columns = request.columns
    customers = columns.customer_ids.removesuffix("\n").split("\n")
    count = len(customers)
    ids = columns.transaction_ids.split("\n") if columns.transaction_ids else [""] * count
    occurrences = columns.occurrences or [int(not each) for each in ids]
    assert len(customers) == len(columns.times) == len(columns.amounts) == len(ids) == len(occurrences)
    rows = []
    for row in zip(customers, ids, columns.times, columns.amounts, occurrences, strict=True):
        customer, transaction, micros, amount, occurrence = row
        money = common_pb2.Money(amount=str(Decimal(amount).scaleb(-6)), currency_code=columns.currency_code)
        rows.append(
            ingest_service_pb2.Transaction(
                customer_id=customer, transaction_id=transaction, amount=money, occurrence=occurrence
            )
        )
        rows[-1].time.FromMicroseconds(micros)
    return rows


class FakeServer(
    ingest_service_pb2_grpc.IngestServiceServicer,
    customer_service_pb2_grpc.CustomerServiceServicer,
    clv_service_pb2_grpc.ClvServiceServicer,
    loyalty_service_pb2_grpc.LoyaltyServiceServicer,
):
    """Answers a few RPCs.

    Attributes:
        faults: Errors to answer with, one a call, before answering well again. None answers well once.
        import_faults: For each stream of Import, after how many chunks it fails, and how. Streams of answers fail once
            they began.
        refused: A customer, and how to fail at every chunk that has them, given the chunk's number in its stream.
        received: Every request, in order; for Import, the chunks that were answered.
        workspaces: The workspace of every call.
        shown: What every call showed to be let in.
        watches: For each watch, the tokens of its messages, and how it breaks after them: None is a goodbye. Watches
            without stay open.
        left: Set when a watch is over, be it that its caller left.
        events: How many records each message of an export has, after the profile.
    """

    def __init__(self) -> None:
        self.faults: list[Fault | None] = []
        self.import_faults: list[tuple[int, Fault]] = []
        self.refused: tuple[str, Callable[[int], Fault]] | None = None
        self.received: list[Any] = []
        self.workspaces: list[str] = []
        self.shown: list[str] = []
        self.customers = 0
        self.silent = False
        self.events: list[int] = []
        self.watches: list[list[str | Fault | None]] = []
        self.left = threading.Event()
        self._server = grpc.server(ThreadPoolExecutor(max_workers=8))
        ingest_service_pb2_grpc.add_IngestServiceServicer_to_server(self, self._server)
        customer_service_pb2_grpc.add_CustomerServiceServicer_to_server(self, self._server)
        clv_service_pb2_grpc.add_ClvServiceServicer_to_server(self, self._server)
        loyalty_service_pb2_grpc.add_LoyaltyServiceServicer_to_server(self, self._server)
        self.target = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def stop(self) -> None:
        self._server.stop(grace=None).wait()

    def _enter(self, request: Any, context: Any) -> None:
        self.workspaces.append(dict(context.invocation_metadata()).get("lojal-workspace", ""))
        self.shown.append(dict(context.invocation_metadata()).get("authorization", ""))
        if request is not None:
            self.received.append(request)
        if self.silent:
            while context.is_active():
                context.cancel() if context.time_remaining() < 0 else None
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            fault.abort(context)

    def RecordTransactions(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._enter(request, context)
        result = common_pb2.WriteResult(revision=1, recorded=len(request.transactions))
        return ingest_service_pb2.RecordTransactionsResponse(result=result)

    def Import(self, request_iterator: Iterator[Any], context: Any) -> Iterator[Any]:  # noqa: N802
        self._enter(None, context)
        fails_after, fault = self.import_faults.pop(0) if self.import_faults else (None, None)
        for count, request in enumerate(request_iterator):
            if count == fails_after:
                fault.abort(context)
            rows = rows_of(request)
            if self.refused is not None and any(getattr(row, "customer_id", "") == self.refused[0] for row in rows):
                self.refused[1](request.sequence).abort(context)
            self.received.append(request)
            result = common_pb2.WriteResult(revision=len(self.received), recorded=len(rows))
            yield ingest_service_pb2.ImportResponse(sequence=request.sequence, result=result)

    def GetImportPosition(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._enter(request, context)
        return ingest_service_pb2.GetImportPositionResponse(position=7)

    def ListCustomers(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._enter(request, context)
        start = int(request.page_token or 0)
        end = min(start + request.page_size, self.customers)
        return customer_service_pb2.ListCustomersResponse(
            customers=[customer_service_pb2.Customer(customer_id=f"c{i}") for i in range(start, end)],
            next_page_token=str(end) if end < self.customers else "",
            provenance=common_pb2.Provenance(revision=7),
        )

    def ExportCustomer(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        self._enter(request, context)
        customer = customer_service_pb2.Customer(customer_id=request.customer_id)
        yield customer_service_pb2.ExportCustomerResponse(
            customer=customer, provenance=common_pb2.Provenance(revision=7)
        )
        for count in self.events:
            events = [customer_service_pb2.TimelineEvent() for _ in range(count)]
            yield customer_service_pb2.ExportCustomerResponse(events=events)

    def EraseCustomer(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._enter(request, context)
        receipt = customer_service_pb2.ErasureReceipt(receipt_id="erasure-shop-8", revision=8, transactions=2, voids=1)
        receipt.erased_time.FromJsonString("2026-03-01T12:00:00Z")
        return customer_service_pb2.EraseCustomerResponse(receipt=receipt)

    def FitModel(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        self._enter(request, context)
        yield clv_service_pb2.FitModelResponse(progress=clv_service_pb2.FitProgress(stage="reading histories"))
        if self.import_faults:
            self.import_faults.pop(0)[1].abort(context)
        yield clv_service_pb2.FitModelResponse(model=clv_service_pb2.Model(model_id="bg-nbd-1"))

    def PredictCustomers(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        self._enter(request, context)
        for batch in range(self.customers):
            prediction = clv_service_pb2.Prediction(customer_id=f"c{batch}")
            totals = clv_service_pb2.PredictionTotals(customers=self.customers)
            yield clv_service_pb2.PredictCustomersResponse(
                predictions=[] if request.limit == 0 and request.HasField("limit") else [prediction],
                model_id="bg-nbd-1",
                totals=totals if request.with_totals and batch == 0 else None,
            )
        if self.import_faults:
            self.import_faults.pop(0)[1].abort(context)

    def ListEarlyWarnings(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        self._enter(request, context)
        totals = loyalty_service_pb2.EarlyWarningTotals(warnings=self.customers)
        shown = min(self.customers, request.limit or 100)
        for batch in range(max(shown, 1)):
            warning = loyalty_service_pb2.EarlyWarning(customer_id=f"c{batch}")
            yield loyalty_service_pb2.ListEarlyWarningsResponse(
                warnings=[warning] if shown else [], totals=totals if batch == 0 else None
            )

    def WatchEarlyWarnings(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        gone = threading.Event()
        context.add_callback(gone.set)
        context.add_callback(self.left.set)
        self._enter(request, context)
        for step in self.watches.pop(0) if self.watches else []:
            if step is None:
                return
            if isinstance(step, Fault):
                step.abort(context)
            warning = loyalty_service_pb2.EarlyWarning(warning_id=f"silence@{step}")
            yield loyalty_service_pb2.WatchEarlyWarningsResponse(warnings=[warning], resume_token=step)
        gone.wait()
