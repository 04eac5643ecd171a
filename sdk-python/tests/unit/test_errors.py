from __future__ import annotations

import copy
import pickle
from typing import Any

import grpc
import pytest
from fake_server import serialized
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2

import lojal
from lojal.errors import BY_CODE, from_rpc_error, from_status
from lojal.v1 import error_reason_pb2
from lojal.wire_enum import WireEnum


def not_found(reason: str = "CUSTOMER_NOT_FOUND") -> lojal.LojalError:
    info = error_details_pb2.ErrorInfo(reason=reason, domain="lojal.dev", metadata={"customer_id": "c42"})
    return from_status("NOT_FOUND", "no customer c42", serialized(grpc.StatusCode.NOT_FOUND, "no", info))


def test_error_info() -> None:
    error = not_found()
    assert isinstance(error, lojal.NotFound)
    assert isinstance(error, LookupError)
    assert (error.code, error.reason, error.domain) == ("NOT_FOUND", "CUSTOMER_NOT_FOUND", "lojal.dev")
    assert error.reason == lojal.ErrorReason.CUSTOMER_NOT_FOUND
    assert error.metadata == {"customer_id": "c42"}
    assert str(error) == "NOT_FOUND/CUSTOMER_NOT_FOUND: no customer c42"


def test_an_unknown_reason_keeps_its_string() -> None:
    assert not_found("PLANET_NOT_FOUND").reason == "PLANET_NOT_FOUND"


def test_field_violations_and_retry_info() -> None:
    bad = error_details_pb2.BadRequest()
    bad.field_violations.add(field="limit", description="1 to 10")
    retry = error_details_pb2.RetryInfo(retry_delay=Duration(seconds=1, nanos=500_000_000))
    error = from_status("INVALID_ARGUMENT", "no", serialized(grpc.StatusCode.INVALID_ARGUMENT, "no", bad, retry))
    assert isinstance(error, ValueError)
    assert error.field_violations == (lojal.FieldViolation("limit", "1 to 10"),)
    assert error.retry_after == 1.5
    assert "limit: 1 to 10" in str(error)


def test_errors_do_not_say_the_same_twice() -> None:
    bad = error_details_pb2.BadRequest()
    bad.field_violations.add(field="window", description='window is "soon"; write "90d"')
    details = serialized(grpc.StatusCode.INVALID_ARGUMENT, "", bad)
    error = from_status("INVALID_ARGUMENT", 'window is "soon"; write "90d"', details)
    assert str(error) == 'INVALID_ARGUMENT: window is "soon"; write "90d"'
    error.field_violations = (lojal.FieldViolation("window", error.field_violations[0].description, 7),)
    assert str(error).splitlines()[1:] == ["  in row 7 of the source"]
    error.field_violations = (lojal.FieldViolation("a", "a is missing", 1),) * 12
    assert str(error).splitlines()[1:] == ["  row 1, a: is missing"] * 10 + ["  and 2 more in field_violations"]


@pytest.mark.parametrize("details", [b"", b"\xff\xff\xff", "text"])
def test_errors_without_readable_details(details: bytes | str) -> None:
    error = from_status("UNAVAILABLE", "", details)
    assert isinstance(error, lojal.Unavailable)
    assert (error.reason, error.metadata, error.retry_after) == ("", {}, None)


def test_every_code_has_its_class() -> None:
    codes = {code.name for code in grpc.StatusCode} - {"OK", "UNKNOWN"}
    assert set(BY_CODE) == codes
    assert all(getattr(lojal, kind.__name__) is kind for kind in BY_CODE.values())
    assert type(from_status("UNKNOWN", "?")) is lojal.LojalError


def test_errors_survive_pickling_and_copying() -> None:
    error = not_found()
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is type(error)
        assert vars(twin) == vars(error)


def test_every_reason_of_the_contract_is_named() -> None:
    names = {name.removeprefix("ERROR_REASON_") for name in error_reason_pb2.ErrorReason.keys()}  # noqa: SIM118
    assert {member.name for member in lojal.ErrorReason} == names - {"UNSPECIFIED"}
    assert lojal.ErrorReason.name_of(2) == "CUSTOMER_NOT_FOUND"
    assert lojal.ErrorReason.name_of(999) == "REASON_999"


@pytest.mark.parametrize("kind", WireEnum.__subclasses__(), ids=lambda kind: kind.__name__)
def test_every_enum_of_the_contract_is_complete(kind: type[WireEnum]) -> None:
    names = {name.removeprefix(kind.prefix()) for name in kind.wire_type().keys()}  # noqa: SIM118
    assert {member.name for member in kind} == names - {"UNSPECIFIED"} | {"UNKNOWN"}
    for member in kind:
        if member.name != "UNKNOWN":
            assert kind.from_wire(kind.to_wire(member, "x")) is member
    assert kind.from_wire(0) is kind["UNKNOWN"]
    assert kind.from_wire(999) is kind["UNKNOWN"]
    assert kind.to_wire(None, "x") == 0


def test_enums_are_text_in_any_spelling() -> None:
    assert lojal.Segment.AT_RISK == "at_risk"
    wire = {lojal.Segment.to_wire(text, "segment") for text in ("at_risk", "AT_RISK", "SEGMENT_AT_RISK")}
    assert len(wire) == 1
    with pytest.raises(lojal.InvalidArgument, match="is not one of: champions, loyal"):
        lojal.Segment.to_wire("vip", "segment")


class Refused(grpc.RpcError):
    """A failure with its id in the headers, or in the trailers where there is nothing else."""

    def __init__(self, code: grpc.StatusCode, headers: tuple[Any, ...], trailers: tuple[Any, ...]) -> None:
        self._told = (code, headers, trailers)

    def code(self) -> grpc.StatusCode:
        return self._told[0]

    def details(self) -> str:
        return "no"

    def initial_metadata(self) -> tuple[Any, ...]:
        return self._told[1]

    def trailing_metadata(self) -> tuple[Any, ...]:
        return self._told[2]


def test_the_id_of_the_request_is_told_wherever_it_stands() -> None:
    told = (("x-request-id", "order-17"),)
    for headers, trailers in ((told, ()), ((), told)):
        error = from_rpc_error(Refused(grpc.StatusCode.NOT_FOUND, headers, trailers))
        assert error.request_id == "order-17"
        assert str(error) == "NOT_FOUND: no"
        assert pickle.loads(pickle.dumps(error)).request_id == "order-17"
    fault = from_rpc_error(Refused(grpc.StatusCode.INTERNAL, told, ()))
    assert str(fault) == "INTERNAL: no (request order-17)"
    assert from_rpc_error(Refused(grpc.StatusCode.UNAVAILABLE, (), ())).request_id == ""
