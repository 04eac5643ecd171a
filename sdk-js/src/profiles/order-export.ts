// Orders of shop systems, and others of which rows hang together, read to their end before anything is sent.
import { invalidField } from "../errors.js";
import { cutIntoChunks, type Taken } from "../load/cut.js";
import type { Purchase } from "../load/purchase.js";
import { PURCHASES_IN_COLUMNS } from "../load/purchases.js";
import { fromMicros } from "../money.js";
import { Habits } from "../table/habits.js";
import { type Order, OrderBook, type Values } from "./orders.js";
import { columnsOfPlan, type OrderPlan, planOfShape } from "./plan.js";
import {
  collecting,
  type ExportOptions,
  type Prepared,
  placeAt,
  type WholeTable,
} from "./prepared.js";
import { nameOrders, refundsOf } from "./refunds.js";
import type { Recognised } from "./shape.js";
import { doubtsOf, summaryOf } from "./summary.js";

export const NO_CURRENCY =
  "amounts name no currency: they are taken to be in the workspace's reporting currency; give currencyCode";
const ZONELESS =
  'times name no zone and were read in UTC: give the shop\'s, such as timeZone: "Europe/Zagreb"';
const NO_TIME_OF_REFUND =
  "the export does not say when money was given back: refunds count from the time of their order on";

/** How the export of a shop system is read. */
export function planOfExport(
  recognised: Recognised,
  columns: readonly string[],
  options: ExportOptions,
): OrderPlan {
  return withNamed(planOfShape(recognised, columns, options), options, columns);
}

/** Reads orders. */
export function prepareOrders(
  plan: OrderPlan,
  table: WholeTable,
  options: ExportOptions,
  skipInvalid: boolean,
): Prepared {
  const columns = columnsOfPlan(plan);
  const currencyCode = (options.currencyCode ?? "").toUpperCase();
  const habits = orderHabits(plan, columns, table, options, currencyCode);
  const book = new OrderBook(plan, habits, currencyCode);
  const { rowErrors, onInvalid } = collecting(skipInvalid);
  book.read(valuesOf(table, columns), onInvalid);
  if (plan.refundNegatives) nameOrders(book.orders);
  const refunds = [...refundsOf(book)];
  const purchases = book.orders.filter((order) => order.amount >= 0n);
  const summary = summaryOf(purchases, refunds);
  const told = [
    ...habits.notes,
    ...(purchases.length > 0 && purchases.every(({ currency }) => !currency) ? [NO_CURRENCY] : []),
    ...(book.zoneless && !plan.timeZone && habits.zone.name === "UTC" ? [ZONELESS] : []),
    ...(book.capped > 0
      ? [`${book.capped} refunds are larger than their order, and count as all of it`]
      : []),
    ...(plan.refundAmount && !plan.refundTime && refunds.length > 0 ? [NO_TIME_OF_REFUND] : []),
  ];
  return {
    profile: plan.profile,
    columns,
    rows: book.rows,
    leftOut: book.leftOut,
    summary,
    notes: [...told, ...doubtsOf(purchases, summary)],
    rowErrors,
    refunds,
    chunks: ({ columns: chunkRows }) =>
      cutIntoChunks(toPurchases(purchases), PURCHASES_IN_COLUMNS, { chunkRows, after: 0 }),
  };
}

function toPurchases(orders: readonly Order[]): Taken<Purchase>[] {
  const seen = new Map<string, number>();
  return orders.map(({ place, key, customer, time, currency, amount, discount }) => {
    let occurrence = 0;
    if (!key) {
      const same = `${customer}\n${time}\n${amount}\n${currency}`;
      occurrence = (seen.get(same) ?? 0) + 1;
      seen.set(same, occurrence);
    }
    const purchase: Purchase = {
      customerId: customer,
      transactionId: key,
      time,
      amount: fromMicros(amount),
      micros: amount,
      currencyCode: currency,
      occurrence,
      discount,
    };
    return { place, item: purchase };
  });
}

function withNamed(plan: OrderPlan, options: ExportOptions, there: readonly string[]): OrderPlan {
  const changed = { ...plan };
  for (const [field, column] of Object.entries(options.named ?? {})) {
    if (column === undefined) continue;
    if (column !== false && !there.includes(column)) {
      throw invalidField(field, `there is no column "${column}" in this export of ${plan.profile}`);
    }
    const taken = column === false ? "" : column;
    if (field === "customerId" && taken) changed.customers = [taken];
    if (field === "time" && taken) changed.time = taken;
    if (field === "amount" && taken) changed.amount = taken;
    if (field === "transactionId") changed.order = taken;
    if (field === "currencyCode") changed.currency = taken;
    if (field === "discount") changed.discount = taken;
  }
  return changed;
}

function orderHabits(
  plan: OrderPlan,
  columns: Record<string, string>,
  table: WholeTable,
  options: ExportOptions,
  currencyCode: string,
): Habits {
  const cells = (field: string) => {
    const index = table.columns.indexOf(columns[field] ?? "");
    return index < 0 ? [] : table.rows.map((row) => row.cells[index]);
  };
  return new Habits(
    options,
    {
      amounts: ["amount", "discount", "refundAmount"].flatMap(cells),
      times: { time: cells("time") },
      currency: plan.currency ? undefined : plan.currencyCode || currencyCode,
      timeOrder: plan.timeOrder,
    },
    plan.timeZone || "UTC",
  );
}

function* valuesOf(table: WholeTable, columns: Record<string, string>): Generator<Taken<Values>> {
  const fields = Object.entries(columns).map(
    ([field, column]) => [field, table.columns.indexOf(column)] as const,
  );
  for (const [index, { line, cells }] of table.rows.entries()) {
    const item = Object.fromEntries(fields.map(([field, column]) => [field, cells[column]]));
    yield { item, place: placeAt(index, line) };
  }
}
