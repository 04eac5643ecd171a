"""Instants as plain dates and enums as words, in every question of the contract."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor

from lojal import words
from lojal.requests import RPCS, request_of
from lojal.wire_enum import kind_of

WRITES = ("Import", "Record", "Upsert", "Void")
"""Calls of rows, which have readers of their own."""


def fields(rpc: str) -> Iterator[FieldDescriptor]:
    """Returns the fields that a method takes as arguments: those of the request and of what it says of answers."""
    request = RPCS[rpc][1].input_type
    yield from request.fields
    answers = request.fields_by_name.get("answers")
    if answers is not None and answers.message_type is not None:
        yield from answers.message_type.fields


def is_instant(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.full_name == "google.protobuf.Timestamp"


QUESTIONS = [rpc for rpc in RPCS if not rpc.startswith(WRITES)]


@pytest.mark.parametrize(("rpc", "field"), [(rpc, f) for rpc in QUESTIONS for f in fields(rpc) if is_instant(f)])
def test_an_instant_is_a_plain_date(rpc: str, field: Any) -> None:
    sent = [request_of(rpc, {field.name: at}) for at in ("2026-03-02", date(2026, 3, 2), "2026-03-02T00:00:00Z")]
    assert sent[0] == sent[1] == sent[2] != request_of(rpc, {})


@pytest.mark.parametrize(("rpc", "field"), [(rpc, f) for rpc in QUESTIONS for f in fields(rpc) if f.enum_type])
def test_an_enum_is_a_word(rpc: str, field: Any) -> None:
    kind = kind_of(field.enum_type.name)
    is_list = field.default_value == []
    sent = set()
    for value in field.enum_type.values[1:]:
        word = value.name.removeprefix(kind.prefix()).lower()
        asked = [request_of(rpc, {field.name: [it] if is_list else it}) for it in (word, word.upper(), value.name)]
        assert asked[0] == asked[1] == asked[2]
        sent.add(asked[0].SerializeToString())
    assert len(sent) == len(field.enum_type.values) - 1


@pytest.mark.parametrize("alias", [name for name in vars(words) if name.endswith("Word")])
def test_type_checkers_know_every_word_that_can_be_sent(alias: str) -> None:
    kind, texts = typing.get_args(getattr(words, alias))
    assert f"{kind.__name__}Word" == alias
    sent = kind.wire_type().DESCRIPTOR.values_by_name
    can_be_sent = [each.value for each in kind if kind.prefix() + each.name in sent]
    assert list(typing.get_args(texts)) == can_be_sent
