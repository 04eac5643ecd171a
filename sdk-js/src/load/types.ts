// The words of loading: what goes in, how, and what comes back.
import type { ReasonName } from "../errors.js";
import type { TimeLike } from "../time.js";

/** One purchase of a source. */
export interface PurchaseRow {
  /** Who bought. 1 to 128 bytes of UTF-8. An e-mail address counts in lower case, without the blanks around it. */
  customerId: string;
  /** When: a Date, an ISO 8601 string or a Temporal object. A day alone is midnight UTC. */
  time: TimeLike;
  /** What was paid: a decimal, best as text; at most 6 digits after the point. */
  amount: string | number | bigint;
  /** ISO 4217 code. Default: `LoadOptions.currencyCode`, and without one the workspace's reporting currency. */
  currencyCode?: string | undefined;
  /** Your id of the purchase. Without one the server derives a stable id from the row. */
  transactionId?: string | undefined;
  /**
   * What was taken off the list price, in the row's currency, zero or more. Default, as `""`: nothing was, or nobody
   * knows. In a CSV file its column is never guessed, as one of that name may hold percentages; name it.
   */
  discount?: string | number | bigint | undefined;
}

/** Rows to load, in the order in which they happened or were written down. */
export type RowSource = Iterable<PurchaseRow> | AsyncIterable<PurchaseRow>;

/** How to load. */
export interface LoadOptions {
  /** Currency of the rows that name none. Default: the workspace's reporting currency. */
  currencyCode?: string;
  /** Record the good rows and report the bad ones, instead of stopping at the first bad row. Default false. */
  skipInvalid?: boolean;
  /** Rows sent together, 1 to 100,000. Default 50,000. In browsers 1 to 10,000, and by default 5,000. */
  chunkRows?: number;
  /** Chunks sent ahead of the server's answers, 1 to 16. Default 4. In browsers always 1. */
  chunksInFlight?: number;
  /** Longest wait for the answer to a chunk, in milliseconds; 0 for no limit. Default 60,000. */
  chunkTimeoutMs?: number;
  /** Called after each chunk that became durable. */
  onProgress?: (progress: LoadResult) => void;
  /** Stops the load. What was answered stays recorded. */
  signal?: AbortSignal;
  /** Metadata of the calls. */
  headers?: HeadersInit;
}

/** A row that was not recorded. */
export interface LoadRowError {
  /** Position of the row in the source, from 1. */
  row: number;
  /** The field that is wrong; of several the first. */
  field: string;
  /** All fields that are wrong. */
  fields: string[];
  /** Why, for programs. */
  reason: ReasonName | "UNSPECIFIED";
  /** Why, for people. */
  message: string;
}

/** What a load has done, so far or at its end. */
export interface LoadResult {
  /** Rows answered: recorded, duplicate or invalid. */
  rows: number;
  /** Rows recorded now. */
  recorded: number;
  /** Rows that were there already. */
  duplicates: number;
  /** Rows not recorded. Only with `skipInvalid`. */
  invalid: number;
  /** The first 1,000 of them. */
  rowErrors: LoadRowError[];
  /** Revision after the last chunk. Undefined before. */
  revision: bigint | undefined;
  /** What may change what counts and was not read: columns of a CSV file that tell what became of an order. */
  notes: string[];
}
