// Purchases from CSV: finds the columns by their usual names.
import { createReadStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { type CsvError, parse } from "csv-parse";
import {
  type Columns,
  ComesBack,
  doesNotComeBack,
  findColumns,
  ROWS_AHEAD,
  unread,
} from "./columns.js";
import { invalidField } from "./errors.js";
import type { PurchaseRow } from "./load/types.js";

/** How to read a CSV file. It is UTF-8 with a header line. */
export interface CsvOptions {
  /**
   * Name of the column of each field. Default: the usual names, such as `customer_id`, `date` and `amount`; for the
   * customer then the e-mail address. `id` is only taken for the customer without an e-mail address, and when one of its
   * values comes back at another time in the first 10,000 rows: else it may be the id of each row, and is refused.
   */
  columns?: Partial<Record<keyof PurchaseRow, string>>;
  /** What separates columns. Default `","`. */
  delimiter?: string;
}

/**
 * Yields the purchases of a CSV file, or of the text or bytes of one.
 *
 * @param onNote - told what may change what counts and was not read.
 */
export async function* readCsv(
  source: string | URL | AsyncIterable<unknown>,
  options: CsvOptions = {},
  onNote: (note: string) => void = () => {},
): AsyncGenerator<PurchaseRow, void, undefined> {
  const isPath = typeof source === "string" || source instanceof URL;
  const input: Readable = isPath
    ? createReadStream(source)
    : Readable.from(source, { objectMode: false });
  const records = input
    .pipe(withoutReturns())
    .pipe(
      parse({ bom: true, delimiter: options.delimiter ?? ",", skip_empty_lines: true, trim: true }),
    );
  // pipe() passes data on, but not failures.
  input.on("error", (error) => records.destroy(error));
  try {
    const rows = (records as AsyncIterable<string[]>)[Symbol.asyncIterator]();
    const header = await rows.next();
    if (header.done) return;
    const { columns, ahead } = await readAhead(header.value, rows, options.columns ?? {});
    const note = unread(header.value);
    if (note) onNote(note);
    for (const record of ahead) yield toPurchase(record, columns);
    for (let row = await rows.next(); !row.done; row = await rows.next()) {
      yield toPurchase(row.value, columns);
    }
  } catch (error) {
    throw isCsvError(error) ? invalidField("csv", error.message, error) : error;
  } finally {
    input.destroy();
  }
}

/** Ends lines as Unix does: the parser counts those of Windows twice where they stand in a cell. */
function withoutReturns(): Transform {
  let held = "";
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      // A letter a byte, which leaves every other byte as it is.
      const text = held + chunk.toString("latin1");
      held = text.endsWith("\r") ? "\r" : "";
      const whole = held ? text.slice(0, -1) : text;
      done(null, Buffer.from(whole.replaceAll("\r\n", "\n"), "latin1"));
    },
    flush(done) {
      done(null, Buffer.from(held, "latin1"));
    },
  });
}

/** Finds the columns, and gives back the rows that had to be read for that. */
async function readAhead(
  header: string[],
  rows: AsyncIterator<string[]>,
  named: NonNullable<CsvOptions["columns"]>,
): Promise<{ columns: Columns; ahead: string[][] }> {
  const { columns, unsure } = findColumns(header, named);
  const ahead: string[][] = [];
  if (!unsure) return { columns, ahead };
  const seen = new ComesBack();
  while (ahead.length < ROWS_AHEAD) {
    const row = await rows.next();
    if (row.done) break;
    ahead.push(row.value);
    if (seen.take(row.value[unsure.id] ?? "", row.value[unsure.time] ?? "")) {
      return { columns: { ...columns, customerId: unsure.id }, ahead };
    }
  }
  throw doesNotComeBack(header, unsure.id);
}

function toPurchase(record: string[], columns: Columns): PurchaseRow {
  const cell = (field: keyof PurchaseRow) => record[columns[field] ?? -1] ?? "";
  return {
    customerId: cell("customerId"),
    time: cell("time"),
    amount: cell("amount"),
    currencyCode: cell("currencyCode"),
    transactionId: cell("transactionId"),
    ...(columns.discount === undefined ? {} : { discount: cell("discount") }),
  };
}

function isCsvError(error: unknown): error is CsvError {
  return error instanceof Error && String((error as { code?: unknown }).code).startsWith("CSV_");
}
