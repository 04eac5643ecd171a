"""Servers of one's own: they come up, and are gone when whoever asked is gone, however they went."""

from __future__ import annotations

import asyncio
import gc
import gzip
import inspect
import os
import re
import select
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import Any

import pytest

import lojal

REPOSITORY = Path(__file__).resolve().parents[3]
ENDS_WITHIN_SECONDS = 60


@pytest.fixture(autouse=True)
def _named(monkeypatch: pytest.MonkeyPatch, server_binary: Path) -> None:
    monkeypatch.setenv("LOJAL_BIN", str(server_binary))


def processes_of(directory: Path) -> list[int]:
    """The processes that run a server on a directory, keepers included."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            told = (each / "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(directory) in told and int(each.name) != os.getpid():
            found.append(int(each.name))
    return found


def assert_gone(directory: Path) -> None:
    """Waits until no process is left, by asking the system about each until a deadline."""
    for pid in processes_of(directory):
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        ready = threading.Event()
        waiter = threading.Thread(target=lambda at=handle, done=ready: (_wait(at), done.set()), daemon=True)
        waiter.start()
        assert ready.wait(ENDS_WITHIN_SECONDS), f"process {pid} still runs"
        os.close(handle)
    assert processes_of(directory) == []


def _wait(handle: int) -> None:
    select.select([handle], [], [])


def test_it_is_there_with_data_and_gone_after_the_block() -> None:
    with lojal.local() as client:
        assert client.transactions.load(lojal.datasets.cdnow(), progress=False).recorded == 6919
        assert client.segments.summary(as_of="1998-07-01")[0].customers == 91
        directory = client.server.directory
        assert processes_of(directory)
        assert client.with_options(workspace="other").admin.info().workspace.customers == 0
    assert processes_of(directory) == []
    assert not directory.exists()


def test_its_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", inspect.getdoc(lojal.local) or "", re.DOTALL)
    names: dict[str, Any] = {"lojal": lojal}
    exec(textwrap.dedent(code), names)
    assert names["client"].server.directory == tmp_path / "shop"
    names["client"].close()


def test_a_client_that_nobody_has_takes_its_server_along() -> None:
    client = lojal.local()
    directory = client.server.directory
    other = client.with_options(workspace="other")
    del client
    gc.collect()
    assert other.admin.info().writable  # the server is theirs, too
    del other
    gc.collect()
    assert processes_of(directory) == []


def test_a_directory_goes_on_where_it_was(tmp_path: Path) -> None:
    for recorded, duplicates in ((1, 0), (0, 1)):
        with lojal.local(tmp_path / "shop") as client:
            result = client.transactions.record([{"customer_id": "c1", "time": "2026-03-01", "amount": "1"}])
            assert (result.recorded, result.duplicates) == (recorded, duplicates)


def test_a_directory_with_api_keys_takes_one(tmp_path: Path) -> None:
    with lojal.local(tmp_path) as client:
        secret = client.admin.create_api_key("notebook", scopes=["admin", "read"]).secret
    with lojal.local(tmp_path) as client, pytest.raises(lojal.Unauthenticated):
        client.admin.info()
    with lojal.local(tmp_path, api_key=secret) as client:
        assert client.admin.info().writable


def test_a_directory_in_use_says_so(tmp_path: Path) -> None:
    with lojal.local(tmp_path), pytest.raises(lojal.FailedPrecondition, match="is in use by another lojal: close that"):
        lojal.local(tmp_path)


def test_a_directory_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(lojal.FileUnusable, match="cannot be made: Not a directory; choose another directory"):
        lojal.local(tmp_path / "file" / "shop")


def test_an_async_client_takes_its_address() -> None:
    async def version(target: str) -> str:
        async with lojal.AsyncClient(target) as client:
            return (await client.admin.info()).version

    with lojal.local() as client:
        assert asyncio.run(version(client.target)) == client.admin.info().version


def test_keys_and_settings_of_the_environment_are_for_other_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOJAL_API_KEY", "two words")  # which no client takes
    monkeypatch.setenv("LOJAL__SERVER__LISTEN", "0.0.0.0:1")
    with lojal.local() as client:
        assert client.admin.info().writable
        assert "authorization" not in dict(client.metadata)
        assert client.target.startswith("http://127.0.0.1:")


def test_what_does_not_come_up_says_what_it_printed(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("no directory")
    with pytest.raises(lojal.Unavailable, match=r"did not come up; it printed:\n(.|\n)*data"):
        lojal.local(tmp_path)


def test_no_binary_says_where_was_looked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server_binary: Path) -> None:
    monkeypatch.delenv("LOJAL_BIN")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(lojal.NotFound, match="LOJAL_BIN is not set, the package lojal-server is not installed, and"):
        lojal.local()
    with pytest.raises(lojal.NotFound, match="binary names 'nowhere', which is no program"):
        lojal.local(binary="nowhere")
    monkeypatch.setenv("LOJAL_BIN", str(tmp_path))
    with pytest.raises(lojal.NotFound, match="LOJAL_BIN names"):
        lojal.local()
    monkeypatch.delenv("LOJAL_BIN")
    (tmp_path / "lojal").symlink_to(server_binary)
    with lojal.local() as client:
        assert client.admin.info().writable


@pytest.mark.parametrize("how", ["killed", "ends", "raises"])
def test_no_orphan_is_left(how: str) -> None:
    ends = {"killed": "sys.stdin.read()", "ends": "", "raises": "raise SystemExit(3)"}
    code = f"import sys, lojal\nclient = lojal.local()\nprint(client.server.directory, flush=True)\n{ends[how]}"
    run = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    assert run.stdin is not None
    directory = Path(run.stdout.readline().strip())
    if how == "killed":
        assert len(processes_of(directory)) == 2  # the server and its keeper
        run.send_signal(signal.SIGKILL)
    run.wait(ENDS_WITHIN_SECONDS)
    assert_gone(directory)
    assert not directory.exists()
    run.stdin.close()
    run.stdout.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a killed keeper leaves its server")
def test_a_killed_keeper_takes_the_server_along() -> None:
    client = lojal.local()
    directory = client.server.directory
    keeper, _ = sorted(processes_of(directory), key=lambda pid: parent(pid) != os.getpid())
    os.kill(keeper, signal.SIGKILL)
    assert_gone(directory)
    client.close()
    assert not directory.exists()


def parent(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("PPid:")))


def test_an_interrupt_stops_a_cell_and_not_the_server() -> None:
    with lojal.local() as client:
        keeper = next(pid for pid in processes_of(client.server.directory) if parent(pid) == os.getpid())
        assert os.getpgid(keeper) != os.getpgid(0)
        assert client.admin.info().writable


def test_the_data_are_those_of_the_server(cdnow_rows: list[dict[str, str]]) -> None:
    packed = REPOSITORY / "sdk-python" / "src" / "lojal" / "datasets" / "cdnow_sample.txt.gz"
    assert gzip.decompress(packed.read_bytes()) == (REPOSITORY / "server" / "data" / "cdnow_sample.txt").read_bytes()
    shipped: list[dict[str, Any]] = [
        {k: v for k, v in row.items() if k != "currency"} for row in lojal.datasets.cdnow()
    ]
    assert shipped == cdnow_rows
