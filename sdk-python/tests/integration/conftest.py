"""The real server, started once, and a workspace of its own for every test."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest
from both import open_client

REPOSITORY = Path(__file__).resolve().parents[3]
STARTS_WITHIN_SECONDS = 30
STOPS_WITHIN_SECONDS = 30
CDNOW = REPOSITORY / "server" / "data" / "cdnow_sample.txt"

HOW_TO_BUILD = (
    "there is no lojal server to test against: run `cargo build` in the repository's root, "
    "or set LOJAL_BIN to the path of the binary"
)


def binary() -> Path:
    """Returns the server's binary, the newer of two; tests fail without one, as a skipped test proves nothing."""
    named = os.environ.get("LOJAL_BIN")
    candidates = [Path(named)] if named else [REPOSITORY / "target" / kind / "lojal" for kind in ("release", "debug")]
    built = [candidate for candidate in candidates if candidate.is_file()]
    if built:
        return max(built, key=lambda candidate: candidate.stat().st_mtime)
    pytest.fail(f"{HOW_TO_BUILD} (looked for {', '.join(map(str, candidates))})", pytrace=False)


@pytest.fixture(scope="session")
def server_binary() -> Path:
    """The server's binary."""
    return binary()


class Server:
    """A running server.

    Attributes:
        target: Its address.
    """

    def __init__(self, directory: Path, listen: str = "127.0.0.1:0", *options: str) -> None:
        """Starts it on a data directory, and waits until it is ready."""
        log = directory / "stderr.log"
        with log.open("a") as errors:
            self._process = subprocess.Popen(
                [binary(), "serve", "--listen", listen, "--data-dir", str(directory / "data"), *options],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        lines: Queue[str] = Queue()
        self._reader = threading.Thread(target=_read, args=(self._process, lines), daemon=True)
        self._reader.start()
        try:
            self.target = _ready(lines, log)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Asks it to stop, and waits until it has."""
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(STOPS_WITHIN_SECONDS) == 0, "the server did not stop cleanly"
        self.kill()

    def kill(self) -> None:
        """Kills it, if it still runs."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on a free port with a data directory of its own."""
    server = Server(tmp_path_factory.mktemp("lojal"))
    try:
        yield server.target
        server.stop()
    finally:
        server.kill()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts servers on one data directory, one after the other; those that still run at the end are killed."""
    started: list[Server] = []

    def begin(listen: str = "127.0.0.1:0", *options: str) -> Server:
        started.append(Server(tmp_path, listen, *options))
        return started[-1]

    yield begin
    for server in started:
        server.kill()


@pytest.fixture
def run_lojal() -> Callable[..., str]:
    """Runs the binary with arguments, and returns what it printed."""

    def run(*arguments: str) -> str:
        done = subprocess.run([str(binary()), *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


def _read(process: subprocess.Popen[str], lines: Queue[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put("")


def _ready(lines: Queue[str], log: Path) -> str:
    """Waits for the line that says where the server listens."""
    seen: list[str] = []
    try:
        while line := lines.get(timeout=STARTS_WITHIN_SECONDS):
            seen.append(line)
            if match := re.search(r"listening on (https?://\S+)", line):
                return match[1]
    except Empty:
        pass
    pytest.fail(f"the server did not start: {''.join(seen)}\n{log.read_text()[-2000:]}", pytrace=False)


@pytest.fixture(params=["blocking", "awaited"])
def client(request: pytest.FixtureRequest, target: str) -> Iterator[Any]:
    """A client of either kind, in an empty workspace."""
    workspace = f"test-{uuid.uuid4()}"
    for opened in open_client(request.param, target, workspace=workspace, timeout=30.0):
        opened.workspaces.create(workspace)
        yield opened


@pytest.fixture(scope="session")
def cdnow_rows() -> list[dict[str, str]]:
    """The purchases of the CDNOW sample: 2,357 customers from January 1997 to June 1998."""
    path = Path(os.environ.get("LOJAL_CDNOW", CDNOW))
    if not path.is_file():
        pytest.fail(f"the CDNOW sample is not at {path}: set LOJAL_CDNOW to its path", pytrace=False)
    rows = []
    for line in path.read_text().splitlines():
        _, customer, day, _, dollars = line.split()
        rows.append({"customer_id": customer, "date": f"{day[:4]}-{day[4:6]}-{day[6:]}", "value": dollars})
    return rows


@pytest.fixture(scope="session")
def cdnow_workspaces() -> dict[str, str]:
    """The workspaces that hold the CDNOW sample already, by kind of client."""
    return {}


@pytest.fixture
def cdnow(
    request: pytest.FixtureRequest, client: Any, cdnow_rows: list[dict[str, str]], cdnow_workspaces: dict[str, str]
) -> Any:
    """A client whose workspace holds the CDNOW sample. Tests may add models to it, never records."""
    kind = request.node.callspec.params["client"]
    if kind not in cdnow_workspaces:
        workspace = f"cdnow-{kind}-{uuid.uuid4()}"
        loading = client.with_options(workspace=workspace)
        result = loading.transactions.load(cdnow_rows, currency_code="USD", progress=False)
        assert (result.rows, result.recorded, result.duplicates) == (6919, 6919, 0)
        loading.clv.fit(model="bg_nbd", calibration_end="1997-09-30")
        cdnow_workspaces[kind] = workspace
    return client.with_options(workspace=cdnow_workspaces[kind])
