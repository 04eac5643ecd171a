"""How long one call may take, what is said of retries and loads, and what `import lojal` takes."""

from __future__ import annotations

import inspect
import logging
import subprocess
import sys
from typing import Any

import pytest
from fake_server import FakeServer, unavailable

import lojal
from lojal.calls.group import Group

ROW = {"customer_id": "c1", "time": "2026-03-01", "amount": "1"}
CALLS = [
    pytest.param(method, id=f"{group}.{name}")
    for group, value in vars(lojal.Client()).items()
    if isinstance(value, Group)
    for name, method in inspect.getmembers(value, inspect.ismethod)
    if not name.startswith("_")
]


@pytest.mark.parametrize("method", CALLS)
def test_every_call_takes_a_timeout_but_a_watch(method: Any) -> None:
    signature = inspect.signature(method)
    assert ("timeout" in signature.parameters) is ("Watch" not in str(signature.return_annotation))


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.customers.erase("c1", timeout=0.05),
        lambda client: client.customers.list(timeout=0.05).to_list(),
        lambda client: client.customers.export("c1", timeout=0.05),
        lambda client: client.clv.predict(timeout=0.05).to_list(),
        lambda client: client.clv.fit(timeout=0.05),
        lambda client: client.transactions.load([ROW], timeout=0.05, progress=False),
    ],
    ids=["unary", "listing", "export", "stream", "fit", "load"],
)
def test_a_call_ends_with_its_own_timeout(client: Any, server: FakeServer, call: Any) -> None:
    server.silent = True
    with pytest.raises(lojal.DeadlineExceeded):
        call(client)


@pytest.mark.parametrize("timeout", [0, -1, True, "5", float("nan")])
def test_what_is_no_timeout(client: Any, server: FakeServer, timeout: Any) -> None:
    with pytest.raises(lojal.InvalidArgument, match="is no timeout: give seconds, more than 0"):
        client.customers.erase("c1", timeout=timeout)
    with pytest.raises(lojal.InvalidArgument, match="is no timeout"):
        client.transactions.load([ROW], timeout=timeout, progress=False)
    assert server.received == []


def test_retries_and_loads_say_what_they_do(client: Any, server: FakeServer, caplog: pytest.LogCaptureFixture) -> None:
    server.faults = [unavailable()]
    with caplog.at_level(logging.DEBUG, logger="lojal"):
        client.customers.erase("c1")
        client.transactions.load([ROW], progress=False)
    said = [record.getMessage() for record in caplog.records if record.name == "lojal"]
    assert said[0].startswith("EraseCustomer failed (UNAVAILABLE), trying again in 0.00 s: restarting")
    assert said[1].startswith("load of transactions: 1 rows read, columns {'customer_id': 'customer_id'")
    assert said[2:] == ["load of transactions: chunk of 1 rows is durable",
                        "load of transactions: 1 recorded, 0 there already"]  # fmt: skip
    assert [record.levelname for record in caplog.records] == ["INFO", "INFO", "DEBUG", "INFO"]


def test_nothing_is_said_unasked(server: FakeServer) -> None:
    code = (
        "import lojal, sys\n"
        f"client = lojal.Client({server.target!r}, retry=lojal.RetryPolicy(initial_delay=0.001))\n"
        f"client.transactions.load([{ROW!r}])\n"
        "client.customers.erase('c1')"
    )
    server.faults = [None, unavailable()]
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("", "")


def test_importing_it_waits_with_what_is_not_used() -> None:
    code = (
        "import sys, lojal\n"
        "late = ('grpc', 'google.protobuf', 'asyncio', 'tqdm', 'pandas', 'numpy', 'matplotlib')\n"
        "print([each for each in late if each in sys.modules])\n"
        "lojal.Client\n"
        "print([each for each in late[3:] if each in sys.modules])\n"
        "print([each for each in lojal.__all__ if not hasattr(lojal, each)])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ["[]", "[]", "[]"]


def test_what_a_client_refuses_is_an_error_of_its_own() -> None:
    for wrong in ({"target": "two words"}, {"workspace": ""}, {"compression": "lz4"}, {"ca": b"pem"}):
        with pytest.raises(lojal.InvalidArgument):
            lojal.Client(**wrong)  # type: ignore[arg-type]
