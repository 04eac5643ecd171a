"""Who is loyal: what customers say joined with what they do, as one number with its explanation."""

from __future__ import annotations

from collections.abc import Mapping

from lojal.call import describe
from lojal.calls.group import Group
from lojal.enums import LoyaltyComponent, LoyaltyCut, LoyaltyOrder, LoyaltyOutcome, LoyaltyPlace
from lojal.errors import invalid
from lojal.instants import Instant
from lojal.results.loyalty import (
    CustomerLoyalty,
    Loyalties,
    LoyaltyListing,
    LoyaltyModel,
    LoyaltySummaries,
    ScoreValidation,
)
from lojal.v1 import loyalty_service_pb2 as pb

VERSIONS = {"version": "Version of the workspace's model, from 1; 0 is the last. Default 0."}
"""What questions about scores share."""

Weights = Mapping[LoyaltyComponent, float] | Mapping[str, float]


def weights_of(weights: Weights) -> list[pb.LoyaltyWeight]:
    """Returns weights as the wire has them.

    Raises:
        InvalidArgument: If they are no mapping of components to numbers.
    """
    if not isinstance(weights, Mapping):
        raise invalid("weights", f'{weights!r} is none: give a dict of components, such as {{"trust": 0.2}}')
    wire = []
    for name, weight in weights.items():
        field = f"weights[{name!r}]"
        if not name:
            raise invalid(field, 'names no component: give one, such as "trust"')
        if isinstance(weight, bool) or not isinstance(weight, int | float):
            raise invalid(field, f"{weight!r} is not a number")
        wire.append(pb.LoyaltyWeight(component=LoyaltyComponent.to_wire(name, field), weight=weight))
    return wire


class LoyaltyScores(Group):
    """Tells who is loyal, why, and how far to trust that."""

    _shared = VERSIONS

    def of(
        self,
        customer_id: str,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        confidence: float | None = None,
        version: int = 0,
    ) -> CustomerLoyalty:
        """Tells how loyal a customer is, and why: the score with its interval, what moves it, and a sentence.

        Raises:
            NotFound: If there is no record of the customer before that instant.
            FailedPrecondition: If they have no purchase before it.
            InvalidArgument: If there is no such version.

        Example:
            ```python
            one = client.loyalty.of("c42")
            one.score, one.place, one.sentence
            one.contributions.to_pandas()                   # base and the sum of all points are the score
            ```
        """
        return self._ask("GetLoyalty", CustomerLoyalty.from_wire, locals())

    def list(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        filter: str = "",
        confidence: float | None = None,
        place: LoyaltyPlace | str | None = None,
        order_by: LoyaltyOrder | str | None = None,
        limit: int = 0,
        version: int = 0,
    ) -> LoyaltyListing:
        """Scores many customers, read as a stream. There is no deadline.

        Args:
            filter: Scores still compare with everybody.
            place: Only customers of this place, "true", "latent", "spurious", "none" or "unknown". Default: of all.
            order_by: "highest" or "lowest" score first, "value_at_risk" for those whom to call first, or "recorded" for
                the order in which customers were first recorded. Default "highest".
            limit: At most this many customers, up to 100,000 in an order; 0 is 100 in an order, and all as recorded.
                Default 0.

        Raises:
            InvalidArgument: If the filter, the limit or the version is not one.

        Example:
            ```python
            client.loyalty.list(order_by="value_at_risk", place="spurious", limit=20).to_pandas()
            ```
        """
        call = describe("ListLoyalty", Loyalties.from_wire, locals())
        return LoyaltyListing(lambda: self._runner.stream(call))

    def summary(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        filter: str = "",
        group_by: str = "",
        confidence: float | None = None,
        version: int = 0,
    ) -> LoyaltySummaries:
        """Counts customers by place, with what they are worth and what they say.

        Args:
            filter: Scores still compare with everybody.
            group_by: Up to three, with commas in between.

        Raises:
            InvalidArgument: If a group, the filter or the version is not one.
            ResourceExhausted: If there are more than 10,000 rows.

        Example:
            ```python
            client.loyalty.summary(group_by="segment").to_pandas()
            ```
        """
        return self._ask("SummarizeLoyalty", LoyaltySummaries.from_wire, locals())

    def validate(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        filter: str = "",
        outcome: LoyaltyOutcome | str | None = None,
        horizon: str = "",
        confidence: float | None = None,
        version: int = 0,
    ) -> ScoreValidation:
        """Tells whether the score predicts anything on your own data, beside simple rules and each component alone.

        Scores of a day in the past are held against what customers did after it. There is no deadline.

        Args:
            as_of: The end of the horizon.
            filter: It is read at the beginning of the horizon.
            outcome: "repurchase", "churn", "referral" or "spend". Default "repurchase".
            horizon: How long after the scores the outcome may come: "90d", "26w", "12mo". Default "6mo".
            confidence: The test whether attitude adds anything is one-sided at 1 - confidence.

        Raises:
            InvalidArgument: If the horizon has not passed, or nobody bought before it.
            FailedPrecondition: If everybody or nobody has the outcome.

        Example:
            ```python
            validation = client.loyalty.validate(horizon="90d")
            validation.verdict, validation.attitude_adds
            validation.to_pandas()[["predictor", "component", "auc", "score_gain"]]
            ```
        """
        return self._ask("ValidateScore", ScoreValidation.from_wire, locals(), unhurried=True)

    def model(self, *, version: int = 0) -> LoyaltyModel:
        """Tells how scores of the workspace are made.

        Raises:
            InvalidArgument: If there is no such version.
        """
        return self._ask("GetLoyaltyModel", LoyaltyModel.from_wire, locals())

    def update_model(
        self,
        *,
        weights: Weights | None = None,
        half_life_days: float | None = None,
        pseudo_answers: float | None = None,
        cut: LoyaltyCut | str | None = None,
    ) -> LoyaltyModel:
        """Makes scores in another way from now on, as the next version; None leaves something as it is.

        Earlier versions stay and can be asked for. Where nothing changes there is no new version.

        Args:
            weights: How much components count, 0 to 1,000 each, such as {"trust": 0.2}: only ratios matter. Those that
                are not named stay.
            half_life_days: Days after which an answer counts half, 1 to 3,650.
            pseudo_answers: Answers of their segment's mean that everybody is given beside their own, 0.01 to 100.
            cut: Where places are cut: "medians" of everybody's attitude and behaviour, or "fifty".

        Raises:
            InvalidArgument: If a component or a value is not one, or weights sum to nothing.

        Example:
            ```python
            client.loyalty.update_model(weights={"trust": 0.2, "referral": 0}, half_life_days=90)
            ```
        """
        asked = locals() | {"weights": [] if weights is None else weights_of(weights)}
        return self._ask("UpdateLoyaltyModel", LoyaltyModel.from_wire, asked)
