// How the times of a column are written, where it is not ISO 8601.
//
// Nothing is guessed. Whether the day or the month comes first is decided by a value that can be read one way only, such
// as one with a 13th month; where none does, whoever loads is asked.
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { invalidField } from "../errors.js";
import { type TimeLike, timestamp } from "../time.js";
import type { Zone } from "./zones.js";

/** How times are written: ISO 8601, seconds or milliseconds since 1970, or an order; "" while nothing decides. */
export type TimeOrder = "" | "dmy" | "mdy" | "epoch" | "ymd" | "iso";

/** Of several that a column has, how all that is not ISO 8601 is read. */
const DECIDED: TimeOrder[] = ["dmy", "mdy", "epoch", "ymd", "iso"];
const DATED =
  /^(\d{1,4})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{1,2})\.?(?:[T,\s]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,6})\d*)?)?\s*([AaPp]\.?[Mm]\.?)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$/;
const EPOCH = /^(\d{9,10}|\d{12,13})(?:\.0)?$/;
const ZONED = /(?:Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)\s*(?:\[[^\]]*\])*$/i;
const PLAINLY_ISO = /^\d{4}-\d{2}-\d{2}(T|$)/;
const COMPACT_OR_DAY = /^\d{4}-?\d{2}-?\d{2}$/;
const ASK = 'say which with timeOrder: "dmy" or timeOrder: "mdy"';

/** A time of a row: microseconds since 1970, and whether it named no zone and was no instant by itself. */
export interface ReadTime {
  micros: bigint;
  zoneless: boolean;
}

/**
 * Reads a time.
 *
 * @param zone - of the clock from which times that name no zone were read.
 */
export function readTime(value: unknown, order: TimeOrder, zone: Zone, field: string): ReadTime {
  if (order === "epoch") {
    const match = EPOCH.exec(String(value).trim());
    if (match?.[1]) {
      const scale = match[1].length >= 12 ? 1_000n : 1_000_000n;
      return { micros: BigInt(match[1]) * scale, zoneless: false };
    }
  }
  if (typeof value !== "string") {
    return { micros: microsOf(timestamp(value as TimeLike, field)), zoneless: false };
  }
  const text = value.trim();
  const match = DATED.exec(text);
  if (!match || isIso(text)) {
    const wall = microsOf(timestamp(text, field));
    const zoned = !COMPACT_OR_DAY.test(text) && ZONED.test(text);
    return { micros: zoned ? wall : zone.instant(wall), zoneless: !zoned };
  }
  const wall = dated(match, text, order, field);
  const zoned = match[10] !== undefined;
  const micros = zoned ? wall - offsetOf(match[10] ?? "") : zone.instant(wall);
  return { micros, zoneless: !zoned };
}

/** As a timestamp to send. */
export function timestampOf(micros: bigint): Pick<Timestamp, "seconds" | "nanos"> {
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  return { seconds: (micros - rest) / 1_000_000n, nanos: Number(rest) * 1000 };
}

function microsOf({ seconds, nanos }: Pick<Timestamp, "seconds" | "nanos">): bigint {
  return seconds * 1_000_000n + BigInt(Math.floor(nanos / 1000));
}

/**
 * How the times of a column are written.
 *
 * @throws LojalError when one value can only begin with the day, and another only with the month.
 */
export function timesOf(values: Iterable<unknown>, field: string): TimeOrder {
  const found = new Map<TimeOrder, unknown>();
  for (const value of values) {
    const order = orderOf(value);
    if (order !== "" && !found.has(order)) found.set(order, value);
  }
  if (found.has("dmy") && found.has("mdy")) {
    throw invalidField(
      field,
      `"${found.get("dmy")}" begins with the day and "${found.get("mdy")}" with the month; ${ASK}`,
    );
  }
  return DECIDED.find((order) => found.has(order)) ?? "";
}

function orderOf(value: unknown): TimeOrder {
  if (value instanceof Date) return "iso";
  if (typeof value !== "string" && typeof value !== "number") return "";
  const text = String(value).trim();
  if (EPOCH.test(text)) return "epoch";
  if (typeof value !== "string") return "";
  if (isIso(text)) return "iso";
  const match = DATED.exec(text);
  if (!match) return "";
  const [, first = "", mark, second = ""] = match;
  if (first.length === 4) return "ymd";
  if (mark === "." || Number(first) > 12) return "dmy";
  return Number(second) > 12 ? "mdy" : "";
}

/** Whether a time is written with points, strokes or slashes, and not as ISO 8601 has it. */
export function isDated(text: string): boolean {
  const trimmed = text.trim();
  return !PLAINLY_ISO.test(trimmed) && DATED.test(trimmed) && !isIso(trimmed);
}

function isIso(text: string): boolean {
  try {
    timestamp(text);
    return true;
  } catch {
    return false;
  }
}

/** What a clock showed, as if it were UTC. */
function dated(match: RegExpExecArray, text: string, order: TimeOrder, field: string): bigint {
  const [, first = "", mark, second = "", third = "", h = "0", m = "0", s = "0", micro = "", half] =
    match;
  let [year, month, day] = [third, second, first];
  if (first.length === 4) [year, month, day] = [first, second, third];
  else if (third.length !== 4) {
    throw invalidField(field, `"${text}" has a year of two digits; write all four`);
  } else if (mark !== "." && order === "mdy") [year, month, day] = [third, first, second];
  else if (mark !== "." && order !== "dmy") {
    throw invalidField(field, `"${text}" may begin with the day or with the month; ${ASK}`);
  }
  const afternoon = half?.[0]?.toLowerCase() === "p" ? 12 : 0;
  const hour = half ? (Number(h) % 12) + afternoon : Number(h);
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const real = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  if (!real || hour > 23 || Number(m) > 59 || Number(s) > 59) {
    throw invalidField(field, `"${text}" is no day or time of day that there is`);
  }
  const seconds = BigInt(date.getTime() / 1000 + hour * 3600 + Number(m) * 60 + Number(s));
  return seconds * 1_000_000n + BigInt(micro.padEnd(6, "0"));
}

/** How far a zone is ahead of UTC, in microseconds. */
function offsetOf(zone: string): bigint {
  if (/^(Z|UTC|GMT)$/.test(zone)) return 0n;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return BigInt((zone.startsWith("-") ? -1 : 1) * minutes * 60) * 1_000_000n;
}
