// Which columns of a source hold what of an order, and what becomes of orders that do not count.
import { type CustomerKey, requireKey, usual } from "../columns.js";
import { invalidField } from "../errors.js";
import { missing } from "../load/cells.js";
import type { TimeOrder } from "../table/times.js";
import { columnOf, columnsOf, type Recognised } from "./shape.js";
import type { StatusWords } from "./types.js";

/** How orders are read. Each is a column, "" where there is none, unless it says otherwise. */
export interface OrderPlan {
  /** The name of the profile, "" for none. */
  profile: string;
  order: string;
  /** Columns of who bought: in each row the first that names somebody. */
  customers: string[];
  time: string;
  /** What was paid, of one piece where there are pieces. */
  amount: string;
  pieces: string;
  currency: string;
  discount: string;
  cancelled: string;
  /** Whether money was taken, and not only set aside. */
  captured: string;
  refundAmount: string;
  refundTime: string;
  /** What became of the order. */
  status: Status | undefined;
  /** What the rows of one order are: itself; itself and further lines that say nothing new; lines to be added up. */
  lines: "" | "once" | "sum";
  /** Values that name nobody. */
  nobody: string[];
  /** Whether amounts are whole cents. */
  minorUnits: boolean;
  /** The currency of all, where there is no column of it. */
  currencyCode: string;
  /** Whether what is less than zero is a refund of the customer's latest purchases. */
  refundNegatives: boolean;
  /** Whether ids of customers may be written as data frames write numbers: 17850.0. */
  floatIds: boolean;
  /** For dates that leave it open which is the month; "" to ask. */
  timeOrder: TimeOrder;
  /** Where times without a zone were read from a clock; "" for where the caller says. */
  timeZone: string;
}

/** What the status of an order means. */
export class Status {
  readonly column: string;
  readonly #counts: Set<string>;
  readonly #refunded: Set<string>;
  readonly #leftOut: Set<string>;
  readonly #prefix: string;

  /** @param more - statuses that count too. */
  constructor(says: StatusWords, more: readonly string[]) {
    this.column = says.column;
    this.#counts = new Set([...says.counts, ...more.map(usual)]);
    const others = (words: string[]) => new Set(words.filter((each) => !this.#counts.has(each)));
    this.#refunded = others(says.refunded);
    this.#leftOut = others(says.left_out);
    this.#prefix = says.prefix ?? "";
  }

  /** Whether all of the order was given back. */
  isRefunded(value: unknown): boolean {
    return this.#refunded.has(this.#word(value));
  }

  /**
   * Why an order is left out, "" for one that is not.
   *
   * @throws LojalError when nobody knows what the status means.
   */
  leftOutAs(value: unknown): string {
    const word = this.#word(value);
    if (this.#counts.has(word) || this.#refunded.has(word)) return "";
    if (this.#leftOut.has(word)) return word.replaceAll("_", " ");
    if (!word) return "without a status";
    throw invalidField(
      "status",
      `nobody knows whether an order with the status "${value}" counts; name those that do with countedStatuses: ["${value}"], or leave these rows out of the file`,
    );
  }

  /** The status of a row, as the table writes it; "" for none. */
  #word(value: unknown): string {
    if (missing(value)) return "";
    const word = usual(String(value));
    return word.startsWith(this.#prefix) ? word.slice(this.#prefix.length) : word;
  }
}

/** The keys of a row of an order, and the columns that a plan has for them. */
export function columnsOfPlan(plan: OrderPlan): Record<string, string> {
  const [customer = "", ...others] = plan.customers;
  const named: Record<string, string> = {
    customerId: customer,
    time: plan.time,
    amount: plan.amount,
    transactionId: plan.order,
    currencyCode: plan.currency,
    pieces: plan.pieces,
    discount: plan.discount,
    status: plan.status?.column ?? "",
    cancelled: plan.cancelled,
    captured: plan.captured,
    refundAmount: plan.refundAmount,
    refundTime: plan.refundTime,
  };
  others.forEach((column, index) => {
    named[`customerId ${index + 2}`] = column;
  });
  return Object.fromEntries(Object.entries(named).filter(([, column]) => column !== ""));
}

/**
 * How an export is read.
 *
 * @throws LojalError when it names no customers, or none by an e-mail address where that is asked for.
 */
export function planOfShape(
  { profile, shape }: Recognised,
  columns: readonly string[],
  options: { customerKey?: CustomerKey; countedStatuses?: readonly string[] },
): OrderPlan {
  requireKey(options.customerKey);
  const one = (key: Parameters<typeof columnOf>[1]) => columnOf(shape, key, columns);
  const all = columnsOf(shape, "customer", columns);
  const customers = options.customerKey === "email" ? all.filter(isAddress) : all;
  if (customers.length === 0) {
    const those = shape.customer.map((name) => `"${name}"`).join(", ");
    throw invalidField(
      "customerId",
      `this export of ${profile} has none of the columns that name customers (${those}); add one to the export, or name the columns yourself`,
    );
  }
  return {
    profile,
    customers,
    order: one("order"),
    time: one("time"),
    amount: one("amount"),
    pieces: one("pieces"),
    currency: one("currency"),
    discount: one("discount"),
    cancelled: one("cancelled"),
    captured: one("captured"),
    refundAmount: one("refund_amount"),
    refundTime: one("refund_time"),
    status: shape.status && new Status(shape.status, options.countedStatuses ?? []),
    lines: shape.lines ?? "",
    nobody: shape.nobody ?? [],
    minorUnits: shape.minor_units ?? false,
    currencyCode: shape.currency_code ?? "",
    refundNegatives: shape.negative === "refund",
    floatIds: shape.float_ids ?? false,
    timeOrder: shape.time_order ?? "",
    timeZone: shape.time_zone ?? "",
  };
}

/**
 * How a source is read whose columns are known by field.
 *
 * @param columns - the column of each field; `pieces` where amounts are those of one piece.
 * @throws LojalError when lines are to be added up by an order that no column names.
 */
export function planOfColumns(
  columns: Readonly<Record<string, string | undefined>>,
  { lines, negative }: { lines?: boolean | undefined; negative?: string | undefined },
): OrderPlan {
  const { customerId = "", time = "", amount = "", transactionId = "" } = columns;
  if (lines && !transactionId) {
    throw invalidField(
      "lines",
      'lines are added up by their order; name the column of its id with csv: { columns: { transactionId: "..." } }, or give rows a transactionId',
    );
  }
  return {
    profile: "",
    customers: [customerId],
    order: transactionId,
    time,
    amount,
    pieces: columns.pieces ?? "",
    currency: columns.currencyCode ?? "",
    discount: columns.discount ?? "",
    cancelled: "",
    captured: "",
    refundAmount: "",
    refundTime: "",
    status: undefined,
    lines: lines ? "sum" : "",
    nobody: [],
    minorUnits: false,
    currencyCode: "",
    refundNegatives: negative === "refund",
    floatIds: false,
    timeOrder: "",
    timeZone: "",
  };
}

/** Whether a column is of e-mail addresses. */
export function isAddress(column: string): boolean {
  return usual(column).includes("mail");
}
