// Instants: many ways to write one, one way to send it.
import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import { invalidField } from "./errors.js";

/**
 * An instant: a `Date`, an ISO 8601 string, or a Temporal `Instant`, `ZonedDateTime`, `PlainDateTime` or `PlainDate`.
 * What names no time of day is midnight, and what names no zone is UTC.
 */
export type TimeLike = Date | string | TemporalLike | Pick<Timestamp, "seconds" | "nanos">;

/** The part of a Temporal object that is needed. */
export interface TemporalLike {
  readonly epochNanoseconds?: bigint;
  toString(): string;
}

const NANOS = 1_000_000_000n;
const ISO =
  /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?(?:\[[^\]]*\])*$/i;

/**
 * Makes a timestamp to send, exact to the nanosecond (the server keeps microseconds).
 *
 * @example
 * timestamp("1997-09-30"); // midnight UTC
 * timestamp(new Date());
 * timestamp(Temporal.Now.instant());
 * @param field - what errors call it.
 * @throws LojalError with the reason `INVALID_FIELD` when it names no instant.
 */
export function timestamp(value: TimeLike, field = "time"): Timestamp {
  const notAnInstant = (what: string) => refused(field, what);
  if (typeof value === "string") return parse(value.trim(), notAnInstant);
  if (value instanceof Date) {
    const ms = value.getTime();
    if (Number.isNaN(ms)) throw notAnInstant("an invalid Date");
    return fromNanos(BigInt(ms) * 1_000_000n);
  }
  if (typeof value === "object" && value !== null) {
    if ("epochNanoseconds" in value && typeof value.epochNanoseconds === "bigint") {
      return fromNanos(value.epochNanoseconds);
    }
    if ("seconds" in value && typeof value.seconds === "bigint") {
      return fromNanos(value.seconds * NANOS + BigInt(value.nanos));
    }
    const tag = (value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag];
    if (tag?.startsWith("Temporal.Plain")) return parse(value.toString(), notAnInstant);
  }
  throw notAnInstant(typeof value === "object" ? "this object" : String(value));
}

/** The instant of an answer as a `Date`, cut to the millisecond. */
export function toDate(time: Timestamp): Date {
  return timestampDate(time);
}

function parse(text: string, notAnInstant: (what: string) => Error): Timestamp {
  const parts = ISO.exec(text);
  if (!parts) throw notAnInstant(`"${text}"`);
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone = "Z"] =
    parts;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const real = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  if (!real || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
    throw notAnInstant(`"${text}"`);
  }
  const seconds =
    BigInt(date.getTime()) / 1000n +
    BigInt(Number(hour) * 3600 + Number(minute) * 60 + Number(second)) -
    BigInt(offsetSeconds(zone));
  return fromNanos(seconds * NANOS + BigInt(fraction.padEnd(9, "0")));
}

function offsetSeconds(zone: string): number {
  if (/^(Z|UTC)$/i.test(zone)) return 0;
  const sign = zone.startsWith("-") ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(3).replace(":", "")) * 60);
}

function fromNanos(nanos: bigint): Timestamp {
  // Rounded down, as a timestamp before 1970 counts its nanoseconds forward too.
  const rest = ((nanos % NANOS) + NANOS) % NANOS;
  return {
    $typeName: "google.protobuf.Timestamp",
    seconds: (nanos - rest) / NANOS,
    nanos: Number(rest),
  };
}

function refused(field: string, what: string) {
  return invalidField(
    field,
    `${what} is not an instant; give a Date, a Temporal object or ISO 8601 such as "2026-03-01" or "2026-03-01T12:00:00Z"`,
  );
}
