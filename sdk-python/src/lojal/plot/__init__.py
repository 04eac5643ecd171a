"""Pictures of answers: each function takes what a call returned and `ax=`, and returns the matplotlib Axes.

Needs matplotlib: `pip install "lojal[plot]"`. Answers with a picture of their own have it as `answer.plot()`. Intervals
are drawn wherever an answer has them, titles say as of when, and what is undefined is blank, never 0.

Example:
    ```python
    from lojal import plot

    plot.tracking(client.clv.tracking(until="1998-06-30"))
    plot.frequency_recency(client.clv.predict(horizon="39w"), value="alive_probability")
    plot.segment_map(client.segments.scheme(), client.segments.members())
    ```
"""

from lojal.plot.forecasts import backtest, calibration, repeat_purchases, tracking
from lojal.plot.loyalty import loyalty_places
from lojal.plot.predictions import alive_history, clv_distribution, frequency_recency, lorenz
from lojal.plot.retention import cohorts, survival
from lojal.plot.segments import segment_map, segment_sizes, segment_transitions
from lojal.plot.surveys import nps

__all__ = [
    "tracking",
    "repeat_purchases",
    "calibration",
    "backtest",
    "frequency_recency",
    "clv_distribution",
    "lorenz",
    "alive_history",
    "segment_map",
    "segment_sizes",
    "segment_transitions",
    "loyalty_places",
    "nps",
    "cohorts",
    "survival",
]
