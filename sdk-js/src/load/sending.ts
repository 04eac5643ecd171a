// What both ways of sending chunks have in common.
import { LojalError } from "../errors.js";
import type { WriteResult } from "../gen/lojal/v1/common_pb.js";
import type { RetryPolicy } from "../retry.js";
import { atRow, type Chunk } from "./chunks.js";

/** Chunks to send, and how. */
export interface Sending {
  chunks: AsyncIterable<Chunk>;
  skipInvalid: boolean;
  chunksInFlight: number;
  /** 0: no limit. */
  chunkTimeoutMs: number;
  retry: RetryPolicy;
  signal: AbortSignal | undefined;
  headers: HeadersInit | undefined;
}

/** A chunk that is durable now. */
export interface Answer {
  chunk: Chunk;
  result: WriteResult;
}

/** Points an error about a row of a chunk, such as `transactions[17].amount`, to the row of the source. */
export function inSource(error: unknown, chunk: Chunk | undefined): unknown {
  if (!(error instanceof LojalError) || !chunk) return error;
  const field = error.fieldViolations[0]?.field ?? error.metadata.field ?? "";
  const row = chunk.rows[Number(/\[(\d+)\]/.exec(field)?.[1])];
  return row === undefined ? error : atRow(error, row);
}
