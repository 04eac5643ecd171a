// Which column of a table holds what: as named, or by the names people use.
import { invalidField } from "./errors.js";
import type { PurchaseRow } from "./load/rows.js";

/** A field of a purchase. */
export type Field = keyof PurchaseRow;

/**
 * The usual names, likeliest first, as {@link usual} writes them. `lojal import` and the Python client have the same
 * names and rules; tests/vectors/column_names.json holds the three together.
 */
export const USUAL_NAMES: Record<Field, string[]> = {
  customerId: ["customer_id", "customer", "user_id", "user", "client_id", "account_id"],
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
  // A column of that name may hold percentages.
  discount: [],
};
/** Of a table that names customers by nothing else. */
export const EMAIL_NAMES = [
  "customer_email",
  "customer_e_mail",
  "customer_email_address",
  "email",
  "e_mail",
  "email_address",
  "e_mail_address",
  "billing_email",
  "billing_e_mail",
  "email_billing",
  "buyer_email",
  "user_email",
  "client_email",
  "account_email",
  "person_email",
  "contact_email",
  "recipient_email",
  "from_email_address",
];
/** The customer only where it comes back, as it may just as well be the id of each row. */
export const LAST_RESORT = "id";
/** Beside one of {@link PIECES} it is the price of one piece. */
export const PRICE_OF_ONE = "price";
export const PIECES = ["quantity", "qty"];
/** Prices of one piece, where lines are added up by their order. */
export const PRICES = ["price", "unit_price", "item_price", "price_each"];
/** Names tried for the amount of a line, where lines are added up. */
export const AMOUNT_OF_LINES = [
  "line_total",
  "line_amount",
  ...USUAL_NAMES.amount,
  ...PRICES.slice(1),
];
/** Columns that begin so hold the lines of an order, of which a table has a row each. */
export const LINES_BEGIN = ["lineitem_", "line_item_"];
/** The order's id where there are lines of orders, as in Shopify's export. */
export const ORDER_OF_LINES = "name";
/** What became of an order, which is not read. */
export const UNREAD_NAMES = [
  "financial_status",
  "payment_status",
  "order_status",
  "status",
  "cancelled_at",
  "canceled_at",
  "refunded_amount",
  "amount_refunded",
];
/** Rows that are read ahead to see whether an id comes back. */
export const ROWS_AHEAD = 10_000;

const REQUIRED: Field[] = ["customerId", "time", "amount"];

/** The place of each field that has a column. */
export type Columns = Partial<Record<Field, number>>;

/** What a header tells. */
export interface Found {
  columns: Columns;
  /** The columns of an id that is the customer's only if it {@link ComesBack}, and of the time; else undefined. */
  unsure: { id: number; time: number } | undefined;
}

/** By what customers are found, and whether rows are lines of orders. */
export interface Finding {
  /** `"email"`: by their e-mail addresses, although there may be ids. */
  customerKey?: CustomerKey | undefined;
  /** Whether a price of one piece is an amount, as it is taken times the pieces. */
  lines?: boolean | undefined;
}

/** How customers are named: by ids where there are some, or by e-mail addresses in any case. */
export type CustomerKey = "id" | "email";

/** Refuses a word that is none. */
export function requireKey(customerKey: CustomerKey | undefined): void {
  if ([undefined, "id", "email"].includes(customerKey)) return;
  throw invalidField("customerKey", `"${customerKey}" is neither "id" nor "email"`);
}

/** Finds the columns of a header. */
export function findColumns(
  header: string[],
  named: { [Each in Field]?: string | false },
  { customerKey, lines }: Finding = {},
): Found {
  requireKey(customerKey);
  const names = header.map(usual);
  const usualNames = {
    ...USUAL_NAMES,
    ...(customerKey === "email" && { customerId: EMAIL_NAMES }),
    ...(lines && { amount: AMOUNT_OF_LINES }),
  };
  const first = (wanted: string[]) =>
    wanted.map((each) => names.indexOf(each)).find((index) => index >= 0);
  const columns: Columns = {};
  let id: number | undefined;
  for (const field of Object.keys(usualNames) as Field[]) {
    const name = named[field];
    if (name === false && !REQUIRED.includes(field)) continue;
    if (name === false) throw refused(field, "it is needed", header);
    let wanted = name === undefined ? usualNames[field] : [usual(name)];
    let index = first(wanted);
    if (name === undefined && field === "customerId" && customerKey !== "email") {
      index ??= first(EMAIL_NAMES);
      if (index === undefined) id = lastResort(header, names);
      wanted = [...wanted, "email", LAST_RESORT];
    }
    if (name === undefined && field === "amount" && !lines) {
      requireWhole(header, names, index, first(PIECES));
    }
    if (name === undefined && field === "transactionId") index ??= orderOfLines(header, names);
    if (index !== undefined) columns[field] = index;
    else if (
      name !== undefined ||
      (REQUIRED.includes(field) && (field !== "customerId" || id === undefined))
    ) {
      const missing = wanted.map((each) => `"${each}"`).join(" or ");
      throw refused(field, `no column ${missing}`, header);
    }
  }
  const time = columns.time ?? -1;
  return { columns, unsure: id === undefined ? undefined : { id, time } };
}

/** The place of an id that may be the customer's; undefined without one. */
function lastResort(header: string[], names: string[]): number | undefined {
  const id = names.indexOf(LAST_RESORT);
  if (id < 0) return undefined;
  const address = names.findIndex((name) => /e_?mail$/.test(name));
  if (address < 0) return id;
  throw notTaken(header, id, `as there is the e-mail column "${header[address]}"`);
}

/** The error for an id that did not come back. */
export function doesNotComeBack(header: string[], id: number) {
  const rows = ROWS_AHEAD.toLocaleString("en");
  const why = `as none of its values comes back at another time in the first ${rows} rows, so that it may be the id of each row`;
  return notTaken(header, id, why);
}

function notTaken(header: string[], id: number, why: string) {
  return refused("customerId", `"${header[id]}" is not taken for the customer, ${why}`, header);
}

function requireWhole(
  header: string[],
  names: string[],
  amount: number | undefined,
  pieces: number | undefined,
): void {
  if (amount === undefined || pieces === undefined || names[amount] !== PRICE_OF_ONE) return;
  const why = `"${header[amount]}" is not taken for the amount, as beside "${header[pieces]}" it is the price of one piece: add lines of orders up with lines: true, in Node`;
  throw refused("amount", why, header);
}

/** The place of an order's id where each row is a line of an order; undefined where it is not. */
function orderOfLines(header: string[], names: string[]): number | undefined {
  const line = names.findIndex((name) => LINES_BEGIN.some((begin) => name.startsWith(begin)));
  if (line < 0) return undefined;
  const order = names.indexOf(ORDER_OF_LINES);
  if (order >= 0) return order;
  const why = `there is a row for each line of an order, such as "${header[line]}", and no column for the order's id`;
  throw refused("transactionId", why, header);
}

function refused(field: Field, why: string, header: string[]) {
  const there = header.map((each) => `"${each}"`).join(", ");
  return invalidField(
    field,
    `${why}; the columns are ${there}; name it with csv: { columns: { ${field}: "..." } }`,
  );
}

/** What to tell of columns that are not read and may change what counts; undefined without such. */
export function unread(header: string[]): string | undefined {
  const names = header.filter((name) => UNREAD_NAMES.includes(usual(name)));
  if (names.length === 0) return undefined;
  const list = names.map((each) => `"${each}"`).join(", ");
  return `${list} were not read: orders that were cancelled, refunded or never paid count in full; leave them out of the source, or take them back with voids and refunds`;
}

/**
 * Whether an id stands in two rows of different times. That of a customer who buys again does; that of an order does
 * not, though it may stand in several rows, one for each line of the order.
 */
export class ComesBack {
  readonly #first = new Map<string, string>();

  /** Takes a row. Whether an id has come back. */
  take(id: string, time: string): boolean {
    if (id === "" || time === "") return false;
    const first = this.#first.get(id);
    if (first === undefined) this.#first.set(id, time);
    return first !== undefined && first !== time;
  }
}

/** A name as it is compared: `"Customer ID"` and `"customerId"` are `"customer_id"`. */
export function usual(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_|_$/g, "")
    .toLowerCase();
}
