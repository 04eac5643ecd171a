// Reads orders of a source: purchases, what was given back of them, and how many were left out for which reason.
import { invalidField, LojalError } from "../errors.js";
import { missing, toCustomerId, toFlag, toOptionalId } from "../load/cells.js";
import type { Taken } from "../load/cut.js";
import { LESS_THAN_ZERO } from "../load/purchases.js";
import type { Place } from "../load/taker.js";
import { decimal, fromMicros, toMicros } from "../money.js";
import type { Habits } from "../table/habits.js";
import type { OrderPlan } from "./plan.js";
import { microsAMinorUnit } from "./shape.js";

const NOBODY = "names nobody";
const A_BAD_LINE = "has a line that cannot be read";
const NO_AMOUNT = "amount is missing; leave rows without one out with skipInvalid: true";
/** Amounts from a float, such as of JSON, count to the nearest millionth up to this one. */
const MOST_FLOAT = 9_007_199_254;

/** An order as it is read, a line or all at once. Times are in microseconds since 1970, amounts in millionths. */
export interface Order {
  place: Place;
  key: string;
  customer: string;
  time: bigint;
  currency: string;
  amount: bigint;
  discount: bigint;
  refunded: bigint;
  refundedAt: bigint;
}

/** A row by what its columns are taken for. */
export type Values = Readonly<Record<string, unknown>>;

/** What is read of a source. */
export class OrderBook {
  /** Those that count, in the order of the source; amounts may be less than zero. */
  orders: Order[] = [];
  /** How many orders were left out, by reason. */
  readonly leftOut: Record<string, number> = {};
  /** How many rows were read. */
  rows = 0;
  /** How many refunds were larger than their order, and count as all of it. */
  capped = 0;
  /** Whether a time was read that names no zone. */
  zoneless = false;
  readonly #plan: OrderPlan;
  readonly #habits: Habits;
  readonly #currencyCode: string;
  readonly #byKey = new Map<string, Order | undefined>();
  readonly #bad = new Set<string>();

  /** @param currencyCode - of rows that name no currency. */
  constructor(plan: OrderPlan, habits: Habits, currencyCode: string) {
    this.#plan = plan;
    this.#habits = habits;
    this.#currencyCode = currencyCode;
  }

  /** Reads rows to their end, and tells what is wrong with each bad one. */
  read(rows: Iterable<Taken<Values>>, onInvalid: (error: LojalError, place: Place) => void): void {
    for (const { item: values, place } of rows) {
      this.rows += 1;
      try {
        this.#take(place, values);
      } catch (error) {
        if (!(error instanceof LojalError)) throw error;
        const key = values.transactionId;
        if (this.#plan.lines === "sum" && !missing(key)) this.#bad.add(String(key));
        onInvalid(error, place);
      }
    }
    const good = this.orders.filter((order) => !this.#bad.has(order.key));
    if (good.length < this.orders.length) this.leave(A_BAD_LINE, this.orders.length - good.length);
    this.orders = good;
    if (this.#plan.refundNegatives) return;
    for (const { amount, place } of good.filter((order) => order.amount < 0n)) {
      const why = `${fromMicros(amount)} ${LESS_THAN_ZERO}`;
      onInvalid(invalidField("amount", why), place);
    }
    this.orders = good.filter((order) => order.amount >= 0n);
  }

  /** Counts orders that do not count. */
  leave(reason: string, count = 1): void {
    this.leftOut[reason] = (this.leftOut[reason] ?? 0) + count;
  }

  #take(place: Place, values: Values): void {
    const plan = this.#plan;
    const key = toOptionalId(values.transactionId, "transactionId");
    if (plan.order && !key) {
      if (plan.lines && missing(values.amount)) return; // a further line of an order
      throw invalidField("transactionId", "transactionId is missing");
    }
    if (plan.lines && this.#byKey.has(key)) {
      const known = this.#byKey.get(key);
      if (plan.lines === "sum" && known) this.#addLine(known, values);
      return;
    }
    if (plan.lines) this.#byKey.set(key, undefined);
    const reason = this.#leftOutAs(values);
    const customer = reason ? "" : this.#customer(values);
    if (reason || !customer) {
      this.leave(reason || NOBODY);
      return;
    }
    const order = this.#order(place, key, customer, values);
    this.orders.push(order);
    if (plan.lines) this.#byKey.set(key, order);
  }

  #leftOutAs(values: Values): string {
    const { status } = this.#plan;
    if (!status) return "";
    const reason = status.leftOutAs(values.status);
    const { captured } = values;
    if (!reason && !missing(captured) && !toFlag(captured, "captured")) return "not captured";
    if (reason || status.isRefunded(values.status) || this.#refunded(values, "") > 0n) {
      return reason;
    }
    // Called off and not given back: nothing was paid, or the export is older than the refund.
    return missing(values.cancelled) ? "" : "cancelled";
  }

  #customer(values: Values): string {
    const { customers, nobody, floatIds } = this.#plan;
    for (let index = 0; index < customers.length; index++) {
      const value = values[index === 0 ? "customerId" : `customerId ${index + 1}`];
      const customer = missing(value) ? "" : toCustomerId(value);
      if (customer && !nobody.includes(customer)) {
        return floatIds ? customer.replace(/\.0$/, "") : customer;
      }
    }
    return "";
  }

  #order(place: Place, key: string, customer: string, values: Values): Order {
    const named = missing(values.currencyCode)
      ? this.#plan.currencyCode
      : String(values.currencyCode).trim().toUpperCase();
    const currency = named || this.#currencyCode;
    if (missing(values.time)) throw invalidField("time", "time is missing");
    const { micros: time, zoneless } = this.#habits.time(values.time);
    this.zoneless ||= zoneless;
    const amount = this.#amount(values, currency);
    const discount = this.#discount(values);
    let refunded = this.#refunded(values, currency);
    if (refunded === 0n && this.#plan.status?.isRefunded(values.status)) refunded = amount;
    if (refunded > amount && amount >= 0n) {
      this.capped += 1;
      refunded = amount;
    }
    const at = missing(values.refundTime)
      ? time
      : this.#habits.time(values.refundTime, "refundTime").micros;
    const refundedAt = at > time ? at : time;
    return { place, key, customer, time, currency, amount, discount, refunded, refundedAt };
  }

  #addLine(order: Order, values: Values): void {
    const amount = this.#amount(values, order.currency);
    order.discount += this.#discount(values);
    order.amount += amount;
  }

  #amount(values: Values, currency: string): bigint {
    if (missing(values.amount)) throw invalidField("amount", NO_AMOUNT);
    const micros = this.#money(values.amount, currency, "amount");
    if (!this.#plan.pieces) return micros;
    if (missing(values.pieces)) throw invalidField("quantity", "the quantity is missing");
    const pieces = microsOf(this.#habits.number(values.pieces, "quantity"), "quantity");
    return rounded(micros * pieces, 1_000_000n);
  }

  #refunded(values: Values, currency: string): bigint {
    if (missing(values.refundAmount)) return 0n;
    const micros = this.#money(values.refundAmount, currency, "refundAmount");
    return micros < 0n ? -micros : micros; // some write what was given back as less than zero
  }

  #discount(values: Values): bigint {
    if (missing(values.discount)) return 0n;
    const micros = microsOf(this.#habits.number(values.discount, "discount"), "discount");
    if (micros >= 0n) return micros;
    const why = `${values.discount} is less than zero; give what was taken off the list price`;
    throw invalidField("discount", why);
  }

  #money(value: unknown, currency: string, field: string): bigint {
    const micros = microsOf(this.#habits.number(value, field), field);
    if (!this.#plan.minorUnits) return micros;
    if (micros % 1_000_000n === 0n) return (micros / 1_000_000n) * microsAMinorUnit(currency);
    const why = `"${value}" is no whole number of the currency's smallest unit, such as cents`;
    throw invalidField(field, why);
  }
}

/** An amount in millionths: text exactly, a number to the nearest one. */
export function microsOf(value: unknown, field: string): bigint {
  if (typeof value === "number" && Math.abs(value) < MOST_FLOAT && !Number.isInteger(value)) {
    const scaled = value * 1e6;
    return BigInt(scaled < 0 ? -Math.round(-scaled) : Math.round(scaled));
  }
  return toMicros(decimal(value as string | number, field));
}

/** A quotient to the nearest whole number, of two the one further from zero. */
function rounded(dividend: bigint, divisor: bigint): bigint {
  const half = divisor / 2n;
  return (dividend + (dividend < 0n ? -half : half)) / divisor;
}
