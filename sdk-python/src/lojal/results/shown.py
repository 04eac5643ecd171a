"""How one answer prints: a line where it is short, else a line a field, and never a wall of text."""

from __future__ import annotations

import dataclasses
import html
import textwrap
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

LINE = 100
"""Letters that fit into a line."""
CLIPPED = 76
"""Letters of a single value that are shown."""


def shown(answer: Any) -> str:
    """Returns an answer as text, without what is not set and without the rows of its tables.

    Example:
        >>> from lojal.results.common import Exclusion
        >>> shown(Exclusion(cause="refunded whole", count=3))
        "Exclusion(cause='refunded whole', count=3)"
    """
    name = type(answer).__name__
    line = f"{name}({', '.join(f'{each}={_quoted(value)}' for each, value in _set(answer))})"
    if len(line) <= LINE and "\n" not in line:
        return line
    told = parts(answer)
    width = max(len(each) for each, _ in told)
    lines = [name]
    for each, text in told:
        rest = textwrap.wrap(text, max(LINE - width, 40)) or [""]
        lines.append(f"  {each.ljust(width)}  {rest[0]}")
        lines += [" " * (width + 4) + more for more in rest[1:]]
    return "\n".join(lines)


def shown_html(answer: Any) -> str:
    """Returns the same for a notebook."""
    rows = "".join(
        f'<tr><th style="text-align: left">{html.escape(each)}</th>'
        f'<td style="text-align: left">{html.escape(text)}</td></tr>'
        for each, text in parts(answer)
    )
    return f"<table><thead><tr><th colspan=2>{type(answer).__name__}</th></tr></thead><tbody>{rows}</tbody></table>"


def parts(answer: Any) -> list[tuple[str, str]]:
    """Returns the fields of an answer that are set, each with its value in a few words."""
    # a sentence is told to its end, anything else that is long is a list or a part of its own
    return [(name, value if type(value) is str else _clipped(_text(value))) for name, value in _set(answer)]


def _set(answer: Any) -> list[tuple[str, Any]]:
    found = []
    for each in dataclasses.fields(answer):
        value = getattr(answer, each.name)
        is_table = hasattr(value, "_columnar")
        if (each.repr or is_table) and not _is_empty(value):
            found.append((each.name, value))
    return found


def _is_empty(value: Any) -> bool:
    """Tells whether there is nothing to show: None, no text, no rows, or an estimate without a value."""
    if value is None or (isinstance(value, str | Sequence | Mapping) and len(value) == 0):
        return True
    return hasattr(value, "ci_low") and value.value is None and not value.n


def _quoted(value: Any) -> str:
    return repr(value) if type(value) is str else _text(value)


def _text(value: Any) -> str:
    if hasattr(value, "_columnar"):
        return f"{len(value)} {'row' if len(value) == 1 else 'rows'}" if isinstance(value, Sequence) else repr(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{_text(key)} {_text(part)}" for key, part in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(_text, value))
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.1f}".replace(",", "")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds").removesuffix("+00:00").removesuffix(" 00:00:00")
    return str(value)


def _clipped(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= CLIPPED else f"{line[: CLIPPED - 4]} ..."
