// Turns a source of rows into chunks of purchases ready to send.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { invalidField, LojalError } from "../errors.js";
import {
  type TransactionColumnsSchema,
  TransactionSchema,
} from "../gen/lojal/v1/ingest_service_pb.js";
import { decimal, fromMicros, toMicros } from "../money.js";
import { timestamp } from "../time.js";
import { oneAddress } from "./address.js";
import { OccurrenceCounter } from "./occurrence.js";
import type { Purchase } from "./purchase.js";
import type { LoadRowError, PurchaseRow, RowSource } from "./types.js";

/** Most bytes of ids in a chunk, well below the largest message; a letter is at most 3 of them. */
const MOST_ID_LETTERS = (8 * 1024 * 1024) / 3;
/** Ends a line of a column, or a field of a file: nothing that an id may have. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]/;

/** Exports with a row for each line of an order leave it empty in all rows but the first. */
const NO_AMOUNT =
  "give what was paid; leave rows without it, such as further lines of an order, out with skipInvalid: true";

/** Rows that are sent, and answered, together. */
export interface Chunk {
  /** At least one. */
  purchases: Purchase[];
  /** Position in the source of each purchase, from 1. */
  rows: number[];
}

/** How to cut. */
export interface CutOptions {
  chunkRows: number;
  currencyCode: string;
  /** Whether a chunk is of one currency, as columns are. */
  byCurrency: boolean;
  /** Told of each row that cannot even be sent. Without it the first such row ends the load. */
  onInvalid: ((error: LoadRowError) => void) | undefined;
}

/** Cuts a source into chunks: full ones as they come, and at its end what is left. */
export async function* cutIntoChunks(
  source: RowSource,
  { chunkRows, currencyCode, byCurrency, onInvalid }: CutOptions,
): AsyncGenerator<Chunk, void, undefined> {
  requireRows(source);
  const occurrences = new OccurrenceCounter();
  const open = new Map<string, Chunk & { idLetters: number }>();
  let begun = false;
  let row = 0;
  for await (const given of source) {
    row += 1;
    let purchase: Purchase;
    try {
      purchase = toPurchase(given, currencyCode);
    } catch (thrown) {
      if (!(thrown instanceof LojalError)) throw thrown;
      if (!onInvalid) throw atRow(thrown, row);
      const field = thrown.metadata.field ?? "";
      onInvalid({ row, field, fields: [field], reason: "INVALID_FIELD", message: thrown.message });
      continue;
    }
    if (!purchase.transactionId) purchase.occurrence = counted(occurrences, purchase, row);
    const key = byCurrency ? purchase.currencyCode : "";
    let chunk = open.get(key);
    if (!chunk) {
      chunk = { purchases: [], rows: [], idLetters: 0 };
      open.set(key, chunk);
    }
    chunk.purchases.push(purchase);
    chunk.rows.push(row);
    chunk.idLetters += purchase.customerId.length + purchase.transactionId.length;
    if (chunk.rows.length >= chunkRows || chunk.idLetters >= MOST_ID_LETTERS) {
      const [[firstKey, first] = [key, chunk]] = open;
      if (!begun && firstKey !== key) {
        // The first chunk of all gives an empty workspace its currency: that of the first row, however few have it.
        open.delete(firstKey);
        yield first;
      }
      begun = true;
      open.delete(key);
      yield chunk;
    }
  }
  yield* open.values();
}

/** The purchases of a chunk as messages. */
export function asMessages({ purchases }: Chunk) {
  return purchases.map((purchase) => {
    const { customerId, transactionId, time, amount, currencyCode, occurrence, discount } =
      purchase;
    const nanos = Number(((time % 1_000_000n) + 1_000_000n) % 1_000_000n) * 1000;
    const seconds = (time - BigInt(nanos / 1000)) / 1_000_000n;
    return create(TransactionSchema, {
      customerId,
      transactionId,
      time: { seconds, nanos },
      amount: { amount, currencyCode },
      occurrence,
      ...(discount ? { discount: { amount: fromMicros(discount), currencyCode } } : {}),
    });
  });
}

/** The purchases of a chunk of one currency as columns. Columns that would say nothing are left out. */
export function asColumns({ purchases }: Chunk): MessageInitShape<typeof TransactionColumnsSchema> {
  const lines = (of: (purchase: Purchase) => string) => purchases.map(of).join("\n");
  return {
    customerIds: lines((each) => each.customerId),
    times: purchases.map((each) => each.time),
    amounts: purchases.map((each) => each.micros),
    currencyCode: purchases[0]?.currencyCode ?? "",
    transactionIds: purchases.some((each) => each.transactionId)
      ? lines((each) => each.transactionId)
      : "",
    occurrences: purchases.some((each) => each.occurrence > 1)
      ? purchases.map((each) => each.occurrence)
      : [],
    discounts: purchases.some((each) => each.discount)
      ? purchases.map((each) => each.discount)
      : [],
  };
}

function requireRows(source: unknown): void {
  const isRows =
    typeof source === "object" &&
    source !== null &&
    (Symbol.iterator in source || Symbol.asyncIterator in source);
  if (!isRows) {
    throw invalidField("source", "give rows: an array, or anything that can be looped over");
  }
}

/** The row's place among its equals. What is wrong here is no single row's fault, so skipping it would not help. */
function counted(occurrences: OccurrenceCounter, purchase: Purchase, row: number): number {
  try {
    return occurrences.next(purchase);
  } catch (thrown) {
    throw thrown instanceof LojalError ? atRow(thrown, row) : thrown;
  }
}

/** Says in which row of the source an error is, as the server only knows the chunk. */
export function atRow(error: LojalError, row: number): LojalError {
  return new LojalError(`row ${row} of the source: ${error.message}`, {
    code: error.code,
    reason: error.reason,
    domain: error.domain,
    metadata: { ...error.metadata, row: String(row) },
    fieldViolations: [...error.fieldViolations],
    retryAfterMs: error.retryAfterMs,
    cause: error,
  });
}

function toPurchase(row: PurchaseRow, currencyCode: string): Purchase {
  if (typeof row !== "object" || row === null) {
    throw invalidField("row", "give an object with customerId, time and amount");
  }
  const { customerId, time, amount, transactionId } = row;
  if (customerId === undefined) {
    throw invalidField(
      "customerId",
      `the row has none, only ${Object.keys(row).join(", ")}; give customerId, time and amount`,
    );
  }
  if (typeof customerId !== "string" || customerId === "") {
    throw invalidField("customerId", "give the customer's id as text of 1 to 128 bytes");
  }
  requireOneLine("customerId", oneAddress(customerId));
  if (time === undefined || time === null) throw invalidField("time", "give the purchase's time");
  if (amount === undefined || amount === null || amount === "") {
    throw invalidField("amount", NO_AMOUNT);
  }
  if (transactionId) requireOneLine("transactionId", transactionId);
  const { seconds, nanos } = timestamp(time);
  const text = decimal(amount);
  return {
    customerId: oneAddress(customerId),
    transactionId: transactionId ?? "",
    time: seconds * 1_000_000n + BigInt(Math.floor(nanos / 1000)),
    amount: text,
    micros: toMicros(text),
    currencyCode: row.currencyCode || currencyCode,
    occurrence: 0,
    discount: toDiscount(row.discount),
  };
}

function toDiscount(given: PurchaseRow["discount"] | null): bigint {
  if (given === undefined || given === null || given === "") return 0n;
  const micros = toMicros(decimal(given, "discount"));
  if (micros < 0n) {
    throw invalidField("discount", "give what was taken off the list price, zero or more");
  }
  return micros;
}

function requireOneLine(field: string, id: string): void {
  if (typeof id !== "string" || CONTROL_CHARACTERS.test(id)) {
    throw invalidField(field, "give an id as text without control characters");
  }
}
