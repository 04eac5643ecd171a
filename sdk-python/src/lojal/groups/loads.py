"""Makes the `load` of a group, blocking and awaited, from how it prepares what it sends."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec

from lojal.groups import AsyncGroup, Group
from lojal.loading.options import Prepare, explain_settings
from lojal.results.common import LoadResult

Arguments = ParamSpec("Arguments")


def blocking(prepare: Callable[Arguments, Prepare]) -> Callable[Concatenate[Group, Arguments], LoadResult]:
    """Returns the method of a client that waits."""

    def load(self: Group, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> LoadResult:
        return self._runner.load(prepare(*args, **kwargs))

    _document(load, prepare)
    return load


def awaited(
    prepare: Callable[Arguments, Prepare],
) -> Callable[Concatenate[AsyncGroup, Arguments], Coroutine[Any, Any, LoadResult]]:
    """Returns the method of a client that is awaited."""

    async def load(self: AsyncGroup, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> LoadResult:
        return await self._runner.load(prepare(*args, **kwargs))

    _document(load, prepare)
    return load


def _document(load: Callable[..., Any], prepare: Callable[..., Prepare]) -> None:
    """Lets `help` and notebooks show every argument, as if it were written out."""
    signature, load.__doc__ = explain_settings(prepare, "LoadResult")
    group = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    load.__signature__ = signature.replace(parameters=[group, *signature.parameters.values()])  # type: ignore[attr-defined]
