"""A server of one's own, for a notebook or a script: it is there when asked for, and ends with whoever asked."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, Queue
from typing import IO

from lojal.binary import find_binary
from lojal.client import DEFAULT_TIMEOUT, Client, _Channel
from lojal.credentials import ApiKeySource, Credentials, credentials_for
from lojal.errors import FailedPrecondition, FileUnusable, Unavailable
from lojal.retry import LOG, RetryPolicy, policy_of
from lojal.sensible import path_of

STARTS_WITHIN_SECONDS = 60.0
STOPS_WITHIN_SECONDS = 30.0
KEEPER = Path(__file__).with_name("server_keeper.py")
TOLD = 2_000
"""Letters of what a server printed that are told when it does not come up."""


class LocalServer:
    """A running server, which ends when nobody has it any more.

    Attributes:
        target: Its address.
        directory: Where it keeps its data.
    """

    def __init__(self, binary: Path, directory: Path, *, temporary: bool) -> None:
        arguments = [str(binary), "serve", "--listen", "127.0.0.1:0", "--data-dir", str(directory / "data")]
        lines: Queue[str] = Queue()
        self.directory = directory
        # what it prints is only read when it does not come up, so it has no name on the disk
        with tempfile.TemporaryFile() as log:
            process = _keep(arguments, log, remove=directory if temporary else None)
            threading.Thread(target=_read, args=(process, lines), daemon=True).start()
            # also when the interpreter ends; when it is killed, the keeper sees its end of the pipe close
            self._stop = weakref.finalize(self, _stop, process, directory if temporary else None)
            target = _ready(lines)
            if target is None:
                self._stop()
                raise _unready(binary, directory, log)
        self.target = target
        LOG.info("%s serves %s on %s", binary, directory, target)

    def stop(self) -> None:
        """Stops it. Twice is fine."""
        self._stop()


class LocalClient(Client):
    """A client of a server of its own; see `local`.

    Attributes:
        server: The server.
    """

    server: LocalServer
    _owns: bool = False

    def with_options(self, *, workspace: str | None = None, timeout: float | None = None) -> LocalClient:
        """Returns a client of another workspace or with another timeout, of the same server."""
        other = super().with_options(workspace=workspace, timeout=timeout)
        assert isinstance(other, LocalClient)
        other.server = self.server
        return other

    @property
    def target(self) -> str:
        """The server's address, for an `AsyncClient` or another program."""
        return self.server.target

    def close(self) -> None:
        """Closes the connection and stops the server. What `with_options` returned only closes the connection."""
        super().close()
        if self._owns:
            self.server.stop()


def local(
    directory: str | os.PathLike[str] | None = None,
    *,
    binary: str | os.PathLike[str] | None = None,
    workspace: str = "default",
    timeout: float | None = DEFAULT_TIMEOUT,
    retry: RetryPolicy | None = None,
    api_key: ApiKeySource | None = None,
) -> LocalClient:
    """Starts a server on this machine and returns a client of it.

    It listens on 127.0.0.1 alone, on a free port, and takes its settings from nobody. It ends when the client is closed
    or forgotten, when the `with` block or the interpreter ends, and, where that is killed, right after it.

    Args:
        directory: Where to keep data, so that the next `local` with it goes on. Default: a directory of its own, which
            goes with the server.
        binary: The server's binary. Default: the one that LOJAL_BIN names, that of the package lojal-server, or
            `lojal` on the PATH.
        workspace: As for `Client`.
        timeout: As for `Client`.
        retry: As for `Client`.
        api_key: As for `Client`, for a directory whose server has API keys. Default: none.

    Raises:
        NotFound: If there is no binary.
        FailedPrecondition: If another server has the directory.
        Unavailable: If it does not come up, with what it printed.

    Example:
        ```python
        with lojal.local() as client:
            client.transactions.load(lojal.datasets.cdnow())
            print(client.segments.summary(as_of="1998-07-01"))

        client = lojal.local("shop")        # or without a block, in a notebook
        ```
    """
    found = find_binary(binary)
    if directory is None:
        place, temporary = Path(tempfile.mkdtemp(prefix="lojal-")), True
    else:
        place, temporary = Path(path_of("directory", directory)).absolute(), False
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileUnusable(f"{place} cannot be made: {error.strerror}; choose another directory") from error
    server = LocalServer(found, place, temporary=temporary)
    # keys of the environment are for other servers
    credentials = Credentials(None, None, None, None)
    if api_key is not None:
        credentials = credentials_for(server.target, api_key=api_key)
    client = object.__new__(LocalClient)
    client._owns, client.server = True, server
    client._set_up(_Channel(server.target, credentials, None), workspace, timeout, policy_of(retry))
    return client


def _keep(arguments: Sequence[str], log: IO[bytes], remove: Path | None) -> subprocess.Popen[str]:
    """Starts a server below a keeper, which stops it when this process is gone."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith("LOJAL_")}
    kept = [sys.executable, "-I", "-S", str(KEEPER), str(remove or ""), *arguments]
    # of a session of its own, so that Ctrl-C in a notebook stops a cell and not the server
    return subprocess.Popen(
        kept,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env=settings,
        start_new_session=True,
    )


def _read(process: subprocess.Popen[str], lines: Queue[str]) -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.put(line)
    lines.put("")


def _ready(lines: Queue[str]) -> str | None:
    """Returns the address once the server says that it listens; None when it ends first, or takes too long."""
    try:
        while line := lines.get(timeout=STARTS_WITHIN_SECONDS):
            if match := re.search(r"listening on (https?://\S+)", line):
                return match[1]
    except Empty:
        pass
    return None


def _unready(binary: Path, directory: Path, log: IO[bytes]) -> FailedPrecondition | Unavailable:
    log.seek(0)
    printed = log.read().decode(errors="replace").strip()
    if "in use by another" in printed:
        message = f"{directory} is in use by another lojal: close that one, or choose another directory"
        return FailedPrecondition(message, code="FAILED_PRECONDITION")
    said = f"it printed:\n{printed[-TOLD:]}" if printed else "it printed nothing"
    return Unavailable(f"{binary} serve did not come up; {said}", code="UNAVAILABLE")


def _stop(process: subprocess.Popen[str], remove: Path | None) -> None:
    """Lets the keeper stop the server, and waits for both."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(STOPS_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if remove is not None:
        # the keeper has done it, unless somebody killed it
        shutil.rmtree(remove, ignore_errors=True)
