"""Who is loyal: what customers say joined with what they do, as one number with its explanation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lojal.call import describe
from lojal.calls.group import Group
from lojal.enums import (
    LoyaltyComponent,
)
from lojal.errors import invalid
from lojal.instants import Instant
from lojal.results.early_warnings import (
    Acknowledgement,
    EarlyWarningListing,
    EarlyWarnings,
    NewEarlyWarnings,
    WarningQuality,
)
from lojal.results.loyalty import (
    CustomerLoyalty,
    Loyalties,
    LoyaltyListing,
    LoyaltyModel,
    LoyaltySummaries,
    ScoreValidation,
)
from lojal.v1 import loyalty_service_pb2 as pb
from lojal.watch import Watch
from lojal.words import (
    EarlyWarningKindWord,
    EarlyWarningOrderWord,
    IntervalWord,
    LoyaltyCutWord,
    LoyaltyOrderWord,
    LoyaltyOutcomeWord,
    LoyaltyPlaceWord,
)

SHARED = {
    "version": "Version of the workspace's model, from 1; 0 is the last. Default 0.",
    "kinds": 'Only warnings of these kinds, such as ["silence", "fewer_orders"]; see `EarlyWarningKind`. Default: all.',
    "min_value_at_risk": "Only customers with at least so much at risk, in the workspace's currency. Default: all.",
}
"""What questions about scores share, and those about warnings."""

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

    _shared = SHARED

    def of(
        self,
        customer_id: str,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        confidence: float | None = None,
        version: int = 0,
        timeout: float | None = None,
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
        place: LoyaltyPlaceWord | None = None,
        order_by: LoyaltyOrderWord | None = None,
        limit: int = 0,
        version: int = 0,
        scores_only: bool = False,
        timeout: float | None = None,
    ) -> LoyaltyListing:
        """Scores many customers, read as a stream. There is no deadline.

        Args:
            filter: Scores still compare with everybody.
            place: Only customers of this place, "true", "latent", "spurious", "none" or "unknown". Default: of all.
            order_by: "highest" or "lowest" score first, "value_at_risk" for those whom to call first, or "recorded" for
                the order in which customers were first recorded. Default "highest".
            limit: At most this many customers, up to 100,000 in an order; 0 is 100 in an order, and all as recorded.
                Default 0.
            scores_only: Without contributions and sentence, which are most of an answer about everybody. Default False.

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
        interval: IntervalWord | None = None,
        window: str = "",
        confidence: float | None = None,
        version: int = 0,
        timeout: float | None = None,
    ) -> LoyaltySummaries:
        """Counts customers by place, with what they are worth and what they say.

        Args:
            filter: Scores still compare with everybody.
            group_by: Up to three, with commas in between.
            interval: As of the end of each of these periods, at most 36 of them. Default: no series.
            window: Over which time, with an interval. Default "12mo".

        Raises:
            InvalidArgument: If a group, the interval, the window, the filter or the version is not one.
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
        outcome: LoyaltyOutcomeWord | None = None,
        horizon: str = "",
        confidence: float | None = None,
        version: int = 0,
        timeout: float | None = None,
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

    def model(self, *, version: int = 0, timeout: float | None = None) -> LoyaltyModel:
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
        cut: LoyaltyCutWord | None = None,
        timeout: float | None = None,
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

    def early_warnings(
        self,
        *,
        kinds: Iterable[EarlyWarningKindWord] | None = None,
        min_value_at_risk: float | None = None,
        filter: str | None = None,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        order: EarlyWarningOrderWord | None = None,
        limit: int | None = None,
        horizon: str | None = None,
        with_acknowledged: bool = False,
        confidence: float | None = None,
        timeout: float | None = None,
    ) -> EarlyWarningListing:
        """Lists signs that customers may be leaving, read as a stream. There is no deadline.

        Each says what is seen, how likely they are to buy nothing within the horizon, what hangs on it, and how often
        the same sign came before what it warns of on your own data. A warning ends when what is seen does, and after 90
        days.

        Args:
            order: "value_at_risk" for those whom to call first, "churn_probability" for whoever is likeliest to leave,
                or "newest" first. Default "value_at_risk".
            limit: At most this many warnings, 1 to 100,000. Default 100.
            horizon: Within which nothing is bought by those who leave, such as "30d" or "6mo", 7 days to 2 years.
                Default "90d".
            with_acknowledged: List warnings, too, that somebody takes care of.

        Raises:
            InvalidArgument: If a kind, the filter, the horizon, the order or the limit is not one.

        Example:
            ```python
            client.loyalty.early_warnings(kinds=["silence"], min_value_at_risk=100, limit=20).to_pandas()
            client.loyalty.early_warnings().totals().by_kind
            ```
        """
        call = describe("ListEarlyWarnings", EarlyWarnings.from_wire, locals())
        totals = call.limited(1)
        return EarlyWarningListing(lambda: self._runner.stream(call), lambda: self._runner.stream(totals))

    def watch_early_warnings(
        self,
        *,
        kinds: Iterable[EarlyWarningKindWord] | None = None,
        min_value_at_risk: float | None = None,
        filter: str | None = None,
        horizon: str | None = None,
        confidence: float | None = None,
        resume_token: str | None = None,
    ) -> Watch[NewEarlyWarnings]:
        """Tells of warnings as they come: all that hold, and then, as each day begins, those that have come since.

        It has no end and no deadline: `close()` it, or use it in a `with` block. When the server restarts or the
        connection breaks, it goes on after the last message by itself; a warning may then come twice, and none is
        missed that still holds. A message comes at least once a day, with or without warnings.

        Args:
            horizon: Within which nothing is bought by those who leave, such as "30d" or "6mo", 7 days to 2 years.
                Default "90d".
            resume_token: That of the last message that was taken care of, kept from an earlier watch: what is new since
                then comes first. Default: all that holds now.

        Raises:
            InvalidArgument: If a kind, the filter or the horizon is not one, or the token is of another workspace.

        Example:
            ```python
            with client.loyalty.watch_early_warnings(min_value_at_risk=100) as watch:
                for news in watch:
                    for warning in news:
                        print(warning.customer_id, warning.evidence)
                    token = news.resume_token           # to be kept, for after a restart of yours
            ```
        """
        return self._runner.watch(describe("WatchEarlyWarnings", NewEarlyWarnings.from_wire, locals()))

    def acknowledge_warning(
        self, warning_id: str, *, note: str | None = None, timeout: float | None = None
    ) -> Acknowledgement:
        """Says that somebody takes care of a warning: lists and watches leave it out from then on.

        A later sign of the same kind is another warning. Once more changes nothing.

        Args:
            warning_id: Which, as `early_warnings` lists it.
            note: What is to be noted, at most 256 bytes; no names, please. It goes when the customer is erased.

        Raises:
            NotFound: If there is no such warning.
            InvalidArgument: If the note is too long.

        Example:
            ```python
            for warning in client.loyalty.early_warnings(limit=1):
                client.loyalty.acknowledge_warning(warning.warning_id, note="called, moved abroad")
            ```
        """
        return self._ask("AcknowledgeWarning", Acknowledgement.from_wire, locals())

    def warning_quality(
        self,
        *,
        horizon: str | None = None,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        confidence: float | None = None,
        timeout: float | None = None,
    ) -> WarningQuality:
        """Tells how far warnings can be trusted: what became of those who showed the same signs in the past.

        It looks at up to six days, the first ones of months, as far apart as the horizon is long, and on each at
        nothing but what was known then. There is no deadline.

        Args:
            horizon: Within which nothing is bought by those who leave, such as "30d" or "6mo", 7 days to 2 years.
                Default "90d".

        Raises:
            InvalidArgument: If the horizon is not one.

        Example:
            ```python
            quality = client.loyalty.warning_quality(horizon="90d")
            quality.to_pandas()[["kind", "warnings", "measured_precision", "base_rate", "lift"]]
            quality.calibration.to_pandas()
            ```
        """
        return self._ask("GetWarningQuality", WarningQuality.from_wire, locals(), unhurried=True)
