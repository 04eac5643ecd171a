"""Times what a peer does: one line of JSON for each measurement, on standard output."""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import pandas as pd

WEEKS_AHEAD = 39
MONTHS = 12
MONTHLY_RATE = 0.01


class Stopwatch:
    """Reads the arguments all peers share, and times what was asked for."""

    def __init__(self, about: str) -> None:
        parser = argparse.ArgumentParser(description=about)
        parser.add_argument("data", help="a CSV file with customer_id, date and value")
        parser.add_argument("--end", required=True, help="the last day that was observed, YYYY-MM-DD")
        parser.add_argument("--only", required=True, help="names of measurements, separated by commas")
        parser.add_argument("--repeats", type=int, default=3)
        arguments = parser.parse_args()
        self.end: str = arguments.end
        self.repeats: int = arguments.repeats
        self.only = set(arguments.only.split(","))
        # As a data frame comes from most sources; reading is not timed.
        rows = pd.read_csv(arguments.data, parse_dates=["date"])
        rows["date"] = rows["date"].astype("datetime64[ns]")
        self.rows = rows

    def wants(self, name: str) -> bool:
        """Whether a measurement was asked for."""
        return name in self.only

    def time(self, name: str, work: Callable[[], Any], about: Callable[[Any], dict[str, Any]]) -> Any:
        """Returns what `work` does; if it was asked for, does it `repeats` times and prints how long it took."""
        wall = []
        result = None
        for _ in range(self.repeats if self.wants(name) else 1):
            result = None
            gc.collect()
            begun = time.perf_counter()
            result = work()
            wall.append(time.perf_counter() - begun)
        if self.wants(name):
            sys.stdout.write(json.dumps({"name": name, "wall": wall, **about(result)}) + "\n")
            sys.stdout.flush()
        return result
