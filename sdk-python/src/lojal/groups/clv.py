"""What customers will be worth, and whether they are still there."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date

from lojal.calls import UNREADABLE, Call, documented_as
from lojal.enums import ModelKind, PredictionOrder, TimeUnit
from lojal.errors import Internal
from lojal.groups import AsyncGroup, Group
from lojal.instants import Instant, to_day, to_timestamp
from lojal.listing import AsyncListing, Listing
from lojal.results.clv import CustomerPrediction, FitProgress, Model, Prediction, Predictions, model_page
from lojal.table import Table
from lojal.v1 import clv_service_pb2 as pb

OnProgress = Callable[[FitProgress], None]


def _fit(
    model: ModelKind | str | None, calibration_end: date | str, time_unit: TimeUnit | str | None, request_id: str
) -> Call[FitProgress | Model]:
    request = pb.FitModelRequest(
        kind=ModelKind.to_wire(model, "model"),
        calibration_end=to_day(calibration_end, "calibration_end"),
        time_unit=TimeUnit.to_wire(time_unit, "time_unit"),
        # named once before the first try, so that another try cannot fit another model
        request_id=request_id or str(uuid.uuid4()),
    )
    return Call("clv", "FitModel", request, _fit_event, restartable=True)


def _fit_event(message: pb.FitModelResponse) -> FitProgress | Model:
    if message.HasField("model"):
        return Model.from_wire(message.model)
    return FitProgress.from_wire(message.progress)


def _model(model_id: str) -> Call[Model]:
    return Call(
        "clv", "GetModel", pb.GetModelRequest(model_id=model_id), lambda message: Model.from_wire(message.model)
    )


def _models(page_size: int) -> Call[Table[Model]]:
    return Call("clv", "ListModels", pb.ListModelsRequest(page_size=page_size), model_page)


def _predict_customer(
    customer_id: str,
    horizon: str,
    as_of: Instant | None,
    known_at: Instant | None,
    model_id: str,
    yearly_discount_rate: float | None,
) -> Call[CustomerPrediction]:
    request = pb.PredictCustomerRequest(
        customer_id=customer_id,
        horizon=horizon,
        as_of=to_timestamp(as_of, "as_of"),
        known_at=to_timestamp(known_at, "known_at"),
        model_id=model_id,
        yearly_discount_rate=yearly_discount_rate,
    )
    return Call("clv", "PredictCustomer", request, CustomerPrediction.from_answer)


def _predict(
    horizon: str,
    as_of: Instant | None,
    known_at: Instant | None,
    model_id: str,
    yearly_discount_rate: float | None,
    order_by: PredictionOrder | str | None,
    limit: int | None,
) -> Call[Table[Prediction]]:
    request = pb.PredictCustomersRequest(
        horizon=horizon,
        as_of=to_timestamp(as_of, "as_of"),
        known_at=to_timestamp(known_at, "known_at"),
        model_id=model_id,
        yearly_discount_rate=yearly_discount_rate,
        order=PredictionOrder.to_wire(order_by, "order_by"),
        limit=limit,
    )
    return Call("clv", "PredictCustomers", request, Predictions.from_wire)


class Clv(Group):
    """Fits purchase models and predicts with them."""

    def fit(
        self,
        *,
        model: ModelKind | str | None = None,
        calibration_end: date | str = "",
        time_unit: TimeUnit | str | None = None,
        request_id: str = "",
        on_progress: OnProgress | None = None,
    ) -> Model:
        """Fits a purchase model and the Gamma-Gamma model, and makes them the workspace's default.

        There is no deadline. When the connection breaks, the fit is asked for again under the same request_id.

        Args:
            model: "bg_nbd" or "mbg_nbd". Default MBG/NBD.
            calibration_end: Last day of the data, included: a date or YYYY-MM-DD, in the workspace's time zone.
                Default: the last day before now.
            time_unit: Unit of the parameters, "day" or "week". Default weeks. Predictions do not depend on it.
            request_id: Name this fit, up to 128 bytes, and asking again returns the model it fitted. By default every
                call of this method is a fit of its own.
            on_progress: Called with each `FitProgress`.

        Raises:
            FailedPrecondition: If there is too little history, or request_id was used for another fit.
            InvalidArgument: If the day is not one, or there is no such model.

        Example:
            ```python
            model = client.clv.fit(model="bg_nbd", calibration_end="1997-09-30")
            model.parameters["alpha"].value
            ```
        """
        fitted: Model | None = None
        for event in self._runner.stream(_fit(model, calibration_end, time_unit, request_id)):
            fitted = _take(event, on_progress)
        return _fitted(fitted)

    def model(self, *, model_id: str = "") -> Model:
        """Returns a fitted model: the workspace's default one, or the one named.

        Raises:
            NotFound: If there is no such model.
        """
        return self._runner.unary(_model(model_id))

    def models(self, *, page_size: int = 100) -> Listing[Model]:
        """Lists the workspace's models, newest first.

        Args:
            page_size: Models a page, 1 to 1,000.
        """
        call = _models(page_size)
        return Listing(lambda: self._runner.pages(call), "models", Table(Model, ()))

    def predict_customer(
        self,
        customer_id: str,
        *,
        horizon: str = "",
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        model_id: str = "",
        yearly_discount_rate: float | None = None,
    ) -> CustomerPrediction:
        """Predicts one customer's purchases and value. No `fit` is needed first.

        Args:
            customer_id: Who.
            horizon: How far to look ahead, from as_of: "90d", "52w", "12mo", up to 50 years. Default "12mo".
            as_of: Use the history before this instant. Default: now.
            known_at: What was known then: only what was recorded by this instant counts. Default: all of it.
            model_id: Predict with this model. Default: the workspace's default model.
            yearly_discount_rate: Discount rate a year, 0 to 10; 0.1 is 10 %. Default 0.1.

        Raises:
            NotFound: If there is no such customer or model.
            FailedPrecondition: If there is too little history to fit a model.

        Example:
            ```python
            client.clv.predict_customer("c42", horizon="12mo").clv.value
            ```
        """
        return self._runner.unary(
            _predict_customer(customer_id, horizon, as_of, known_at, model_id, yearly_discount_rate)
        )

    def predict(
        self,
        *,
        horizon: str = "",
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        model_id: str = "",
        yearly_discount_rate: float | None = None,
        order_by: PredictionOrder | str | None = None,
        limit: int | None = None,
    ) -> Listing[Prediction]:
        """Predicts all customers, read as a stream. There is no deadline.

        Args:
            horizon: How far to look ahead, from as_of: "90d", "52w", "12mo", up to 50 years. Default "12mo".
            as_of: Use the history before this instant. Default: now.
            known_at: What was known then: only what was recorded by this instant counts. Default: all of it.
            model_id: Predict with this model. Default: the workspace's default model.
            yearly_discount_rate: Discount rate a year, 0 to 10; 0.1 is 10 %. Default 0.1.
            order_by: "clv" for the highest first, "alive_probability" for the lowest first. Default: the order in
                which customers were first recorded.
            limit: At most this many customers. Default: all.

        Raises:
            NotFound: If there is no such model.
            FailedPrecondition: If there is too little history to fit a model.

        Example:
            ```python
            client.clv.predict(horizon="12mo", order_by="clv", limit=10).to_pandas()
            ```
        """
        call = _predict(horizon, as_of, known_at, model_id, yearly_discount_rate, order_by, limit)
        return Listing(lambda: self._runner.stream(call), "predictions", Predictions.empty())


class AsyncClv(AsyncGroup):
    """Fits purchase models and predicts with them."""

    @documented_as(Clv.fit)
    async def fit(
        self,
        *,
        model: ModelKind | str | None = None,
        calibration_end: date | str = "",
        time_unit: TimeUnit | str | None = None,
        request_id: str = "",
        on_progress: OnProgress | None = None,
    ) -> Model:
        fitted: Model | None = None
        async for event in self._runner.stream(_fit(model, calibration_end, time_unit, request_id)):
            fitted = _take(event, on_progress)
        return _fitted(fitted)

    @documented_as(Clv.model)
    async def model(self, *, model_id: str = "") -> Model:
        return await self._runner.unary(_model(model_id))

    @documented_as(Clv.models)
    def models(self, *, page_size: int = 100) -> AsyncListing[Model]:
        call = _models(page_size)
        return AsyncListing(lambda: self._runner.pages(call), "models", Table(Model, ()))

    @documented_as(Clv.predict_customer)
    async def predict_customer(
        self,
        customer_id: str,
        *,
        horizon: str = "",
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        model_id: str = "",
        yearly_discount_rate: float | None = None,
    ) -> CustomerPrediction:
        call = _predict_customer(customer_id, horizon, as_of, known_at, model_id, yearly_discount_rate)
        return await self._runner.unary(call)

    @documented_as(Clv.predict)
    def predict(
        self,
        *,
        horizon: str = "",
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        model_id: str = "",
        yearly_discount_rate: float | None = None,
        order_by: PredictionOrder | str | None = None,
        limit: int | None = None,
    ) -> AsyncListing[Prediction]:
        call = _predict(horizon, as_of, known_at, model_id, yearly_discount_rate, order_by, limit)
        return AsyncListing(lambda: self._runner.stream(call), "predictions", Predictions.empty())


def _take(event: FitProgress | Model, on_progress: OnProgress | None) -> Model | None:
    """Reports progress; returns the model if this is it."""
    if isinstance(event, Model):
        return event
    if on_progress is not None:
        on_progress(event)
    return None


def _fitted(model: Model | None) -> Model:
    if model is None:
        raise Internal(UNREADABLE, code="INTERNAL")
    return model
