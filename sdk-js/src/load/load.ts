// Loads a whole log of rows, however long, and safely more than once.
import type { Channel } from "../channel.js";
import { invalidField } from "../errors.js";
import { ErrorReason } from "../gen/lojal/v1/error_reason_pb.js";
import { linkSignal } from "../signals.js";
import { sendByStream } from "./by-stream.js";
import { sendByUnary } from "./by-unary.js";
import { recordersOf } from "./cargo.js";
import { type Chunk, cutIntoChunks, type Taken, takeRows } from "./cut.js";
import { asInRows } from "./places.js";
import type { RowsOf } from "./rows.js";
import type { Answer, Sending } from "./sending.js";
import { MESSAGE_ROWS, type Taker } from "./taker.js";
import type { LoadResult, LoadRowError, LoadSettings } from "./types.js";

const DEFAULT_CHUNKS_IN_FLIGHT = 4;
const DEFAULT_CHUNK_TIMEOUT_MS = 60_000;
const MOST_ROW_ERRORS = 1_000;

/** Reads rows and sends them as they are read. */
export async function loadRows<Row, Item>(
  channel: Channel,
  source: RowsOf<Row>,
  taker: Taker<Row, Item>,
  options: LoadSettings,
): Promise<LoadResult> {
  const result = nothingYet();
  const chunkRows = rowsOfChunk(channel, taker, options);
  const after = await positionOf(channel, options);
  if (after > 0) result.resumedAfter = after;
  const onInvalid = options.skipInvalid
    ? (error: LoadRowError) => addInvalid(result, error)
    : undefined;
  const taken: AsyncIterable<Taken<Item>> = takeRows(source, taker, onInvalid);
  const chunks = cutIntoChunks(taken, taker, { chunkRows, after });
  await sendChunks(channel, chunks, options, result);
  result.notes.push(...(taker.notes?.() ?? []));
  return result;
}

/** A result of which everything is to come. */
export function nothingYet(): LoadResult {
  return {
    rows: 0,
    recorded: 0,
    duplicates: 0,
    invalid: 0,
    rowErrors: [],
    revision: undefined,
    notes: [],
  };
}

/** How many rows a chunk has: as the caller says, within what the server takes. */
export function rowsOfChunk(
  { streamsRequests }: Channel,
  { chunkRows }: Pick<Taker<never, unknown>, "chunkRows">,
  options: LoadSettings,
): number {
  const { usual, most } = streamsRequests ? chunkRows : MESSAGE_ROWS;
  return within("chunkRows", options.chunkRows ?? usual, most);
}

/**
 * Sends chunks through the fastest way the channel has, and adds their answers to a result.
 */
export async function sendChunks(
  channel: Channel,
  chunks: AsyncIterable<Chunk>,
  options: LoadSettings,
  result: LoadResult,
): Promise<void> {
  const link = linkSignal(
    channel.settings.closing?.signal,
    ...channel.settings.signals,
    options.signal,
  );
  const sending: Sending = {
    chunks,
    skipInvalid: options.skipInvalid ?? false,
    chunksInFlight: within(
      "chunksInFlight",
      options.chunksInFlight ?? DEFAULT_CHUNKS_IN_FLIGHT,
      16,
    ),
    chunkTimeoutMs: options.chunkTimeoutMs ?? DEFAULT_CHUNK_TIMEOUT_MS,
    retry: channel.settings.retry,
    signal: link.signal,
    headers: options.headers,
    sourceId: options.sourceId,
  };
  const send = channel.streamsRequests ? sendByStream : sendByUnary;
  try {
    for await (const answer of send(channel, sending)) {
      addAnswer(result, answer);
      options.onProgress?.({ ...result, rowErrors: [...result.rowErrors] });
    }
  } finally {
    link.unlink();
  }
}

/** How many rows of the source are recorded already, by its name. */
async function positionOf(channel: Channel, options: LoadSettings): Promise<number> {
  const { sourceId, signal, headers } = options;
  if (sourceId === undefined) return 0;
  if (!channel.streamsRequests) {
    throw invalidField(
      "sourceId",
      "browsers cannot stream requests, and only streams have positions; leave sourceId out: what is there already counts as duplicates",
    );
  }
  const { ingest } = recordersOf(channel);
  const call = { ...(signal && { signal }), ...(headers && { headers }) };
  return Number((await ingest.getImportPosition({ sourceId }, call)).position);
}

function addAnswer(total: LoadResult, { chunk, result }: Answer): void {
  total.rows += chunk.places.length;
  total.recorded += result.recorded;
  total.duplicates += result.duplicates;
  total.revision = result.revision;
  total.rows -= result.rowErrors.length;
  for (const { index, field, fields, reason, message } of result.rowErrors) {
    const name = (ErrorReason[reason] ?? "UNSPECIFIED") as LoadRowError["reason"];
    const place = chunk.places[index] ?? { row: 0 };
    const named = (path: string) => asInRows(path, chunk.cargo.what);
    const told = { field: named(field), fields: fields.map(named), message: named(message) };
    addInvalid(total, { ...place, ...told, reason: name });
  }
}

/** Counts the row too: what is invalid is not going to be answered in another way. */
export function addInvalid(total: LoadResult, error: LoadRowError): void {
  total.rows += 1;
  total.invalid += 1;
  if (total.rowErrors.length < MOST_ROW_ERRORS) total.rowErrors.push(error);
}

function within(name: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new RangeError(`${name} is ${value}; give a whole number from 1 to ${most}`);
}
