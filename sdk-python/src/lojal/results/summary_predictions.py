"""Predictions of customers who are not recorded, by summaries of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, cast

from lojal.listing import AsyncListing, Listing
from lojal.results.models import Model
from lojal.results.predictions import Prediction, Predictions
from lojal.table import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class SummaryPredictions(Table[Prediction]):
    """Predictions in the order of the summaries.

    Attributes:
        model: The model they were made with; `model_id` is "summaries" where it was fitted to them and is not kept.
    """

    shown_columns = Predictions.shown_columns
    model: Model | None = None

    def plot(self, *, value: str = "expected_purchases", ax: Axes | None = None) -> Axes:
        """Draws them by frequency and recency; see `lojal.plot.frequency_recency`."""
        from lojal import plot

        return plot.frequency_recency(self, value=value, ax=ax)


class SummaryPredictionListing(Listing[Prediction]):
    """Predictions by summaries, read while they are looped over; see `Listing`."""

    def __init__(self, pages: Callable[[], Iterator[SummaryPredictions]]) -> None:
        super().__init__(pages, "predictions", SummaryPredictions(Prediction, []))

    def to_list(self) -> SummaryPredictions:
        """Reads everything and returns it as one table, with its `model`."""
        return cast(SummaryPredictions, super().to_list())


class AsyncSummaryPredictionListing(AsyncListing[Prediction]):
    """Predictions by summaries, read while they are looped over; see `AsyncListing`."""

    def __init__(self, pages: Callable[[], AsyncIterator[SummaryPredictions]]) -> None:
        super().__init__(pages, "predictions", SummaryPredictions(Prediction, []))

    async def to_list(self) -> SummaryPredictions:
        """Reads everything and returns it as one table, with its `model`."""
        return cast(SummaryPredictions, await super().to_list())
