// Turns a source of rows into chunks of transactions ready to send.
import { create } from "@bufbuild/protobuf";
import { invalidField, LojalError } from "../errors.js";
import { type Transaction, TransactionSchema } from "../gen/lojal/v1/ingest_service_pb.js";
import { money } from "../money.js";
import { timestamp } from "../time.js";
import { OccurrenceCounter } from "./occurrence.js";
import type { LoadRowError, PurchaseRow, RowSource } from "./types.js";

/** Rows that are sent, and answered, together. */
export interface Chunk {
  /** At least one. */
  transactions: Transaction[];
  /** Position in the source of each transaction, from 1. */
  rows: number[];
}

/** How to cut. */
export interface CutOptions {
  chunkRows: number;
  currencyCode: string;
  /** Told of each row that cannot even be sent. Without it the first such row ends the load. */
  onInvalid: ((error: LoadRowError) => void) | undefined;
}

/** Cuts a source into chunks. Every chunk but the last has as many transactions as asked for. */
export async function* cutIntoChunks(
  source: RowSource,
  { chunkRows, currencyCode, onInvalid }: CutOptions,
): AsyncGenerator<Chunk, void, undefined> {
  requireRows(source);
  const occurrences = new OccurrenceCounter();
  let chunk: Chunk = { transactions: [], rows: [] };
  let row = 0;
  for await (const purchase of source) {
    row += 1;
    let transaction: Transaction;
    try {
      transaction = toTransaction(purchase, currencyCode);
    } catch (thrown) {
      if (!(thrown instanceof LojalError)) throw thrown;
      if (!onInvalid) throw atRow(thrown, row);
      const field = thrown.metadata.field ?? "";
      onInvalid({ row, field, reason: "INVALID_FIELD", message: thrown.message });
      continue;
    }
    if (!transaction.transactionId) transaction.occurrence = counted(occurrences, transaction, row);
    chunk.transactions.push(transaction);
    chunk.rows.push(row);
    if (chunk.transactions.length >= chunkRows) {
      yield chunk;
      chunk = { transactions: [], rows: [] };
    }
  }
  if (chunk.transactions.length > 0) yield chunk;
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
function counted(occurrences: OccurrenceCounter, transaction: Transaction, row: number): number {
  try {
    return occurrences.next(transaction);
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

function toTransaction(row: PurchaseRow, currencyCode: string): Transaction {
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
  if (time === undefined || time === null) throw invalidField("time", "give the purchase's time");
  if (amount === undefined || amount === null) throw invalidField("amount", "give what was paid");
  return create(TransactionSchema, {
    customerId,
    transactionId: transactionId ?? "",
    time: timestamp(time),
    amount: money(amount, row.currencyCode || currencyCode),
  });
}
