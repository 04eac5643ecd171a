"""How enums of the contract are text: `Segment.AT_RISK == "at_risk"`.

A value that this version does not know, from a newer server, is read as `UNKNOWN`.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from typing import Any, Self

from lojal.errors import invalid
from lojal.v1 import (
    clv_service_pb2,
    common_pb2,
    customer_service_pb2,
    export_service_pb2,
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
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.wire_type().DESCRIPTOR.name).upper() + "_"

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


_WIRE: dict[str, Any] = {
    "Scope": options_pb2.Scope,
    "Segment": segmentation_service_pb2.Segment,
    "CutpointBasis": segmentation_service_pb2.CutpointBasis,
    "ModelKind": clv_service_pb2.ModelKind,
    "TimeUnit": clv_service_pb2.ModelTimeUnit,
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
    "ExportColumnType": export_service_pb2.ExportColumnType,
    "ExportFormat": export_service_pb2.ExportFormat,
    "EarlyWarningOrder": loyalty_service_pb2.EarlyWarningOrder,
    "Interval": common_pb2.CalendarInterval,
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


@cache
def kind_of(name: str) -> type[WireEnum]:
    """Returns the words of an enum of the contract by its name there.

    Mostly it is the same. `TimeUnit` and `Interval` are ModelTimeUnit and CalendarInterval there, since elsewhere those
    two are names of something else.
    """
    return next(kind for kind in WireEnum.__subclasses__() if kind.wire_type().DESCRIPTOR.name == name)
