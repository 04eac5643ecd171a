"""Reads rows of an answer into dataclasses whose fields are named as in the contract."""

from __future__ import annotations

import typing
from typing import Any, TypeVar

from lojal.money import Money
from lojal.results.common import Estimate, Period, optional
from lojal.table import field_types

Row = TypeVar("Row")


def read(kind: type[Row], message: Any) -> Row:
    """Returns a message as a dataclass with a field for each of its own: what is unset becomes None."""
    values: dict[str, Any] = {}
    for name, (hint, is_optional) in field_types(typing.cast(Any, kind)).items():
        if hint in (Money, Estimate, Period):
            missing = is_optional and not message.HasField(name)
            values[name] = None if missing else hint.from_wire(getattr(message, name))
        elif typing.get_origin(hint) is tuple:
            values[name] = tuple(getattr(message, name))
        else:
            values[name] = optional(message, name) if is_optional else getattr(message, name)
    return kind(**values)
