// What was read of a source before anything is sent.
import type { CustomerKey } from "../columns.js";
import type { LojalError } from "../errors.js";
import { type Chunk, rowError } from "../load/cut.js";
import { atPlace, type Place } from "../load/taker.js";
import type { LoadRowError } from "../load/types.js";
import type { WritingOptions } from "../table/habits.js";
import type { TableRow } from "../table/types.js";
import type { TakenRefund } from "./refunds.js";
import type { LoadSummary } from "./summary.js";

/** How an export is read, beside what its profile says. */
export interface ExportOptions extends WritingOptions {
  customerKey?: CustomerKey;
  countedStatuses?: readonly string[];
  currencyCode?: string;
  /** Columns in the place of the profile's own. */
  named?: Record<string, string | false | undefined>;
}

/** What was read of a source, ready to be sent. */
export interface Prepared {
  /** "" for none. */
  profile: string;
  /** Which column is which field. */
  columns: Record<string, string>;
  /** How many rows were read. */
  rows: number;
  /** How many orders or answers do not count, by reason. */
  leftOut: Record<string, number>;
  summary: LoadSummary | undefined;
  notes: string[];
  /** Bad rows. */
  rowErrors: LoadRowError[];
  /** What was given back of the purchases among the good rows, to be recorded after them. */
  refunds?: readonly TakenRefund[];
  /** The other good rows, in chunks of at most so many. */
  chunks(chunkRows: { columns: number; messages: number }): AsyncGenerator<Chunk>;
}

/** A source that was read to its end. */
export interface WholeTable {
  columns: readonly string[];
  rows: readonly TableRow[];
}

/** The place of a row by its index. */
export function placeAt(index: number, line: number | undefined): Place {
  return line === undefined ? { row: index + 1 } : { row: index + 1, line };
}

/** Collects bad rows, or ends with the first of them. */
export function collecting(skipInvalid: boolean) {
  const rowErrors: LoadRowError[] = [];
  const onInvalid = (error: LojalError, place: Place) => {
    if (!skipInvalid) throw atPlace(error, place);
    rowErrors.push(rowError(error, place));
  };
  return { rowErrors, onInvalid };
}
