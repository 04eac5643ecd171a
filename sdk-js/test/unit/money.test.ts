import { describe, expect, test } from "vitest";
import { decimal, formatMoney, fromMicros, isReason, money, toMicros } from "../../src/index.js";

describe("decimal", () => {
  test.each([
    ["12.50", "12.50"],
    [12.5, "12.5"],
    [29.33, "29.33"],
    [0, "0"],
    [-3, "-3"],
    [10n, "10"],
    ["999999999999.999999", "999999999999.999999"],
  ])("keeps %s", (value, text) => {
    expect(decimal(value)).toBe(text);
  });

  test.each([
    0.1 + 0.2,
    1e-7,
    1e21,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    "1,50",
    "1e3",
    "",
    "12.",
    ".5",
    "+1",
    "1.0000001",
    "1000000000000",
    "€ 5",
  ])("refuses %s", (value) => {
    let error: unknown;
    try {
      decimal(value);
    } catch (thrown) {
      error = thrown;
    }
    expect(isReason(error, "INVALID_FIELD")).toBe(true);
  });
});

test("micros are exact both ways", () => {
  for (const text of ["0", "12.5", "-0.000001", "999999999999.999999"]) {
    expect(fromMicros(toMicros(text))).toBe(text);
  }
  expect(toMicros(money("12.50", "EUR"))).toBe(12_500_000n);
  expect(fromMicros(toMicros("0.1") + toMicros("0.2"))).toBe("0.3");
});

test("amounts are formatted with all their digits", () => {
  expect(formatMoney(money("12.5", "EUR"), "de")).toBe("12,50\u00a0€");
  expect(formatMoney(money("12", "JPY"), "en")).toBe("¥12");
  expect(formatMoney(money("999999999999.999999", "USD"), "en")).toBe("$999,999,999,999.999999");
  expect(formatMoney(money("1234.5"), "en")).toBe("1,234.5");
});
