// Orders that are no export of a known system: lines to be added up, and amounts less than zero that are refunds.
import { PIECES, PRICES, usual } from "../columns.js";
import { purchaseColumns } from "../csv.js";
import { invalidField, LojalError } from "../errors.js";
import type { NodeLoadOptions } from "../files.js";
import { requireRow } from "../load/cells.js";
import type { PurchaseRow, RowsOf } from "../load/rows.js";
import { atPlace, placeOf } from "../load/taker.js";
import { again } from "../open.js";
import type { TableRow } from "../table/types.js";
import { prepareOrders } from "./order-export.js";
import { planOfColumns } from "./plan.js";
import type { Prepared, WholeTable } from "./prepared.js";

const FIELDS: (keyof PurchaseRow)[] = [
  "customerId",
  "time",
  "amount",
  "transactionId",
  "currencyCode",
  "discount",
];

/** Whether rows are to be read together: a row by itself does not say what is to be recorded. */
export function hangTogether({ lines, negative }: NodeLoadOptions): boolean {
  if (![undefined, "refuse", "refund"].includes(negative)) {
    throw invalidField("negative", `"${negative}" is neither "refuse" nor "refund"`);
  }
  return Boolean(lines) || negative === "refund";
}

/** Reads the orders of a file. Of lines, a price counts once for each piece. */
export async function prepareTable(
  table: WholeTable,
  options: NodeLoadOptions,
  skipInvalid: boolean,
): Promise<Prepared> {
  const { customerKey, lines, csv } = options;
  const named = csv?.columns ?? {};
  const whole = { columns: [...table.columns], rows: table.rows };
  const found = await purchaseColumns(again(whole), named, { customerKey, lines });
  const columns: Record<string, string> = { ...found.columns };
  const isPrice = PRICES.includes(usual(columns.amount ?? "")) && named.amount === undefined;
  const pieces = table.columns.find((name) => PIECES.includes(usual(name)));
  if (lines && isPrice && pieces !== undefined) columns.pieces = pieces;
  return prepareOrders(planOfColumns(columns, options), table, options, skipInvalid);
}

/** Reads rows that are orders, or lines of them. */
export async function prepareRows(
  rows: RowsOf<PurchaseRow>,
  { lines, negative, currencyCode }: NodeLoadOptions,
  skipInvalid: boolean,
): Promise<Prepared> {
  const seen = new Set<keyof PurchaseRow>();
  const cells: TableRow[] = [];
  for await (const row of rows) {
    const place = placeOf(row, cells.length + 1);
    try {
      requireRow(row, "customerId, time and amount");
    } catch (error) {
      throw error instanceof LojalError ? atPlace(error, place) : error;
    }
    for (const field of FIELDS) if (row[field] !== undefined) seen.add(field);
    cells.push({
      ...(place.line !== undefined && { line: place.line }),
      cells: FIELDS.map((field) => row[field]),
    });
  }
  const taken = FIELDS.filter((field) => seen.has(field) || !isOptional(field));
  const columns = Object.fromEntries(taken.map((field) => [field, field]));
  const table = { columns: FIELDS, rows: cells };
  const options = { ...(currencyCode !== undefined && { currencyCode }) };
  return prepareOrders(planOfColumns(columns, { lines, negative }), table, options, skipInvalid);
}

function isOptional(field: keyof PurchaseRow): boolean {
  return !["customerId", "time", "amount"].includes(field);
}
