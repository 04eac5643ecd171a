"""The state of one load over the Import stream, without any I/O.

Chunks go out at most `MAX_IN_FLIGHT` ahead of their acknowledgements and are kept until acknowledged. When the stream
breaks, a new one starts with the first chunk that was not acknowledged; rows that did arrive count as duplicates.
"""

from __future__ import annotations

import importlib.util
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from lojal.call import UNREADABLE, seconds
from lojal.errors import Internal, LojalError, Unavailable
from lojal.loading.grown import Disputed, Settlement
from lojal.loading.job import Chunk, LoadJob
from lojal.loading.places import Places
from lojal.results.common import LoadResult, RowError, WriteResult
from lojal.retry import LOG, Attempts, RetryPolicy
from lojal.v1 import ingest_service_pb2 as pb

MAX_IN_FLIGHT = 4
CONFLICT = "RECORD_CONFLICT"


class ImportSession:
    """One load: what to send next, what was acknowledged, and what to do when the stream breaks."""

    def __init__(self, job: LoadJob, retry: RetryPolicy) -> None:
        self._job = job
        self._chunks = job.chunks()
        self._attempts = Attempts(retry, seconds(job.timeout), name=f"load of {job.name}")
        self._window = MAX_IN_FLIGHT
        self._unacknowledged: deque[Chunk] = deque()
        self._sent = 0
        self._sequence = 0
        self._revision = 0
        self._recorded = 0
        self._duplicates = 0
        self._refunds = 0
        self._row_errors: list[RowError] = list(job.row_errors)
        self.settlement = Settlement()
        """Refunds that are recorded with other content, which whoever runs the session looks up."""
        self._bar: Any = None
        self.done = job.row_count == 0

    def __enter__(self) -> Self:
        # tqdm tells the rate and the time left by itself
        shown = {"unit": " rows", "unit_scale": True, **self._job.progress_options()}
        LOG.info("load of %s: %d rows read, columns %s", self._job.name, self._job.row_count, self._job.columns)
        self._bar = _bar()(total=self._job.row_count, desc=self._job.name, **shown)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.close()

    @property
    def in_flight(self) -> int:
        """How many chunks were sent on this stream and not acknowledged."""
        return self._sent

    def timeout(self) -> float | None:
        """Returns the seconds left, None when there is no deadline."""
        return self._attempts.timeout()

    def opened(self) -> None:
        """A new stream is open: what was not acknowledged goes out again, numbered from 1."""
        self._sent = 0
        self._sequence = 0

    def next_request(self) -> pb.ImportRequest | None:
        """Returns the next chunk to send, None when enough are in flight or all were sent."""
        if self._sent >= self._window:
            return None
        if self._sent == len(self._unacknowledged):
            chunk = next(self._chunks, None)
            if chunk is None:
                return None
            self._unacknowledged.append(chunk)
        chunk = self._unacknowledged[self._sent]
        self._sent += 1
        self._sequence += 1
        rows: dict[str, Any] = {chunk.name: chunk.fields}
        return pb.ImportRequest(
            sequence=self._sequence, skip_invalid=self._job.skip_invalid or chunk.skip_invalid, **rows
        )

    def acknowledged(self, response: pb.ImportResponse | None) -> None:
        """Takes the answer to the first chunk in flight; None when the server ended the stream instead."""
        expected = self._sequence - self._sent + 1
        if response is None or response.sequence != expected:
            raise Internal(UNREADABLE, code="INTERNAL")
        chunk = self._unacknowledged.popleft()
        self._sent -= 1
        self._attempts.progressed()
        self._window = MAX_IN_FLIGHT
        result = WriteResult.from_wire(response)
        self._revision = result.revision
        self._recorded += result.recorded
        self._duplicates += result.duplicates
        self._refunds += result.recorded if chunk.name == "refunds" else 0
        self._take_row_errors(chunk, result.row_errors)
        LOG.debug("load of %s: chunk of %d rows is durable", self._job.name, len(chunk.numbers))
        self._bar.update(len(chunk.numbers))

    def _take_row_errors(self, chunk: Chunk, errors: Sequence[RowError]) -> None:
        """Keeps what is wrong with rows, apart from refunds that may have grown.

        What is wrong otherwise goes out again where the load is to end with it, so that the server says so.
        """
        places, bad = Places(self._job, chunk), []
        for each in errors:
            error = places.row_error(each)
            refund = chunk.refunds[each.row] if each.row < len(chunk.refunds) else None
            if refund is not None and refund.whole and error.reason == CONFLICT:
                self.settlement.disputed.append(Disputed(refund, error))
            elif self._job.skip_invalid:
                self._row_errors.append(error)
            else:
                bad.append(each.row)
        if bad:
            self._unacknowledged.insert(self._sent, chunk.only(bad))

    def added(self, result: WriteResult) -> None:
        """Counts what was given back in addition to refunds recorded before."""
        self._revision = result.revision
        self._recorded += result.recorded
        self._duplicates += result.duplicates
        self._refunds += result.recorded

    def settled(self) -> None:
        """Counts refunds that are recorded already, and refuses those that are other ones."""
        self._duplicates += self.settlement.known
        for each in self.settlement.conflicts:
            if not self._job.skip_invalid:
                raise each.conflict()
            self._row_errors.append(each.error)

    def broke(self, error: LojalError) -> float:
        """The stream ended with an error.

        Returns:
            Seconds to wait before opening another one.

        Raises:
            LojalError: If another try cannot help, with row numbers of the source.
        """
        if self._sets_apart(error):
            return 0.0
        delay = self._attempts.delay(error)
        if delay is None:
            raise self._located(error)
        return delay

    def broke_unheard(self) -> float:
        """The stream ended, and why was lost because more was being sent.

        The next stream sends one chunk and waits for its answer, so that the reason is heard.

        Returns:
            Seconds to wait before opening another one.

        Raises:
            LojalError: If it was tried often enough.
        """
        self._window = 1
        return self.broke(Unavailable("the connection broke while sending", code="UNAVAILABLE"))

    def _sets_apart(self, error: LojalError) -> bool:
        """Tells whether refunds of the chunk that was refused may have grown: it goes out again without bad rows.

        The error may be about another row, and yet among further ones there may be such.
        """
        position = self._position(error)
        if not error.field_violations or position is None:
            return False
        chunk = self._unacknowledged[position]
        if not any(refund.whole for refund in chunk.refunds) or chunk.skip_invalid:
            return False
        self._unacknowledged[position] = replace(chunk, skip_invalid=True)
        return True

    def _located(self, error: LojalError) -> LojalError:
        """Says in an error which row and column of the source it is about."""
        position = self._position(error)
        return error if position is None else Places(self._job, self._unacknowledged[position]).error(error)

    def _position(self, error: LojalError) -> int | None:
        """Returns which of the chunks that are not acknowledged an error is about, by its metadata."""
        first = self._sequence - self._sent + 1
        named = error.metadata.get("sequence", "")
        position = int(named) - first if named.isdigit() else 0
        return position if 0 <= position < len(self._unacknowledged) else None

    def result(self) -> LoadResult:
        """Returns what the load did, all chunks together."""
        LOG.info("load of %s: %d recorded, %d there already", self._job.name, self._recorded, self._duplicates)
        return LoadResult(
            revision=self._revision,
            recorded=self._recorded,
            duplicates=self._duplicates,
            row_errors=tuple(sorted(self._row_errors, key=lambda each: each.row)),
            rows=self._job.rows,
            columns=self._job.columns_taken,
            notes=(*self._job.notes, *self.settlement.notes()),
            profile=self._job.profile,
            left_out=self._job.left_out,
            refunds_recorded=self._refunds,
            summary=self._job.summary(),
        )


def _bar() -> Any:
    """Returns what shows progress, imported late, since that takes longer than importing all else of a load."""
    # of widgets that are not there tqdm.auto would warn
    plain = "ipykernel" in sys.modules and importlib.util.find_spec("ipywidgets") is None
    return importlib.import_module("tqdm" if plain else "tqdm.auto").tqdm
