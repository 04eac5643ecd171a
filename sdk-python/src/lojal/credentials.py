"""What a client shows to a server, and how it knows the server."""

from __future__ import annotations

import inspect
import ipaddress
import os
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from lojal.channel import metadata_for, parse_target
from lojal.errors import invalid
from lojal.sensible import path_of

API_KEY_VARIABLE = "LOJAL_API_KEY"
CA_VARIABLE = "LOJAL_CA"

Metadata = tuple[tuple[str, str], ...]
"""What goes with a call beside its message."""

ApiKeySource = str | Callable[[], str]
"""An API key or a token, or what gives one at each call."""

AsyncApiKeySource = ApiKeySource | Callable[[], Awaitable[str]]
"""The same for awaited calls, where what gives one may be awaited itself."""

Pem = str | os.PathLike[str] | bytes
"""Certificates or a private key: the path of a file in PEM, or what is in it."""


@dataclass(frozen=True, repr=False)
class Credentials:
    """What a client shows to a server, and how it knows the server. Printed, it shows nothing."""

    api_key: AsyncApiKeySource | None = None
    ca: bytes | None = None
    cert: bytes | None = None
    key: bytes | None = None

    def __repr__(self) -> str:
        return "Credentials(...)"

    def metadata(self, workspace: str) -> Metadata:
        """Returns the metadata of a call: the workspace, and the API key or the token of right now."""
        named = metadata_for(workspace)
        if self.api_key is None:
            return named
        given = self.api_key() if callable(self.api_key) else self.api_key
        if inspect.isawaitable(given):
            if inspect.iscoroutine(given):
                given.close()
            raise TypeError("api_key is awaited: use AsyncClient, and make calls by it and not by its stubs")
        return (*named, _authorization(given))

    async def metadata_awaited(self, workspace: str) -> Metadata:
        """Returns the same where the function that gives the key may be awaited."""
        named = metadata_for(workspace)
        if self.api_key is None:
            return named
        given = self.api_key() if callable(self.api_key) else self.api_key
        return (*named, _authorization(await given if inspect.isawaitable(given) else given))

    def channel_credentials(self) -> Any:
        """Returns the credentials of a channel with TLS."""
        return grpc.ssl_channel_credentials(self.ca, self.key, self.cert)


def credentials_for(
    target: str,
    *,
    api_key: AsyncApiKeySource | None = None,
    ca: Pem | None = None,
    cert: Pem | None = None,
    key: Pem | None = None,
    plaintext_key: bool = False,
) -> Credentials:
    """Checks what a client was given, and takes the rest from the environment.

    Raises:
        InvalidArgument: If it makes no sense together, or an API key would cross the network in the clear.
    """
    address, tls = parse_target(target)
    if api_key is None:
        api_key = os.environ.get(API_KEY_VARIABLE) or None
    if ca is None and tls:
        ca = os.environ.get(CA_VARIABLE) or None
    if api_key is not None:
        if not callable(api_key):
            api_key = _checked(api_key)
        if not (tls or plaintext_key or is_this_machine(address)):
            raise invalid(
                "api_key",
                f"the API key would be sent to {address} in the clear: "
                "use an https:// target, or say plaintext_key=True if the way there is safe",
            )
    if not tls and (ca is not None or cert is not None or key is not None):
        raise invalid("target", "ca, cert and key are for TLS: use an https:// target")
    if (cert is None) != (key is None):
        raise invalid("cert", "cert and key go together: give both")
    return Credentials(api_key, _pem("ca", ca), _pem("cert", cert), _pem("key", key))


def _checked(api_key: object) -> str:
    """Returns a key as it is sent. What is wrong with it is said without showing it."""
    if isinstance(api_key, str) and re.fullmatch(r"[\x21-\x7e]+", api_key.strip()):
        return api_key.strip()
    raise invalid(
        "api_key",
        "api_key is no API key: give it as it was printed by `lojal key create`, or a token as it was issued, "
        "or a function that returns one",
    )


def _authorization(api_key: object) -> tuple[str, str]:
    return ("authorization", f"Bearer {_checked(api_key)}")


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
        return Path(path_of(name, given)).read_bytes()
    except OSError as error:
        raise invalid(name, f"{name} cannot be read from {os.fspath(given)!r}: {error.strerror}") from error
