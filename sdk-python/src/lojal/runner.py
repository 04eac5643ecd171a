"""Makes calls and waits for them. `async_runner` is the same with await."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Any, TypeVar

import grpc

from lojal.call import Answer, Call
from lojal.channel import Stubs
from lojal.credentials import Metadata
from lojal.errors import from_rpc_error
from lojal.loading.job import LoadJob
from lojal.loading.options import LoadOptions
from lojal.loading.preview import preview_of
from lojal.loading.session import ImportSession
from lojal.results.common import LoadResult
from lojal.results.previews import Preview
from lojal.retry import Attempts, RetryPolicy
from lojal.table import Table
from lojal.watch import Watch

Row = TypeVar("Row")


class Runner:
    """Makes the calls of one workspace with one timeout."""

    def __init__(
        self,
        stubs: Callable[[], Stubs],
        metadata: Callable[[], Metadata],
        timeout: float | None,
        retry: RetryPolicy,
    ) -> None:
        self.stubs = stubs
        self.metadata = metadata
        self.timeout = timeout
        self.retry = retry

    def _method(self, call: Call[Any]) -> Any:
        return getattr(getattr(self.stubs(), call.service), call.rpc)

    def unary(self, call: Call[Answer]) -> Answer:
        """Makes a call with one answer."""
        return call.read(self._respond(call))

    def _respond(self, call: Call[Any], *, under_way: bool = False) -> Any:
        attempts = Attempts(self.retry, call.deadline(self.timeout), name=call.rpc)
        if under_way:
            attempts.progressed()
        while True:
            try:
                return self._method(call)(call.request, metadata=self.metadata(), timeout=attempts.timeout())
            except grpc.RpcError as failure:
                error = from_rpc_error(failure)
            delay = attempts.delay(error)
            if delay is None:
                raise error
            time.sleep(delay)

    def pages(self, call: Call[Table[Row]]) -> Iterator[Table[Row]]:
        """Makes a call a page: after the first as patiently as a stream that got somewhere, within the timeout."""
        following: Call[Table[Row]] | None = call
        while following is not None:
            response = self._respond(following, under_way=following is not call)
            yield following.read(response)
            following = following.next_page(response)

    def stream(self, call: Call[Answer]) -> Iterator[Answer]:
        """Makes a call with a stream of answers. Only a timeout of its own is a deadline; closing it cancels it."""
        attempts = Attempts(self.retry, call.timeout, name=call.rpc)
        started = False
        while True:
            rpc = self._open(call, attempts.timeout())
            try:
                for message in rpc:
                    started = True
                    if call.resumable:
                        attempts.progressed()
                        call = call.after(message)
                    yield call.read(message)
                return
            except grpc.RpcError as failure:
                error = from_rpc_error(failure)
            finally:
                rpc.cancel()
            goes_on = call.restartable or call.resumable
            delay = None if started and not goes_on else attempts.delay(error)
            if delay is None:
                raise error
            time.sleep(delay)

    def watch(self, call: Call[Answer]) -> Watch[Answer]:
        """Makes a call with an endless stream of answers, once they are asked for, and goes on where it breaks."""
        return Watch(call, self._open, self.retry)

    def _open(self, call: Call[Any], timeout: float | None = None) -> Any:
        return self._method(call)(call.request, metadata=self.metadata(), timeout=timeout)

    def load(self, prepare: Callable[[], LoadJob]) -> LoadResult:
        """Sends a source's rows over the Import stream, and resumes it when it breaks."""
        session = ImportSession(prepare(), self.retry)
        with session:
            while not session.done:
                try:
                    self._import(session)
                except grpc.RpcError as failure:
                    time.sleep(session.broke(from_rpc_error(failure)))
            self._settle(session)
            return session.result()

    def _settle(self, session: ImportSession) -> None:
        """Looks up refunds that are recorded with other content, and records what is missing of them."""
        settlement = session.settlement
        for each in settlement.disputed:
            with each.explained():
                settlement.compare(each, [event for page in self.pages(each.question()) for event in page])
        session.settled()
        for call in settlement.additions():
            session.added(self.unary(call))

    def preview(self, options: LoadOptions, prepare: Callable[[], LoadJob]) -> Preview:
        """Tells what a load would record, without sending anything."""
        return preview_of(options, prepare)

    def _import(self, session: ImportSession) -> None:
        """Runs one stream until everything is acknowledged or it breaks."""
        requests: SimpleQueue[Any] = SimpleQueue()
        session.opened()
        sent = iter(requests.get, None)
        rpc = self.stubs().ingest.Import(sent, metadata=self.metadata(), timeout=session.timeout())
        try:
            while True:
                while (request := session.next_request()) is not None:
                    requests.put(request)
                if session.in_flight == 0:
                    break
                session.acknowledged(next(rpc, None))
            session.done = True
            with contextlib.suppress(grpc.RpcError):  # every chunk is durable, whatever the goodbye
                requests.put(None)
                next(rpc, None)
        finally:
            requests.put(None)  # lets the sending thread go
            rpc.cancel()
