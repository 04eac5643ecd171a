// How the amounts of a column are written: which mark is the decimal one, which groups thousands, which currency signs.
// Nothing is guessed. A column decides by a value that can be read one way only; where none does, whoever loads is asked.
import { invalidField } from "../errors.js";

/** A decimal mark; "" while nothing decides. */
export type Decimal = "." | "," | "";

// As people write them beside amounts, with the codes of those that stand for one currency only.
const CODES: Record<string, string> = {
  "€": "EUR",
  "£": "GBP",
  "₹": "INR",
  "₺": "TRY",
  "₽": "RUB",
  "₴": "UAH",
  "₩": "KRW",
  "₪": "ILS",
  "฿": "THB",
  zł: "PLN",
  Kč: "CZK",
  Ft: "HUF",
  kn: "HRK",
  лв: "BGN",
  "лв.": "BGN",
  lei: "RON",
};
const SIGNS = Object.keys(CODES)
  .map((sign) => sign.replace(".", "\\."))
  .join("|");
const UNIT = `(?:${SIGNS}|[A-Z]{0,3}\\$|¥|kr\\.?|Fr\\.?|din\\.?|[A-Z]{3})`;
const BLANK = " '\\u00a0\\u202f\\u2009\\u2019";
const WRITTEN = new RegExp(
  `^(${UNIT})?\\s*([+-]?)\\s*(${UNIT})?\\s*([0-9][0-9.,${BLANK}]*)\\s*(${UNIT})?(-?)$`,
);
const BLANKS = new RegExp(`[${BLANK}]`, "g");
const GROUPED = /^[1-9][0-9]{0,2}([.,])[0-9]{3}$/;
const WHICH = 'say which mark is the decimal one, with decimal: "." or decimal: ","';

/**
 * A number as a plain decimal. What is no number stays as it is, for others to refuse.
 *
 * @throws LojalError when it can be read in two ways and nothing has decided.
 */
export function plainNumber(text: string, decimal: Decimal, field = "amount"): string {
  const { digits, negative } = partsOf(text);
  if (digits === "") return text;
  const mark = decimal || decisive(digits);
  if (!mark && /[.,]/.test(digits)) {
    throw invalidField(
      field,
      `"${text}" may be a thousand and more, or one with three decimals; ${WHICH}`,
    );
  }
  const at = mark ? digits.indexOf(mark) : -1;
  let whole = at < 0 ? digits : digits.slice(0, at);
  const decimals = at < 0 ? "" : digits.slice(at + 1);
  const grouping = mark === "." ? "," : ".";
  if (whole.includes(grouping)) {
    const [first = "", ...groups] = whole.split(grouping);
    if (first.length < 1 || first.length > 3 || groups.some((each) => each.length !== 3)) {
      throw invalidField(field, `"${text}" does not fit the decimal mark "${mark}"; ${WHICH}`);
    }
    whole = first + groups.join("");
  }
  return `${negative ? "-" : ""}${whole}${decimals ? "." : ""}${decimals}`;
}

/** How the numbers of a column are written, and the currency signs in it. */
export function numbersOf(
  values: Iterable<unknown>,
  named: string | undefined,
  field = "amount",
): { decimal: Decimal; units: Set<string> } {
  if (named !== undefined && named !== "." && named !== ",") {
    throw invalidField("decimal", `"${named}" is no decimal mark; give "." or ","`);
  }
  const marks = new Map<Decimal, string>();
  const units = new Set<string>();
  for (const value of values) {
    if (typeof value !== "string" || value === "") continue;
    const { digits, unit } = partsOf(value);
    if (unit) units.add(unit);
    const mark = decisive(digits);
    if (mark && !marks.has(mark)) marks.set(mark, value);
  }
  if (named === undefined && marks.size > 1) {
    const [first, second] = marks.values();
    throw invalidField(
      field,
      `"${first}" and "${second}" are written with different decimal marks; ${WHICH}`,
    );
  }
  const [found = ""] = marks.keys();
  return { decimal: named ?? found, units };
}

/** The code of the currency that is meant by a sign, "" where it may be one of several. */
export function codeOf(unit: string): string {
  return CODES[unit] ?? (/^[A-Z]{3}$/.test(unit) ? unit : "");
}

/** The digits of a number with their marks, whether it is negative, and its currency; "" for no number. */
function partsOf(given: string): { digits: string; negative: boolean; unit: string } {
  const none = { digits: "", negative: false, unit: "" };
  const text = given.trim().replaceAll("\u2212", "-");
  const bracketed = text.startsWith("(") && text.endsWith(")"); // as accountants write what is negative
  const match = WRITTEN.exec(bracketed ? text.slice(1, -1) : text);
  if (!match) return none;
  const [, before, sign, between, digits = "", after, trailing] = match;
  const units = [before, between, after].filter((unit) => unit !== undefined && unit !== "");
  if (units.length > 1 || (sign && trailing)) return none;
  const negative = bracketed || sign === "-" || trailing === "-";
  return { digits: digits.replace(BLANKS, ""), negative, unit: units.join("") };
}

/** The decimal mark of a number that can be read one way only, "" for any other. */
function decisive(digits: string): Decimal {
  const dot = digits.lastIndexOf(".");
  const comma = digits.lastIndexOf(",");
  if (dot >= 0 && comma >= 0) return dot > comma ? "." : ",";
  const mark = dot >= 0 ? "." : comma >= 0 ? "," : "";
  if (!mark) return "";
  // It groups thousands, so the other one is for decimals.
  if (digits.split(mark).length > 2) return mark === "." ? "," : ".";
  return GROUPED.test(digits) ? "" : mark;
}
