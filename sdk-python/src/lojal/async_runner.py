"""Makes calls and awaits them. `runner` is the same without await."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, TypeVar

import grpc
import grpc.aio

from lojal.call import Answer, Call
from lojal.channel import Stubs
from lojal.credentials import Metadata
from lojal.errors import Cancelled, from_rpc_error
from lojal.loading.job import LoadJob
from lojal.loading.options import LoadOptions
from lojal.loading.preview import preview_of
from lojal.loading.session import ImportSession
from lojal.results.common import LoadResult
from lojal.results.previews import Preview
from lojal.retry import Attempts, RetryPolicy
from lojal.table import Table
from lojal.watch import CLOSED, AsyncWatch, is_cancelled

Row = TypeVar("Row")


class AsyncRunner:
    """Makes the calls of one workspace with one timeout."""

    def __init__(
        self,
        stubs: Callable[[], Stubs],
        metadata: Callable[[], Awaitable[Metadata]],
        timeout: float | None,
        retry: RetryPolicy,
    ) -> None:
        self.stubs = stubs
        self.metadata = metadata
        self.timeout = timeout
        self.retry = retry

    def _method(self, call: Call[Any]) -> Any:
        return getattr(getattr(self.stubs(), call.service), call.rpc)

    async def unary(self, call: Call[Answer]) -> Answer:
        """Makes a call with one answer."""
        return call.read(await self._respond(call))

    async def _respond(self, call: Call[Any], *, under_way: bool = False) -> Any:
        attempts = Attempts(self.retry, call.deadline(self.timeout), name=call.rpc)
        if under_way:
            attempts.progressed()
        while True:
            try:
                metadata = await self.metadata()
                with _told_when_closed():
                    return await self._method(call)(call.request, timeout=attempts.timeout(), metadata=metadata)
            except grpc.RpcError as failure:
                error = from_rpc_error(failure)
            delay = attempts.delay(error)
            if delay is None:
                raise error
            await asyncio.sleep(delay)

    async def pages(self, call: Call[Table[Row]]) -> AsyncIterator[Table[Row]]:
        """Makes a call a page: after the first as patiently as a stream that got somewhere, within the timeout."""
        following: Call[Table[Row]] | None = call
        while following is not None:
            response = await self._respond(following, under_way=following is not call)
            yield following.read(response)
            following = following.next_page(response)

    async def stream(self, call: Call[Answer]) -> AsyncIterator[Answer]:
        """Makes a call with a stream of answers. Only a timeout of its own is a deadline; closing it cancels it."""
        attempts = Attempts(self.retry, call.timeout, name=call.rpc)
        started = False
        while True:
            rpc = await self._open(call, attempts.timeout())
            try:
                while (message := await _next(rpc)) is not None:
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
            await asyncio.sleep(delay)

    def watch(self, call: Call[Answer]) -> AsyncWatch[Answer]:
        """Makes a call with an endless stream of answers, once they are asked for, and goes on where it breaks."""
        return AsyncWatch(call, self._open, self.retry)

    async def _open(self, call: Call[Any], timeout: float | None = None) -> Any:
        return self._method(call)(call.request, metadata=await self.metadata(), timeout=timeout)

    async def load(self, prepare: Callable[[], LoadJob]) -> LoadResult:
        """Sends a source's rows over the Import stream, and resumes it when it breaks.

        Reading and checking rows happens in a thread, so that the event loop stays free.
        """
        session = ImportSession(await asyncio.to_thread(prepare), self.retry)
        with session:
            while not session.done:
                try:
                    await self._import(session)
                except _StatusLostError:
                    await asyncio.sleep(session.broke_unheard())
                except grpc.RpcError as failure:
                    await asyncio.sleep(session.broke(from_rpc_error(failure)))
            await self._settle(session)
            return session.result()

    async def _settle(self, session: ImportSession) -> None:
        """Looks up refunds that are recorded with other content, and records what is missing of them."""
        settlement = session.settlement
        for each in settlement.disputed:
            with each.explained():
                settlement.compare(each, [event async for page in self.pages(each.question()) for event in page])
        session.settled()
        for call in settlement.additions():
            session.added(await self.unary(call))

    async def preview(self, options: LoadOptions, prepare: Callable[[], LoadJob]) -> Preview:
        """Tells what a load would record, without sending anything; in a thread, as reading takes its time."""
        return await asyncio.to_thread(preview_of, options, prepare)

    async def _import(self, session: ImportSession) -> None:
        """Runs one stream until everything is acknowledged or it breaks."""
        session.opened()
        stubs = self.stubs()
        rpc = stubs.ingest.Import(metadata=await self.metadata(), timeout=session.timeout())
        stubs._loads.add(rpc)
        try:
            await _begun(rpc)
            while True:
                while (request := await asyncio.to_thread(session.next_request)) is not None:
                    if not await _written(rpc, request):
                        break
                if session.in_flight == 0:
                    break
                session.acknowledged(await _next(rpc))
            session.done = True
            with contextlib.suppress(Exception):  # every chunk is durable, whatever the goodbye
                await rpc.done_writing()
                await rpc.read()
        finally:
            rpc.cancel()


class _StatusLostError(Exception):
    """The server ended the stream, and its reason was lost."""


async def _begun(rpc: Any) -> None:
    """Waits until a stream is open, or has ended before that, of which grpc.aio does not tell who waits to write."""
    ended = asyncio.Event()
    rpc.add_done_callback(lambda _: ended.set())
    waiting = [asyncio.ensure_future(each) for each in (rpc.wait_for_connection(), ended.wait())]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _written(rpc: Any, request: Any) -> bool:
    """Sends a request; False when the stream has ended, so that reading tells why.

    When the server ends a stream while a write is under way, grpc.aio replaces the server's status with one of its own
    (https://github.com/grpc/grpc/issues/36066).
    """
    try:
        with _told_when_closed():
            await rpc.write(request)
    except asyncio.InvalidStateError:
        return False
    except grpc.RpcError:
        raise _StatusLostError from None
    return True


async def _next(rpc: Any) -> Any:
    """Returns the next message of a stream, None at its end."""
    with _told_when_closed():
        read = await rpc.read()
    return None if read is grpc.aio.EOF else read


@contextlib.contextmanager
def _told_when_closed() -> Iterator[None]:
    """Says that the client was closed, which grpc.aio tells as if whoever awaits had been cancelled."""
    try:
        yield
    except asyncio.CancelledError as cancelled:
        if is_cancelled():
            raise
        raise Cancelled(CLOSED, code="CANCELLED") from cancelled
