"""How the server is doing."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from os import PathLike, fsync
from pathlib import Path

from lojal.call import describe
from lojal.calls.group import Group
from lojal.errors import FileIsThere, FileUnusable, LojalError, invalid
from lojal.listing import Listing
from lojal.results.admin import ApiKey, CreatedApiKey, ServerInfo
from lojal.sensible import path_of

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Errors of a disk without room."""


class BackupFile:
    """A file that gets its name once it is whole."""

    def __init__(self, path: str | PathLike[str], replace: bool) -> None:
        self._path = Path(path_of("path", path))
        if not self._path.name:
            raise invalid("path", f"{path!r} names no file")
        self._part = self._path.with_name(self._path.name + ".part")
        with self._told():
            if self._path.exists() and not replace:
                raise FileIsThere(f"{self._path} is there already; choose another name, or give replace=True")
            self._file = self._part.open("wb")

    def write(self, data: bytes) -> None:
        """Writes the next piece."""
        with self._told():
            self._file.write(data)

    def __enter__(self) -> BackupFile:
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        try:
            if failed is None:
                with self._told():
                    self._file.flush()
                    fsync(self._file.fileno())
                    self._file.close()
                    self._part.replace(self._path)
        finally:
            with suppress(OSError):  # the disk that made it fail may do so again
                self._file.close()
            self._part.unlink(missing_ok=True)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Says what is wrong with a file, or with the disk that it is on."""
        try:
            yield
        except LojalError:
            raise
        except OSError as error:
            advice = "make room, or choose another path" if error.errno in FULL else "choose another path"
            raise FileUnusable(f"{self._path} cannot be written: {error.strerror}; {advice}") from error


class Admin(Group):
    """Tells how the server is doing, copies everything, and keeps API keys."""

    def info(self, *, timeout: float | None = None) -> ServerInfo:
        """Returns version, state and limits of the server, and the size of the workspace.

        Example:
            ```python
            client.admin.info().workspace.customers
            ```
        """
        return self._ask("GetServerInfo", ServerInfo.from_wire, locals())

    def backup(self, path: str | PathLike[str], *, replace: bool = False, timeout: float | None = None) -> Path:
        """Writes a copy of all workspaces into a file, while the server goes on. `lojal restore` reads it. No deadline.

        Args:
            path: The file. It gets its name once it is whole and on the disk.
            replace: Take the place of a file of this name.

        Returns:
            The file's path.

        Example:
            ```python
            client.admin.backup("lojal-2026-03-01.backup")
            ```
        """
        call = describe("Backup", lambda message: bytes(message.data), {"timeout": timeout})
        with BackupFile(path, replace) as file:
            for data in self._runner.stream(call):
                file.write(data)
        return Path(path)

    def create_api_key(
        self,
        name: str,
        *,
        scopes: Sequence[str],
        workspaces: Sequence[str] = (),
        expire_time: datetime | str | None = None,
        calls_per_second: int | None = None,
        heavy_calls: int | None = None,
        rows_per_day: int | None = None,
        timeout: float | None = None,
    ) -> CreatedApiKey:
        """Makes an API key. The first one closes the server to calls without a key. Needs the scope "admin".

        Args:
            name: What it is for; the server's log of calls shows it.
            scopes: What it may be used for, such as `["ingest", "read"]`; see `Scope`.
            workspaces: The workspaces it may be used for. Default: all.
            expire_time: From when on it is refused. Default: never.
            calls_per_second: Calls a second with it. Default: as the server's configuration has it for each key.
            heavy_calls: Calls under way that look at everybody or fit models. Default: likewise.
            rows_per_day: Rows recorded in a day of UTC. Default: likewise.

        Raises:
            InvalidArgument: If it names no scope, or an instant that is past.

        Example:
            ```python
            key = client.admin.create_api_key("shop", scopes=["ingest"], workspaces=["shop-hr"]).secret
            ```
        """
        return self._ask("CreateApiKey", CreatedApiKey.from_wire, locals())

    def api_keys(self, *, page_size: int = 1000, timeout: float | None = None) -> Listing[ApiKey]:
        """Lists API keys by when they were made, expired and revoked ones included. Needs the scope "admin".

        Example:
            ```python
            print(client.admin.api_keys().to_pandas())
            ```
        """
        return self._list("ListApiKeys", ApiKey, locals(), "api_keys")

    def revoke_api_key(self, key_id: str, *, timeout: float | None = None) -> ApiKey:
        """Ends an API key for good. Needs the scope "admin".

        Args:
            key_id: The part of the key between the underscores, as `api_keys` lists it.

        Raises:
            NotFound: If there is no such key.
        """
        return self._ask("RevokeApiKey", ApiKey.from_wire, locals())
