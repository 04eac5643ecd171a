import { describe, expect, test } from "vitest";
import { isReason, timestamp, toDate } from "../../src/index.js";

const at = (value: Parameters<typeof timestamp>[0]) => {
  const { seconds, nanos } = timestamp(value);
  return [new Date(Number(seconds) * 1000).toISOString().slice(0, 19), nanos];
};

describe("timestamp", () => {
  test.each([
    ["1997-09-30", "1997-09-30T00:00:00", 0],
    ["19970930", "1997-09-30T00:00:00", 0],
    ["2026-03-01T12:00:00Z", "2026-03-01T12:00:00", 0],
    ["2026-03-01 12:00", "2026-03-01T12:00:00", 0],
    ["2026-03-01T12:00:00.123456789Z", "2026-03-01T12:00:00", 123456789],
    ["2026-03-01T12:00:00.5+02:00", "2026-03-01T10:00:00", 500000000],
    ["2026-03-01T00:30:00-0545", "2026-03-01T06:15:00", 0],
    ["2026-03-01T12:00:00+01:00[Europe/Zagreb]", "2026-03-01T11:00:00", 0],
    ["1900-01-01T00:00:00.25Z", "1900-01-01T00:00:00", 250000000],
    ["2024-02-29", "2024-02-29T00:00:00", 0],
  ])("reads %s", (text, seconds, nanos) => {
    expect(at(text)).toEqual([seconds, nanos]);
  });

  test.each([
    "",
    "soon",
    "2026-02-29",
    "2026-13-01",
    "2026-03-01T24:00:00Z",
    "01.03.2026",
    "1772366400",
  ])("refuses %j", (text) => {
    let error: unknown;
    try {
      timestamp(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(isReason(error, "INVALID_FIELD")).toBe(true);
    expect(error).toMatchObject({ message: expect.stringContaining("2026-03-01T12:00:00Z") });
  });

  test("takes dates, before 1970 too, and refuses invalid ones", () => {
    expect(timestamp(new Date(-1))).toMatchObject({ seconds: -1n, nanos: 999_000_000 });
    expect(toDate(timestamp(new Date(1234)))).toEqual(new Date(1234));
    expect(() => timestamp(new Date("soon"))).toThrow(/invalid Date/);
  });

  test("takes Temporal-like objects and timestamps", () => {
    const instant = { epochNanoseconds: 1_500_000_001n, toString: () => "" };
    expect(timestamp(instant)).toMatchObject({ seconds: 1n, nanos: 500_000_001 });
    const plain = { [Symbol.toStringTag]: "Temporal.PlainDate", toString: () => "1997-09-30" };
    expect(at(plain)).toEqual(["1997-09-30T00:00:00", 0]);
    expect(timestamp({ seconds: 5n, nanos: 6 })).toMatchObject({ seconds: 5n, nanos: 6 });
    expect(() => timestamp({ toString: () => "1997-09-30" })).toThrow(/not an instant/);
    expect(() => timestamp(12 as never)).toThrow(/12 is not an instant/);
  });
});
