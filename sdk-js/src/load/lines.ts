// Purchases that look like lines of orders, of which only one of each order would be recorded.
import { invalidField } from "../errors.js";
import type { Purchase } from "./purchase.js";

/** Rows in which lines of orders would be seen, as they stand together. */
const FIRST_ROWS = 10_000;
/** More rows than this that share an id are no accident. */
const LINES_FROM = 0.1;
const ADD_UP_LINES =
  "if they are lines of orders, add them up, in Node with lines: true; if each is a purchase of its own, give no transactionId";

/**
 * Looks at the first rows of a load.
 *
 * @returns what to tell of them; undefined where few share an id.
 * @throws LojalError where many do and differ, unless bad rows are skipped.
 */
export function lookAtLines(rows: readonly Purchase[], skipInvalid: boolean): string | undefined {
  const first = rows.slice(0, FIRST_ROWS);
  const known = new Map<string, string>();
  let differ = false;
  for (const { transactionId, customerId, time, micros } of first) {
    if (!transactionId) return undefined;
    const said = `${customerId}\n${time}\n${micros}`;
    const before = known.get(transactionId);
    if (before === undefined) known.set(transactionId, said);
    else differ ||= before !== said;
  }
  const shared = first.length - known.size;
  if (shared <= first.length * LINES_FROM) return undefined;
  const count = (number: number) => number.toLocaleString("en");
  const told = `${count(shared)} of the first ${count(first.length)} rows have the transactionId of a row before them: ${ADD_UP_LINES}`;
  if (differ && !skipInvalid) throw invalidField("transactionId", told);
  return told;
}
