"""Lets the site show calls as `help` does: with the arguments that many share, which the package adds when imported."""

from __future__ import annotations

import inspect
import pydoc
from typing import Any

import griffe


class CallDocs(griffe.Extension):
    """Takes the documentation of calls from the imported package."""

    def on_function(self, *, func: griffe.Function, loader: griffe.GriffeLoader, **_: Any) -> None:
        """Replaces the documentation of one call."""
        if func.docstring is None or not func.path.startswith("lojal.calls."):
            return
        method = pydoc.locate(func.path)
        if method is not None and method.__doc__:
            func.docstring.value = inspect.cleandoc(method.__doc__)
