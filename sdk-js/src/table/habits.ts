// How a source writes numbers and times, found out before it is read.
import { invalidField } from "../errors.js";
import { codeOf, type Decimal, numbersOf, plainNumber } from "./numbers.js";
import { isDated, type ReadTime, readTime, type TimeOrder, timesOf } from "./times.js";
import { Zone } from "./zones.js";

/** How values are written, where a source does not tell by itself. */
export interface WritingOptions {
  /** The decimal mark. Default: the one that the columns of amounts themselves decide for. */
  decimal?: "." | ",";
  /** What 3/4/2026 is. Default: as another value of the column decides; else the load is refused. */
  timeOrder?: "dmy" | "mdy";
  /** IANA zone of the clock from which times were read that name none. Default UTC. */
  timeZone?: string;
}

/** What the habits of a source are found out from. */
export interface Columns {
  /** Values of all columns of amounts. */
  amounts: Iterable<unknown>;
  /** Values of the columns of times, by what errors call them. */
  times: Record<string, Iterable<unknown>>;
  /** The code of the currency that all amounts are in; "" where nothing says so, undefined where rows do. */
  currency: string | undefined;
  /** How times are written where the column leaves it open. */
  timeOrder?: TimeOrder;
}

const PLAIN = /^-?[0-9]+(\.[0-9]+)?$/;

/** How a source writes what it holds. */
export class Habits {
  readonly zone: Zone;
  readonly notes: string[] = [];
  #decimal: Decimal = "";
  readonly #orders: Record<string, TimeOrder> = {};

  /** @param otherZone - of times where the caller names none. */
  constructor(options: WritingOptions, columns: Columns, otherZone = "UTC") {
    this.zone = new Zone(options.timeZone ?? otherZone);
    const { decimal, units } = numbersOf(columns.amounts, options.decimal);
    this.#decimal = decimal;
    if (columns.currency !== undefined) this.#compare(units, columns.currency);
    for (const [field, values] of Object.entries(columns.times)) {
      const order = timesOf(values, field);
      const said = order === "epoch" ? order : (options.timeOrder ?? order);
      this.#orders[field] = said || columns.timeOrder || "";
    }
  }

  /** A number that is text as a plain decimal, and anything else as it is. */
  number(value: unknown, field = "amount"): unknown {
    if (typeof value !== "string") return value;
    return this.#decimal === "." && PLAIN.test(value)
      ? value
      : plainNumber(value, this.#decimal, field);
  }

  /** Whether a time is to be read as the source writes it, and not as ISO 8601 in UTC. */
  writes(value: unknown, field = "time"): boolean {
    if (this.#orders[field] === "epoch") return true;
    return typeof value === "string" && (this.zone.name !== "UTC" || isDated(value));
  }

  /** A time. */
  time(value: unknown, field = "time"): ReadTime {
    return readTime(value, this.#orders[field] ?? "iso", this.zone, field);
  }

  /** Refuses signs of other currencies than amounts are said to be in, and tells of signs that are not read. */
  #compare(units: Set<string>, currency: string): void {
    const all = [...units].sort();
    const seen = all.join(", ");
    const other = all.find((unit) => !["", currency].includes(codeOf(unit)));
    if (other && currency) {
      throw invalidField(
        "currencyCode",
        `amounts are in ${seen}, and not in ${currency}; name their currency in a column`,
      );
    }
    if (all.length > 1 && !currency) {
      throw invalidField(
        "currencyCode",
        `amounts are in ${seen}; give them a column of currency codes`,
      );
    }
    if (all.length > 0 && !currency) {
      this.notes.push(
        `amounts are in ${seen}, which is not read: give currencyCode, or name it in a column`,
      );
    }
  }
}
