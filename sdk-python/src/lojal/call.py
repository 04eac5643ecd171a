"""A call before it is made: which RPC, with which request, and how to read the answer.

The methods in `lojal.calls` only describe calls; the two runners make them, one blocking and one awaiting. So what is
sent and how it is read is written once for both clients.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from google.protobuf.message import Message

from lojal.requests import RPCS, request_of

Answer = TypeVar("Answer")

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
    """

    service: str
    rpc: str
    request: Message
    read: Callable[[Any], Answer]
    restartable: bool = False
    unhurried: bool = False
    resumable: bool = False

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
    return Call(service, rpc, request_of(rpc, arguments), read, restartable, unhurried)
