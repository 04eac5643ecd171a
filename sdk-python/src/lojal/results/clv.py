"""What customers will be worth, and whether they are still there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lojal.enums import ModelKind, TimeUnit
from lojal.results.common import Estimate, Provenance, optional, optional_instant
from lojal.table import Table
from lojal.v1 import clv_service_pb2 as pb


@dataclass(frozen=True)
class HistogramBin:
    """One bar of a calibration histogram.

    Attributes:
        frequency: Repeat purchase days. The last bin stands for this many or more.
        actual: Customers observed with that many.
        expected: Customers the model expects with that many.
    """

    frequency: int
    actual: int
    expected: float


@dataclass(frozen=True)
class Model:
    """A fitted model.

    Attributes:
        model_id: Its id, such as "bg-nbd-1".
        kind: Which purchase model.
        time_unit: Unit of time of the parameters.
        fit_time: When it was fitted.
        calibration_start: First day of the data, YYYY-MM-DD.
        calibration_end: Last day of the data, YYYY-MM-DD.
        revision: Revision of the data.
        is_default: Whether predictions use it when no model is named.
        is_automatic: Whether the workspace fitted it by itself.
        parameters: Parameters of the purchase model by symbol, such as `parameters["alpha"].value`.
        log_likelihood: Log-likelihood of the purchase model, without combinatorial constants.
        customers: Customers in the data.
        repeat_customers: Customers with a repeat purchase.
        patterns: Distinct (x, t_x, T) among them.
        iterations: Newton steps taken.
        termination: Why the optimiser stopped.
        value_parameters: Parameters of the Gamma-Gamma model: p, q, gamma. Empty when it was not fitted.
        value_log_likelihood: Log-likelihood of the Gamma-Gamma model; None when it was not fitted.
        warnings: What to keep in mind when using this model.
        calibration_histogram: Repeat purchases in the data against what the model expects.
    """

    model_id: str
    kind: ModelKind
    time_unit: TimeUnit
    fit_time: datetime | None
    calibration_start: str
    calibration_end: str
    revision: int
    is_default: bool
    is_automatic: bool
    parameters: Mapping[str, Estimate]
    log_likelihood: float
    customers: int
    repeat_customers: int
    patterns: int
    iterations: int
    termination: str
    value_parameters: Mapping[str, Estimate]
    value_log_likelihood: float | None
    warnings: tuple[str, ...]
    calibration_histogram: tuple[HistogramBin, ...] = field(repr=False)

    @classmethod
    def from_wire(cls, message: pb.Model) -> Model:
        """Reads an answer."""
        return cls(
            model_id=message.model_id,
            kind=ModelKind.from_wire(message.kind),
            time_unit=TimeUnit.from_wire(message.time_unit),
            fit_time=optional_instant(message, "fit_time"),
            calibration_start=message.calibration_start,
            calibration_end=message.calibration_end,
            revision=message.revision,
            is_default=message.is_default,
            is_automatic=message.is_automatic,
            parameters={each.name: Estimate.from_wire(each.estimate) for each in message.parameters},
            log_likelihood=message.log_likelihood,
            customers=message.customers,
            repeat_customers=message.repeat_customers,
            patterns=message.patterns,
            iterations=message.iterations,
            termination=message.termination,
            value_parameters={each.name: Estimate.from_wire(each.estimate) for each in message.value_parameters},
            value_log_likelihood=optional(message, "value_log_likelihood"),
            warnings=tuple(message.warnings),
            calibration_histogram=tuple(
                HistogramBin(each.frequency, each.actual, each.expected) for each in message.calibration_histogram
            ),
        )


@dataclass(frozen=True)
class FitProgress:
    """How far a fit is.

    Attributes:
        stage: What is being done, such as "fitting BG/NBD".
        iterations: Newton steps taken in this stage.
        log_likelihood: Log-likelihood reached; None before the first step.
    """

    stage: str
    iterations: int
    log_likelihood: float | None

    @classmethod
    def from_wire(cls, message: pb.FitProgress) -> FitProgress:
        """Reads an answer."""
        return cls(message.stage, message.iterations, optional(message, "log_likelihood"))


@dataclass(frozen=True)
class Prediction:
    """What a customer is predicted to do.

    Attributes:
        customer_id: The customer.
        alive_probability: Probability that he is still a customer, in [0, 1].
        expected_purchases: Expected purchase days within the horizon.
        expected_value: Expected value of one of them, in the reporting currency; no value without a value model.
        clv: Discounted value of the purchases within the horizon, in the reporting currency; no value without a value
            model.
        frequency: x, repeat purchase days so far.
        recency_days: t_x, days from the first purchase day to the last.
        age_days: T, days from the first purchase day to the last day before as_of.
        mean_value: Mean net value of the repeat purchase days; None without any.
    """

    customer_id: str
    alive_probability: Estimate
    expected_purchases: Estimate
    expected_value: Estimate
    clv: Estimate
    frequency: int
    recency_days: int
    age_days: int
    mean_value: float | None

    @classmethod
    def from_wire(cls, message: pb.Prediction) -> Prediction:
        """Reads an answer."""
        return cls(
            customer_id=message.customer_id,
            alive_probability=Estimate.from_wire(message.alive_probability),
            expected_purchases=Estimate.from_wire(message.expected_purchases),
            expected_value=Estimate.from_wire(message.expected_value),
            clv=Estimate.from_wire(message.clv),
            frequency=message.frequency,
            recency_days=message.recency_days,
            age_days=message.age_days,
            mean_value=optional(message, "mean_value"),
        )


@dataclass(frozen=True)
class CustomerPrediction(Prediction):
    """The prediction for one customer, with the model it was made with and where it comes from."""

    model_id: str
    provenance: Provenance

    @classmethod
    def from_answer(cls, message: pb.PredictCustomerResponse) -> CustomerPrediction:
        """Reads an answer."""
        return cls(
            **vars(Prediction.from_wire(message.prediction)),
            model_id=message.model_id,
            provenance=Provenance.from_wire(message.provenance),
        )


class Predictions(Table[Prediction]):
    """Predictions, one a customer.

    Attributes:
        model_id: The model they were made with.
    """

    model_id: str = ""

    @classmethod
    def from_wire(cls, message: pb.PredictCustomersResponse) -> Predictions:
        """Reads a batch of answers."""
        rows = [Prediction.from_wire(each) for each in message.predictions]
        table = cls(Prediction, rows, Provenance.from_wire(message.provenance))
        table.model_id = message.model_id
        return table

    @classmethod
    def empty(cls) -> Predictions:
        """Returns no predictions: what a stream without messages comes to."""
        return cls(Prediction, [])


def model_page(message: pb.ListModelsResponse) -> Table[Model]:
    """Reads a page of models."""
    return Table(Model, [Model.from_wire(each) for each in message.models])
