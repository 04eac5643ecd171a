// Wall clocks: the instant at which one in a time zone showed a time.
import { invalidField } from "../errors.js";

const MICROS_A_MS = 1_000n;
const DAY_MS = 86_400_000;

/** A time zone that wall clocks are read in. */
export class Zone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat | undefined;
  // Rows of a day share their hours, and asking for an offset takes longer than reading a row.
  readonly #offsets = new Map<number, number>();

  /** @throws LojalError when there is no such zone. */
  constructor(name: string) {
    this.name = name;
    if (name === "UTC") return;
    try {
      this.#format = new Intl.DateTimeFormat("en-US", {
        timeZone: name,
        hourCycle: "h23",
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
        era: "short",
      });
    } catch (cause) {
      throw invalidField(
        "timeZone",
        `"${name}" is not an IANA time zone, such as Europe/Zagreb`,
        cause,
      );
    }
  }

  /** The instant, in microseconds since 1970, at which the clock showed `wall`, written as if it were UTC. */
  instant(wall: bigint): bigint {
    if (!this.#format) return wall;
    const ms = Number(wall / MICROS_A_MS);
    const before = this.#offset(ms - DAY_MS);
    const after = this.#offset(ms + DAY_MS);
    // Of the hour that comes twice the first is meant, and of one that is left out what it would have been.
    const isLater = before !== after && this.#offset(ms - before) !== before;
    const offset = isLater && this.#offset(ms - after) === after ? after : before;
    return wall - BigInt(offset) * MICROS_A_MS;
  }

  /** How far the clock is ahead of UTC at an instant, in milliseconds. */
  #offset(ms: number): number {
    const quarter = Math.floor(ms / 900_000);
    const known = this.#offsets.get(quarter);
    if (known !== undefined) return known;
    const parts = Object.fromEntries(
      (this.#format?.formatToParts(quarter * 900_000) ?? []).map(({ type, value }) => [
        type,
        value,
      ]),
    );
    const year = parts.era === "BC" ? 1 - Number(parts.year) : Number(parts.year);
    const shown = new Date(0);
    shown.setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day));
    shown.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second));
    const offset = shown.getTime() - quarter * 900_000;
    if (this.#offsets.size < 100_000) this.#offsets.set(quarter, offset);
    return offset;
  }
}
