"""Client of Lojal, the customer-loyalty scoring server.

Example:
    ```python
    import lojal

    client = lojal.Client("localhost:50051")
    client.transactions.load("orders.csv")
    client.segments.summary()
    client.clv.predict(horizon="12mo").to_pandas()
    ```
"""

from lojal.async_client import AsyncClient
from lojal.client import Client
from lojal.enums import (
    CutpointBasis,
    ErrorReason,
    Interval,
    IntervalMethod,
    ModelKind,
    PredictionBasis,
    PredictionOrder,
    Segment,
    SurveyKind,
    SurveyMetric,
    TimeUnit,
)
from lojal.errors import (
    Aborted,
    AlreadyExists,
    Cancelled,
    DataLoss,
    DeadlineExceeded,
    FailedPrecondition,
    FieldViolation,
    Internal,
    InvalidArgument,
    LojalError,
    NotFound,
    OutOfRange,
    PermissionDenied,
    ResourceExhausted,
    Unauthenticated,
    Unavailable,
    Unimplemented,
)
from lojal.listing import AsyncListing, Listing
from lojal.money import Money
from lojal.records import CustomerUpsert, ExchangeRate, Refund, SurveyResponse, Transaction, Void
from lojal.results.admin import Limit, ServerInfo, WorkspaceInfo
from lojal.results.backtests import (
    Backtest,
    BacktestResult,
    BacktestResults,
    Comparison,
    ForecastAccuracy,
    ForecastDecile,
    Tracking,
    TrackingPoint,
)
from lojal.results.common import Estimate, Exclusion, LoadResult, Period, Provenance, RowError, WriteResult
from lojal.results.customers import (
    AttributesEvent,
    Customer,
    CustomerExport,
    CustomerProfile,
    ErasureReceipt,
    RefundEvent,
    SurveyResponseEvent,
    Timeline,
    TimelineEvent,
    TransactionEvent,
    VoidEvent,
)
from lojal.results.models import FitProgress, HistogramBin, LikelihoodRatioTest, Model, ParameterCorrelation
from lojal.results.nps import NpsRow, NpsScore
from lojal.results.predictions import (
    AlivePoint,
    AsyncPredictionListing,
    CustomerPrediction,
    Prediction,
    PredictionListing,
    Predictions,
    PredictionTotals,
    PurchaseProbability,
    WaitingTime,
)
from lojal.results.segments import (
    CustomerSegment,
    RfmCell,
    RfmPopulation,
    RfmScheme,
    RfmScores,
    RfmThreshold,
    RfmValues,
    SegmentDescription,
    SegmentMember,
    SegmentSummaries,
    SegmentSummary,
)
from lojal.results.workspaces import LoadedRate, RatesResult, RefitPolicy, Workspace
from lojal.retry import RetryPolicy
from lojal.table import Table
from lojal.version import __version__

__all__ = [
    # clients
    "Client",
    "AsyncClient",
    "RetryPolicy",
    # what to record
    "Transaction",
    "Refund",
    "SurveyResponse",
    "CustomerUpsert",
    "Void",
    "ExchangeRate",
    "Money",
    # what comes back
    "WriteResult",
    "LoadResult",
    "RowError",
    "Table",
    "Listing",
    "AsyncListing",
    "Estimate",
    "Provenance",
    "Exclusion",
    "Period",
    "Customer",
    "CustomerProfile",
    "Timeline",
    "TimelineEvent",
    "TransactionEvent",
    "RefundEvent",
    "SurveyResponseEvent",
    "AttributesEvent",
    "VoidEvent",
    "CustomerExport",
    "ErasureReceipt",
    "CustomerSegment",
    "SegmentMember",
    "SegmentSummary",
    "SegmentSummaries",
    "SegmentDescription",
    "RfmScores",
    "RfmValues",
    "RfmPopulation",
    "RfmScheme",
    "RfmCell",
    "RfmThreshold",
    "Model",
    "HistogramBin",
    "ParameterCorrelation",
    "LikelihoodRatioTest",
    "FitProgress",
    "Prediction",
    "Predictions",
    "PredictionListing",
    "AsyncPredictionListing",
    "PredictionTotals",
    "CustomerPrediction",
    "PurchaseProbability",
    "WaitingTime",
    "AlivePoint",
    "Backtest",
    "BacktestResult",
    "BacktestResults",
    "Comparison",
    "ForecastAccuracy",
    "ForecastDecile",
    "Tracking",
    "TrackingPoint",
    "NpsScore",
    "NpsRow",
    "Workspace",
    "RefitPolicy",
    "LoadedRate",
    "RatesResult",
    "ServerInfo",
    "WorkspaceInfo",
    "Limit",
    # words
    "Segment",
    "CutpointBasis",
    "ModelKind",
    "TimeUnit",
    "PredictionOrder",
    "PredictionBasis",
    "IntervalMethod",
    "Interval",
    "SurveyKind",
    "SurveyMetric",
    "ErrorReason",
    # errors
    "LojalError",
    "FieldViolation",
    "InvalidArgument",
    "NotFound",
    "AlreadyExists",
    "FailedPrecondition",
    "ResourceExhausted",
    "Unavailable",
    "DeadlineExceeded",
    "DataLoss",
    "Internal",
    "Unauthenticated",
    "PermissionDenied",
    "Unimplemented",
    "Cancelled",
    "Aborted",
    "OutOfRange",
    "__version__",
]
