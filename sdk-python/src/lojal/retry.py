"""Which failures are worth another try, and when.

Only UNAVAILABLE is retried, and RESOURCE_EXHAUSTED when the server says after how long. Every write is idempotent by
natural key and every fit by its request_id, so retrying never doubles anything. Delays grow exponentially with full
jitter, never end after the call's deadline, and are never nested: gRPC's own retries are switched off. The rules are
those of tests/vectors/retry.json, to which every client holds itself.
"""

from __future__ import annotations

import logging
import math
import operator
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from lojal.errors import LojalError, invalid
from lojal.sensible import sensible, shown

PATIENCE_SECONDS = 60.0
# What asks for a longer wait than this, such as a quota of a day, is told to the caller.
LONGEST_ASKED_SECONDS = 60.0
"""How long a stream that got somewhere tries to go on: longer than a server takes to restart."""

HELD_SECONDS = 30.0
"""How long a stream lasts that was open indeed: longer than gRPC takes to give up connecting."""


LOG = logging.getLogger("lojal")


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how patiently to retry.

    Attributes:
        max_attempts: Tries altogether, at least 1.
        initial_delay: Longest first delay, in seconds.
        multiplier: Growth of the longest delay from one try to the next.
        max_delay: Longest delay ever, in seconds, unless the server asks for more.
    """

    max_attempts: int = 5
    initial_delay: float = 0.1
    multiplier: float = 2.0
    max_delay: float = 5.0

    def __post_init__(self) -> None:
        """Refuses numbers that are none."""
        with sensible("max_attempts", self.max_attempts, "a whole number, at least 1"):
            if operator.index(self.max_attempts) < 1:
                raise ValueError
        for name in ("initial_delay", "multiplier", "max_delay"):
            with sensible(name, value := getattr(self, name), "a number, not less than 0"):
                if not 0 <= float(value) < math.inf:
                    raise ValueError


def policy_of(retry: RetryPolicy | None) -> RetryPolicy:
    """Returns the policy of a client that was told one, or none."""
    if retry is None:
        return RetryPolicy()
    if not isinstance(retry, RetryPolicy):
        raise invalid("retry", f"{shown(retry)} is no RetryPolicy")
    return retry


class Attempts:
    """The tries of one call, without doing any I/O: it says how long each may take and what to wait between."""

    def __init__(
        self,
        policy: RetryPolicy,
        timeout: float | None,
        *,
        name: str = "call",
        clock: Callable[[], float] = time.monotonic,
        rng: Callable[[], float] = random.random,
    ) -> None:
        self._policy = policy
        self._name = name
        self._clock = clock
        self._rng = rng
        self._deadline = None if timeout is None else clock() + timeout
        self._failures = 0
        self._got_somewhere = False
        self._patient_until: float | None = None
        self._opened_at: float | None = None

    def timeout(self) -> float | None:
        """Returns the seconds left for the next try, None when there is no deadline."""
        return None if self._deadline is None else max(self._deadline - self._clock(), 0.001)

    def progressed(self) -> None:
        """Starts counting anew, and more patiently: a stream got further before it broke."""
        self._failures = 0
        self._got_somewhere = True
        self._patient_until = None

    def opening(self) -> None:
        """Begins a try of a stream that may be silent for long: when it breaks after `HELD_SECONDS`, it got somewhere.

        Otherwise a watch that hears nothing all day would count the breaks of the whole day, and give up.
        """
        self._opened_at = self._clock()

    def delay(self, error: LojalError) -> float | None:
        """Returns the seconds to wait before the next try, None to give up.

        Example:
            >>> from lojal.errors import NotFound, Unavailable
            >>> attempts = Attempts(RetryPolicy(max_attempts=2), timeout=None, rng=lambda: 1.0)
            >>> attempts.delay(Unavailable("restarting", code="UNAVAILABLE"))
            0.1
            >>> attempts.delay(Unavailable("restarting", code="UNAVAILABLE")) is None
            True
        """
        if self._opened_at is not None and self._clock() - self._opened_at >= HELD_SECONDS:
            self.progressed()
        self._opened_at = None
        self._failures += 1
        if not retryable(error) or (self._failures >= self._policy.max_attempts and not self._patient()):
            return None
        longest = self._policy.initial_delay * self._policy.multiplier ** (self._failures - 1)
        delay = min(longest, self._policy.max_delay) * self._rng()
        if error.retry_after is not None:
            delay += error.retry_after
        if self._deadline is not None and self._clock() + delay >= self._deadline:
            return None
        LOG.info("%s failed (%s), trying again in %.2f s: %s", self._name, error.code, delay, error.message)
        return delay

    def _patient(self) -> bool:
        """Tells whether to go on although the policy says that it is enough."""
        if not self._got_somewhere or self._policy.max_attempts <= 1:
            return False
        if self._patient_until is None:
            self._patient_until = self._clock() + PATIENCE_SECONDS
        return self._clock() < self._patient_until


def retryable(error: LojalError) -> bool:
    """Tells whether another try may help.

    A store that takes no writes needs somebody to look after it first, and nobody waits in silence for the quota of
    tomorrow.
    """
    if error.reason == "STORE_READ_ONLY" or (error.retry_after or 0) > LONGEST_ASKED_SECONDS:
        return False
    return error.code == "UNAVAILABLE" or (error.code == "RESOURCE_EXHAUSTED" and error.retry_after is not None)
