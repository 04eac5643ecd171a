"""The words that questions are asked in and answers are told in, such as `Segment.AT_RISK`."""

from __future__ import annotations

from lojal.wire_enum import WireEnum


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
    """What a learner looks at in a customer's purchases, and in what they told us, beside what models do.

    A gap is the time between two purchases, silence the time since the last; answers to CSAT and CES questions are
    told from 0, the worst on their scale, to 1, the best; see `Learner`.
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
    MEAN_SPEND = "mean_spend"
    LAST_SPEND_OVER_MEAN = "last_spend_over_mean"
    SPEND_TREND = "spend_trend"
    DISCOUNT_SHARE = "discount_share"
    LAST_DISCOUNT_SHARE = "last_discount_share"
    REFUNDED_SHARE = "refunded_share"
    LAST_CSAT = "last_csat"
    DAYS_SINCE_CSAT_ANSWER = "days_since_csat_answer"
    LAST_CES = "last_ces"
    DAYS_SINCE_CES_ANSWER = "days_since_ces_answer"
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


class ExportFormat(WireEnum):
    """How rows of an export are written: as Arrow, or as plain values."""

    ARROW = "arrow"
    ROWS = "rows"
    UNKNOWN = "unknown"


class ExportColumnType(WireEnum):
    """What the values of a column of an export are."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    TIME = "time"
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


class Scope(WireEnum):
    """What an API key may be used for. None includes another."""

    INGEST = "ingest"
    READ = "read"
    PERSONAL = "personal"
    MANAGE = "manage"
    ERASE = "erase"
    ADMIN = "admin"
    UNKNOWN = "unknown"
