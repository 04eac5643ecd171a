"""The contract's enums as text: `Segment.AT_RISK == "at_risk"`.

A value that this version does not know, from a newer server, is read as `UNKNOWN`.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any, Self

from lojal.errors import invalid
from lojal.v1 import (
    clv_service_pb2,
    common_pb2,
    customer_service_pb2,
    error_reason_pb2,
    loyalty_service_pb2,
    options_pb2,
    retention_service_pb2,
    segmentation_service_pb2,
)


class WireEnum(StrEnum):
    """Text that stands for a number of a proto enum."""

    @classmethod
    def wire_type(cls) -> Any:
        """Returns the proto enum."""
        return _WIRE[cls.__name__]

    @classmethod
    def prefix(cls) -> str:
        """Returns what the proto names start with, such as "SEGMENT_"."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).upper() + "_"

    @classmethod
    def from_wire(cls, number: int) -> Self:
        """Reads an answer."""
        value = cls.wire_type().DESCRIPTOR.values_by_number.get(number)
        name = value.name.removeprefix(cls.prefix()) if value is not None else ""
        return cls[name] if name in cls.__members__ else cls["UNKNOWN"]

    @classmethod
    def to_wire(cls, value: str | None, field: str) -> Any:
        """Returns the number of a text; None and "" are 0, the server's default.

        Raises:
            InvalidArgument: If there is no such value.
        """
        if value is None or value == "":
            return 0
        name = str(value).upper().removeprefix(cls.prefix())
        # most enums of the contract have no value that is called unknown, and one that is not known cannot be sent
        numbers = cls.wire_type().DESCRIPTOR.values_by_name
        if name not in cls.__members__ or cls.prefix() + name not in numbers:
            allowed = ", ".join(member.value for member in cls if cls.prefix() + member.name in numbers)
            raise invalid(field, f"{str(value)!r} is not one of: {allowed}")
        return numbers[cls.prefix() + name].number


class Segment(WireEnum):
    """The 11 RFM segments, best first."""

    CHAMPIONS = "champions"
    LOYAL = "loyal"
    POTENTIAL_LOYALIST = "potential_loyalist"
    NEW = "new"
    PROMISING = "promising"
    NEED_ATTENTION = "need_attention"
    ABOUT_TO_SLEEP = "about_to_sleep"
    AT_RISK = "at_risk"
    CANT_LOSE_THEM = "cant_lose_them"
    HIBERNATING = "hibernating"
    LOST = "lost"
    UNKNOWN = "unknown"


class CutpointBasis(WireEnum):
    """How the thresholds of RFM scores came about."""

    QUINTILES = "quintiles"
    FIXED = "fixed"
    UNKNOWN = "unknown"


class ModelKind(WireEnum):
    """The purchase models: BG/NBD, MBG/NBD, Pareto/NBD, BG/CNBD-k, MBG/CNBD-k, BG/BB and NBD."""

    BG_NBD = "bg_nbd"
    MBG_NBD = "mbg_nbd"
    PARETO_NBD = "pareto_nbd"
    BG_CNBD_K = "bg_cnbd_k"
    MBG_CNBD_K = "mbg_cnbd_k"
    BG_BB = "bg_bb"
    NBD = "nbd"
    UNKNOWN = "unknown"


class TimeUnit(WireEnum):
    """The unit of time of a model's parameters, or the length of the periods of a tracking."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    UNKNOWN = "unknown"


class IntervalMethod(WireEnum):
    """How the interval of a prediction is made: delta method, or parametric bootstrap."""

    DELTA = "delta"
    BOOTSTRAP = "bootstrap"
    UNKNOWN = "unknown"


class PredictionBasis(WireEnum):
    """What a prediction rests on: the customer, customers like them, all customers, or mostly shops in general."""

    INDIVIDUAL = "individual"
    SEGMENT = "segment"
    POPULATION = "population"
    PRIOR = "prior"
    UNKNOWN = "unknown"


class Habit(WireEnum):
    """What a learner looks at in a customer's purchase days, and in what they told us, beside what models do.

    A gap is the time between two purchases, silence the time since the last; see `Learner`.
    """

    REPEAT_PURCHASES = "repeat_purchases"
    DAYS_FIRST_TO_LAST = "days_first_to_last"
    DAYS_FOLLOWED = "days_followed"
    DAYS_SILENT = "days_silent"
    MEAN_GAP_DAYS = "mean_gap_days"
    SILENCE_OVER_MEAN_GAP = "silence_over_mean_gap"
    LAST_GAP_OVER_MEAN_GAP = "last_gap_over_mean_gap"
    SILENCE_OVER_LONGEST_GAP = "silence_over_longest_gap"
    GAP_VARIATION = "gap_variation"
    PURCHASES_LAST_28_DAYS = "purchases_last_28_days"
    PURCHASES_LAST_91_DAYS = "purchases_last_91_days"
    PURCHASES_LAST_182_DAYS = "purchases_last_182_days"
    PURCHASES_SAME_SEASON_LAST_YEAR = "purchases_same_season_last_year"
    PURCHASES_TREND = "purchases_trend"
    ALIVE_PROBABILITY = "alive_probability"
    LAST_NPS_SCORE = "last_nps_score"
    DAYS_SINCE_NPS_ANSWER = "days_since_nps_answer"
    CASES_LAST_91_DAYS = "cases_last_91_days"
    UNKNOWN = "unknown"


class ChurnRisk(WireEnum):
    """How likely a customer is to buy nothing within the horizon, in thirds. Unknown for "forever"."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    UNKNOWN = "unknown"


class PredictionOrder(WireEnum):
    """Order of predictions: highest CLV, lowest probability of being alive, or highest value at risk first."""

    CLV = "clv"
    ALIVE_PROBABILITY = "alive_probability"
    VALUE_AT_RISK = "value_at_risk"
    UNKNOWN = "unknown"


class LoyaltyComponent(WireEnum):
    """A part of the loyalty score: the first five are attitude, what they say; the others behaviour, what they do."""

    SATISFACTION = "satisfaction"
    EASE = "ease"
    RECOMMENDATION = "recommendation"
    TRUST = "trust"
    FULL_PRICE = "full_price"
    REFERRAL = "referral"
    REPEAT = "repeat"
    VALUE = "value"
    ENGAGEMENT = "engagement"
    UNKNOWN = "unknown"


class LoyaltyPlace(WireEnum):
    """What a customer is to us, by attitude and behaviour.

    High in both is true, in attitude alone latent, in behaviour alone spurious, in neither none. Unknown are those who
    have not said lately what they think: whoever is silent has no attitude, never a low one.
    """

    TRUE = "true"
    LATENT = "latent"
    SPURIOUS = "spurious"
    NONE = "none"
    UNKNOWN = "unknown"


class LoyaltyOrder(WireEnum):
    """Order of scores: highest or lowest first, where most is at risk first, or as customers were recorded."""

    HIGHEST = "highest"
    LOWEST = "lowest"
    VALUE_AT_RISK = "value_at_risk"
    RECORDED = "recorded"
    UNKNOWN = "unknown"


class LoyaltyCut(WireEnum):
    """Where places are cut: at the medians of everybody's attitude and behaviour, or at 50."""

    MEDIANS = "medians"
    FIFTY = "fifty"
    UNKNOWN = "unknown"


class LoyaltyOutcome(WireEnum):
    """What scores are held against.

    Within the horizon they bought, or did not, somebody first bought whom they had referred, or they were in the upper
    fifth by what they spent.
    """

    REPURCHASE = "repurchase"
    CHURN = "churn"
    REFERRAL = "referral"
    SPEND = "spend"
    UNKNOWN = "unknown"


class LoyaltyPredictor(WireEnum):
    """What predicts an outcome: the score, its halves and components, and what is simpler."""

    SCORE = "score"
    ATTITUDE = "attitude"
    BEHAVIOUR = "behaviour"
    RECENCY = "recency"
    ALIVE_PROBABILITY = "alive_probability"
    PURCHASE_PROBABILITY = "purchase_probability"
    NPS = "nps"
    COMPONENT = "component"
    UNKNOWN = "unknown"


class EarlyWarningKind(WireEnum):
    """What is seen in a customer who may be leaving.

    A silence longer than theirs are, purchases on fewer days or less spend than before, a lower NPS score, hard
    service, more refunds, surveys that they let pass.
    """

    SILENCE = "silence"
    FEWER_ORDERS = "fewer_orders"
    LOWER_SPEND = "lower_spend"
    LOWER_NPS = "lower_nps"
    HARD_SERVICE = "hard_service"
    MORE_REFUNDS = "more_refunds"
    UNANSWERED = "unanswered"
    UNKNOWN = "unknown"


class EarlyWarningSeverity(WireEnum):
    """How grave a warning is, by the probability that they buy nothing: below 0.5, below 0.8, or more."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    UNKNOWN = "unknown"


class EarlyWarningOrder(WireEnum):
    """Order of warnings: where most is at risk, whoever is likeliest to leave, or the newest first."""

    VALUE_AT_RISK = "value_at_risk"
    CHURN_PROBABILITY = "churn_probability"
    NEWEST = "newest"
    UNKNOWN = "unknown"


class Interval(WireEnum):
    """Length of the periods of a series. Weeks are ISO weeks, from Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    UNKNOWN = "unknown"


class CohortMode(WireEnum):
    """What it takes to be retained: to buy at an age, at it or later, again by it, in a bracket, at every age."""

    ON = "on"
    ON_OR_AFTER = "on_or_after"
    ON_OR_BEFORE = "on_or_before"
    BRACKET = "bracket"
    STREAK = "streak"
    UNKNOWN = "unknown"


class CohortAlignment(WireEnum):
    """How ages are counted: by periods of the calendar, or from each customer's own first purchase."""

    CALENDAR = "calendar"
    ROLLING = "rolling"
    UNKNOWN = "unknown"


class RevenueComparison(WireEnum):
    """What a period is compared with: the one right before it, or the same a year earlier."""

    PREVIOUS = "previous"
    YEAR_EARLIER = "year_earlier"
    UNKNOWN = "unknown"


class SurveyMetric(WireEnum):
    """What a survey measures: recommendation, satisfaction, effort as of 2010 and of 2013, trust, or what you ask."""

    NPS = "nps"
    CSAT = "csat"
    CES1 = "ces1"
    CES2 = "ces2"
    TRUST = "trust"
    CUSTOM = "custom"
    UNKNOWN = "unknown"


class SurveyDisposition(WireEnum):
    """How far a survey came with somebody, after AAPOR's codes. The first two are answers, and have a score."""

    COMPLETED = "completed"
    PARTIAL = "partial"
    DISMISSED = "dismissed"
    INVITED = "invited"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    UNKNOWN = "unknown"


class SurveyKind(WireEnum):
    """What a survey is about: the relationship as a whole, or one purchase, visit or contact."""

    RELATIONSHIP = "relationship"
    TRANSACTIONAL = "transactional"
    UNKNOWN = "unknown"


class CountedAnswers(WireEnum):
    """Which answers of a customer count: all, or the last one in each group and period."""

    ALL = "all"
    LATEST_PER_CUSTOMER = "latest_per_customer"
    UNKNOWN = "unknown"


class FactType(WireEnum):
    """What kind of value a fact of a customer has."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    INSTANT = "instant"
    UNKNOWN = "unknown"


class CustomerOrder(WireEnum):
    """The order of a list of customers."""

    RECORDED = "recorded"
    ID = "id"
    LAST_TRANSACTION = "last_transaction"
    NET_SPEND = "net_spend"
    UNKNOWN = "unknown"


class TimelineKind(WireEnum):
    """A kind of event in a timeline."""

    TRANSACTION = "transaction"
    REFUND = "refund"
    SURVEY_RESPONSE = "survey_response"
    ATTRIBUTES = "attributes"
    VOID = "void"
    INTERACTION = "interaction"
    COST = "cost"
    UNKNOWN = "unknown"


class TimelineOrder(WireEnum):
    """The order of a timeline."""

    NEWEST = "newest"
    OLDEST = "oldest"
    UNKNOWN = "unknown"


class FactsAsOf(WireEnum):
    """When the facts of filter and group_by are read, in questions about what becomes of customers."""

    START = "start"
    END = "end"
    UNKNOWN = "unknown"


class InteractionKind(WireEnum):
    """What somebody had to do with us beside buying and answering."""

    SUPPORT_CASE = "support_case"
    VISIT = "visit"
    CAMPAIGN = "campaign"
    OTHER = "other"
    UNKNOWN = "unknown"


class CostKind(WireEnum):
    """What money was spent for."""

    ACQUISITION = "acquisition"
    SERVICE = "service"
    PROGRAMME = "programme"
    INCENTIVE = "incentive"
    OTHER = "other"
    UNKNOWN = "unknown"


class WarningCode(WireEnum):
    """What a warning is about."""

    AS_OF_LATEST_EVENT = "as_of_latest_event"
    FILTER_UNDECIDED = "filter_undecided"
    NO_PURCHASES = "no_purchases"
    NO_ANSWERS = "no_answers"
    INSUFFICIENT_HISTORY = "insufficient_history"
    NOBODY_AT_START = "nobody_at_start"
    NOBODY_FOLLOWED = "nobody_followed"
    PERIOD_NOT_OVER = "period_not_over"
    FEW_OBSERVATIONS = "few_observations"
    MIXED_SURVEY_KINDS = "mixed_survey_kinds"
    NO_ADVOCATES = "no_advocates"
    UNKNOWN_SOURCES = "unknown_sources"
    NO_RETURNS = "no_returns"
    THRESHOLD_NOT_REACHED = "threshold_not_reached"
    NO_INTERVALS_OF_GROUPS = "no_intervals_of_groups"
    GROUP_NOT_PROJECTED = "group_not_projected"
    SORTING_EFFECT = "sorting_effect"
    FIXED_THRESHOLDS = "fixed_thresholds"
    LIST_CUT = "list_cut"
    DELIVERIES_ASSUMED = "deliveries_assumed"
    NO_INVITATIONS = "no_invitations"
    WEIGHTS_NOT_USED = "weights_not_used"
    ANSWERS_SHARED = "answers_shared"
    WORST_CASE_TAKEN = "worst_case_taken"
    POPULATION_TOO_SMALL = "population_too_small"
    STRATA_WITHOUT_ANSWERS = "strata_without_answers"
    ANSWERS_WITHOUT_STRATUM = "answers_without_stratum"
    PRIOR_ONLY = "prior_only"
    WEAK_BELIEFS = "weak_beliefs"
    VALUE_FROM_MEAN = "value_from_mean"
    NO_VALUE_MODEL = "no_value_model"
    UNSEEN_COVARIATE_VALUE = "unseen_covariate_value"
    PARAMETERS_UNCERTAIN = "parameters_uncertain"
    CUSTOMERS_ALIKE = "customers_alike"
    FEW_REPEAT_BUYERS = "few_repeat_buyers"
    OUTLIERS_LEFT_OUT = "outliers_left_out"
    VALUE_GOES_WITH_FREQUENCY = "value_goes_with_frequency"
    NOBODY_CAME_BACK = "nobody_came_back"
    WORTHLESS_LEFT_OUT = "worthless_left_out"
    NO_COSTS = "no_costs"
    COSTS_WITHOUT_GROUP = "costs_without_group"
    FACTS_AFTER_OUTCOME = "facts_after_outcome"
    CUSTOMERS_SHARED = "customers_shared"
    SEVERAL_QUESTIONS = "several_questions"
    LOW_SCORES_ONLY = "low_scores_only"
    UNUSUAL_ACTIVITY_WINDOW = "unusual_activity_window"
    UNKNOWN = "unknown"


class EstimateMethod(WireEnum):
    """One step of how an estimate or its interval was computed."""

    RATIO = "ratio"
    WILSON = "wilson"
    NEWCOMBE = "newcombe"
    ADJUSTED_WALD = "adjusted_wald"
    ADJUSTED_WALD_FINITE = "adjusted_wald_finite"
    WEIGHTED_ADJUSTED_WALD = "weighted_adjusted_wald"
    POST_STRATIFIED = "post_stratified"
    PAIRED_NORMAL = "paired_normal"
    STUDENT_T = "student_t"
    WELCH_T = "welch_t"
    PAIRED_T = "paired_t"
    MEAN = "mean"
    MEAN_OF_RATES = "mean_of_rates"
    TRIMMED_MEAN = "trimmed_mean"
    RATIO_BY_CUSTOMER = "ratio_by_customer"
    LOG_DELTA = "log_delta"
    ORDER_STATISTICS = "order_statistics"
    DE_LONG = "de_long"
    INFINITESIMAL_JACKKNIFE = "infinitesimal_jackknife"
    KAPLAN_MEIER = "kaplan_meier"
    BOOTSTRAP_EXPANDED_PERCENTILE = "bootstrap_expanded_percentile"
    MAXIMUM_LIKELIHOOD = "maximum_likelihood"
    MAXIMUM_A_POSTERIORI = "maximum_a_posteriori"
    POSTERIOR_MEAN = "posterior_mean"
    MIXTURE = "mixture"
    PRIOR = "prior"
    DELTA_METHOD = "delta_method"
    POSTERIOR_SPREAD = "posterior_spread"
    MIXTURE_SPREAD = "mixture_spread"
    PARAMETRIC_BOOTSTRAP = "parametric_bootstrap"
    RECALIBRATED = "recalibrated"
    CLUSTERED_BY_CUSTOMER = "clustered_by_customer"
    RIDGE_LOGISTIC = "ridge_logistic"
    UNKNOWN = "unknown"


class ExclusionCode(WireEnum):
    """Why something was left out of an answer."""

    NOT_MATCHING = "not_matching"
    WITHOUT_CUSTOMER = "without_customer"
    UNDECIDED = "undecided"
    TOO_NEW = "too_new"
    WITHOUT_PURCHASE = "without_purchase"
    UNSOLICITED = "unsolicited"
    UNKNOWN = "unknown"


class Scope(WireEnum):
    """What an API key may be used for. None includes another."""

    INGEST = "ingest"
    READ = "read"
    PERSONAL = "personal"
    MANAGE = "manage"
    ERASE = "erase"
    ADMIN = "admin"
    UNKNOWN = "unknown"


class ErrorReason(StrEnum):
    """Why a call failed. Compare it with `LojalError.reason`, which is plain text."""

    INVALID_FIELD = "INVALID_FIELD"
    CUSTOMER_NOT_FOUND = "CUSTOMER_NOT_FOUND"
    TRANSACTION_NOT_FOUND = "TRANSACTION_NOT_FOUND"
    MODEL_NOT_FOUND = "MODEL_NOT_FOUND"
    RECORD_CONFLICT = "RECORD_CONFLICT"
    REFUND_EXCEEDS_TRANSACTION = "REFUND_EXCEEDS_TRANSACTION"
    EXCHANGE_RATE_MISSING = "EXCHANGE_RATE_MISSING"
    INSUFFICIENT_HISTORY = "INSUFFICIENT_HISTORY"
    PAGE_TOKEN_MISMATCH = "PAGE_TOKEN_MISMATCH"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    SEQUENCE_GAP = "SEQUENCE_GAP"
    REQUEST_ID_REUSED = "REQUEST_ID_REUSED"
    OVERLOADED = "OVERLOADED"
    STORE_READ_ONLY = "STORE_READ_ONLY"
    DATA_CORRUPTED = "DATA_CORRUPTED"
    SHUTTING_DOWN = "SHUTTING_DOWN"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    INTERNAL = "INTERNAL"
    TRANSACTION_VOIDED = "TRANSACTION_VOIDED"
    WORKSPACE_NOT_FOUND = "WORKSPACE_NOT_FOUND"
    WORKSPACE_EXISTS = "WORKSPACE_EXISTS"
    WORKSPACE_NOT_EMPTY = "WORKSPACE_NOT_EMPTY"
    UNSUPPORTED = "UNSUPPORTED"
    HOST_NOT_ALLOWED = "HOST_NOT_ALLOWED"
    ORIGIN_NOT_ALLOWED = "ORIGIN_NOT_ALLOWED"
    WARNING_NOT_FOUND = "WARNING_NOT_FOUND"
    API_KEY_MISSING = "API_KEY_MISSING"
    API_KEY_MALFORMED = "API_KEY_MALFORMED"
    API_KEY_INVALID = "API_KEY_INVALID"
    API_KEY_EXPIRED = "API_KEY_EXPIRED"
    SCOPE_MISSING = "SCOPE_MISSING"
    WORKSPACE_NOT_ALLOWED = "WORKSPACE_NOT_ALLOWED"
    API_KEY_NOT_FOUND = "API_KEY_NOT_FOUND"

    @classmethod
    def name_of(cls, number: int) -> str:
        """Returns the name of a reason's number, such as "INVALID_FIELD"; an unknown one as "REASON_99"."""
        value = error_reason_pb2.ErrorReason.DESCRIPTOR.values_by_number.get(number)
        return value.name.removeprefix("ERROR_REASON_") if value is not None else f"REASON_{number}"


_WIRE: dict[str, Any] = {
    "Scope": options_pb2.Scope,
    "Segment": segmentation_service_pb2.Segment,
    "CutpointBasis": segmentation_service_pb2.CutpointBasis,
    "ModelKind": clv_service_pb2.ModelKind,
    "TimeUnit": clv_service_pb2.TimeUnit,
    "IntervalMethod": clv_service_pb2.IntervalMethod,
    "PredictionBasis": clv_service_pb2.PredictionBasis,
    "ChurnRisk": clv_service_pb2.ChurnRisk,
    "Habit": clv_service_pb2.Habit,
    "PredictionOrder": clv_service_pb2.PredictionOrder,
    "LoyaltyComponent": loyalty_service_pb2.LoyaltyComponent,
    "LoyaltyPlace": loyalty_service_pb2.LoyaltyPlace,
    "LoyaltyOrder": loyalty_service_pb2.LoyaltyOrder,
    "LoyaltyCut": loyalty_service_pb2.LoyaltyCut,
    "LoyaltyOutcome": loyalty_service_pb2.LoyaltyOutcome,
    "LoyaltyPredictor": loyalty_service_pb2.LoyaltyPredictor,
    "EarlyWarningKind": loyalty_service_pb2.EarlyWarningKind,
    "EarlyWarningSeverity": loyalty_service_pb2.EarlyWarningSeverity,
    "EarlyWarningOrder": loyalty_service_pb2.EarlyWarningOrder,
    "Interval": common_pb2.Interval,
    "FactsAsOf": common_pb2.FactsAsOf,
    "CohortMode": retention_service_pb2.CohortMode,
    "CohortAlignment": retention_service_pb2.CohortAlignment,
    "RevenueComparison": retention_service_pb2.RevenueComparison,
    "SurveyMetric": common_pb2.SurveyMetric,
    "SurveyDisposition": common_pb2.SurveyDisposition,
    "SurveyKind": common_pb2.SurveyKind,
    "CountedAnswers": common_pb2.CountedAnswers,
    "FactType": customer_service_pb2.FactType,
    "CustomerOrder": customer_service_pb2.CustomerOrder,
    "TimelineKind": customer_service_pb2.TimelineKind,
    "TimelineOrder": customer_service_pb2.TimelineOrder,
    "InteractionKind": common_pb2.InteractionKind,
    "CostKind": common_pb2.CostKind,
    "EstimateMethod": common_pb2.EstimateMethod,
    "WarningCode": common_pb2.WarningCode,
    "ExclusionCode": common_pb2.ExclusionCode,
}

_KINDS: dict[str, type[WireEnum]] = {kind.__name__: kind for kind in WireEnum.__subclasses__()}


def kind_of(name: str) -> type[WireEnum]:
    """Returns the words of an enum of the contract by its name."""
    return _KINDS[name]
