from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from both import open_client
from fake_server import FakeServer

import lojal

QUICK = lojal.RetryPolicy(max_attempts=4, initial_delay=0.001, max_delay=0.002)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    server = FakeServer()
    yield server
    server.stop()


@pytest.fixture(params=["blocking", "awaited"])
def client(request: pytest.FixtureRequest, server: FakeServer) -> Iterator[Any]:
    yield from open_client(request.param, server.target, workspace="shop", timeout=5.0, retry=QUICK)
