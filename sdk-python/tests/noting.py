"""Tells what a method would send, without a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import lojal
from lojal.call import Call
from lojal.calls.clv import Clv
from lojal.calls.costs import Costs
from lojal.calls.customers import Customers
from lojal.calls.interactions import Interactions
from lojal.calls.loyalty import LoyaltyScores
from lojal.calls.nps import Nps
from lojal.calls.segments import Segments
from lojal.calls.surveys import Surveys
from lojal.calls.transactions import Transactions
from lojal.calls.workspaces import Workspaces


class Sent(Exception):
    """The call that would be made."""

    def __init__(self, call: Call[Any]) -> None:
        super().__init__(call.rpc)
        self.call = call


class Noting:
    """A runner that makes no calls, and raises what it should make."""

    def unary(self, call: Call[Any]) -> Any:
        raise Sent(call)

    def pages(self, call: Call[Any]) -> Iterator[Any]:
        raise Sent(call)

    def stream(self, call: Call[Any]) -> Iterator[Any]:
        raise Sent(call)

    def watch(self, call: Call[Any]) -> Any:
        raise Sent(call)

    def load(self, prepare: Callable[[], Any]) -> Any:
        return prepare()


runner: Any = Noting()
transactions = Transactions(runner)
surveys = Surveys(runner)
interactions = Interactions(runner)
costs = Costs(runner)
customers = Customers(runner)
segments = Segments(runner)
clv = Clv(runner)
loyalty = LoyaltyScores(runner)
nps = Nps(runner)
workspaces = Workspaces(runner)


def call_of(method: Callable[..., Any], *args: Any, **kwargs: Any) -> Call[Any]:
    """Returns the call that a method makes."""
    try:
        answer = method(*args, **kwargs)
        if isinstance(answer, lojal.Listing):
            answer.pages()
    except Sent as noted:
        return noted.call
    raise AssertionError(f"{method} makes no call")
