// Purchases from CSV: finds the columns by their usual names.
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { type CsvError, parse } from "csv-parse";
import { invalidField } from "./errors.js";
import type { PurchaseRow } from "./load/types.js";

/** How to read a CSV file. It is UTF-8 with a header line. */
export interface CsvOptions {
  /** Name of the column of each field. Default: the usual names, such as `customer_id`, `date` and `amount`. */
  columns?: Partial<Record<keyof PurchaseRow, string>>;
  /** What separates columns. Default `","`. */
  delimiter?: string;
}

/**
 * The usual names, likeliest first. Compared in lower case, with `_` for every other character between words. The
 * Python client guesses the same names in the same order.
 */
const USUAL_NAMES: Record<keyof PurchaseRow, string[]> = {
  customerId: ["customer_id", "customer", "user_id", "user", "client_id", "account_id", "id"],
  time: [
    "date",
    "time",
    "timestamp",
    "datetime",
    "order_date",
    "order_time",
    "transaction_date",
    "transaction_time",
    "purchase_date",
    "purchase_time",
    "invoice_date",
    "created_at",
  ],
  amount: ["value", "amount", "total", "price", "revenue", "spend", "sales", "amount_paid"],
  transactionId: ["transaction_id", "order_id", "invoice_id", "invoice_no"],
  currencyCode: ["currency", "currency_code"],
  discount: [],
};
const REQUIRED: (keyof PurchaseRow)[] = ["customerId", "time", "amount"];

/** Yields the purchases of a CSV file, or of the text or bytes of one. */
export async function* readCsv(
  source: string | URL | AsyncIterable<unknown>,
  options: CsvOptions = {},
): AsyncGenerator<PurchaseRow, void, undefined> {
  const isPath = typeof source === "string" || source instanceof URL;
  const input: Readable = isPath
    ? createReadStream(source)
    : Readable.from(source, { objectMode: false });
  const records = input.pipe(
    parse({ bom: true, delimiter: options.delimiter ?? ",", skip_empty_lines: true, trim: true }),
  );
  // pipe() passes data on, but not failures.
  input.on("error", (error) => records.destroy(error));
  let columns: Columns | undefined;
  try {
    for await (const record of records as AsyncIterable<string[]>) {
      if (columns) yield toPurchase(record, columns);
      else columns = findColumns(record, options.columns ?? {});
    }
  } catch (error) {
    throw isCsvError(error) ? invalidField("csv", error.message, error) : error;
  } finally {
    input.destroy();
  }
}

type Columns = Partial<Record<keyof PurchaseRow, number>>;

function findColumns(header: string[], named: NonNullable<CsvOptions["columns"]>): Columns {
  const normal = header.map(normalise);
  const columns: Columns = {};
  for (const field of Object.keys(USUAL_NAMES) as (keyof PurchaseRow)[]) {
    const name = named[field];
    const wanted = name === undefined ? USUAL_NAMES[field] : [normalise(name)];
    const index = wanted.map((usual) => normal.indexOf(usual)).find((found) => found >= 0);
    if (index !== undefined) columns[field] = index;
    else if (name !== undefined || REQUIRED.includes(field)) {
      throw invalidField(
        field,
        `no column ${wanted.map((each) => `"${each}"`).join(" or ")} among ${header.map((each) => `"${each}"`).join(", ")}; name it with csv: { columns: { ${field}: "..." } }`,
      );
    }
  }
  return columns;
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

/** `"Customer ID"` and `"customerId"` are `"customer_id"`. */
function normalise(name: string): string {
  return name
    .trim()
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_|_$/g, "")
    .toLowerCase();
}

function isCsvError(error: unknown): error is CsvError {
  return error instanceof Error && String((error as { code?: unknown }).code).startsWith("CSV_");
}
