"""The server is killed in the middle of loads, listings and exports, and comes back on its port with its data.

When it dies is decided by what has arrived, never by a clock. Whatever was under way goes on, or fails with one error
that says why; nothing is there twice, and nothing that was answered is gone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from both import open_client

import lojal
from lojal.loading.session import ImportSession
from lojal.results import exports

ROWS = 1_200
EACH = 60
CHUNKS = ROWS // EACH
AS_OF = "2025-07-01"
PATIENT = lojal.RetryPolicy(max_attempts=400, initial_delay=0.05, max_delay=0.5)
HASTY = lojal.RetryPolicy(max_attempts=2, max_delay=0.2)
"""Too few tries to outlast a restart, unless what is under way is given a minute."""
ONCE = lojal.RetryPolicy(max_attempts=1)
KINDS = pytest.mark.parametrize("kind", ["blocking", "awaited"])


def purchases() -> list[dict[str, str]]:
    """Purchases of which two are alike and have no id, so that only counting them tells them apart."""
    day = "2025-03-{:02}".format
    return [{"customer_id": f"c{n // 4}", "time": day(1 + n // 2 % 20), "amount": "2.50"} for n in range(ROWS)]


class Killer:
    """Kills the server at the moment it is told to, once, and starts another in its place meanwhile."""

    def __init__(self, start: Callable[..., Any]) -> None:
        self._start = start
        self._server = start()
        self.target: str = self._server.target
        self._next: threading.Thread | None = None

    def strike(self) -> None:
        """Kills it, and has another one started while whoever was served notices."""
        if self._next is None:
            self._server.kill()
            self._next = threading.Thread(target=self.start_again)
            self._next.start()

    def kill(self) -> None:
        """Kills it for good."""
        self._server.kill()

    def start_again(self) -> None:
        """Starts another one in its place."""
        self._server = self._start(self.target.removeprefix("http://"))

    @property
    def struck(self) -> bool:
        """Whether it did, and the other one is there."""
        if self._next is not None:
            self._next.join()
        return self._next is not None


@pytest.fixture
def killer(start: Callable[..., Any]) -> Iterator[Killer]:
    killer = Killer(start)
    yield killer
    _ = killer.struck


def at_answer(monkeypatch: pytest.MonkeyPatch, number: int, do: Callable[[], None]) -> None:
    """Has something done as soon as so many chunks were answered; 0 is when the first is about to go out."""
    answered, acknowledged, opened = 0, ImportSession.acknowledged, ImportSession.opened

    def first(session: ImportSession) -> None:
        if number == 0:
            do()
        opened(session)

    def count(session: ImportSession, response: Any) -> None:
        nonlocal answered
        acknowledged(session, response)
        answered += 1
        if answered == number:
            do()

    monkeypatch.setattr(ImportSession, "opened", first)
    monkeypatch.setattr(ImportSession, "acknowledged", count)


def require_one_load(client: Any) -> None:
    """What is recorded is what one load records, to the last cent, and another load adds nothing."""
    seen = client.admin.info().workspace
    assert (seen.customers, seen.transactions) == (ROWS // 4, ROWS)
    spend = [each.net_spend.amount for each in client.customers.list(as_of=AS_OF)]
    assert spend == [Decimal("10.00")] * (ROWS // 4)
    again = client.transactions.load(purchases(), currency_code="EUR", progress=False)
    assert (again.recorded, again.duplicates) == (0, ROWS)


@KINDS
@pytest.mark.parametrize("answered", [0, 1, 7, CHUNKS - 1, CHUNKS])
def test_a_load_goes_on(kind: str, answered: int, killer: Killer, monkeypatch: pytest.MonkeyPatch) -> None:
    at_answer(monkeypatch, answered, killer.strike)
    for client in open_client(kind, killer.target, retry=PATIENT):
        result = client.transactions.load(purchases(), currency_code="EUR", progress=False, chunk_rows=EACH)
        assert killer.struck
        assert (result.rows, result.recorded + result.duplicates) == (ROWS, ROWS)
        assert result.recorded >= answered * EACH
        require_one_load(client)


@KINDS
@pytest.mark.parametrize("answered", [1, 7])
def test_a_load_that_ends_there_says_so_and_is_loaded_again(
    kind: str, answered: int, killer: Killer, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_answer(monkeypatch, answered, killer.kill)
    for client in open_client(kind, killer.target, retry=ONCE):
        with pytest.raises(lojal.Unavailable) as told:
            client.transactions.load(purchases(), currency_code="EUR", progress=False, chunk_rows=EACH)
        assert (told.value.code, bool(told.value.message)) == ("UNAVAILABLE", True)
    monkeypatch.undo()
    killer.start_again()
    for client in open_client(kind, killer.target, retry=PATIENT):
        result = client.transactions.load(purchases(), currency_code="EUR", progress=False, chunk_rows=EACH)
        assert result.recorded + result.duplicates == ROWS
        assert result.duplicates >= answered * EACH
        require_one_load(client)


def filled(killer: Killer) -> list[str]:
    """Loads a shop, and returns its customers in their order."""
    with lojal.Client(killer.target, retry=PATIENT) as client:
        client.transactions.load(purchases(), currency_code="EUR", progress=False)
        return [each.customer_id for each in client.customers.list(as_of=AS_OF)]


@KINDS
@pytest.mark.parametrize("pages", [1, 3])
def test_a_listing_goes_on(kind: str, pages: int, killer: Killer) -> None:
    wanted = filled(killer)
    for client in open_client(kind, killer.target, retry=HASTY, timeout=60.0):
        seen = []
        for place, row in enumerate(one_by_one(client, client.customers.list(as_of=AS_OF, page_size=50)), start=1):
            seen.append(row.customer_id)
            if place == pages * 50:
                killer.strike()
        assert killer.struck
        assert seen == wanted


@KINDS
def test_a_listing_that_ends_there_says_so_once(kind: str, killer: Killer) -> None:
    wanted = filled(killer)
    for client in open_client(kind, killer.target, retry=ONCE):
        rows = one_by_one(client, client.customers.list(as_of=AS_OF, page_size=50))
        seen = [next(rows).customer_id for _ in range(50)]
        killer.kill()
        with pytest.raises(lojal.Unavailable):
            next(rows)
        assert list(rows) == []
        assert seen == wanted[:50]


def one_by_one(client: Any, listing: Any) -> Iterator[Any]:
    """Reads a listing of either client row by row, as a loop over it does."""
    if isinstance(listing, lojal.Listing):
        yield from listing
        return
    rows = aiter(listing._wrapped)
    while (row := client._loop.run_until_complete(anext(rows, None))) is not None:
        yield row


BIG = 120_000
"""Rows of a table of which a server cannot have sent all before some was read: several times what is on its way."""


def filled_with_much(killer: Killer) -> None:
    rows = [{"customer_id": f"c{n}", "time": "2025-03-01", "amount": f"{n % 997}.01"} for n in range(BIG)]
    with lojal.Client(killer.target, retry=PATIENT) as client:
        client.transactions.load(rows, currency_code="EUR", progress=False)


def batches_of(client: Any, table: Any) -> Iterator[Any]:
    if isinstance(table, lojal.Export):
        yield from table.reader()
        return
    batches = aiter(table.batches())
    while (batch := client._loop.run_until_complete(anext(batches, None))) is not None:
        yield batch


@KINDS
def test_an_export_that_ends_there_says_so_once(kind: str, killer: Killer) -> None:
    filled_with_much(killer)
    for client in open_client(kind, killer.target, retry=ONCE, timeout=30.0):
        batches = batches_of(client, client.export.transactions(as_of=AS_OF))
        first = next(batches)
        killer.kill()
        with pytest.raises(lojal.Unavailable):
            list(batches)
        assert 0 < first.num_rows < BIG


@KINDS
def test_a_file_stays_until_the_new_one_is_whole(
    kind: str, killer: Killer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled_with_much(killer)
    folder = tmp_path / "files"
    folder.mkdir()
    place = folder / "purchases.parquet"
    at_batches(monkeypatch, 2, killer.kill)
    for client in open_client(kind, killer.target, retry=ONCE, timeout=30.0):
        place.write_text("what was there")
        with pytest.raises(lojal.Unavailable):
            save(client, client.export.transactions(as_of=AS_OF), place)
        assert [each.name for each in folder.iterdir()] == [place.name]
        assert place.read_text() == "what was there"
    killer.start_again()
    at_batches(monkeypatch, 2, killer.strike)
    for client in open_client(kind, killer.target, retry=PATIENT, timeout=30.0):
        assert save(client, client.export.transactions(as_of=AS_OF), place) == BIG
        assert killer.struck
    assert [each.name for each in folder.iterdir()] == [place.name]
    assert len(set(pyarrow.parquet.read_table(place)["customer_id"].to_pylist())) == BIG


def at_batches(monkeypatch: pytest.MonkeyPatch, number: int, do: Callable[[], None]) -> None:
    """Has something done once so many messages of a table were read."""
    seen, read = 0, exports._Reader.read

    def counted(reader: Any, message: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == number:
            do()
        return read(reader, message)

    monkeypatch.setattr(exports._Reader, "read", counted)


def save(client: Any, table: Any, place: Path) -> int:
    saved = table.save(place)
    return int(saved if isinstance(table, lojal.Export) else client._loop.run_until_complete(saved))


@KINDS
@pytest.mark.parametrize("batches", [1, 3])
def test_an_export_goes_on(kind: str, batches: int, killer: Killer) -> None:
    filled_with_much(killer)
    for client in open_client(kind, killer.target, retry=HASTY, timeout=30.0):
        wanted = list(batches_of(client, client.export.transactions(as_of=AS_OF)))
        seen = []
        for place, batch in enumerate(batches_of(client, client.export.transactions(as_of=AS_OF)), start=1):
            seen.append(batch)
            if place == batches:
                killer.strike()
        assert killer.struck
        whole = pyarrow.Table.from_batches(seen)
        assert whole.num_rows == BIG
        assert whole.equals(pyarrow.Table.from_batches(wanted))
