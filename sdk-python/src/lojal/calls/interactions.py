"""What customers had to do with us beside buying and answering."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Unpack

from lojal.calls.group import Group
from lojal.enums import InteractionKind
from lojal.loading import columns, rows
from lojal.loading.columns import Column
from lojal.loading.options import LoadOptions, LoadSettings
from lojal.records import Interaction
from lojal.results.common import LoadResult, WriteResult
from lojal.words import InteractionKindWord

FIELDS = (
    columns.Field("interaction_id", ("interaction_id", "event_id", "id")),
    columns.CUSTOMER_OF_RECORD,
    columns.Field("time", ("interaction_time", "interaction_date", *columns.TIME.guesses)),
    columns.optional("kind", "interaction_kind"),
    columns.optional("name", "campaign"),
    columns.optional("channel"),
    columns.optional("status"),
    columns.optional("topics", "topic"),
    columns.optional("case_id"),
)


class Interactions(Group):
    """Records support cases, visits and campaigns.

    A case that goes on is several, each with its own id and status, and all with the same case_id.
    """

    def record(
        self,
        interactions: Iterable[Interaction | Mapping[str, Any]],
        *,
        skip_invalid: bool = False,
        timeout: float | None = None,
    ) -> WriteResult:
        """Records up to 10,000 interactions together, or none. Again by the same interaction_id counts as a duplicate.

        Args:
            interactions: `Interaction`s, or dicts with the same names.

        Raises:
            InvalidArgument: If a row is bad; `field_violations` names each.
            AlreadyExists: If an interaction_id was recorded before with other content.

        Example:
            ```python
            client.interactions.record(
                [
                    {
                        "interaction_id": "case-9/opened",
                        "customer_id": "c42",
                        "time": "2026-03-02T10:00:00Z",
                        "kind": "support_case",
                        "name": "damaged on arrival",
                        "status": "opened",
                        "case_id": "case-9",
                    }
                ]
            )
            ```
        """
        asked = locals() | {
            "interactions": rows.messages(interactions, rows.Interactions(rows.Reading()), "interactions")
        }
        return self._ask("RecordInteractions", WriteResult.from_wire, asked)

    def load(
        self,
        source: Any,
        *,
        interaction_id: Column = None,
        customer_id: Column = None,
        time: Column = None,
        kind: InteractionKindWord | None = None,
        kind_column: Column = None,
        name: Column = None,
        channel: Column = None,
        status: Column = None,
        topics: Column = None,
        case_id: Column = None,
        **settings: Unpack[LoadSettings],
    ) -> LoadResult:
        """Records a whole log of interactions. Loading it twice doubles nothing.

        Args:
            source: As in `transactions.load`.
            interaction_id: Column of the interaction's id. None guesses: interaction_id, event_id, id.
            customer_id: Column of whom it was with. None guesses: customer_id, customer, user_id..., and
                then the e-mail address.
            time: Column of the time. None guesses: interaction_time, interaction_date, date, time...
            kind: "support_case", "visit", "campaign" or "other", for rows that do not say. Default other.
            kind_column: Column of the kind. None guesses: kind, interaction_kind. False: there is none.
            name: Column of what you call it. None guesses: name, campaign. False: there is none.
            channel: Column of where it took place. False: there is none.
            status: Column of what became of it, such as "opened" or "clicked". False: there is none.
            topics: Column of what it was about: lists, or text with semicolons in between. None guesses: topics, topic.
                False: there is none.
            case_id: Column of the support case that a row is a step of; only for cases. False: there is none.

        Raises:
            InvalidArgument: If rows are bad, with the `row` of each.
            AlreadyExists: If an interaction_id was recorded before with other content. Chunks before it stay.
        """
        chosen = columns.chosen(FIELDS, locals())
        InteractionKind.to_wire(kind, "kind")  # one clear error instead of one a row
        options = LoadOptions(source, **settings)
        build = partial(rows.Interactions, options.reading(), {"kind": kind})
        return self._runner.load(lambda: options.messages("interactions", FIELDS, chosen, build))
