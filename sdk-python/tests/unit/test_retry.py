from __future__ import annotations

from typing import Any

import grpc
import pytest
from fake_server import FakeServer, Fault, unavailable
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2

import lojal
from lojal.errors import BY_CODE
from lojal.retry import Attempts, RetryPolicy, retryable


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


DOWN = lojal.Unavailable("restarting", code="UNAVAILABLE")
ROW = {"customer_id": "c1", "time": "2026-03-01", "amount": "1"}


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_only_unavailable_is_retried(code: str) -> None:
    assert retryable(BY_CODE[code]("no", code=code)) is (code == "UNAVAILABLE")


def test_a_store_that_takes_no_writes_is_not_asked_again() -> None:
    assert not retryable(lojal.Unavailable("disk full", code="UNAVAILABLE", reason="STORE_READ_ONLY"))


def test_what_got_somewhere_is_patient() -> None:
    clock = Clock()
    attempts = Attempts(RetryPolicy(max_attempts=3, initial_delay=1), None, clock=clock, rng=lambda: 1.0)
    attempts.progressed()
    assert [attempts.delay(DOWN) for _ in range(6)] == [1, 2, 4, 5, 5, 5]
    clock.now = 59
    assert attempts.delay(DOWN) == 5
    clock.now = 60
    assert attempts.delay(DOWN) is None
    attempts.progressed()
    assert attempts.delay(DOWN) == 1
    once = Attempts(RetryPolicy(max_attempts=1), None)
    once.progressed()
    assert once.delay(DOWN) is None


def test_overload_is_retried_when_the_server_says_when() -> None:
    error = lojal.ResourceExhausted("busy", code="RESOURCE_EXHAUSTED", retry_after=2.0)
    delay = Attempts(RetryPolicy(), None, rng=lambda: 0.5).delay(error)
    assert delay == pytest.approx(2.05)


def test_delays_grow_up_to_the_longest_and_end() -> None:
    policy = RetryPolicy(max_attempts=5, initial_delay=1, multiplier=3, max_delay=5)
    attempts = Attempts(policy, None, rng=lambda: 1.0)
    assert [attempts.delay(DOWN) for _ in range(5)] == [1, 3, 5, 5, None]


def test_jitter_goes_from_nothing_to_the_whole_delay() -> None:
    assert Attempts(RetryPolicy(), None, rng=lambda: 0.0).delay(DOWN) == 0.0


def test_the_deadline_caps_tries_and_delays() -> None:
    clock = Clock()
    attempts = Attempts(RetryPolicy(initial_delay=1), 10.0, clock=clock, rng=lambda: 1.0)
    assert attempts.timeout() == 10.0
    clock.now = 8.5
    assert attempts.timeout() == 1.5
    assert attempts.delay(DOWN) == 1
    clock.now = 9.5
    assert attempts.delay(DOWN) is None


def test_progress_starts_counting_anew() -> None:
    attempts = Attempts(RetryPolicy(max_attempts=2), None)
    assert attempts.delay(DOWN) is not None
    attempts.progressed()
    assert attempts.delay(DOWN) is not None


def test_a_call_is_tried_again_until_it_works(client: Any, server: FakeServer) -> None:
    server.faults = [unavailable(), unavailable()]
    assert client.transactions.record([ROW]).recorded == 1
    assert len(server.received) == 3
    assert server.received[0] == server.received[2]
    assert set(server.workspaces) == {"shop"}


def test_a_call_gives_up_in_the_end(client: Any, server: FakeServer) -> None:
    server.faults = [unavailable()] * 10
    with pytest.raises(lojal.Unavailable, match="restarting"):
        client.transactions.record([ROW])
    assert len(server.received) == 4


def test_other_failures_are_not_tried_again(client: Any, server: FakeServer) -> None:
    server.faults = [Fault(grpc.StatusCode.RESOURCE_EXHAUSTED, "over a limit")]
    with pytest.raises(lojal.ResourceExhausted):
        client.transactions.record([ROW])
    assert len(server.received) == 1


def test_the_server_says_when(client: Any, server: FakeServer) -> None:
    retry = error_details_pb2.RetryInfo(retry_delay=Duration(nanos=1000))
    server.faults = [Fault(grpc.StatusCode.RESOURCE_EXHAUSTED, "busy", retry)]
    assert client.transactions.record([ROW]).recorded == 1


def test_a_call_that_takes_too_long_fails(client: Any, server: FakeServer) -> None:
    server.silent = True
    with pytest.raises(lojal.DeadlineExceeded):
        client.with_options(timeout=0.2).transactions.record([ROW])
    assert len(server.received) == 1


def test_a_server_that_is_not_there() -> None:
    policy = RetryPolicy(max_attempts=2, initial_delay=0.01)
    with lojal.Client("127.0.0.1:1", retry=policy) as client, pytest.raises(lojal.Unavailable):
        client.admin.info()


def test_a_fit_keeps_its_request_id_when_tried_again(client: Any, server: FakeServer) -> None:
    server.faults = [unavailable()]
    stages: list[str] = []
    model = client.clv.fit(model="bg_nbd", on_progress=lambda progress: stages.append(progress.stage))
    assert model.model_id == "bg-nbd-1"
    assert stages == ["reading histories"]
    first, second = server.received
    assert first.request_id
    assert first == second


def test_predictions_are_not_asked_for_again_once_some_were_read(client: Any, server: FakeServer) -> None:
    server.customers = 3
    server.import_faults = [(0, unavailable())]
    with pytest.raises(lojal.Unavailable):
        client.clv.predict().to_list()
    assert len(server.received) == 1
    server.faults = [unavailable()]
    predictions = client.clv.predict().to_list()
    assert [each.customer_id for each in predictions] == ["c0", "c1", "c2"]
    assert predictions.model_id == "bg-nbd-1"


def test_a_stream_without_messages_is_an_empty_table(client: Any) -> None:
    assert len(client.clv.predict().to_list()) == 0


def test_listings_read_page_by_page(client: Any, server: FakeServer) -> None:
    server.customers = 5
    listing = client.customers.list(page_size=2)
    assert server.received == []
    assert [customer.customer_id for customer in listing] == [f"c{i}" for i in range(5)]
    assert [request.page_token for request in server.received] == ["", "2", "4"]
    table = listing.to_list()
    assert table.provenance.revision == 7
    assert len(table) == 5
    assert list(listing.to_pandas()["customer_id"]) == [f"c{i}" for i in range(5)]
