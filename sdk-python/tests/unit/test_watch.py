"""Watches: how they go on, how they end, and what they ask for again."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from fake_server import FakeServer, bad_field, unavailable

import lojal
from lojal.retry import HELD_SECONDS, Attempts, RetryPolicy

DOWN = lojal.Unavailable("restarting", code="UNAVAILABLE")
SOON = 10.0
"""Seconds within which everything here happens."""


def tokens(watch: Any, count: int) -> list[str]:
    """Returns the tokens of the next messages, and closes the watch."""
    with watch:
        return [next(watch).resume_token for _ in range(count)]


def asked_after(server: FakeServer) -> list[str]:
    return [each.resume_token for each in server.received]


def test_a_watch_goes_on_after_the_last_message(client: Any, server: FakeServer) -> None:
    server.watches = [["t1", "t2", unavailable()], ["t3", unavailable()], ["t4"]]
    watch = client.loyalty.watch_early_warnings(min_value_at_risk=100, kinds=["silence"])
    assert tokens(watch, 4) == ["t1", "t2", "t3", "t4"]
    assert asked_after(server) == ["", "t2", "t3"]
    for request in server.received:
        assert (request.min_value_at_risk, list(request.kinds)) == (100, [1])
    assert set(server.workspaces) == {"shop"}


def test_a_watch_begins_where_another_ended(client: Any, server: FakeServer) -> None:
    server.faults = [unavailable()]
    server.watches = [["t9"]]
    assert tokens(client.loyalty.watch_early_warnings(resume_token="t8"), 1) == ["t9"]
    assert asked_after(server) == ["t8", "t8"]


def test_a_token_that_leads_to_before_a_message_is_taken_at_its_word(client: Any, server: FakeServer) -> None:
    """More of the same day are to come: all of it comes again."""
    server.watches = [["", unavailable()], ["", "t1"]]
    assert tokens(client.loyalty.watch_early_warnings(), 3) == ["", "", "t1"]
    assert asked_after(server) == ["", ""]


def test_a_server_that_says_goodbye_is_asked_again(client: Any, server: FakeServer) -> None:
    server.watches = [["t1", None], [None], ["t2"]]
    assert tokens(client.loyalty.watch_early_warnings(), 2) == ["t1", "t2"]
    assert asked_after(server) == ["", "t1", "t1"]


def test_a_watch_that_hears_nothing_gives_up_as_any_call(client: Any, server: FakeServer) -> None:
    server.faults = [unavailable()] * 10
    watch = client.loyalty.watch_early_warnings()
    with pytest.raises(lojal.Unavailable, match="restarting"):
        next(watch)
    assert len(server.received) == 4
    assert list(watch) == []  # it has ended


def test_a_watch_that_got_somewhere_is_patient(client: Any, server: FakeServer) -> None:
    server.watches = [["t1", unavailable()], *([unavailable()] for _ in range(6)), ["t2"]]
    assert tokens(client.loyalty.watch_early_warnings(), 2) == ["t1", "t2"]
    assert asked_after(server) == ["", *["t1"] * 7]


def test_another_failure_ends_it(client: Any, server: FakeServer) -> None:
    server.watches = [["t1", bad_field("resume_token", "belongs to another workspace")]]
    watch = client.loyalty.watch_early_warnings()
    assert next(watch).resume_token == "t1"
    with pytest.raises(lojal.InvalidArgument) as error:
        next(watch)
    assert error.value.field_violations[0].field == "resume_token"
    assert len(server.received) == 1
    assert list(watch) == []


def test_it_is_not_tried_again_where_nothing_is(server: FakeServer) -> None:
    server.watches = [["t1", unavailable()], ["t2"]]
    once = RetryPolicy(max_attempts=1)
    with lojal.Client(server.target, retry=once) as client, client.loyalty.watch_early_warnings() as watch:
        assert next(watch).resume_token == "t1"
        with pytest.raises(lojal.Unavailable):
            next(watch)
    assert len(server.received) == 1


def test_a_closed_watch_ends_its_loop_and_its_call(client: Any, server: FakeServer) -> None:
    unused = client.loyalty.watch_early_warnings()
    unused.close()
    assert list(unused) == []
    assert server.received == []  # nothing is sent before the first message is asked for
    server.watches = [["t1", "t2"]]
    watch = client.loyalty.watch_early_warnings()
    seen = []
    for news in watch:
        seen.append(news.resume_token)
        if news.resume_token == "t2":
            watch.close()
    assert seen == ["t1", "t2"]
    assert server.left.wait(SOON)
    watch.close()  # twice is fine
    assert list(watch) == []


def test_another_thread_ends_the_wait_for_a_message(server: FakeServer) -> None:
    server.watches = [["t1"]]
    with lojal.Client(server.target) as client:
        watch = client.loyalty.watch_early_warnings()
        assert next(watch).resume_token == "t1"
        rest: list[Any] = [None]
        reader = threading.Thread(target=lambda: rest.__setitem__(0, list(watch)), daemon=True)
        reader.start()
        watch.close()
        reader.join(SOON)
        assert rest == [[]]
    assert server.left.wait(SOON)


def test_another_thread_ends_the_wait_for_another_try() -> None:
    patient = RetryPolicy(initial_delay=3600, max_delay=3600)
    with lojal.Client("127.0.0.1:1", retry=patient) as client:
        watch = client.loyalty.watch_early_warnings()
        reader = threading.Thread(target=list, args=(watch,), daemon=True)
        reader.start()
        watch.close()
        reader.join(SOON)
        assert not reader.is_alive()


@pytest.mark.asyncio
async def test_another_task_ends_the_wait_for_a_message(server: FakeServer) -> None:
    server.watches = [["t1"]]
    async with lojal.AsyncClient(server.target) as client, asyncio.timeout(SOON):
        watch = client.loyalty.watch_early_warnings()
        heard = asyncio.Event()
        seen = []

        async def read() -> None:
            async for news in watch:
                seen.append(news.resume_token)
                heard.set()

        reader = asyncio.create_task(read())
        await heard.wait()
        await asyncio.sleep(0)  # it waits for the next one
        await watch.close()
        await reader
        assert seen == ["t1"]
        await asyncio.to_thread(server.left.wait, SOON)
    assert server.left.is_set()


@pytest.mark.asyncio
async def test_another_task_ends_the_wait_for_another_try() -> None:
    patient = RetryPolicy(initial_delay=3600, max_delay=3600)
    async with lojal.AsyncClient("127.0.0.1:1", retry=patient) as client, asyncio.timeout(SOON):
        watch = client.loyalty.watch_early_warnings()
        reader = asyncio.create_task(anext(watch))
        await asyncio.sleep(0)
        await watch.close()
        with pytest.raises(StopAsyncIteration):
            await reader


@pytest.mark.asyncio
async def test_whoever_stops_waiting_may_ask_again(server: FakeServer) -> None:
    server.watches = [["t1"], ["t2"]]
    async with lojal.AsyncClient(server.target) as client, client.loyalty.watch_early_warnings() as watch:
        assert (await anext(watch)).resume_token == "t1"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(watch), 0.05)
        assert (await asyncio.wait_for(anext(watch), SOON)).resume_token == "t2"
    assert asked_after(server) == ["", "t1"]


@pytest.mark.asyncio
async def test_a_cancelled_task_is_cancelled(server: FakeServer) -> None:
    server.watches = [["t1"]]
    async with lojal.AsyncClient(server.target) as client:
        watch = client.loyalty.watch_early_warnings()
        await anext(watch)
        reader = asyncio.create_task(anext(watch))
        await asyncio.sleep(0)  # it waits for the next one
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        assert await asyncio.to_thread(server.left.wait, SOON)


def test_a_silent_stream_that_was_open_got_somewhere() -> None:
    """Else the breaks of a whole day without a message would add up, and the third restart of a day would end it."""
    now = 0.0
    policy = RetryPolicy(max_attempts=2, initial_delay=1)
    attempts = Attempts(policy, None, clock=lambda: now, rng=lambda: 1.0)
    for _ in range(9):
        attempts.opening()
        now += HELD_SECONDS
        assert attempts.delay(DOWN) == 1
        attempts.opening()  # the server is not back yet
        assert attempts.delay(DOWN) == 2
    never = Attempts(policy, None, clock=lambda: now, rng=lambda: 1.0)
    for expected in (1, None):
        never.opening()
        now += HELD_SECONDS - 1
        assert never.delay(DOWN) == expected


def test_watches_print_what_to_do() -> None:
    expected = "<WatchEarlyWarnings: loop over it, and close() it to stop>"
    assert repr(lojal.Client().loyalty.watch_early_warnings()) == expected
    awaited = lojal.AsyncClient().loyalty.watch_early_warnings()
    assert repr(awaited) == "<WatchEarlyWarnings: loop over it with async for, and await close() to stop>"
