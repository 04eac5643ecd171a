"""How the server is doing."""

from __future__ import annotations

from os import PathLike, fsync
from pathlib import Path

from lojal.call import describe
from lojal.calls.group import Group
from lojal.results.admin import ServerInfo


class BackupFile:
    """A file that gets its name once it is whole."""

    def __init__(self, path: str | PathLike[str], replace: bool) -> None:
        self._path = Path(path)
        self._part = self._path.with_name(self._path.name + ".part")
        if self._path.exists() and not replace:
            raise FileExistsError(f"{self._path} is there already; choose another name, or give replace=True")
        self._file = self._part.open("wb")

    def write(self, data: bytes) -> None:
        """Writes the next piece."""
        self._file.write(data)

    def __enter__(self) -> BackupFile:
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        with self._file:
            if failed is None:
                self._file.flush()
                fsync(self._file.fileno())
        if failed is None:
            self._part.replace(self._path)
        else:
            self._part.unlink()


class Admin(Group):
    """Tells how the server is doing."""

    def info(self) -> ServerInfo:
        """Returns version, state and limits of the server, and the size of the workspace.

        Example:
            ```python
            client.admin.info().workspace.customers
            ```
        """
        return self._ask("GetServerInfo", ServerInfo.from_wire, locals())

    def backup(self, path: str | PathLike[str], *, replace: bool = False) -> Path:
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
        call = describe("Backup", lambda message: bytes(message.data), {})
        with BackupFile(path, replace) as file:
            for data in self._runner.stream(call):
                file.write(data)
        return Path(path)
