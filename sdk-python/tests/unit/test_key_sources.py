"""API keys and tokens that a function gives: asked at each call, so that those that expire are replaced."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from both import open_client
from fake_server import FakeServer, unavailable

import lojal

QUICK = lojal.RetryPolicy(max_attempts=4, initial_delay=0.001, max_delay=0.002)
PURCHASE = {"customer_id": "c1", "time": "2026-03-01", "amount": "5"}


class Tokens:
    """Gives another token at each call."""

    def __init__(self) -> None:
        self.given = 0

    def next(self) -> str:
        self.given += 1
        return f"token-{self.given}\n"

    async def later(self) -> str:
        await asyncio.sleep(0)
        return self.next()


def clients(server: FakeServer, kind: str, key: Any, **options: Any) -> Iterator[Any]:
    return open_client(kind, server.target, api_key=key, retry=QUICK, **options)


def sources(kind: str, tokens: Tokens) -> list[Callable[[], str] | Callable[[], Awaitable[str]]]:
    return [tokens.next] if kind == "blocking" else [tokens.next, tokens.later]


@pytest.mark.parametrize("kind", ["blocking", "awaited"])
def test_each_call_and_each_attempt_shows_a_token_of_its_own(kind: str, server: FakeServer) -> None:
    for number in range(len(sources(kind, Tokens()))):
        tokens = Tokens()
        server.shown.clear()
        for client in clients(server, kind, sources(kind, tokens)[number]):
            assert tokens.given == 0, "nobody is asked before the first call"
            server.faults = [unavailable()]
            client.transactions.record([PURCHASE])
            client.with_options(workspace="hr").transactions.record([PURCHASE])
            assert server.shown == ["Bearer token-1", "Bearer token-2", "Bearer token-3"]


@pytest.mark.parametrize("kind", ["blocking", "awaited"])
def test_pages_streams_loads_and_watches_show_tokens_too(kind: str, server: FakeServer) -> None:
    server.customers = 3
    server.watches = [["one", unavailable()], ["two"]]
    tokens = Tokens()
    for client in clients(server, kind, sources(kind, tokens)[-1]):
        assert len(list(client.customers.list(page_size=2))) == 3
        assert len(list(client.clv.predict())) == 3
        assert client.transactions.load([PURCHASE], progress=False).recorded == 1
        with client.loyalty.watch_early_warnings() as watch:
            # a watch that goes on after a restart may have outlived its token
            assert [next(watch)[0].warning_id, next(watch)[0].warning_id] == ["silence@one", "silence@two"]
        assert server.shown == [f"Bearer token-{n}" for n in range(1, len(server.shown) + 1)]
        assert tokens.given == len(server.shown) >= 6


@pytest.mark.parametrize("kind", ["blocking", "awaited"])
@pytest.mark.parametrize("given", ["", "two words", "ključ", None, 7])
def test_what_is_no_token_is_not_sent_and_not_shown(kind: str, given: Any, server: FakeServer) -> None:
    for client in clients(server, kind, lambda: given):
        with pytest.raises(ValueError, match="api_key is no API key") as refused:
            client.transactions.record([PURCHASE])
        assert given is None or not str(given) or str(given) not in str(refused.value)
    assert server.shown == []


@pytest.mark.parametrize("kind", ["blocking", "awaited"])
def test_what_keeps_tokens_from_coming_is_told_as_it_is(kind: str, server: FakeServer) -> None:
    def fails() -> str:
        raise ConnectionError("the provider is away")

    for client in clients(server, kind, fails):
        for call in (
            lambda client=client: client.transactions.record([PURCHASE]),
            lambda client=client: client.transactions.load([PURCHASE], progress=False),
            lambda client=client: list(client.clv.predict()),
        ):
            with pytest.raises(ConnectionError, match="the provider is away"):
                call()
    assert server.shown == []


def test_what_is_awaited_needs_the_awaited_client(server: FakeServer) -> None:
    tokens = Tokens()
    with (
        lojal.Client(server.target, api_key=tokens.later) as client,  # type: ignore[arg-type]
        pytest.raises(TypeError, match="use AsyncClient"),
    ):
        client.transactions.record([PURCHASE])
    with pytest.raises(TypeError, match="by its stubs"):
        assert lojal.AsyncClient(server.target, api_key=tokens.later).metadata
    assert ("authorization", "Bearer token-1") in lojal.AsyncClient(server.target, api_key=tokens.next).metadata


@pytest.mark.parametrize("kind", [lojal.Client, lojal.AsyncClient])
def test_tokens_do_not_cross_the_network_in_the_clear_either(kind: Any) -> None:
    tokens = Tokens()
    with pytest.raises(ValueError, match="in the clear"):
        kind("http://lojal.example", api_key=tokens.next)
    kind("https://lojal.example", api_key=tokens.next)
    kind("http://lojal.example", api_key=tokens.next, plaintext_key=True)
    assert tokens.given == 0


def test_a_function_counts_more_than_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOJAL_API_KEY", "lojal_other")
    assert ("authorization", "Bearer token-1") in lojal.Client(api_key=Tokens().next).metadata
    assert inspect.signature(lojal.Client).parameters["api_key"].default is None
