"""The words of tests/vectors/groups.json, which the JavaScript client has too."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from needed import NEEDED

import lojal
from lojal.calls.group import AsyncGroup, Group
from lojal.requests import RPCS

VECTORS = json.loads((Path(__file__).parents[3] / "tests/vectors/groups.json").read_text())
OURS = [
    pytest.param(group, word, rpc, id=f"{group}.{word}")
    for group, words in VECTORS["groups"].items()
    for word, rpc in words.items()
    if f"{group}.{word}" not in VECTORS["only"]["javascript"]
]
ELSEWHERE = {"transactions": {"preview"}, "nps": {"load", "preview"}}
"""What only this client has: a look at a file, which makes no call, and a shorter name for loads of answers to NPS."""


class Made(Exception):
    """An RPC that was called."""


class Noting:
    """Stubs that note what is called, of any service."""

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            raise Made(name)

        return call if name in RPCS else self


def clients() -> list[Any]:
    opened: list[Any] = [lojal.Client(), lojal.AsyncClient()]
    for client in opened:
        client._channel.stubs = Noting
        for group in vars(client).values():
            if isinstance(group, Group | AsyncGroup):
                group._runner.stubs = Noting
    return opened


def made(method: Callable[..., Any], path: Path) -> str:
    """Returns the RPC that a method calls."""
    required = [each for each in inspect.signature(method).parameters.values() if each.default is each.empty]
    given = {"path": path} | NEEDED
    arguments = {each.name: given.get(each.name, []) for each in required}

    async def run() -> None:
        answer = method(**arguments)
        if inspect.isawaitable(answer):
            await answer
        elif isinstance(answer, lojal.AsyncListing):
            await answer.to_list()
        elif isinstance(answer, lojal.AsyncWatch):
            await anext(answer)
        elif isinstance(answer, lojal.Watch):
            next(answer)
        elif isinstance(answer, lojal.AsyncExport):
            await answer.to_arrow()
        elif isinstance(answer, lojal.Export):
            answer.to_arrow()
        else:
            answer.to_list()

    with pytest.raises(Made) as noted:
        asyncio.run(run())
    return str(noted.value)


def test_the_vectors_name_every_rpc_of_the_contract() -> None:
    assert {rpc for words in VECTORS["groups"].values() for rpc in words.values()} == set(RPCS)


@pytest.mark.parametrize("client", clients(), ids=lambda client: type(client).__name__)
def test_the_groups_and_their_calls_are_those_of_every_client(client: Any) -> None:
    groups = {name: group for name, group in vars(client).items() if isinstance(group, Group | AsyncGroup)}
    assert list(groups) == list(VECTORS["groups"])
    for name, group in groups.items():
        calls = {each for each, _ in inspect.getmembers(group, inspect.ismethod) if not each.startswith("_")}
        ours = {param.values[1] for param in OURS if param.values[0] == name}
        assert calls == ours | ELSEWHERE.get(name, set())


@pytest.mark.parametrize("client", clients(), ids=lambda client: type(client).__name__)
@pytest.mark.parametrize(("group", "word", "rpc"), OURS)
def test_each_call_makes_its_rpc(client: Any, group: str, word: str, rpc: str, tmp_path: Path) -> None:
    assert made(getattr(getattr(client, group), word), tmp_path / "backup") == rpc
