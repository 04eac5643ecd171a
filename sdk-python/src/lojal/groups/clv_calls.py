"""The calls of `clv`, described."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Any

from lojal.calls import UNREADABLE, Call
from lojal.enums import IntervalMethod, ModelKind, PredictionOrder, TimeUnit
from lojal.errors import Internal, invalid
from lojal.instants import Instant, to_day, to_timestamp
from lojal.results.backtests import Backtest, Comparison, Tracking
from lojal.results.models import FitProgress, Model, OnProgress
from lojal.results.predictions import CustomerPrediction, Predictions
from lojal.table import Table
from lojal.v1 import clv_service_pb2 as pb


def fit(
    model: ModelKind | str | None,
    calibration_end: date | str,
    time_unit: TimeUnit | str | None,
    bootstrap_replicates: int,
    covariates: Iterable[str],
    keep_default: bool,
    request_id: str,
) -> Call[FitProgress | Model]:
    """Describes a fit."""
    request = pb.FitModelRequest(
        kind=ModelKind.to_wire(model, "model"),
        calibration_end=to_day(calibration_end, "calibration_end"),
        time_unit=TimeUnit.to_wire(time_unit, "time_unit"),
        bootstrap_replicates=bootstrap_replicates,
        covariates=_several(covariates, "covariates", "market"),
        keep_default=keep_default,
        # named once before the first try, so that another try cannot fit another model
        request_id=request_id or str(uuid.uuid4()),
    )
    return Call("clv", "FitModel", request, _fit_event, restartable=True)


def _fit_event(message: pb.FitModelResponse) -> FitProgress | Model:
    if message.HasField("model"):
        return Model.from_wire(message.model)
    return FitProgress.from_wire(message.progress)


def taken(event: FitProgress | Model, on_progress: OnProgress | None) -> Model | None:
    """Reports progress; returns the model if this is it."""
    if isinstance(event, Model):
        return event
    if on_progress is not None:
        on_progress(event)
    return None


def fitted(model: Model | None) -> Model:
    """Returns the model a fit ended with.

    Raises:
        Internal: If it ended without.
    """
    if model is None:
        raise Internal(UNREADABLE, code="INTERNAL")
    return model


def model(model_id: str) -> Call[Model]:
    """Describes the question for a model."""
    return Call(
        "clv", "GetModel", pb.GetModelRequest(model_id=model_id), lambda message: Model.from_wire(message.model)
    )


def models(page_size: int) -> Call[Table[Model]]:
    """Describes the question for all models."""
    return Call("clv", "ListModels", pb.ListModelsRequest(page_size=page_size), partial(Table.of_answer, Model))


def outlook(
    horizon: str,
    as_of: Instant | None,
    known_at: Instant | None,
    model_id: str,
    yearly_discount_rate: float | None,
    interval_method: IntervalMethod | str | None,
) -> dict[str, Any]:
    """Returns the fields by which all predictions look ahead."""
    return {
        "horizon": horizon,
        "as_of": to_timestamp(as_of, "as_of"),
        "known_at": to_timestamp(known_at, "known_at"),
        "model_id": model_id,
        "yearly_discount_rate": yearly_discount_rate,
        "interval_method": IntervalMethod.to_wire(interval_method, "interval_method"),
    }


def predict_customer(ahead: dict[str, Any], **whom: Any) -> Call[CustomerPrediction]:
    """Describes the prediction of one customer."""
    request = pb.PredictCustomerRequest(**ahead, **whom)
    return Call("clv", "PredictCustomer", request, CustomerPrediction.from_wire)


def predict(
    ahead: dict[str, Any],
    order_by: PredictionOrder | str | None = None,
    limit: int | None = None,
    *,
    without_intervals: bool = False,
    with_totals: bool,
) -> Call[Predictions]:
    """Describes the predictions of all customers."""
    request = pb.PredictCustomersRequest(
        **ahead,
        order=PredictionOrder.to_wire(order_by, "order_by"),
        limit=limit,
        without_intervals=without_intervals,
        with_totals=with_totals,
    )
    return Call("clv", "PredictCustomers", request, Predictions.from_wire)


def backtest(
    model: ModelKind | str | None,
    calibration_end: date | str,
    holdout_end: date | str,
    time_unit: TimeUnit | str | None,
) -> Call[Backtest]:
    """Describes a backtest."""
    request = pb.BacktestRequest(
        kind=ModelKind.to_wire(model, "model"),
        calibration_end=to_day(calibration_end, "calibration_end"),
        holdout_end=to_day(holdout_end, "holdout_end"),
        time_unit=TimeUnit.to_wire(time_unit, "time_unit"),
    )
    return Call("clv", "Backtest", request, Backtest.from_wire, unhurried=True)


def compare(
    models: Iterable[ModelKind | str],
    calibration_end: date | str,
    holdout_end: date | str,
    time_unit: TimeUnit | str | None,
) -> Call[Comparison]:
    """Describes a comparison of models."""
    request = pb.CompareModelsRequest(
        kinds=[ModelKind.to_wire(each, "models") for each in _several(models, "models", "bg_nbd")],
        calibration_end=to_day(calibration_end, "calibration_end"),
        holdout_end=to_day(holdout_end, "holdout_end"),
        time_unit=TimeUnit.to_wire(time_unit, "time_unit"),
    )
    return Call("clv", "CompareModels", request, Comparison.from_wire, unhurried=True)


def tracking(model_id: str, until: date | str, period: TimeUnit | str | None) -> Call[Tracking]:
    """Describes the question for expected and actual purchases."""
    request = pb.GetTrackingRequest(
        model_id=model_id, until=to_day(until, "until"), period=TimeUnit.to_wire(period, "period")
    )
    return Call("clv", "GetTracking", request, Tracking.from_wire)


def _several(names: Iterable[str], field: str, example: str) -> list[str]:
    """Returns a list of names; text alone would be taken for a list of letters."""
    if isinstance(names, str):
        raise invalid(field, f'{names!r} is not a list: give one, such as ["{example}"]')
    return list(names)
