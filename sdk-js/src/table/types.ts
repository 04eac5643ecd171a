// What a file holds: rows with named columns.
import { invalidField } from "../errors.js";

/** A row as it is in a file. */
export interface TableRow {
  /** The line at which it begins; undefined in a list of JSON. */
  line?: number;
  /** A value for each column. */
  cells: readonly unknown[];
  /** Whether a line of CSV has fewer cells than the header. */
  short?: boolean;
}

/** Rows with named columns. They can be read once. */
export interface Table {
  /** The names of the columns that have one. */
  columns: string[];
  rows: AsyncGenerator<TableRow, void, undefined>;
}

/** Columns as a sentence names them: of very many the first. */
export function listed(columns: readonly string[]): string {
  const most = 30;
  const first = columns.slice(0, most).map((each) => `"${each}"`);
  const more = columns.length - most;
  return first.join(", ") + (more > 0 ? ` and ${more.toLocaleString("en")} more` : "");
}

/** Refuses a name that a source does not have as a column. */
export function requireColumn(field: string, column: string, columns: readonly string[]): string {
  if (columns.includes(column)) return column;
  throw invalidField(field, `there is no column "${column}"; the columns are ${listed(columns)}`);
}
