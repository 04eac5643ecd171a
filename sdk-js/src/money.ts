// Money: exact decimals as text, never floating-point arithmetic.
import { create } from "@bufbuild/protobuf";
import { invalidField } from "./errors.js";
import { type Money, MoneySchema } from "./gen/lojal/v1/common_pb.js";

const PLAIN_DECIMAL = /^-?\d{1,12}(\.\d{1,6})?$/;

/**
 * Checks an amount and returns it as text. A number is written as JavaScript writes it, and refused when that is not a
 * plain decimal: `0.1 + 0.2` is, rightly, not an amount.
 *
 * @throws LojalError with the reason `INVALID_FIELD` for more than 12 digits before the point or 6 after it, an
 * exponent, a comma, or anything else.
 */
export function decimal(value: string | number | bigint, field = "amount"): string {
  const text = typeof value === "string" ? value.trim() : String(value);
  if (PLAIN_DECIMAL.test(text)) return text;
  throw invalidField(
    field,
    `"${text}" is not an amount; give a decimal such as "12.50", with a point, at most 12 digits before it and 6 after it`,
  );
}

/** Makes an amount to send. Without a currency it is in the workspace's reporting currency. */
export function money(amount: string | number | bigint, currencyCode = ""): Money {
  return create(MoneySchema, { amount: decimal(amount), currencyCode });
}

/** The amount in millionths of its currency, exactly: `"12.5"` is `12_500_000n`. For sums and comparisons. */
export function toMicros(amount: Pick<Money, "amount"> | string): bigint {
  const text = decimal(typeof amount === "string" ? amount : amount.amount);
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
  const micros = BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, "0"));
  return text.startsWith("-") ? -micros : micros;
}

/** The reverse of {@link toMicros}, with as few decimals as the value needs. */
export function fromMicros(micros: bigint): string {
  const sign = micros < 0n ? "-" : "";
  const digits = (micros < 0n ? -micros : micros).toString().padStart(7, "0");
  const fraction = digits.slice(-6).replace(/0+$/, "");
  return sign + digits.slice(0, -6) + (fraction && `.${fraction}`);
}

/**
 * An amount for people: `formatMoney(customer.netSpend, "de")` is `"12,50 €"`. Every digit is shown as it is.
 *
 * @param locale - a BCP 47 tag. Default: the environment's.
 */
export function formatMoney(
  amount: Pick<Money, "amount" | "currencyCode">,
  locale?: string,
): string {
  const text = decimal(amount.amount);
  const options: Intl.NumberFormatOptions = amount.currencyCode
    ? { style: "currency", currency: amount.currencyCode }
    : {};
  const usual = new Intl.NumberFormat(locale, options).resolvedOptions().minimumFractionDigits ?? 0;
  const decimals = text.split(".")[1]?.length ?? 0;
  const format = new Intl.NumberFormat(locale, {
    ...options,
    maximumFractionDigits: Math.max(usual, decimals),
  });
  // Text goes through undamaged, unlike a number.
  return format.format(text as `${number}`);
}
