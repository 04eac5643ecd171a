"""What filters and groups can name."""

from __future__ import annotations

from dataclasses import dataclass

from lojal.enums import FactType
from lojal.results.common import Provenance
from lojal.table import Table
from lojal.v1 import customer_service_pb2 as pb


@dataclass(frozen=True)
class CustomerFact:
    """Something that can be said of a customer.

    Attributes:
        name: How filters and groups name it.
        type: What kind of value it has.
        is_attribute: Whether it is an attribute that was recorded, and not a fact that is computed.
        makes_groups: Whether customers can be grouped by it.
        description: What it means; "" for attributes.
        customers: Customers who have the attribute; None for facts.
        values: The most frequent values of the attribute with their customers, at most 10.
    """

    name: str
    type: FactType
    is_attribute: bool
    makes_groups: bool
    description: str
    customers: int | None
    values: tuple[tuple[str, int], ...]

    @classmethod
    def from_wire(cls, message: pb.CustomerFact) -> CustomerFact:
        """Reads one of an answer."""
        return cls(
            name=message.name,
            type=FactType.from_wire(message.type),
            is_attribute=message.is_attribute,
            makes_groups=message.makes_groups,
            description=message.description,
            customers=message.customers if message.HasField("customers") else None,
            values=tuple((each.value, each.customers) for each in message.values),
        )


class CustomerFacts(Table[CustomerFact]):
    """Facts first, in a fixed order, then attributes by name."""

    @classmethod
    def from_wire(cls, message: pb.ListFactsResponse) -> CustomerFacts:
        """Reads an answer."""
        rows = [CustomerFact.from_wire(each) for each in message.facts]
        return cls(CustomerFact, rows, Provenance.from_wire(message.provenance))
