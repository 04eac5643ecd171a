"""The two clients offer the same, the channel is made late, and nothing of the contract is missing."""

from __future__ import annotations

import asyncio
import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fake_server import FakeServer

import lojal
from lojal.calls.group import AsyncGroup, Group
from lojal.channel import Stubs, parse_target
from lojal.v1 import customer_service_pb2

HERE = Path(__file__).resolve().parents[2]


def groups(client: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(client).items() if isinstance(value, Group | AsyncGroup)}


def methods(group: Any) -> dict[str, Any]:
    return {name: method for name, method in inspect.getmembers(group, inspect.ismethod) if not name.startswith("_")}


def signature(method: Any) -> tuple[list[str], str]:
    found = inspect.signature(method)
    as_blocking = [str(each.replace(annotation=blocking_name(each.annotation))) for each in found.parameters.values()]
    return as_blocking, blocking_name(found.return_annotation)


def blocking_name(annotation: Any) -> str:
    """What the blocking client has in the place of a type, such as `Listing` for `AsyncListing`."""
    return re.sub(r"\bAsync(?=[A-Z])", "", str(annotation))


BLOCKING, AWAITED = lojal.Client(), lojal.AsyncClient()
PAIRS = [
    pytest.param(method, getattr(groups(AWAITED)[group], name, None), id=f"{group}.{name}")
    for group, value in groups(BLOCKING).items()
    for name, method in methods(value).items()
]


def test_both_clients_have_the_same_groups_and_calls() -> None:
    assert list(groups(BLOCKING)) == list(groups(AWAITED))
    for name, group in groups(BLOCKING).items():
        assert methods(group).keys() == methods(groups(AWAITED)[name]).keys()
    assert signature(lojal.Client) == signature(lojal.AsyncClient)
    assert signature(BLOCKING.with_options) == signature(AWAITED.with_options)


@pytest.mark.parametrize(("blocking", "awaited"), PAIRS)
def test_both_clients_take_the_same_arguments(blocking: Any, awaited: Any) -> None:
    assert signature(blocking) == signature(awaited)
    assert blocking.__doc__
    assert awaited.__doc__ == blocking.__doc__
    is_read = re.search(r"Listing|Watch|\bExport\b", str(inspect.signature(blocking).return_annotation)) is not None
    assert inspect.iscoroutinefunction(awaited) is not is_read
    assert not inspect.iscoroutinefunction(blocking)


@pytest.mark.parametrize(("blocking", "awaited"), PAIRS)
def test_arguments_are_named(blocking: Any, awaited: Any) -> None:
    """Only what a call is about may go without its name."""
    kinds = [each.kind for each in inspect.signature(blocking).parameters.values()]
    assert kinds[1:] == [inspect.Parameter.KEYWORD_ONLY] * len(kinds[1:])


@pytest.mark.parametrize(("blocking", "awaited"), PAIRS)
def test_every_argument_is_described(blocking: Any, awaited: Any) -> None:
    """Those too that many calls share, which are described in one place."""
    names = list(inspect.signature(blocking).parameters)
    section = re.search(r"^Args:\n(.*?)(?:\n\n|\Z)", blocking.__doc__, re.DOTALL | re.MULTILINE)
    described = re.findall(r"^ {4}(\w+): \S", section.group(1), re.MULTILINE) if section else []
    assert described == names
    assert awaited.__doc__ == blocking.__doc__
    assert max(map(len, blocking.__doc__.splitlines())) <= 120


def test_the_committed_stubs_and_twins_are_fresh() -> None:
    check = subprocess.run([sys.executable, "scripts/generate.py", "--check"], cwd=HERE, capture_output=True, text=True)
    assert check.returncode == 0, check.stdout + check.stderr


@pytest.mark.parametrize(
    ("target", "address", "tls"),
    [
        ("localhost:50051", "localhost:50051", False),
        ("http://localhost:50051", "localhost:50051", False),
        ("http://localhost:50051/", "localhost:50051", False),
        ("localhost", "localhost:50051", False),
        ("http://[::1]:7", "[::1]:7", False),
        ("https://loyalty.example.com", "loyalty.example.com:443", True),
        ("unix:///run/lojal.sock", "unix:///run/lojal.sock", False),
    ],
)
def test_targets(target: str, address: str, tls: bool) -> None:
    assert parse_target(target) == (address, tls)


@pytest.mark.parametrize("target", ["", "http://user:secret@host:1", "ftp://host", "host:1/path", "two words"])
def test_what_is_no_target(target: str) -> None:
    with pytest.raises(ValueError, match="is not an address"):
        lojal.Client(target)


@pytest.mark.parametrize("workspace", ["", "kuća", "a\nb"])
def test_what_is_no_workspace(workspace: str) -> None:
    with pytest.raises(ValueError, match="is not a workspace"):
        lojal.AsyncClient(workspace=workspace)


def test_clients_print_without_data() -> None:
    assert repr(BLOCKING) == "Client('localhost:50051', workspace='default')"
    assert repr(AWAITED) == "AsyncClient('localhost:50051', workspace='default')"
    assert repr(BLOCKING.with_options(workspace="hr")) == "Client('localhost:50051', workspace='hr')"


def test_the_awaited_client_moves_to_another_loop(server: FakeServer) -> None:
    server.customers = 3
    client = lojal.AsyncClient(server.target)

    async def count() -> int:
        rows = [row async for row in client.customers.list()]
        await client.close()
        return len(rows)

    assert [asyncio.run(count()), asyncio.run(count())] == [3, 3]


@pytest.mark.asyncio
async def test_awaited_calls_leave_the_loop_free(server: FakeServer) -> None:
    server.customers = 100
    async with lojal.AsyncClient(server.target) as client:
        tables = await asyncio.gather(*(client.customers.list(page_size=10).to_list() for _ in range(10)))
        assert [len(table) for table in tables] == [100] * 10


@pytest.mark.asyncio
async def test_a_cancelled_load_stops(server: FakeServer) -> None:
    server.silent = True
    async with lojal.AsyncClient(server.target) as client:
        rows = [{"customer_id": "c1", "time": "2026-03-01", "amount": 1}]
        load = asyncio.create_task(client.transactions.load(rows, progress=False))
        await asyncio.sleep(0.1)
        load.cancel()
        with pytest.raises(asyncio.CancelledError):
            await load
    server.silent = False


def test_a_closed_client_opens_again(server: FakeServer) -> None:
    server.customers = 1
    client = lojal.Client(server.target)
    assert len(client.customers.list().to_list()) == 1
    client.close()
    assert len(client.customers.list().to_list()) == 1
    client.close()


def test_stubs_are_the_way_around(server: FakeServer) -> None:
    server.customers = 1
    with lojal.Client(server.target, workspace="hr") as client:
        assert isinstance(client.stubs, Stubs)
        request = customer_service_pb2.ListCustomersRequest(page_size=1)
        response = client.stubs.customers.ListCustomers(request, metadata=client.metadata)
        assert response.customers[0].customer_id == "c0"
    assert server.workspaces == ["hr"]


def test_lojal_works_without_pandas() -> None:
    code = (
        "import sys; sys.modules['pandas'] = sys.modules['polars'] = sys.modules['pyarrow'] = None\n"
        "import lojal\n"
        "table = lojal.Table(lojal.Limit, [lojal.Limit(1, 'rows')])\n"
        "print(repr(table)); assert table._repr_html_() is None\n"
        "table.to_pandas()"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout == "maximum  unit\n      1  rows\n"
    assert 'MissingPackage: data frames need pandas: pip install "lojal[pandas]"' in run.stderr


def test_everything_public_is_exported_and_documented() -> None:
    for name in lojal.__all__:
        value = getattr(lojal, name)
        assert name == "__version__" or value.__doc__, name
