"""Lets one test drive both clients: the awaited one is made to look like the blocking one."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from typing import Any

import lojal


class Blocking:
    """An AsyncClient, a group of it, a listing or a watch, whose calls are run to the end on a loop of its own."""

    def __init__(self, wrapped: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._wrapped, self._loop = wrapped, loop

    def __getattr__(self, name: str) -> Any:
        return self._adapt(getattr(self._wrapped, name))

    def _adapt(self, value: Any) -> Any:
        if type(value).__module__.startswith("lojal.calls") or isinstance(
            value, lojal.AsyncListing | lojal.AsyncWatch | lojal.AsyncClient
        ):
            return Blocking(value, self._loop)
        if inspect.ismethod(value):
            return lambda *args, **kwargs: self._adapt(value(*args, **kwargs))
        if inspect.isawaitable(value):
            return self._loop.run_until_complete(value)
        return value

    def __iter__(self) -> Iterator[Any]:
        if isinstance(self._wrapped, lojal.AsyncWatch):
            return self
        return iter(self._loop.run_until_complete(_collect(self._wrapped)))

    def __next__(self) -> Any:
        try:
            return self._loop.run_until_complete(anext(self._wrapped))
        except StopAsyncIteration:
            raise StopIteration from None

    def __enter__(self) -> Any:
        return self._adapt(self._loop.run_until_complete(self._wrapped.__aenter__()))

    def __exit__(self, *raised: Any) -> None:
        self._loop.run_until_complete(self._wrapped.__aexit__(*raised))

    def __repr__(self) -> str:
        return repr(self._wrapped)


async def _collect(listing: Any) -> list[Any]:
    return [row async for row in listing]


def open_client(kind: str, target: str, **options: Any) -> Iterator[Any]:
    """Yields a client of either kind ("blocking" or "awaited"), and closes it."""
    if kind == "blocking":
        with lojal.Client(target, **options) as client:
            yield client
        return
    loop = asyncio.new_event_loop()
    client = Blocking(lojal.AsyncClient(target, **options), loop)
    try:
        yield client
        client.close()
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
