"""Arguments that make no sense, as errors that say so: of whatever type they are, they are `InvalidArgument`."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from typing import Any

from lojal.errors import LojalError, invalid

LONGEST_SHOWN = 80


@contextlib.contextmanager
def sensible(name: str, value: Any, what: str) -> Iterator[None]:
    """Says of a value that it is not what is wanted, where Python would say something about types.

    Only what is done with the value itself belongs into the block: nothing that a caller's own code does.

    Example:
        >>> with sensible("days", "seven", "a number"):
        ...     float("seven")
        Traceback (most recent call last):
            ...
        lojal.errors.InvalidArgument: INVALID_ARGUMENT/INVALID_FIELD: days: 'seven' is not a number
    """
    try:
        yield
    except LojalError:
        raise
    except (TypeError, ValueError, OverflowError, AttributeError) as error:
        raise invalid(name, f"{shown(value)} is not {what_of(value, what)}") from error


def what_of(value: Any, what: str) -> str:
    """Returns what is wanted of a value; of text that is none, what is wrong with it."""
    if isinstance(value, str) and not _is_unicode(value):
        return "text: it has half of a surrogate pair, which is no letter"
    return what


def shown(value: Any) -> str:
    """Returns a value for an error, the beginning of a long one."""
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


def listed(name: str, value: Any, what: str = "a list") -> Iterable[Any]:
    """Returns what can be looped over. Text can be, too, and is not meant."""
    if isinstance(value, str | bytes):
        example = f'"{value}"' if isinstance(value, str) else shown(value)
        raise invalid(name, f"{shown(value)} is not {what}: give one, such as [{example}]")
    with sensible(name, value, what):
        iter(value)
    return value  # type: ignore[no-any-return]


def unicode(name: str, text: str) -> str:
    """Returns text that can be sent."""
    with sensible(name, text, "text"):
        text.encode()
    return text


def path_of(name: str, value: Any) -> str:
    """Returns a path that a file system can have."""
    with sensible(name, value, "a path"):
        path = os.fspath(value)
        path = path if isinstance(path, str) else path.decode()
        if "\0" in path:
            raise ValueError
        os.fsencode(path)
    return path


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
