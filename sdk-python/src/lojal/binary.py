"""Where the server's binary is."""

from __future__ import annotations

import importlib
import os
import shutil
from pathlib import Path

from lojal.errors import NotFound
from lojal.sensible import path_of

VARIABLE = "LOJAL_BIN"
HOW_TO_GET_ONE = (
    "Install the package lojal-server, or build it with `cargo build --release` in Lojal's repository and name it with "
    "binary=, or with LOJAL_BIN"
)


def find_binary(given: str | os.PathLike[str] | None = None) -> Path:
    """Returns the server's binary: the one given, else that of LOJAL_BIN, of the package lojal-server, or of the PATH.

    Raises:
        NotFound: If there is none; it says where was looked, and how to get one.
    """
    if given is not None:
        return _runnable(given, "binary")
    if named := os.environ.get(VARIABLE):
        return _runnable(named, VARIABLE)
    packaged = _packaged()
    if packaged is not None:
        return packaged
    if found := shutil.which("lojal"):
        return Path(found)
    raise NotFound(
        f"there is no lojal server here: {VARIABLE} is not set, the package lojal-server is not installed, and "
        f"the PATH has no `lojal`. {HOW_TO_GET_ONE}",
        code="NOT_FOUND",
    )


def _runnable(named: str | os.PathLike[str], by: str) -> Path:
    path = Path(path_of("binary", named)).absolute()
    if not os.access(path, os.X_OK) or not path.is_file():
        raise NotFound(f"{by} names {os.fspath(named)!r}, which is no program. {HOW_TO_GET_ONE}", code="NOT_FOUND")
    return path


def _packaged() -> Path | None:
    """Returns the binary of the package lojal-server, None without it."""
    try:
        package = importlib.import_module("lojal_server")
    except ImportError:
        return None
    path = Path(package.binary())
    return path if path.is_file() else None
