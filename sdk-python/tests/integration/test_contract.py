"""The server offers exactly the contract this client was generated from."""

from __future__ import annotations

import grpc
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from lojal.channel import parse_target
from lojal.v1 import (
    admin_service_pb2,
    clv_service_pb2,
    common_pb2,
    customer_service_pb2,
    error_reason_pb2,
    ingest_service_pb2,
    loyalty_service_pb2,
    nps_service_pb2,
    retention_service_pb2,
    segmentation_service_pb2,
    survey_service_pb2,
    workspace_service_pb2,
)

FILES = [
    admin_service_pb2,
    clv_service_pb2,
    common_pb2,
    customer_service_pb2,
    error_reason_pb2,
    ingest_service_pb2,
    loyalty_service_pb2,
    nps_service_pb2,
    retention_service_pb2,
    segmentation_service_pb2,
    survey_service_pb2,
    workspace_service_pb2,
]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.DESCRIPTOR.name)
def test_reflection_answers_what_the_stubs_embed(target: str, file: object) -> None:
    embedded = FileDescriptorProto()
    file.DESCRIPTOR.CopyToProto(embedded)  # type: ignore[attr-defined]
    address, _ = parse_target(target)
    with grpc.insecure_channel(address) as channel:
        served = ProtoReflectionDescriptorDatabase(channel).FindFileByName(embedded.name)
    assert plain(served) == plain(embedded)


def plain(file: FileDescriptorProto) -> FileDescriptorProto:
    """Returns a file without comments and JSON names, which compilers may leave out."""
    copy = FileDescriptorProto()
    copy.CopyFrom(file)
    copy.ClearField("source_code_info")
    copy.ClearField("syntax")
    messages = list(copy.message_type)
    while messages:
        message = messages.pop()
        messages += message.nested_type
        for field in message.field:
            field.ClearField("json_name")
    return copy
