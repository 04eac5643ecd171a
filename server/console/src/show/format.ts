// Numbers as people read them. What is undefined is a dash, never 0.
import type { Estimate, Money } from "lojal/web";

export const NONE = "–";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export function count(value: bigint | number | undefined): string {
  return value === undefined ? NONE : whole.format(value);
}

/** Less than this is what sums of rounded numbers leave of 0. */
const NOTHING = 1e-9;
/** Below this a number is as good as 0, and is said to be below it. */
const LEAST = 1e-4;

/** A number with so many decimals; large ones without, and those that they would make 0 with two digits that count. */
export function number(value: number | undefined, decimals = 1): string {
  if (value === undefined || !Number.isFinite(value)) return NONE;
  const size = Math.abs(value);
  if (size > NOTHING && size < LEAST) return value > 0 ? `< ${LEAST}` : `> -${LEAST}`;
  if (size > NOTHING && size < 10 ** -decimals)
    return value.toLocaleString("en", { maximumSignificantDigits: 2 });
  const digits = size >= 10_000 ? 0 : decimals;
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

export function percent(share: number | undefined, decimals = 1): string {
  return share === undefined ? NONE : `${number(share * 100, decimals)}\u00a0%`;
}

/** An amount without its currency, which stands once beside it. */
export function amount(value: Money | number | undefined): string {
  const known = typeof value === "object" ? Number(value.amount) : value;
  return number(known, known !== undefined && Math.abs(known) >= 1_000 ? 0 : 2);
}

export function toNumber(value: Money | undefined): number | undefined {
  return value && Number(value.amount);
}

/** How an interval is written: "12.1 to 14.3". */
export function interval(
  estimate: Estimate | undefined,
  write: (value: number) => string = (value) => number(value),
): string {
  const { ciLow, ciHigh } = estimate ?? {};
  return ciLow === undefined || ciHigh === undefined ? NONE : `${write(ciLow)} to ${write(ciHigh)}`;
}

/** "95 %", or "" without an interval. */
export function confidence(estimate: Estimate | undefined): string {
  return estimate?.confidence ? percent(estimate.confidence, 0) : "";
}

/** Names of enums in words: "At risk" for AT_RISK. */
export function words(name: string | undefined): string {
  const text = (name ?? "").replaceAll("_", " ").toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
