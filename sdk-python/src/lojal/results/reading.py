"""Reads answers into dataclasses whose fields are named as in the contract.

What of a message becomes which field is looked up once a class and message, by names and types; then reading is as
quick as if it were written out.
"""

from __future__ import annotations

import dataclasses
import itertools
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar, Self

from google.protobuf.descriptor import Descriptor

from lojal.instants import from_wire as instant
from lojal.results.shown import shown, shown_html

Take = Callable[[Any], Any]


class FromWire:
    """Something that is read off the wire, field by field."""

    _part: ClassVar[str] = ""
    """The field of an answer in whose message the fields are that the answer itself may lack."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "__repr__" not in vars(cls):
            cls.__repr__ = cls.__repr__  # type: ignore[method-assign]  # its own, so that no dataclass writes one

    def __repr__(self) -> str:
        return shown(self)

    def _repr_html_(self) -> str | None:
        return shown_html(self)

    @classmethod
    def from_wire(cls, message: Any) -> Self:
        """Reads an answer, or a part of one. What is unset becomes None."""
        return cls(**read(cls, message))


def read(kind: Any, message: Any, /, **instead: Any) -> dict[str, Any]:
    """Returns the fields of a class from a message.

    Args:
        kind: A dataclass, or a table with further attributes.
        message: The message.
        **instead: Fields that are not to be read.
    """
    takes = _takes(kind, message.DESCRIPTOR, frozenset(instead))
    return {name: take(message) for name, take in takes} | instead


@cache
def field_types(kind: Any) -> dict[str, tuple[Any, bool]]:
    """Returns the fields of a class with their types, optional ones unwrapped and marked."""
    hints = typing.get_type_hints(kind)
    result: dict[str, tuple[Any, bool]] = {}
    for name in _field_names(kind):
        hint = hints[name]
        if typing.get_origin(hint) in (types.UnionType, typing.Union):
            inner = [part for part in typing.get_args(hint) if part is not type(None)]
            result[name] = (inner[0], True)
        elif typing.get_origin(hint) is not ClassVar:
            result[name] = (hint, False)
    return result


def _field_names(kind: Any) -> list[str]:
    if dataclasses.is_dataclass(kind):
        return [field.name for field in dataclasses.fields(kind)]
    # a table: what its own class says it has beside rows
    own = itertools.takewhile(lambda base: "of_rows" not in vars(base), kind.__mro__)
    return [name for base in reversed(list(own)) for name in vars(base).get("__annotations__", ())]


@cache
def _takes(kind: Any, descriptor: Descriptor, without: frozenset[str]) -> list[tuple[str, Take]]:
    """Returns how each field is taken out of a message."""
    part = descriptor.fields_by_name.get(kind._part)
    inner = part.message_type.fields_by_name if part is not None and part.message_type is not None else {}
    takes: list[tuple[str, Take]] = []
    for name, (hint, is_optional) in field_types(kind).items():
        if name in without:
            continue
        if name in inner:
            takes.append((name, _within(kind._part, _take(hint, inner[name], is_optional=is_optional))))
        elif name in descriptor.fields_by_name:
            takes.append((name, _take(hint, descriptor.fields_by_name[name], is_optional=is_optional)))
        else:
            raise TypeError(f"{kind.__name__}.{name} is not in {descriptor.full_name}")
    return takes


def _within(part: str, take: Take) -> Take:
    return lambda message: take(getattr(message, part))


def _take(hint: Any, field: Any, *, is_optional: bool) -> Take:
    """Returns how one field is taken out of a message."""
    name, origin, arguments = field.name, typing.get_origin(hint), typing.get_args(hint)
    value = attrgetter(name)
    table = origin or hint
    if hasattr(table, "of_rows"):
        kind = arguments[0] if arguments else table.row_kind()
        return lambda message: table.of_rows(kind, getattr(message, name), message)
    if origin is tuple:
        convert = _convert(arguments[0])
        return lambda message: tuple(map(convert, getattr(message, name)))
    if origin is Mapping:
        return _take_named(arguments[0], arguments[1], field)
    convert = _convert(hint)
    if convert is _as_it_is:
        # most fields are: nothing is called for them that need not be
        return (lambda message: getattr(message, name) if message.HasField(name) else None) if is_optional else value
    if not is_optional:
        return lambda message: convert(getattr(message, name))
    if isinstance(hint, type) and issubclass(hint, Enum):
        # 0 is no value of an enum
        return lambda message: convert(getattr(message, name)) if getattr(message, name) else None
    return lambda message: convert(getattr(message, name)) if message.HasField(name) else None


def _convert(hint: Any) -> Take:
    """Returns how a single value is read."""
    if hint is datetime:
        return instant
    if hint is date:
        return date.fromisoformat
    if hint is Decimal:
        return Decimal
    reader: Take = getattr(hint, "from_wire", _as_it_is)
    return reader


def _as_it_is(value: Any) -> Any:
    return value


def _take_named(key: Any, hint: Any, field: Any) -> Take:
    """Returns how a mapping is taken: of text as it is, of anything else from entries with a name, or with a word."""
    name, entry = field.name, field.message_type
    if entry.GetOptions().map_entry:
        return lambda message: dict(getattr(message, name))
    if "name" not in entry.fields_by_name:
        word, number = (each.name for each in entry.fields)
        read_word = _convert(key)
        return lambda message: {
            read_word(getattr(each, word)): getattr(each, number) for each in getattr(message, name)
        }
    value = next((each.name for each in entry.fields if each.message_type is not None), None)
    convert = hint.from_wire
    if value is None:
        return lambda message: {each.name: convert(each) for each in getattr(message, name)}
    return lambda message: {each.name: convert(getattr(each, value)) for each in getattr(message, name)}
