"""The calls by topic, one file a topic.

Each file first describes its calls, once (those of `clv` and `surveys` are in `clv_calls` and `survey_calls`), and then
offers them twice: blocking, and awaited with the same names and arguments. The documentation is that of the blocking
twin.
"""

from __future__ import annotations

from lojal.async_runner import AsyncRunner
from lojal.runner import Runner


class Group:
    """Calls of one topic."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner


class AsyncGroup:
    """Awaited calls of one topic."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner
