// Sends chunks through the Import stream, some ahead of the answers, and goes on in a new stream when one breaks.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { Calls } from "../asked.js";
import { serviceClient } from "../calls.js";
import type { Channel } from "../channel.js";
import { LojalError, toLojalError } from "../errors.js";
import { WriteResultSchema } from "../gen/lojal/v1/common_pb.js";
import { type ImportRequestSchema, IngestService } from "../gen/lojal/v1/ingest_service_pb.js";
import { Attempts } from "../retry.js";
import { Code } from "../rpc.js";
import { linkSignal, sleep } from "../signals.js";
import { inSource } from "./places.js";
import { ChunkQueue } from "./queue.js";
import type { Answer, Sending } from "./sending.js";

type Ingest = Calls<typeof IngestService>;
type Request = MessageInitShape<typeof ImportRequestSchema>;

/** Sends every chunk and yields its answer, in order. Attempts are counted anew after each answer. */
export async function* sendByStream(
  channel: Channel,
  sending: Sending,
): AsyncGenerator<Answer, void, undefined> {
  const ingest = serviceClient(IngestService, channel);
  const queue = new ChunkQueue(sending.chunks, sending.chunksInFlight);
  try {
    const attempts = new Attempts(sending.retry);
    while (await queue.at(queue.answered)) {
      const first = queue.answered;
      try {
        for await (const answer of oneStream(ingest, queue, sending)) {
          attempts.progressed();
          yield answer;
        }
        if (!queue.finished) throw endedEarly();
      } catch (thrown) {
        const error = toLojalError(thrown, sending.signal);
        const wait = attempts.waitMs(error);
        if (wait === undefined) {
          // The server names the chunk by its number in this stream.
          const sequence = Number(error.metadata.sequence ?? queue.answered + 1 - first);
          throw inSource(error, queue.peek(first + sequence - 1));
        }
        await sleep(wait, sending.signal);
      }
    }
    if (queue.failure) throw queue.failure.reason;
  } catch (thrown) {
    throw sending.signal?.aborted ? toLojalError(thrown, sending.signal) : thrown;
  } finally {
    queue.close();
  }
}

/** Sends from the first unanswered chunk on, numbered from 1, until the source or the stream ends. */
async function* oneStream(
  ingest: Ingest,
  queue: ChunkQueue,
  { skipInvalid, chunkTimeoutMs, signal, headers, sourceId = "" }: Sending,
): AsyncGenerator<Answer, void, undefined> {
  const link = linkSignal(signal);
  const first = queue.answered;
  let sent = first;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Runs while an answer is due, and from anew with each answer. A slow source is no reason to give up. */
  function watch() {
    const due = chunkTimeoutMs > 0 && sent > queue.answered;
    if (due) timer ??= setTimeout(() => link.abort(noAnswer(chunkTimeoutMs)), chunkTimeoutMs);
  }

  async function* requests(): AsyncGenerator<Request> {
    for (let chunk = await queue.at(sent); chunk; chunk = await queue.at(sent)) {
      sent += 1;
      watch();
      yield {
        sequence: BigInt(sent - first),
        skipInvalid,
        rows: chunk.cargo.asImport(),
        sourceId,
        sourcePosition: sourceId ? BigInt(chunk.position) : 0n,
      };
    }
  }

  try {
    for await (const { sequence, result } of ingest.import(requests(), {
      signal: link.signal,
      headers,
    })) {
      clearTimeout(timer);
      timer = undefined;
      if (sequence !== BigInt(queue.answered + 1 - first)) throw outOfOrder(sequence);
      const chunk = queue.takeAnswered();
      if (!chunk) throw outOfOrder(sequence);
      watch();
      yield { chunk, result: result ?? create(WriteResultSchema) };
    }
  } finally {
    clearTimeout(timer);
    link.unlink();
  }
}

function endedEarly() {
  return new LojalError("the server ended the import before it was complete", {
    code: Code.Unavailable,
  });
}

function noAnswer(ms: number) {
  return new LojalError(`no answer to a chunk within ${ms} ms; loading again is safe`, {
    code: Code.DeadlineExceeded,
    reason: "DEADLINE_EXCEEDED",
    domain: "lojal.dev",
  });
}

function outOfOrder(sequence: bigint) {
  return new LojalError(`the server answered chunk ${sequence} out of turn`, {
    code: Code.Internal,
  });
}
