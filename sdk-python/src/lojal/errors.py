"""Errors: what the server said, as exceptions.

Every failure is a `LojalError`: of the server, of the way there, of files, and of values that make no sense, whatever
their type (`InvalidArgument`, which is a `ValueError` too). What remains is Python's own: a `TypeError` for an argument
that a call does not have, or lacks, and what an iterable or a function of the caller's raises, as it is. Awaited calls
of a client that is closed meanwhile raise `Cancelled`; `asyncio.CancelledError` is of a task that was cancelled.

The subclass follows the gRPC code, and `reason` tells the case apart, with the names of `lojal.v1.ErrorReason`. A
reason this version does not know yet keeps its string.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

DETAILS_KEY = "grpc-status-details-bin"
REQUEST_ID_KEY = "x-request-id"
FAULTS = ("INTERNAL", "DATA_LOSS")
"""Codes of which whoever runs the server is told, with the id of the request."""


@dataclass(frozen=True)
class FieldViolation:
    """One field that was refused.

    Attributes:
        field: Path of the field, such as `transactions[17].amount.amount`.
        description: What is wrong and what is allowed.
        row: Where the row is in the source of a `load`: the line of a CSV file (the header is line 1), else the
            position from 0. None outside `load`.
    """

    field: str
    description: str
    row: int | None = None


class LojalError(Exception):
    """A call failed.

    Attributes:
        code: gRPC code by name, such as `"NOT_FOUND"`.
        reason: Name of the `ErrorReason`, such as `"CUSTOMER_NOT_FOUND"`; "" when the server gave none.
        message: One sentence that says what to do.
        domain: Who gave the reason, `"lojal.dev"` for the server; "" when nobody did.
        metadata: Further facts by name, such as `{"customer_id": "c42"}`.
        field_violations: The fields refused.
        retry_after: Seconds after which the server asks to try again, None when it does not.
        request_id: By which the server's log names the call, "" when it did not get there.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "UNKNOWN",
        reason: str = "",
        domain: str = "",
        metadata: Mapping[str, str] | None = None,
        field_violations: Sequence[FieldViolation] = (),
        retry_after: float | None = None,
        request_id: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.reason = reason
        self.domain = domain
        self.metadata = dict(metadata or {})
        self.field_violations = tuple(field_violations)
        self.retry_after = retry_after
        self.request_id = request_id

    def __str__(self) -> str:
        head = f"{self.code}/{self.reason}: {self.message}" if self.reason else f"{self.code}: {self.message}"
        if self.request_id and self.code in FAULTS:
            head = f"{head} (request {self.request_id})"
        return "\n".join([head, *violation_lines(self.field_violations, self.message)])

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, {k: v for k, v in vars(self).items() if k != "message"})


def _rebuild(kind: type[LojalError], message: str, state: dict[str, Any]) -> LojalError:
    keys = ("code", "reason", "domain", "metadata", "field_violations", "retry_after", "request_id")
    return kind(message, **{key: state[key] for key in keys})


def violation_lines(violations: Sequence[FieldViolation], message: str = "", at_most: int = 10) -> list[str]:
    """Returns violations as indented lines, the first few of them, without what the message has said."""
    if len(violations) == 1 and violations[0].description in message and violations[0].field in message:
        only = violations[0].row
        return [] if only is None or f"row {only} of the source" in message else [f"  in row {only} of the source"]
    lines = []
    for each in violations[:at_most]:
        row = f"row {each.row}, " if each.row is not None else ""
        lines.append(f"  {row}{each.field}: {each.description.removeprefix(f'{each.field} ')}")
    if len(violations) > at_most:
        lines.append(f"  and {len(violations) - at_most} more in field_violations")
    return lines


class InvalidArgument(LojalError, ValueError):
    """Bad input (INVALID_ARGUMENT); `field_violations` names each field. Also raised before sending."""


class NotFound(LojalError, LookupError):
    """Nothing has this id (NOT_FOUND)."""


class AlreadyExists(LojalError):
    """The same id was recorded before with other content; the first stays (ALREADY_EXISTS)."""


class FileIsThere(AlreadyExists, FileExistsError):
    """A file that would be written is there already (ALREADY_EXISTS)."""

    def __init__(self, message: str, **told: Any) -> None:
        super().__init__(message, **{"code": "ALREADY_EXISTS", **told})


class FailedPrecondition(LojalError):
    """The data does not allow it, such as too little history (FAILED_PRECONDITION)."""


class ResourceExhausted(LojalError):
    """Over a limit, or the server takes no more work right now (RESOURCE_EXHAUSTED)."""


class Unavailable(LojalError):
    """The server cannot be reached, is stopping, or takes no writes (UNAVAILABLE)."""


class DeadlineExceeded(LojalError):
    """The call took longer than its timeout (DEADLINE_EXCEEDED)."""


class DataLoss(LojalError):
    """Stored data is damaged (DATA_LOSS)."""


class Internal(LojalError):
    """A fault of the server (INTERNAL)."""


class Unauthenticated(LojalError):
    """The caller is not known (UNAUTHENTICATED): `reason` tells whether the API key is missing, malformed or over."""


class PermissionDenied(LojalError):
    """The caller may not do this (PERMISSION_DENIED): `metadata` names the scope or the workspace the key lacks."""


class Unimplemented(LojalError):
    """This server does not offer the call (UNIMPLEMENTED): it may be older than the client."""


class Cancelled(LojalError):
    """The call was cancelled (CANCELLED)."""


class Aborted(LojalError):
    """Somebody else changed the same thing (ABORTED)."""


class OutOfRange(LojalError):
    """Past the end (OUT_OF_RANGE)."""


class FileMissing(NotFound, FileNotFoundError):
    """There is no such file (NOT_FOUND)."""

    def __init__(self, message: str, **told: Any) -> None:
        super().__init__(message, **{"code": "NOT_FOUND", **told})


class FileUnusable(FailedPrecondition, OSError):
    """A file or directory cannot be read or written (FAILED_PRECONDITION)."""

    def __init__(self, message: str, **told: Any) -> None:
        super().__init__(message, **{"code": "FAILED_PRECONDITION", **told})


class MissingPackage(LojalError, ImportError):
    """A package is missing that is installed with an extra of this one (FAILED_PRECONDITION)."""

    def __init__(self, message: str, extra: str = "", **told: Any) -> None:
        said = f'{message}: pip install "lojal[{extra}]"' if extra else message
        super().__init__(said, **{"code": "FAILED_PRECONDITION", **told})

    def __str__(self) -> str:
        return self.message


BY_CODE: dict[str, type[LojalError]] = {
    "CANCELLED": Cancelled,
    "INVALID_ARGUMENT": InvalidArgument,
    "DEADLINE_EXCEEDED": DeadlineExceeded,
    "NOT_FOUND": NotFound,
    "ALREADY_EXISTS": AlreadyExists,
    "PERMISSION_DENIED": PermissionDenied,
    "RESOURCE_EXHAUSTED": ResourceExhausted,
    "FAILED_PRECONDITION": FailedPrecondition,
    "ABORTED": Aborted,
    "OUT_OF_RANGE": OutOfRange,
    "UNIMPLEMENTED": Unimplemented,
    "INTERNAL": Internal,
    "UNAVAILABLE": Unavailable,
    "DATA_LOSS": DataLoss,
    "UNAUTHENTICATED": Unauthenticated,
}


def from_rpc_error(error: grpc.RpcError) -> LojalError:
    """Returns the exception for a failed call of either kind of channel."""
    code = error.code()
    trailers = error.trailing_metadata() or ()
    details = next((value for key, value in trailers if key == DETAILS_KEY), b"")
    message = error.details() or ""
    failure = from_status(code.name if code is not None else "UNKNOWN", message + _hint_of_tls(message), details)
    # An answer that is nothing but a refusal has all it says in its trailers.
    headers = (*(error.initial_metadata() or ()), *trailers)
    failure.request_id = next((value for key, value in headers if key == REQUEST_ID_KEY), "")
    return failure


def _hint_of_tls(message: str) -> str:
    """Returns what to do when there is no connection because of TLS, and "" otherwise."""
    if "CERTIFICATE_VERIFY_FAILED" in message:
        return "; the server's certificate is not trusted here: name its authority with ca=, or see that it is valid"
    if "Hostname Verification Check failed" in message or "is not in peer certificate" in message:
        return "; the server's certificate is for other names: call it by one of them"
    if "WRONG_VERSION_NUMBER" in message:
        return "; the server does not speak TLS: use an http:// target"
    return ""


def from_status(code: str, message: str, details: bytes | str = b"") -> LojalError:
    """Returns the exception for a status: its code by name, its message, and a serialized google.rpc.Status."""
    status = status_pb2.Status()
    try:
        status.ParseFromString(details if isinstance(details, bytes) else details.encode("latin-1"))
    except DecodeError:
        status.Clear()
    fields: dict[str, Any] = {}
    for detail in status.details:
        if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
            info = error_details_pb2.ErrorInfo()
            detail.Unpack(info)
            fields.update(reason=info.reason, domain=info.domain, metadata=dict(info.metadata))
        elif detail.Is(error_details_pb2.BadRequest.DESCRIPTOR):
            bad = error_details_pb2.BadRequest()
            detail.Unpack(bad)
            fields["field_violations"] = [FieldViolation(v.field, v.description) for v in bad.field_violations]
        elif detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR):
            retry = error_details_pb2.RetryInfo()
            detail.Unpack(retry)
            fields["retry_after"] = retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9
    return BY_CODE.get(code, LojalError)(message or "the server gave no message", code=code, **fields)


def invalid(field: str, description: str) -> InvalidArgument:
    """Returns the error for one bad field, found before anything was sent."""
    return invalid_rows([FieldViolation(field, description)])


def invalid_rows(violations: Sequence[FieldViolation], total: int | None = None) -> InvalidArgument:
    """Returns the error for bad fields, found before anything was sent."""
    total = len(violations) if total is None else total
    first = violations[0]
    message = f"{first.field}: {first.description}" if total == 1 else f"{total} fields are not valid"
    return InvalidArgument(message, code="INVALID_ARGUMENT", reason="INVALID_FIELD", field_violations=violations)
