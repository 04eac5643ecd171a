"""What filters and groups can name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from lojal.enums import FactType
from lojal.results.reading import FromWire, read
from lojal.table import Table


@dataclass(frozen=True)
class CustomerFact(FromWire):
    """Something that can be said of a customer.

    Attributes:
        name: How filters and groups name it.
        type: What kind of value it has.
        is_attribute: Whether it is an attribute that was recorded, and not a fact that is computed.
        makes_groups: Whether customers can be grouped by it.
        description: What it means; "" for attributes.
        customers: Customers who have the attribute; None for facts.
        values: The most frequent values of the attribute with their customers, at most 10; none where they look like
            e-mail addresses.
        reads_as: What all values of the attribute can be read as; `UNKNOWN` for facts.
        is_function: Whether the name is an example of a function, such as `orders("90d")`.
    """

    name: str
    type: FactType
    is_attribute: bool
    makes_groups: bool
    description: str
    customers: int | None
    values: tuple[tuple[str, int], ...]
    reads_as: FactType
    is_function: bool

    @classmethod
    def from_wire(cls, message: Any) -> Self:
        """Reads one of an answer."""
        values = tuple((each.value, each.customers) for each in message.values)
        return cls(**read(cls, message, values=values))


class CustomerFacts(Table[CustomerFact]):
    """Facts first, in a fixed order, then functions, then attributes by name."""
