"""Builds requests out of the arguments of calls, by their names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp

from lojal.instants import to_day, to_timestamp
from lojal.sensible import listed, sensible
from lojal.v1 import (
    admin_service_pb2,
    clv_service_pb2,
    customer_service_pb2,
    export_service_pb2,
    ingest_service_pb2,
    loyalty_service_pb2,
    nps_service_pb2,
    retention_service_pb2,
    segmentation_service_pb2,
    survey_service_pb2,
    workspace_service_pb2,
)
from lojal.wire_enum import kind_of

# By their names in `Stubs`.
SERVICES = {
    "ingest": ingest_service_pb2,
    "customers": customer_service_pb2,
    "loyalty": loyalty_service_pb2,
    "segmentation": segmentation_service_pb2,
    "clv": clv_service_pb2,
    "nps": nps_service_pb2,
    "retention": retention_service_pb2,
    "export": export_service_pb2,
    "surveys": survey_service_pb2,
    "workspaces": workspace_service_pb2,
    "admin": admin_service_pb2,
}
RPCS: dict[str, tuple[str, MethodDescriptor]] = {
    rpc.name: (name, rpc)
    for name, module in SERVICES.items()
    for service in module.DESCRIPTOR.services_by_name.values()
    for rpc in service.methods
}
"""Every RPC of the contract, with its service."""

KINDER = {"model": "kind", "models": "kinds", "order_by": "order"}
"""Arguments that have a kinder name than the contract's field."""
WORDS = {
    FieldDescriptor.CPPTYPE_STRING: "text",
    FieldDescriptor.CPPTYPE_BOOL: "True or False",
    FieldDescriptor.CPPTYPE_DOUBLE: "a number",
    FieldDescriptor.CPPTYPE_INT32: "a whole number of this size",
    FieldDescriptor.CPPTYPE_INT64: "a whole number of this size",
}


def request_of(rpc: str, arguments: Mapping[str, Any]) -> Message:
    """Returns the request of an RPC.

    An argument that is no field of the request is one of a message in it, such as `answers`, which says what answers
    to surveys count.

    Args:
        rpc: Its name.
        arguments: What a method was called with, by name; `self` is passed over. None leaves a field unset.

    Raises:
        InvalidArgument: If a value is not what its field takes.

    Example:
        >>> str(request_of("GetNps", {"window": "90d", "interval": "month"})).split()
        ['window:', '"90d"', 'interval:', 'CALENDAR_INTERVAL_MONTH']
    """
    _, method = RPCS[rpc]
    return message_of(method.input_type, arguments)


def message_of(kind: Descriptor, arguments: Mapping[str, Any]) -> Message:
    """Returns a message, as `request_of` does."""
    fields: dict[str, Any] = {}
    for name, value in arguments.items():
        if name == "self":
            continue
        part, field = _place(kind, name)
        into = fields.setdefault(part, {}) if part else fields
        wire = _wire(value, field, name)
        with sensible(name, value, _what(field)):
            _class_of(field)(**{field.name: wire})
        into[field.name] = wire
    return GetMessageClass(kind)(**fields)


def _class_of(field: FieldDescriptor) -> Any:
    """Returns the message that a field is of."""
    kind = field.containing_type
    assert kind is not None
    return GetMessageClass(kind)


def _what(field: FieldDescriptor) -> str:
    """Returns what a field takes, in words."""
    one = WORDS.get(field.cpp_type, "what this takes")
    return one if field.default_value != [] else f"a list, each of which is {one}"


@cache
def _place(request: Descriptor, name: str) -> tuple[str, FieldDescriptor]:
    """Returns the field of an argument, and the part of the request it is in, "" for the request itself."""
    for own in (name, KINDER.get(name, name)):
        if own in request.fields_by_name:
            return "", request.fields_by_name[own]
    for part in request.fields:
        if part.message_type is not None and name in part.message_type.fields_by_name:
            return part.name, part.message_type.fields_by_name[name]
    raise TypeError(f"{request.name} has no field {name!r}")


def _wire(value: Any, field: FieldDescriptor, name: str) -> Any:
    """Returns a value as its field takes it; errors call it by the argument's name."""
    if field.default_value != []:
        return _single(value, field, name)
    if value is None:
        return None
    return [_single(each, field, name) for each in listed(name, value)]


def _single(value: Any, field: FieldDescriptor, name: str) -> Any:
    if field.enum_type is not None:
        return kind_of(field.enum_type.name).to_wire(value, name)
    if field.message_type is not None and field.message_type.full_name == Timestamp.DESCRIPTOR.full_name:
        return to_timestamp(value, name)
    if isinstance(value, date):
        return to_day(value, name)
    return value
