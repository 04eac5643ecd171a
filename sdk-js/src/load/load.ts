// Loads a whole log of purchases, however long, and safely more than once.
import type { Channel } from "../calls.js";
import { ErrorReason } from "../gen/lojal/v1/error_reason_pb.js";
import { sendByStream } from "./by-stream.js";
import { sendByUnary } from "./by-unary.js";
import { cutIntoChunks } from "./chunks.js";
import type { Answer, Sending } from "./sending.js";
import type { LoadOptions, LoadResult, LoadRowError, RowSource } from "./types.js";

/** As columns. */
const STREAMED_CHUNK_ROWS = { usual: 50_000, most: 100_000 };
/** As messages, one by one: a browser cannot stream. */
const UNARY_CHUNK_ROWS = { usual: 5_000, most: 10_000 };
const DEFAULT_CHUNKS_IN_FLIGHT = 4;
const DEFAULT_CHUNK_TIMEOUT_MS = 60_000;
const MOST_ROW_ERRORS = 1_000;

/** Loads purchases through the fastest way the channel has. */
export async function load(
  channel: Channel,
  source: RowSource,
  options: LoadOptions = {},
): Promise<LoadResult> {
  const result: LoadResult = {
    rows: 0,
    recorded: 0,
    duplicates: 0,
    invalid: 0,
    rowErrors: [],
    revision: undefined,
    notes: [],
  };
  const skipInvalid = options.skipInvalid ?? false;
  const { usual, most } = channel.streamsRequests ? STREAMED_CHUNK_ROWS : UNARY_CHUNK_ROWS;
  const chunks = cutIntoChunks(source, {
    chunkRows: within("chunkRows", options.chunkRows ?? usual, most),
    currencyCode: options.currencyCode ?? "",
    byCurrency: channel.streamsRequests,
    onInvalid: skipInvalid ? (error) => addInvalid(result, error) : undefined,
  });
  const sending: Sending = {
    chunks,
    skipInvalid,
    chunksInFlight: within(
      "chunksInFlight",
      options.chunksInFlight ?? DEFAULT_CHUNKS_IN_FLIGHT,
      16,
    ),
    chunkTimeoutMs: options.chunkTimeoutMs ?? DEFAULT_CHUNK_TIMEOUT_MS,
    retry: channel.settings.retry,
    signal: options.signal,
    headers: options.headers,
  };
  const send = channel.streamsRequests ? sendByStream : sendByUnary;
  for await (const answer of send(channel, sending)) {
    addAnswer(result, answer);
    options.onProgress?.({ ...result, rowErrors: [...result.rowErrors] });
  }
  return result;
}

function addAnswer(total: LoadResult, { chunk, result }: Answer): void {
  total.rows += chunk.purchases.length;
  total.recorded += result.recorded;
  total.duplicates += result.duplicates;
  total.revision = result.revision;
  total.rows -= result.rowErrors.length;
  for (const { index, field, fields, reason, message } of result.rowErrors) {
    const name = (ErrorReason[reason] ?? "UNSPECIFIED") as LoadRowError["reason"];
    addInvalid(total, { row: chunk.rows[index] ?? 0, field, fields, reason: name, message });
  }
}

/** Counts the row too: what is invalid is not going to be answered in another way. */
function addInvalid(total: LoadResult, error: LoadRowError): void {
  total.rows += 1;
  total.invalid += 1;
  if (total.rowErrors.length < MOST_ROW_ERRORS) total.rowErrors.push(error);
}

function within(name: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new RangeError(`${name} is ${value}; give a whole number from 1 to ${most}`);
}
