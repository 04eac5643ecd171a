// Purchases from files: finds the columns by their usual names.
import {
  ComesBack,
  type CustomerKey,
  doesNotComeBack,
  type Field,
  type Finding,
  findColumns,
  ROWS_AHEAD,
  unread,
} from "./columns.js";
import { invalidField } from "./errors.js";
import type { PurchaseRow } from "./load/rows.js";
import { atPlace } from "./load/taker.js";
import type { WritingOptions } from "./table/habits.js";
import { readAhead, rowsOfTable } from "./table/rows.js";
import { type FileOptions, openTable } from "./table/table.js";
import type { TextSource } from "./table/text.js";
import type { Table, TableRow } from "./table/types.js";

/** How to read a file, of CSV with a header or of JSON. */
export interface CsvOptions<Name extends string = Field> extends FileOptions {
  /**
   * Name of the column of each field; `false` where there is none. Default: the usual names, such as `customer_id`,
   * `date` and `amount`; for the customer then the e-mail address. `id` is only taken for the customer of purchases
   * without an e-mail address, and when one of its values comes back at another time in the first 10,000 rows: else it
   * may be the id of each row, and is refused.
   */
  columns?: { [Each in Name]?: string | false };
}

/** How purchases of a file are read. */
export interface PurchaseFile extends CsvOptions, WritingOptions {
  /** Currency of rows that name none. */
  currencyCode?: string;
  /** `"email"` where customers are named by their e-mail addresses, although there are ids. */
  customerKey?: CustomerKey;
}

/**
 * Yields the purchases of a file, or of the text or bytes of one.
 *
 * @param onNote - told what may change what counts and was not read.
 */
export async function* readCsv(
  source: TextSource,
  options: PurchaseFile = {},
  onNote: (note: string) => void = () => {},
): AsyncGenerator<PurchaseRow, void, undefined> {
  const table = await openTable(source, options);
  yield* (await purchasesOf(table, options, onNote)).rows;
}

/** The purchases of a file that is open, and which column each field is. */
export async function purchasesOf(
  table: Table,
  options: PurchaseFile,
  onNote: (note: string) => void,
): Promise<{ columns: Record<string, string>; rows: AsyncGenerator<PurchaseRow> }> {
  if (table.columns.length === 0) return { columns: {}, rows: none() };
  const { customerKey } = options;
  const { columns, rows } = await purchaseColumns(table, options.columns ?? {}, { customerKey });
  const note = unread(table.columns);
  if (note) onNote(note);
  const { currencyCode = "" } = options;
  const taking = {
    columns,
    currency: columns.currencyCode === undefined ? currencyCode.toUpperCase() : undefined,
    writing: options,
    onNote,
    check: (row: TableRow) => requireWhole(row, table),
  };
  const purchases = rowsOfTable({ columns: table.columns, rows }, taking);
  return { columns, rows: purchases as AsyncGenerator<unknown> as AsyncGenerator<PurchaseRow> };
}

async function* none(): AsyncGenerator<PurchaseRow, void, undefined> {}

/** Refuses lines that have lost their end. */
function requireWhole({ short, line = 0 }: TableRow, { columns }: Table): void {
  if (!short) return;
  const why = `the line has fewer cells than the header, which has ${columns.length}; complete it, or leave it out of the file`;
  throw atPlace(invalidField("csv", why), { row: line, line });
}

/** Finds the columns, with the rows that had to be read for that. */
export async function purchaseColumns(
  table: Table,
  named: NonNullable<CsvOptions["columns"]>,
  finding: Finding,
): Promise<{ columns: Record<string, string>; rows: AsyncGenerator<TableRow> }> {
  const { columns, unsure } = findColumns(table.columns, named, finding);
  const nameOf = (places: Record<string, number>) =>
    Object.fromEntries(
      Object.entries(places).map(([field, index]) => [field, table.columns[index] ?? ""]),
    );
  if (!unsure) return { columns: nameOf(columns), rows: table.rows };
  const { ahead, rows } = await readAhead(table.rows, ROWS_AHEAD);
  const seen = new ComesBack();
  const text = (cell: unknown) => String(cell ?? "");
  if (ahead.some(({ cells }) => seen.take(text(cells[unsure.id]), text(cells[unsure.time])))) {
    return { columns: nameOf({ ...columns, customerId: unsure.id }), rows };
  }
  throw doesNotComeBack(table.columns, unsure.id);
}
