"""Endless streams: what is new, as it comes, until somebody closes them."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import grpc
import grpc.aio

from lojal.call import Call
from lojal.errors import Cancelled, LojalError, Unavailable, from_rpc_error
from lojal.retry import Attempts, RetryPolicy

Answer = TypeVar("Answer")

CLOSED = "the client was closed while the call was under way"


def _ended() -> LojalError:
    """Returns the error for a server that says goodbye to a stream that has no end."""
    return Unavailable("the server ended the watch", code="UNAVAILABLE")


class Watch(Generic[Answer]):
    """What is new, as it comes. Looping over it waits for the next message; there is no deadline.

    When the server restarts or the connection breaks, it goes on after the last message by itself: as `RetryPolicy`
    says, and for a minute once something came. Nothing is sent before the first message is asked for. `close` ends the
    loop, from another thread, too.

    Example:
        ```python
        with client.loyalty.watch_early_warnings() as watch:
            for news in watch:
                print(news.as_of, len(news))
        ```
    """

    def __init__(self, call: Call[Answer], begin: Callable[[Call[Answer]], Any], retry: RetryPolicy) -> None:
        self._call = call
        self._begin = begin
        self._attempts = Attempts(retry, timeout=None, name=call.rpc)
        self._closed = threading.Event()
        self._rpc: Any = None

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Answer:
        while not self._closed.is_set():
            error = _ended()
            try:
                message = next(self._stream(), None)
            except grpc.RpcError as failure:
                error = from_rpc_error(failure)
            else:
                if message is not None:
                    self._attempts.progressed()
                    self._call = self._call.after(message)
                    return self._call.read(message)
            self._rpc = None
            if self._closed.is_set():
                break
            delay = self._attempts.delay(error)
            if delay is None:
                self._closed.set()
                raise error
            self._closed.wait(delay)
        raise StopIteration

    def _stream(self) -> Any:
        """Returns the stream that is open, or opens one."""
        rpc = self._rpc
        if rpc is None:
            self._attempts.opening()
            self._rpc = rpc = self._begin(self._call)
            if self._closed.is_set():  # by another thread, that may not have seen the stream
                rpc.cancel()
        return rpc

    def close(self) -> None:
        """Ends the watch, and whatever waits for its next message. Twice is fine."""
        self._closed.set()
        rpc = self._rpc
        if rpc is not None:
            rpc.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{self._call.rpc}: loop over it, and close() it to stop>"


class AsyncWatch(Generic[Answer]):
    """What is new, as it comes. `async for` waits for the next message; there is no deadline.

    When the server restarts or the connection breaks, it goes on after the last message by itself: as `RetryPolicy`
    says, and for a minute once something came. Nothing is sent before the first message is asked for. `close` ends the
    loop, from another task, too; a task that stops waiting, as with `asyncio.timeout`, may ask again and misses
    nothing.

    Example:
        ```python
        async with client.loyalty.watch_early_warnings() as watch:
            async for news in watch:
                print(news.as_of, len(news))
        ```
    """

    def __init__(self, call: Call[Answer], begin: Callable[[Call[Answer]], Awaitable[Any]], retry: RetryPolicy) -> None:
        self._call = call
        self._begin = begin
        self._attempts = Attempts(retry, timeout=None, name=call.rpc)
        self._closed = asyncio.Event()
        self._rpc: Any = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Answer:
        while not self._closed.is_set():
            error = _ended()
            try:
                message = await (await self._stream()).read()
            except grpc.RpcError as failure:
                error = from_rpc_error(failure)
            except asyncio.CancelledError:
                # grpc.aio ends the stream with whoever waits for it, and the other way round
                self._rpc = None
                if is_cancelled():
                    raise
                error = Cancelled(CLOSED, code="CANCELLED")
            else:
                if message is not grpc.aio.EOF:
                    self._attempts.progressed()
                    self._call = self._call.after(message)
                    return self._call.read(message)
            self._rpc = None
            if self._closed.is_set():
                break
            delay = self._attempts.delay(error)
            if delay is None:
                self._closed.set()
                raise error
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._closed.wait()
        raise StopAsyncIteration

    async def _stream(self) -> Any:
        """Returns the stream that is open, or opens one."""
        if self._rpc is None:
            self._attempts.opening()
            rpc = await self._begin(self._call)
            if self._closed.is_set():  # while the API key was waited for
                rpc.cancel()
            self._rpc = rpc
        return self._rpc

    async def close(self) -> None:
        """Ends the watch, and whatever waits for its next message. Twice is fine."""
        self._closed.set()
        if self._rpc is not None:
            self._rpc.cancel()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<{self._call.rpc}: loop over it with async for, and await close() to stop>"


def is_cancelled() -> bool:
    """Tells whether it is the task that is cancelled, and not only what it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
