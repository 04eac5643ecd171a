"""Where the server is, and the gRPC channel to it."""

from __future__ import annotations

import re
from typing import Any
from weakref import WeakSet

import grpc
import grpc.aio

from lojal.errors import invalid
from lojal.sensible import shown
from lojal.v1 import (
    admin_service_pb2_grpc,
    clv_service_pb2_grpc,
    customer_service_pb2_grpc,
    export_service_pb2_grpc,
    ingest_service_pb2_grpc,
    loyalty_service_pb2_grpc,
    nps_service_pb2_grpc,
    retention_service_pb2_grpc,
    segmentation_service_pb2_grpc,
    survey_service_pb2_grpc,
    workspace_service_pb2_grpc,
)
from lojal.version import __version__

DEFAULT_PORT = 50051
MAX_RESPONSE_BYTES = 64 * 1024 * 1024
MAX_METADATA_BYTES = 256 * 1024
LONGEST_RECONNECT_MS = 2_000
WORKSPACE_KEY = "lojal-workspace"

COMPRESSIONS: dict[str | None, grpc.Compression | None] = {None: None, "gzip": grpc.Compression.Gzip}
OPTIONS: list[tuple[str, Any]] = [
    ("grpc.enable_retries", 0),  # `lojal.retry` alone decides; two layers would multiply
    ("grpc.max_receive_message_length", MAX_RESPONSE_BYTES),
    # an error that names a hundred fields is larger than gRPC's 8 KiB, and would arrive as RESOURCE_EXHAUSTED
    ("grpc.max_metadata_size", MAX_METADATA_BYTES),
    ("grpc.absolute_max_metadata_size", MAX_METADATA_BYTES),
    ("grpc.primary_user_agent", f"lojal-python/{__version__}"),
    # gRPC's own wait before it connects again grows to two minutes, in which a server that is back seems to be away
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", LONGEST_RECONNECT_MS),
]


class Stubs:
    """The generated stubs: the way to RPCs and fields that this client does not wrap.

    Example:
        ```python
        from lojal.v1 import clv_service_pb2
        client.stubs.clv.GetModel(clv_service_pb2.GetModelRequest(), metadata=client.metadata)
        ```
    """

    def __init__(self, channel: Any) -> None:
        self._loads: WeakSet[Any] = WeakSet()
        """Streams that are under way of loads that are awaited: closing an aio channel leaves them open for ever."""
        self.ingest: Any = _stub(ingest_service_pb2_grpc.IngestServiceStub, channel)
        self.customers: Any = _stub(customer_service_pb2_grpc.CustomerServiceStub, channel)
        self.loyalty: Any = _stub(loyalty_service_pb2_grpc.LoyaltyServiceStub, channel)
        self.segmentation: Any = _stub(segmentation_service_pb2_grpc.SegmentationServiceStub, channel)
        self.clv: Any = _stub(clv_service_pb2_grpc.ClvServiceStub, channel)
        self.nps: Any = _stub(nps_service_pb2_grpc.NpsServiceStub, channel)
        self.retention: Any = _stub(retention_service_pb2_grpc.RetentionServiceStub, channel)
        self.export: Any = _stub(export_service_pb2_grpc.ExportServiceStub, channel)
        self.surveys: Any = _stub(survey_service_pb2_grpc.SurveyServiceStub, channel)
        self.workspaces: Any = _stub(workspace_service_pb2_grpc.WorkspaceServiceStub, channel)
        self.admin: Any = _stub(admin_service_pb2_grpc.AdminServiceStub, channel)


def _stub(kind: Any, channel: Any) -> Any:
    """Makes a generated stub, which has no types."""
    return kind(channel)


def parse_target(target: str) -> tuple[str, bool]:
    """Returns the gRPC target and whether to use TLS.

    Example:
        >>> parse_target("localhost:50051"), parse_target("https://loyalty.example.com")
        (('localhost:50051', False), ('loyalty.example.com:443', True))

    Raises:
        InvalidArgument: If it is no address.
    """
    if not isinstance(target, str) or not target.isprintable():
        raise invalid(
            "target", f"{shown(target)} is not an address: give host:port, http://host:port or https://host:port"
        )
    match = re.fullmatch(r"(?:(https?)://)?([^/@\s]+)/?", target)
    if match is None:
        if re.match(r"(unix|dns|ipv4|ipv6|xds|unix-abstract):\S+$", target):
            return target, False
        raise invalid("target", f"{target!r} is not an address: give host:port, http://host:port or https://host:port")
    scheme, address = match.groups()
    if not re.search(r":[0-9]+$", address) and not address.startswith("unix:"):
        address = f"{address}:{443 if scheme == 'https' else DEFAULT_PORT}"
    return address, scheme == "https"


def metadata_for(workspace: str) -> tuple[tuple[str, str], ...]:
    """Returns the call metadata that names a workspace.

    Raises:
        InvalidArgument: If metadata cannot carry the name.
    """
    if not isinstance(workspace, str) or not workspace or not workspace.isascii() or not workspace.isprintable():
        raise invalid("workspace", f"{workspace!r} is not a workspace: give printable ASCII")
    return ((WORKSPACE_KEY, workspace),)


def compression_of(name: str | None) -> grpc.Compression | None:
    """Returns how calls are compressed, None for not at all.

    Raises:
        InvalidArgument: If it is no way that the server reads.
    """
    if not isinstance(name, str | None) or name not in COMPRESSIONS:
        raise invalid("compression", f'{name!r} is not a compression: give "gzip", or None')
    return COMPRESSIONS[name]


def open_channel(target: str, credentials: Any, compression: grpc.Compression | None) -> Any:
    """Opens a channel for blocking calls, with the credentials of TLS where the target has it."""
    address, tls = parse_target(target)
    if tls:
        return grpc.secure_channel(address, credentials.channel_credentials(), OPTIONS, compression)
    return grpc.insecure_channel(address, OPTIONS, compression)


def open_aio_channel(target: str, credentials: Any, compression: grpc.Compression | None) -> Any:
    """Opens a channel for awaited calls. It belongs to the event loop that is running."""
    address, tls = parse_target(target)
    if tls:
        return grpc.aio.secure_channel(address, credentials.channel_credentials(), OPTIONS, compression)
    return grpc.aio.insecure_channel(address, OPTIONS, compression)
