"""What arguments take that are words: members of the enums, or their texts, which type checkers and editors know.

Any other text is refused before it is sent. A text that is made while the program runs is told to a type checker by the
enum: `lojal.Segment(text)`.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from lojal.enums import (
    CohortAlignment,
    CohortMode,
    CostKind,
    CountedAnswers,
    CustomerOrder,
    EarlyWarningKind,
    EarlyWarningOrder,
    FactsAsOf,
    InteractionKind,
    Interval,
    IntervalMethod,
    LoyaltyCut,
    LoyaltyOrder,
    LoyaltyOutcome,
    LoyaltyPlace,
    ModelKind,
    PredictionOrder,
    RevenueComparison,
    Segment,
    SurveyDisposition,
    SurveyKind,
    SurveyMetric,
    TimelineKind,
    TimelineOrder,
    TimeUnit,
)

CohortAlignmentWord: TypeAlias = CohortAlignment | Literal["calendar", "rolling"]
CohortModeWord: TypeAlias = CohortMode | Literal["on", "on_or_after", "on_or_before", "bracket", "streak"]
CostKindWord: TypeAlias = CostKind | Literal["acquisition", "service", "programme", "incentive", "other"]
CountedAnswersWord: TypeAlias = CountedAnswers | Literal["all", "latest_per_customer"]
CustomerOrderWord: TypeAlias = CustomerOrder | Literal["recorded", "id", "last_transaction", "net_spend"]
EarlyWarningKindWord: TypeAlias = (
    EarlyWarningKind
    | Literal["silence", "fewer_orders", "lower_spend", "lower_nps", "hard_service", "more_refunds", "unanswered"]
)
EarlyWarningOrderWord: TypeAlias = EarlyWarningOrder | Literal["value_at_risk", "churn_probability", "newest"]
FactsAsOfWord: TypeAlias = FactsAsOf | Literal["start", "end"]
InteractionKindWord: TypeAlias = InteractionKind | Literal["support_case", "visit", "campaign", "other"]
IntervalWord: TypeAlias = Interval | Literal["day", "week", "month", "quarter", "year"]
IntervalMethodWord: TypeAlias = IntervalMethod | Literal["delta", "bootstrap"]
LoyaltyCutWord: TypeAlias = LoyaltyCut | Literal["medians", "fifty"]
LoyaltyOrderWord: TypeAlias = LoyaltyOrder | Literal["highest", "lowest", "value_at_risk", "recorded"]
LoyaltyOutcomeWord: TypeAlias = LoyaltyOutcome | Literal["repurchase", "churn", "referral", "spend"]
LoyaltyPlaceWord: TypeAlias = LoyaltyPlace | Literal["true", "latent", "spurious", "none", "unknown"]
ModelKindWord: TypeAlias = (
    ModelKind | Literal["bg_nbd", "mbg_nbd", "pareto_nbd", "bg_cnbd_k", "mbg_cnbd_k", "bg_bb", "nbd"]
)
PredictionOrderWord: TypeAlias = PredictionOrder | Literal["clv", "alive_probability", "value_at_risk"]
RevenueComparisonWord: TypeAlias = RevenueComparison | Literal["previous", "year_earlier"]
SegmentWord: TypeAlias = (
    Segment
    | Literal[
        "champions",
        "loyal",
        "potential_loyalist",
        "new",
        "promising",
        "need_attention",
        "about_to_sleep",
        "at_risk",
        "cant_lose_them",
        "hibernating",
        "lost",
    ]
)
SurveyDispositionWord: TypeAlias = (
    SurveyDisposition | Literal["completed", "partial", "dismissed", "invited", "delivered", "bounced"]
)
SurveyKindWord: TypeAlias = SurveyKind | Literal["relationship", "transactional"]
SurveyMetricWord: TypeAlias = SurveyMetric | Literal["nps", "csat", "ces1", "ces2", "trust", "custom"]
TimeUnitWord: TypeAlias = TimeUnit | Literal["day", "week", "month", "year"]
TimelineKindWord: TypeAlias = (
    TimelineKind | Literal["transaction", "refund", "survey_response", "attributes", "void", "interaction", "cost"]
)
TimelineOrderWord: TypeAlias = TimelineOrder | Literal["newest", "oldest"]
