// Rows of a file as rows of a load: columns become fields, numbers plain decimals, times instants.
import { missing } from "../load/cells.js";
import { onLine } from "../load/taker.js";
import { Habits, type WritingOptions } from "./habits.js";
import { timestampOf } from "./times.js";
import type { Table, TableRow } from "./types.js";

/** Rows that are read ahead to see how they are written. */
const ROWS_AHEAD = 1_000;
const TIMES = ["time", "endTime", "effectiveTime"];
const NUMBERS = ["amount", "discount"];

/** A row of a load that is not checked yet. */
export type LooseRow = Record<string, unknown>;

/** How the columns of a file are taken. */
export interface Taking {
  /** The column of each field. */
  columns: Record<string, string>;
  /** The currency of all rows; "" where nothing says so, undefined where a column does. */
  currency: string | undefined;
  /** How the caller says that values are written. */
  writing: WritingOptions;
  /** Told of what to look at. */
  onNote: (note: string) => void;
  /** Refuses a row as it is in the file. */
  check?: (row: TableRow) => void;
}

/** Yields the rows of a file, each on its line. */
export async function* rowsOfTable(
  table: Table,
  taking: Taking,
): AsyncGenerator<LooseRow, void, undefined> {
  const { rows, ahead } = await readAhead(table.rows, ROWS_AHEAD);
  const habits = habitsOf(table.columns, ahead, taking);
  const { check = () => {} } = taking;
  for (const note of habits.notes) taking.onNote(note);
  const fields = Object.entries(taking.columns).map(
    ([field, column]) => [field, table.columns.indexOf(column)] as const,
  );
  for await (const each of rows) {
    check(each);
    const { line, cells } = each;
    const row: LooseRow = line === undefined ? {} : onLine({}, line);
    for (const [field, index] of fields) {
      const cell = cells[index];
      write(row, field, missing(cell) ? "" : cell, habits);
    }
    yield row;
  }
}

/** Reads the first rows, and gives back all of them. */
export async function readAhead(rows: AsyncGenerator<TableRow>, most: number) {
  const ahead: TableRow[] = [];
  while (ahead.length < most) {
    const next = await rows.next();
    if (next.done) break;
    ahead.push(next.value);
  }
  async function* all() {
    yield* ahead;
    for await (const row of rows) yield row;
  }
  return { ahead, rows: all() };
}

/** How some rows are written. */
export function habitsOf(
  columns: readonly string[],
  rows: readonly TableRow[],
  { columns: taken, currency, writing }: Omit<Taking, "onNote">,
): Habits {
  const cells = (field: string) => {
    const index = columns.indexOf(taken[field] ?? "");
    return rows.map((row) => row.cells[index]);
  };
  const there = (names: string[]) => names.filter((name) => taken[name] !== undefined);
  return new Habits(writing, {
    amounts: there(NUMBERS).flatMap(cells),
    times: Object.fromEntries(there(TIMES).map((name) => [name, cells(name)])),
    currency,
  });
}

/** What is wrong with a value is told when the row is taken, with its place. */
function write(row: LooseRow, field: string, value: unknown, habits: Habits): void {
  if (value !== "" && NUMBERS.includes(field)) {
    later(row, field, () => habits.number(value, field));
  } else if (value !== "" && TIMES.includes(field) && habits.writes(value, field)) {
    later(row, field, () => timestampOf(habits.time(value, field).micros));
  } else if (field === "currencyCode" && typeof value === "string") {
    row[field] = value.toUpperCase(); // as some systems write them otherwise
  } else {
    row[field] = value;
  }
}

function later(row: LooseRow, field: string, read: () => unknown): void {
  try {
    row[field] = read();
  } catch (error) {
    const get = () => {
      throw error;
    };
    Object.defineProperty(row, field, { get, enumerable: true });
  }
}
