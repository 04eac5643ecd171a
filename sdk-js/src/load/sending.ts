// What both ways of sending chunks have in common.
import type { WriteResult } from "../gen/lojal/v1/common_pb.js";
import type { AbortSignalLike, HeadersGiven } from "../platform.js";
import type { RetryPolicy } from "../retry.js";
import type { Chunk } from "./cut.js";

/** Chunks to send, and how. */
export interface Sending {
  chunks: AsyncIterable<Chunk>;
  skipInvalid: boolean;
  chunksInFlight: number;
  /** 0: no limit. */
  chunkTimeoutMs: number;
  retry: RetryPolicy;
  signal: AbortSignalLike | undefined;
  headers: HeadersGiven | undefined;
  /** Names the source, of which the server then remembers how far it has come. */
  sourceId: string | undefined;
}

/** A chunk that is durable now. */
export interface Answer {
  chunk: Chunk;
  result: WriteResult;
}
