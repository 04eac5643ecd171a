// Turns the values of a row into what messages have, and says what is wrong with one.
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { invalidField } from "../errors.js";
import type { Money } from "../gen/lojal/v1/common_pb.js";
import { decimal, money, toMicros } from "../money.js";
import { type TimeLike, timestamp } from "../time.js";
import { oneAddress } from "./address.js";
import type { AmountLike } from "./rows.js";

/** Ends a line of a column, or a field of a file: nothing that an id may have. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]/;
const TOPIC_SEPARATOR = ";";

/** Whether there is nothing in a cell. */
export function missing(value: unknown): value is undefined | null | "" {
  return value === undefined || value === null || value === "" || Number.isNaN(value);
}

/** Refuses an id that cannot be sent in a column. */
export function requireOneLine(field: string, id: string): void {
  if (typeof id !== "string" || CONTROL_CHARACTERS.test(id)) {
    throw invalidField(field, "give an id as text without control characters");
  }
}

/** Requires an object, and names the fields that it needs. */
export function requireRow(row: unknown, fields: string): void {
  if (typeof row !== "object" || row === null || Array.isArray(row)) {
    throw invalidField("row", `give an object with ${fields}`);
  }
}

/** An id of the caller's: text as it is, a whole number in digits. */
export function toId(value: unknown, field: string): string {
  const id = toOptionalId(value, field);
  if (id) return id;
  throw invalidField(field, `${field} is missing; give an id as text of 1 to 128 bytes`);
}

/** As {@link toId}; `""` for none. */
export function toOptionalId(value: unknown, field: string): string {
  if (missing(value)) return "";
  const whole = typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
  const id = whole ? String(value) : value;
  if (typeof id !== "string") {
    throw invalidField(field, `${JSON.stringify(id)} is not an id; give text or a whole number`);
  }
  requireOneLine(field, id);
  return id;
}

/** The id of a customer, who may be named by an e-mail address. */
export function toCustomerId(value: unknown): string {
  return oneAddress(toId(value, "customerId"));
}

/** As {@link toCustomerId}; `""` for nobody. */
export function toOptionalCustomerId(value: unknown): string {
  return oneAddress(toOptionalId(value, "customerId"));
}

/** An instant. */
export function toTime(value: TimeLike | undefined | null, field = "time"): Timestamp {
  if (missing(value)) throw invalidField(field, `${field} is missing; give an instant`);
  return timestamp(value, field);
}

/** An instant, if there is one. */
export function toOptionalTime(
  value: TimeLike | undefined | null,
  field: string,
): Timestamp | undefined {
  return missing(value) ? undefined : toTime(value, field);
}

/** An amount that is more than zero; `what` says what to give. */
export function toPositiveMoney(
  row: { amount: AmountLike; currencyCode?: string | undefined },
  currencyCode: string,
  what: string,
): Money {
  if (missing(row.amount)) throw invalidField("amount", `amount is missing; give ${what}`);
  const amount = decimal(row.amount);
  if (toMicros(amount) <= 0n) {
    throw invalidField("amount", `${amount} is not more than zero; give ${what}`);
  }
  return money(amount, row.currencyCode || currencyCode);
}

/** Text, the same whether it came from a file or an object; `""` for none. */
export function toText(value: unknown): string {
  if (missing(value)) return "";
  if (value instanceof Date) return value.toISOString();
  return String(value);
}

/** A whole number, if there is one. */
export function toWhole(value: unknown, field: string): number | undefined {
  const number = toNumber(value, field);
  if (number === undefined || Number.isSafeInteger(number)) return number;
  throw invalidField(field, `${value} is not a whole number`);
}

/** A number, if there is one. */
export function toNumber(value: unknown, field: string): number | undefined {
  if (missing(value)) return undefined;
  const text = typeof value === "string" ? value.trim() : value;
  const number = typeof text === "string" && text !== "" ? Number(text) : text;
  if (typeof number === "number" && Number.isFinite(number)) return number;
  throw invalidField(field, `${JSON.stringify(value)} is not a number`);
}

/** A truth; an empty cell is false. Files write it as text, and some tools as 0 and 1. */
export function toFlag(value: unknown, field: string): boolean {
  if (missing(value)) return false;
  const text = String(value).trim().toLowerCase();
  if (["true", "1", "1.0"].includes(text)) return true;
  if (["false", "0", "0.0"].includes(text)) return false;
  throw invalidField(field, `${JSON.stringify(value)} is neither true nor false`);
}

/** Topics: a list as it is, a text cut at semicolons. */
export function toTopics(value: readonly string[] | string | undefined | null): string[] {
  if (missing(value)) return [];
  const topics = typeof value === "string" ? value.split(TOPIC_SEPARATOR) : value;
  if (!Array.isArray(topics) || topics.some((each) => typeof each !== "string")) {
    throw invalidField("topics", "give a list of texts, or a text with semicolons in between");
  }
  const cleaned = typeof value === "string" ? topics.map((each) => each.trim()) : topics;
  return cleaned.filter((each) => each !== "");
}

/** A row without what it does not say, so that it does not hide what holds for all. */
export function said<Row extends object>(row: Row): Partial<Row> {
  const entries = Object.entries(row).filter(([, value]) => !missing(value));
  return Object.fromEntries(entries) as Partial<Row>;
}
