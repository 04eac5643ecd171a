"""What a client shows to a server, and how it knows the server."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from lojal.channel import metadata_for, parse_target

API_KEY_VARIABLE = "LOJAL_API_KEY"
CA_VARIABLE = "LOJAL_CA"

Pem = str | os.PathLike[str] | bytes
"""Certificates or a private key: the path of a file in PEM, or what is in it."""


@dataclass(frozen=True, repr=False)
class Credentials:
    """What a client shows to a server, and how it knows the server. Printed, it shows nothing."""

    api_key: str | None = None
    ca: bytes | None = None
    cert: bytes | None = None
    key: bytes | None = None

    def __repr__(self) -> str:
        return "Credentials(...)"

    def metadata(self, workspace: str) -> tuple[tuple[str, str], ...]:
        """Returns the metadata of every call: the workspace, and the API key."""
        named = metadata_for(workspace)
        return named if self.api_key is None else (*named, ("authorization", f"Bearer {self.api_key}"))

    def channel_credentials(self) -> Any:
        """Returns the credentials of a channel with TLS."""
        return grpc.ssl_channel_credentials(self.ca, self.key, self.cert)


def credentials_for(
    target: str,
    *,
    api_key: str | None = None,
    ca: Pem | None = None,
    cert: Pem | None = None,
    key: Pem | None = None,
    plaintext_key: bool = False,
) -> Credentials:
    """Checks what a client was given, and takes the rest from the environment.

    Raises:
        ValueError: If it makes no sense together, or an API key would cross the network in the clear.
    """
    address, tls = parse_target(target)
    if api_key is None:
        api_key = os.environ.get(API_KEY_VARIABLE) or None
    if ca is None and tls:
        ca = os.environ.get(CA_VARIABLE) or None
    if api_key is not None:
        api_key = api_key.strip()
        if not re.fullmatch(r"[\x21-\x7e]+", api_key):
            raise ValueError("api_key is no API key: give it as it was printed by `lojal key create`")
        if not (tls or plaintext_key or is_this_machine(address)):
            raise ValueError(
                f"the API key would be sent to {address} in the clear: "
                "use an https:// target, or say plaintext_key=True if the way there is safe"
            )
    if not tls and (ca is not None or cert is not None or key is not None):
        raise ValueError("ca, cert and key are for TLS: use an https:// target")
    if (cert is None) != (key is None):
        raise ValueError("cert and key go together: give both")
    return Credentials(api_key, _pem("ca", ca), _pem("cert", cert), _pem("key", key))


def is_this_machine(address: str) -> bool:
    """Tells whether calls to an address stay on the machine.

    Example:
        >>> is_this_machine("localhost:50051"), is_this_machine("[::1]:7"), is_this_machine("10.0.0.1:50051")
        (True, True, False)
    """
    if re.match(r"unix(-abstract)?:", address):
        return True
    host = re.sub(r"^(dns|ipv4|ipv6):/*", "", address).rsplit(":", 1)[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _pem(name: str, given: Pem | None) -> bytes | None:
    if given is None or isinstance(given, bytes):
        return given
    try:
        return Path(given).read_bytes()
    except OSError as error:
        raise ValueError(f"{name} cannot be read from {os.fspath(given)!r}: {error.strerror}") from error
