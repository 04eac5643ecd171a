// What the rows of a source come to, and what about them looks as if something was misread.
import type { Messages } from "../load/cargo.js";
import type { Place } from "../load/taker.js";
import { fromMicros } from "../money.js";
import type { TakenRefund } from "./refunds.js";
import { isWithoutCents } from "./shape.js";

const DAY = 86_400_000_000n;
/** Of fewer rows it may be chance. */
const ENOUGH = 30;
const FAR_DAYS = 365;
const MEDIAN_OF_CENTS = 1_000_000_000n;

/** What good rows of a source come to, each record once, whether or not it was recorded before. */
export interface LoadSummary {
  /** Purchases, or answers. Rows with the same id are one record. */
  records: number;
  /** How many customers they are of. */
  customers: number;
  /** How many are of nobody. */
  anonymous: number;
  /** How many refunds the source holds. */
  refunds: number;
  /** The first day, in UTC, such as `"2026-03-01"`; undefined without a record. */
  firstDay: string | undefined;
  /** The last day, in UTC; undefined without a record. */
  lastDay: string | undefined;
  /** What was paid by currency, before refunds; `""` is the workspace's reporting currency. */
  totals: Record<string, string>;
  /** What was given back by currency. */
  refunded: Record<string, string>;
}

/** A record to sum up. Times are in microseconds since 1970, amounts in millionths. */
export interface Counted {
  place: Place;
  /** Its id, "" for none. */
  key: string;
  /** Of whom; "" for nobody. */
  customer: string;
  time: bigint;
  amount?: bigint;
  currency?: string;
}

/** Sums up. */
export function summaryOf(
  records: readonly Counted[],
  refunds: readonly TakenRefund[] = [],
): LoadSummary {
  const seen = new Set<string>();
  const once = records.filter(({ key }) => {
    if (key === "") return true;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  const customers = new Set(once.map(({ customer }) => customer));
  const days = daysOf(once);
  return {
    records: once.length,
    customers: customers.size - (customers.has("") ? 1 : 0),
    anonymous: once.filter(({ customer }) => customer === "").length,
    refunds: refunds.length,
    firstDay: days[0] === undefined ? undefined : dayOf(days[0]),
    lastDay: days.length === 0 ? undefined : dayOf(days.at(-1) ?? 0n),
    totals: sums(
      once.flatMap(({ amount, currency = "" }) =>
        amount === undefined ? [] : [{ amount, currency }],
      ),
    ),
    refunded: sums(refunds.map(({ micros: amount, currency }) => ({ amount, currency }))),
  };
}

function sums(amounts: { amount: bigint; currency: string }[]): Record<string, string> {
  const totals = new Map<string, bigint>();
  for (const { amount, currency } of amounts) {
    totals.set(currency, (totals.get(currency) ?? 0n) + amount);
  }
  return Object.fromEntries([...totals].map(([code, micros]) => [code, withCents(micros)]));
}

/** An amount with two decimals or more, as people write sums of money. */
function withCents(micros: bigint): string {
  const [whole = "", decimals = ""] = fromMicros(micros).split(".");
  return `${whole}.${decimals.padEnd(2, "0")}`;
}

/** What looks as if something was misread. */
export function* doubtsOf(
  records: readonly Counted[],
  summary: LoadSummary,
): Generator<string, void, undefined> {
  const count = records.length;
  if (count < ENOUGH) return;
  const many = count.toLocaleString("en");
  if (summary.customers === count) {
    yield `each of ${many} rows is of another customer: see whether the column taken for the customer is the id of each row`;
  }
  if (likeCents(records, summary)) {
    yield "all amounts are whole and half of them are more than 1,000: if they are cents, divide them by 100 and load them into another workspace";
  }
  yield* farFromTheRest(records);
}

function likeCents(records: readonly Counted[], { totals }: LoadSummary): boolean {
  const amounts = records.flatMap(({ amount }) => (amount === undefined ? [] : [amount]));
  if (amounts.length === 0 || Object.keys(totals).every(isWithoutCents)) return false;
  if (amounts.some((amount) => amount % 1_000_000n !== 0n)) return false;
  const sorted = amounts.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return (sorted[Math.floor((sorted.length - 1) / 2)] ?? 0n) > MEDIAN_OF_CENTS;
}

/** Tells of a few rows that lie more than a year, and twice the span of all others, before or after these. */
function* farFromTheRest(records: readonly Counted[]): Generator<string, void, undefined> {
  const days = daysOf(records);
  let gap = 0;
  let place = -1;
  for (let index = 0; index + 1 < days.length; index++) {
    const width = Number((days[index + 1] ?? 0n) - (days[index] ?? 0n));
    // Of equal gaps the later, as the Python client does.
    if (width >= gap) [gap, place] = [width, index];
  }
  if (place < 0) return;
  const [before, after] = [days.slice(0, place + 1), days.slice(place + 1)];
  for (const [few, rest] of [
    [before, after],
    [after, before],
  ] as const) {
    const span = Number((rest.at(-1) ?? 0n) - (rest[0] ?? 0n));
    if (gap <= Math.max(FAR_DAYS, 2 * span) || few.length >= rest.length) continue;
    const wanted = new Set(few);
    const rows = records.filter(({ time }) => wanted.has(floorDay(time)));
    if (rows.length > Math.max(3, Math.floor(records.length / 100))) continue;
    const named = rows.slice(0, 3).map(({ place }) => place.line ?? place.row);
    const more = rows.length > 3 ? ", ..." : "";
    const last = few.length > 1 ? ` to ${dayOf(few.at(-1) ?? 0n)}` : "";
    yield `${rows.length} rows (${named.join(", ")}${more}) are of ${dayOf(few[0] ?? 0n)}${last}, ${gap.toLocaleString("en")} days from all others: see whether their year is right, as questions end with the latest data`;
  }
}

function daysOf(records: readonly Counted[]): bigint[] {
  const days = new Set(records.map(({ time }) => floorDay(time)));
  return [...days].sort((a, b) => (a < b ? -1 : 1));
}

function floorDay(micros: bigint): bigint {
  return (micros - (((micros % DAY) + DAY) % DAY)) / DAY;
}

function dayOf(day: bigint): string {
  return new Date(Number(day) * 86_400_000).toISOString().slice(0, 10);
}

/** An answer as it is counted. */
export function countedAnswer(answer: Messages["surveyResponses"], place: Place): Counted {
  const time = answer.time as { seconds: bigint; nanos: number };
  return {
    place,
    key: answer.responseId ?? "",
    customer: answer.customerId ?? "",
    time: time.seconds * 1_000_000n + BigInt(Math.floor(time.nanos / 1000)),
  };
}
