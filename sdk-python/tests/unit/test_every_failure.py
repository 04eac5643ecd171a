"""Every failure is a LojalError, of every call of both clients: whatever a call is given, whoever does not answer."""

from __future__ import annotations

import asyncio
import inspect
import socket
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from both import open_client
from fake_server import FakeServer
from needed import NEEDED

import lojal
from lojal import plot
from lojal.calls.group import AsyncGroup, Group
from lojal.requests import RPCS

ONCE = lojal.RetryPolicy(max_attempts=1)
NOBODY = "127.0.0.1:1"
SETTINGS = ("time_format", "time_zone", "decimal", "delimiter", "encoding", "skip_invalid", "progress", "chunk_rows")


class Strange:
    """What nothing takes."""

    def __repr__(self) -> str:
        return "<strange>"


ODD = [
    Strange(),
    [Strange()],
    {"a": Strange()},
    b"\xff",
    "\ud800",
    "\0",
    10**400,
    -(10**30),
    float("nan"),
    Decimal("NaN"),
]


class Silent:
    """Stubs of a server that is away, without the wait for a connection."""

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            raise lojal.Unavailable("nobody is there", code="UNAVAILABLE")

        return call if name in RPCS else self


def groups_of(client: Any) -> dict[str, Any]:
    return {name: group for name, group in vars(client).items() if isinstance(group, Group | AsyncGroup)}


CALLS = [
    pytest.param(group, name, id=f"{group}.{name}")
    for group, value in groups_of(lojal.Client()).items()
    for name, method in inspect.getmembers(value, inspect.ismethod)
    if not name.startswith("_") and name != "preview"
]
KINDS = pytest.mark.parametrize("kind", ["blocking", "awaited"])


def needed(method: Callable[..., Any], path: Path) -> dict[str, Any]:
    """Returns arguments that make sense, for those that have no default."""
    given = {"path": path} | NEEDED
    parameters = inspect.signature(method).parameters.values()
    asked = {
        each.name: given.get(each.name, [])
        for each in parameters
        if each.default is each.empty and each.kind is not each.VAR_KEYWORD
    }
    return asked | ({"progress": False} if method.__name__ == "load" else {})


async def answer_of(method: Callable[..., Any], arguments: dict[str, Any]) -> None:
    """Makes a call of either client and reads what it answers."""
    answer = method(**arguments)
    if inspect.isawaitable(answer):
        answer = await answer
    elif isinstance(answer, lojal.AsyncWatch):
        await anext(answer)
    elif isinstance(answer, lojal.Watch):
        next(answer)
    elif isinstance(answer, lojal.Export | lojal.AsyncExport):
        table = answer.to_arrow()
        await table if inspect.isawaitable(table) else None
    elif hasattr(answer, "to_list"):
        rows = answer.to_list()
        await rows if inspect.isawaitable(rows) else None


async def call_of(kind: str, target: str, call: tuple[str, str], path: Path, **options: Any) -> None:
    group, name = call
    client: Any = (lojal.Client if kind == "blocking" else lojal.AsyncClient)(target, retry=ONCE)
    method = getattr(getattr(client, group), name)
    try:
        takes = inspect.signature(method).parameters
        wanted = {name: value for name, value in options.items() if name in takes}
        await answer_of(method, needed(method, path) | wanted)
    finally:
        closing = client.close()
        await closing if inspect.isawaitable(closing) else None


@KINDS
@pytest.mark.parametrize(("group", "name"), CALLS)
def test_a_server_that_is_gone_is_unavailable(kind: str, group: str, name: str, tmp_path: Path) -> None:
    with pytest.raises(lojal.Unavailable, match="UNAVAILABLE"):
        asyncio.run(call_of(kind, NOBODY, (group, name), tmp_path / "backup"))
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def deaf() -> Iterator[str]:
    """The address of somebody who takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@KINDS
@pytest.mark.parametrize(("group", "name"), [each for each in CALLS if "watch" not in str(each.values[1])])
def test_a_server_that_is_deaf_exceeds_the_deadline(
    kind: str, group: str, name: str, deaf: str, tmp_path: Path
) -> None:
    with pytest.raises(lojal.DeadlineExceeded):
        asyncio.run(call_of(kind, deaf, (group, name), tmp_path / "backup", timeout=0.05))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("group", "name"), CALLS)
def test_closing_an_awaited_client_ends_its_calls(group: str, name: str, deaf: str, tmp_path: Path) -> None:
    async def run() -> None:
        client = lojal.AsyncClient(deaf, retry=ONCE, timeout=None)
        begun = asyncio.Event()
        client._channel.credentials = Noting(client._channel.credentials, begun)  # type: ignore[assignment]
        client._set_up(client._channel, "shop", None, ONCE)
        method = getattr(getattr(client, group), name)
        task = asyncio.ensure_future(answer_of(method, needed(method, tmp_path / "backup")))
        await begun.wait()
        while not task.done():  # whether the call was made already or is about to be
            await client.close()
            await asyncio.sleep(0)
        await task

    with pytest.raises(lojal.Cancelled, match="client was closed"):
        asyncio.run(run())


class Noting:
    """Credentials that note when a call is about to be made."""

    def __init__(self, own: Any, begun: asyncio.Event) -> None:
        self._own, self._begun = own, begun

    async def metadata_awaited(self, workspace: str) -> Any:
        self._begun.set()
        return await self._own.metadata_awaited(workspace)


@KINDS
@pytest.mark.parametrize(("group", "name"), CALLS)
def test_whatever_an_argument_is(kind: str, group: str, name: str, tmp_path: Path) -> None:
    client: Any = lojal.Client(retry=ONCE) if kind == "blocking" else lojal.AsyncClient(retry=ONCE)
    own = getattr(client, group)
    own._runner.stubs = Silent
    method = getattr(own, name)
    parameters = inspect.signature(method).parameters
    names = [each for each in parameters if each != "settings"] + list(SETTINGS if "settings" in parameters else ())

    async def run() -> None:
        for argument in names:
            for value in ODD:
                arguments = needed(method, tmp_path / "backup") | {argument: value}
                try:
                    await answer_of(method, arguments)
                except lojal.LojalError:
                    continue
                except Exception as error:
                    raise AssertionError(f"{argument}={value!r}: {type(error).__name__}: {error}") from error

    asyncio.run(run())


RECORDS: dict[str, dict[str, Any]] = {
    "transactions": {"customer_id": "c1", "transaction_id": "t1", "amount": "1", "currency_code": "EUR", "discount": 0},
    "refunds": {"refund_id": "r1", "transaction_id": "t1", "amount": "1", "currency_code": "EUR"},
    "interactions": {"interaction_id": "i1", "customer_id": "c1", "kind": "visit", "name": "n", "topics": "a; b"},
    "costs": {"cost_id": "k1", "customer_id": "c1", "end_time": "2026-04-01", "amount": "1", "source": "s"},
    "surveys": {"response_id": "a1", "customer_id": "c1", "score": 5, "comment": "x", "weight": 1, "scale_max": 10},
}


@KINDS
@pytest.mark.parametrize("group", RECORDS)
def test_whatever_is_in_a_row(kind: str, group: str) -> None:
    row = RECORDS[group] | {"time": "2026-03-01T00:00:00Z"}
    for client in open_client(kind, NOBODY, retry=ONCE):
        own = getattr(client, group)
        (own if kind == "blocking" else own._wrapped)._runner.stubs = Silent
        for field in row:
            for value in [*ODD, *([], None, True, 1.5, "9999-12-31T23:59:59.999999Z")]:
                for load in (own.record, lambda rows: own.load(rows, progress=False)):  # noqa: B023
                    with pytest.raises(lojal.LojalError):
                        load([row | {field: value}])


MADE_OF = [
    pytest.param(name, value, id=f"{name}-{repr(value)[:20]}")
    for name in ("target", "workspace", "timeout", "retry", "api_key", "ca", "compression")
    for value in ODD
    if (name, type(value)) not in (("ca", bytes), ("timeout", int))
]
"""Only a connection tells what is in the bytes of a certificate, and longer than any life is no limit."""


@pytest.mark.parametrize(("name", "value"), MADE_OF)
def test_whatever_a_client_is_made_of(name: str, value: Any) -> None:
    target = {"target": "https://shop.example:1"} if name == "ca" else {"target": NOBODY}
    for kind in (lojal.Client, lojal.AsyncClient):
        with pytest.raises(lojal.InvalidArgument):
            kind(**{**target, name: value})


@pytest.mark.parametrize("value", ODD, ids=lambda each: repr(each)[:20])
def test_whatever_a_place_is(value: Any, tmp_path: Path) -> None:
    for wrong in (
        lambda: lojal.local(value, binary="/bin/false"),
        lambda: lojal.local(tmp_path, binary=value),
        lambda: lojal.Client(NOBODY).export.customers().save(value),
        lambda: lojal.RetryPolicy(max_delay=value),
    ):
        with pytest.raises(lojal.LojalError):
            wrong()


@pytest.mark.parametrize("name", plot.__all__)
def test_what_cannot_be_drawn_says_what_can(name: str) -> None:
    draw = getattr(plot, name)
    with pytest.raises(lojal.InvalidArgument, match=rf"<strange> cannot be drawn by {name}: give .*client\."):
        draw(*[Strange()] * (2 if name == "segment_map" else 1))
    with pytest.raises(TypeError, match=r"missing \d required positional argument"):
        draw()


def test_what_no_call_has_is_pythons_to_refuse() -> None:
    client = lojal.Client(NOBODY)
    with pytest.raises(TypeError, match="unexpected keyword argument 'windw'"):
        client.nps.score(windw="90d")  # type: ignore[call-arg]


@KINDS
def test_what_a_source_of_ones_own_raises_comes_as_it_is(kind: str, server: FakeServer) -> None:
    def rows() -> Iterator[dict[str, str]]:
        yield {"customer_id": "c1", "time": "2026-03-01", "amount": "1"}
        raise KeyError("of my own")

    for client in open_client(kind, server.target):
        with pytest.raises(KeyError, match="of my own"):
            client.transactions.load(rows(), progress=False)
    assert server.received == []
