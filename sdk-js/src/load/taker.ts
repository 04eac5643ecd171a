// How rows of one kind are read, checked and put together.
import { LojalError } from "../errors.js";
import type { Cargo } from "./cargo.js";

/** Reads rows of one kind. It may count what it has seen, so each load has its own. */
export interface Taker<Row, Item> {
  /** The longest chunk, and the usual one. */
  readonly chunkRows: { usual: number; most: number };
  /**
   * Checks a row.
   *
   * @throws LojalError that names the field, for a row that cannot be sent.
   */
  take(row: Row): Item;
  /**
   * Looks at a good row in its place among the others.
   *
   * @throws LojalError for what is no single row's fault, so that skipping the row would not help.
   */
  place?(item: Item): void;
  /** What the rows of one chunk have in common, such as a currency. */
  group(item: Item): string;
  /** About how many letters it has, which are at most 3 bytes each. */
  letters(item: Item): number;
  /** Puts rows together. */
  cargo(items: Item[]): Cargo;
  /**
   * Looks at the rows of the first chunk before it is sent.
   *
   * @throws LojalError for what is no single row's fault.
   */
  look?(first: readonly Item[]): void;
  /** What to tell of all of them. */
  notes?(): string[];
}

/** Chunks of messages: the server takes no more. */
export const MESSAGE_ROWS = { usual: 5_000, most: 10_000 };

/** Where a row is in its source. */
export interface Place {
  /** Its position, from 1. */
  row: number;
  /** Its line in a file. */
  line?: number;
}

// By the rows themselves, so that whoever makes rows of a file need not hand their lines along.
const LINES = new WeakMap<object, number>();

/** Notes the line of a file at which a row begins. */
export function onLine<Row extends object>(row: Row, line: number): Row {
  LINES.set(row, line);
  return row;
}

/** The place of a row. */
export function placeOf(row: unknown, position: number): Place {
  const line = typeof row === "object" && row !== null ? LINES.get(row) : undefined;
  return line === undefined ? { row: position } : { row: position, line };
}

/** Says in which row of the source an error is, as what found it may only know the chunk. */
export function atPlace(error: LojalError, { row, line }: Place): LojalError {
  const where = line === undefined ? `row ${row} of the source` : `line ${line}`;
  return new LojalError(`${where}: ${error.message}`, {
    code: error.code,
    reason: error.reason,
    domain: error.domain,
    metadata: {
      ...error.metadata,
      row: String(row),
      ...(line !== undefined && { line: String(line) }),
    },
    fieldViolations: [...error.fieldViolations],
    retryAfterMs: error.retryAfterMs,
    cause: error,
  });
}
