"""A call before it is made: which RPC, with which request, and how to read the answer.

The methods in `lojal.calls` only describe calls; the two runners make them, one blocking and one awaiting. So what is
sent and how it is read is written once for both clients.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from google.protobuf.message import Message

from lojal.errors import invalid
from lojal.requests import RPCS, request_of

Answer = TypeVar("Answer")
LONGEST = 1e9

UNREADABLE = "the server ended the answer too early: it may be newer or older than this client"


@dataclass(frozen=True)
class Call(Generic[Answer]):
    """One RPC with its request.

    Attributes:
        service: Name of the stub in `Stubs`, such as "clv".
        rpc: Name of the RPC, such as "GetModel".
        request: What to send.
        read: Turns a response message into the answer, or one page or message of it.
        restartable: For streams: whether one that broke may be asked for again after some of it was read.
        unhurried: For unary calls: whether it may take as long as it takes, like a fit.
        resumable: For streams: whether one that broke goes on after the last message that was read.
        timeout: Seconds that whoever called gives it; None for what is usual.
    """

    service: str
    rpc: str
    request: Message
    read: Callable[[Any], Answer]
    restartable: bool = False
    unhurried: bool = False
    resumable: bool = False
    timeout: float | None = None

    def deadline(self, usual: float | None) -> float | None:
        """Returns the seconds it may take, of which a client has usual ones; None for as long as it takes."""
        if self.timeout is not None:
            return self.timeout
        return None if self.unhurried else usual

    def next_page(self, response: Any) -> Call[Answer] | None:
        """Returns the call for the page after a response, None after the last."""
        return self._but(page_token=response.next_page_token) if response.next_page_token else None

    def after(self, message: Any) -> Call[Answer]:
        """Returns the call that goes on where a message of a watch was the last."""
        return self._but(resume_token=message.resume_token)

    def limited(self, limit: int) -> Call[Answer]:
        """Returns the call that asks for fewer."""
        return self._but(limit=limit)

    def _but(self, **fields: Any) -> Call[Answer]:
        request = type(self.request)()
        request.CopyFrom(self.request)
        for name, value in fields.items():
            setattr(request, name, value)
        return replace(self, request=request)


def describe(
    rpc: str,
    read: Callable[[Any], Answer],
    arguments: Mapping[str, Any],
    *,
    restartable: bool = False,
    unhurried: bool = False,
) -> Call[Answer]:
    """Returns a call of an RPC, its request made of the arguments of a method by their names.

    Example:
        >>> call = describe("DeleteWorkspace", lambda answer: None, {"workspace": "old", "confirm": "old"})
        >>> call.service, call.request.confirm
        ('workspaces', 'old')
    """
    service, _ = RPCS[rpc]
    asked = {name: value for name, value in arguments.items() if name != "timeout"}
    timeout = seconds(arguments.get("timeout"))
    return Call(service, rpc, request_of(rpc, asked), read, restartable, unhurried, timeout=timeout)


def seconds(timeout: float | None) -> float | None:
    """Returns a timeout that makes sense.

    Raises:
        InvalidArgument: If it does not.
    """
    if timeout is None:
        return None
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not timeout > 0:
        raise invalid("timeout", f"{timeout!r} is no timeout: give seconds, more than 0")
    # what is longer than any life is no limit
    return None if timeout > LONGEST else float(timeout)
