"""What all groups of calls share."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar, TypeVar

from lojal.async_runner import AsyncRunner
from lojal.call import Answer, describe
from lojal.calls.arguments import explain
from lojal.listing import AsyncListing, Listing
from lojal.runner import Runner
from lojal.table import Table

Row = TypeVar("Row")


class _Explained:
    """A group whose methods are documented with the arguments that many of them share."""

    _shared: ClassVar[Mapping[str, str]] = {}
    """Those that only methods of this group share, or that mean something else in it."""

    def __init_subclass__(cls) -> None:
        for name, method in vars(cls).items():
            if inspect.isfunction(method) and not name.startswith("_"):
                explain(method, cls._shared)


class Group(_Explained):
    """Calls of one topic."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def _ask(
        self, rpc: str, read: Callable[[Any], Answer], arguments: Mapping[str, Any], *, unhurried: bool = False
    ) -> Answer:
        """Makes a call with one answer. `arguments` are those of the method, by name: `locals()`."""
        return self._runner.unary(describe(rpc, read, arguments, unhurried=unhurried))

    def _list(self, rpc: str, row: type[Row], arguments: Mapping[str, Any], name: str) -> Listing[Row]:
        """Makes a call a page."""
        call = describe(rpc, partial(Table.of_answer, row), arguments)
        return Listing(lambda: self._runner.pages(call), name, Table(row, ()))


class AsyncGroup(_Explained):
    """Awaited calls of one topic."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    async def _ask(
        self, rpc: str, read: Callable[[Any], Answer], arguments: Mapping[str, Any], *, unhurried: bool = False
    ) -> Answer:
        """Makes a call with one answer. `arguments` are those of the method, by name: `locals()`."""
        return await self._runner.unary(describe(rpc, read, arguments, unhurried=unhurried))

    def _list(self, rpc: str, row: type[Row], arguments: Mapping[str, Any], name: str) -> AsyncListing[Row]:
        """Makes a call a page."""
        call = describe(rpc, partial(Table.of_answer, row), arguments)
        return AsyncListing(lambda: self._runner.pages(call), name, Table(row, ()))
