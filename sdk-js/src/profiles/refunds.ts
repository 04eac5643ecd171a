// Refunds of orders: those that an order names itself, and those of rows that are less than zero.
import { createHash } from "node:crypto";
import type { Messages } from "../load/cargo.js";
import type { Taken } from "../load/cut.js";
import { fromMicros } from "../money.js";
import { timestampOf } from "../table/times.js";
import type { Order, OrderBook } from "./orders.js";

const NOTHING_TO_TAKE_FROM = "gives back more than the customer bought before";

/** A refund that can be sent. */
export type TakenRefund = Taken<Messages["refunds"]> & {
  micros: bigint;
  currency: string;
  customer: string;
  /** Whether it is all that was given back of the order, as an export says it of each. */
  whole: boolean;
};

/** The id of something that has none, the same for the same parts, in every client. */
export function madeId(...parts: (string | number | bigint)[]): string {
  const digest = createHash("sha256").update(parts.map(String).join("\x1f")).digest("hex");
  return `made-${digest.slice(0, 32)}`;
}

/** Gives each order without an id one made of what it is, so that refunds can name it. */
export function nameOrders(orders: Iterable<Order>): void {
  const seen = new Map<string, number>();
  for (const order of orders) {
    if (order.key) continue;
    const { customer, time, amount, currency } = order;
    const same = `${customer}\n${time}\n${amount}\n${currency}`;
    const times = (seen.get(same) ?? 0) + 1;
    seen.set(same, times);
    order.key = madeId(customer, time, amount, currency, times);
  }
}

/**
 * The refunds of orders: of what they say was given back, and of those that are less than zero.
 *
 * One of the latter is taken from the customer's latest purchases up to its time, as far as they go. What goes beyond is
 * counted as left out.
 */
export function* refundsOf(book: OrderBook): Generator<TakenRefund, void, undefined> {
  const { orders } = book;
  const bought = orders.filter((order) => order.amount > 0n);
  const remaining = new Map(bought.map((order) => [order.key, order.amount - order.refunded]));
  for (const order of bought.filter((each) => each.refunded > 0n)) {
    const { key, refundedAt, refunded } = order;
    yield { ...refund(order, `${key}/refund`, key, refundedAt, refunded), whole: true };
  }
  const byCustomer = new Map<string, Order[]>();
  for (const order of inTime(bought)) {
    const whose = `${order.customer}\n${order.currency}`;
    const theirs = byCustomer.get(whose);
    if (theirs) theirs.push(order);
    else byCustomer.set(whose, [order]);
  }
  for (const back of inTime(orders.filter((order) => order.amount < 0n))) {
    const purchases = byCustomer.get(`${back.customer}\n${back.currency}`) ?? [];
    let owed = -back.amount;
    let part = 0;
    for (const purchase of purchases.filter((each) => each.time <= back.time).reverse()) {
      const left = remaining.get(purchase.key) ?? 0n;
      const taken = owed < left ? owed : left;
      if (taken <= 0n) continue;
      part += 1;
      const name = `${back.key}/refund${part > 1 ? `/${part}` : ""}`;
      yield refund(back, name, purchase.key, back.time, taken);
      remaining.set(purchase.key, left - taken);
      owed -= taken;
      if (owed === 0n) break;
    }
    if (owed > 0n) book.leave(NOTHING_TO_TAKE_FROM);
  }
}

/** Orders by their time; of one time as they are in the source. */
function inTime(orders: Order[]): Order[] {
  return [...orders].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

function refund(
  { place, currency, customer }: Order,
  refundId: string,
  transactionId: string,
  time: bigint,
  micros: bigint,
): TakenRefund {
  const amount = { amount: fromMicros(micros), currencyCode: currency };
  return {
    place,
    item: { refundId, transactionId, time: timestampOf(time), amount },
    micros,
    currency,
    customer,
    whole: false,
  };
}
