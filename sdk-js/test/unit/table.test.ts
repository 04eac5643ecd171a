// Files as people have them: what separates cells, how they are packed and written, and what is refused, with its line.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import type { PurchaseFile } from "../../src/csv.js";
import { readCsv } from "../../src/csv.js";
import { type TimeLike, timestamp, toDate } from "../../src/index.js";
import { attributeName, CUSTOMER_FIELDS, chooseColumns } from "../../src/table/fields.js";
import { plainNumber } from "../../src/table/numbers.js";
import { openTable } from "../../src/table/table.js";
import { Zone } from "../../src/table/zones.js";
import { collect, failure } from "./fake.js";

async function* bytes(...parts: (string | Uint8Array)[]) {
  yield* parts.map((part) => Buffer.from(part as Uint8Array));
}
const utf16 = (text: string) =>
  Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);
const purchases = (csv: string | Uint8Array, options?: PurchaseFile, notes: string[] = []) =>
  collect(readCsv(bytes(csv), options, (note) => notes.push(note)));
const cells = async (file: string | Uint8Array) => {
  const { columns, rows } = await openTable(bytes(file));
  return { columns, rows: await collect(rows) };
};

describe("text", () => {
  const csv = "customer,date,value\nŽ,2026-03-01,1\n";
  test.each([
    ["plain", csv],
    ["with semicolons", csv.replaceAll(",", ";")],
    ["with tabs", csv.replaceAll(",", "\t")],
    ["with a line that says so", `sep=|\n${csv.replaceAll(",", "|")}`],
    ["with quotes in the header", csv.replace("value", '"value"')],
    ["packed", gzipSync(csv)],
    ["in UTF-16", utf16(csv)],
    ["with empty columns at the end of the header", csv.replaceAll("\n", ",,\n")],
  ])("%s", async (_, file) => {
    expect(await purchases(file)).toMatchObject([
      { customerId: "Ž", time: "2026-03-01", amount: "1" },
    ]);
  });

  test("in parts of any size", async () => {
    const parts = Array.from(Buffer.from(csv.replaceAll("\n", "\r\n")), (byte) =>
      Buffer.from([byte]),
    );
    expect(await collect(readCsv(bytes(...parts)))).toMatchObject([{ customerId: "Ž" }]);
  });

  test("an encoding that is named, and one that is not", async () => {
    const file = Buffer.from(csv.replace("Ž", "\x8e"), "latin1");
    expect(await purchases(file, { encoding: "windows-1252" })).toMatchObject([
      { customerId: "Ž" },
    ]);
    expect(await failure(purchases(file))).toMatchObject({
      message: expect.stringContaining(
        'name its encoding, such as csv: { encoding: "windows-1252" }',
      ),
    });
    expect(await failure(purchases(file, { encoding: "klingon" }))).toMatchObject({
      message: expect.stringContaining('"klingon" is no encoding'),
    });
  });

  test.each([
    ["a workbook", Buffer.from("PK\x03\x04 and so on"), "save it as CSV"],
    ["a broken archive", gzipSync(csv).subarray(0, 30), "cannot be unpacked"],
    ["no text", Buffer.from("a,b\n\0\0\0"), "the file is no text"],
    ["no header", Buffer.from(",,\n1,2,3\n"), "names no column"],
    ["JSON of no objects", Buffer.from("[1, 2]"), "the JSON holds no objects"],
  ])("%s is refused in a sentence", async (_, file, message) => {
    expect(await failure(cells(file))).toMatchObject({
      reason: "INVALID_FIELD",
      message: expect.stringContaining(message),
    });
  });

  test("a directory is refused, and an empty file is nothing", async () => {
    expect(await failure(openTable(tmpdir()))).toMatchObject({
      message: expect.stringContaining("is a directory; give a file in it"),
    });
    const folder = mkdtempSync(join(tmpdir(), "lojal-table-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "empty.csv");
    writeFileSync(path, "");
    expect(await collect(readCsv(path))).toEqual([]);
  });
});

test.each(["\n", "\r\n"])("rows know their lines, with %j at their ends", async (end) => {
  const lines = ["a,b", "1,2", "", '"x', "", 'y",3', "", "", "4,5", '"p', 'q",6', "7,8"];
  const { rows } = await cells(lines.join(end) + end);
  expect(rows.map(({ line, cells: [first] }) => [line, first])).toEqual([
    [2, "1"],
    [4, "x\n\ny"],
    [9, "4"],
    [10, "p\nq"],
    [12, "7"],
  ]);
});

test("a line with more cells than the header is refused", async () => {
  expect(await failure(cells("a,b\n1,2\n1,2,3\n"))).toMatchObject({
    message: expect.stringContaining("line 3: csv: there are 3 cells where the header has 2"),
    metadata: { line: "3" },
  });
  expect((await cells("a,b\n1,2, ,\n")).rows).toMatchObject([{ cells: ["1", "2"] }]);
});

test("JSON: an object a line, a list, a page of an API, objects in objects", async () => {
  const one = { id: "1", who: { id: "c1", email: "a@b.example" } };
  for (const file of [
    JSON.stringify(one),
    JSON.stringify([one]),
    JSON.stringify({ data: [one] }),
  ]) {
    expect(await cells(file)).toMatchObject({
      columns: ["id", "who", "who.email"],
      rows: [{ cells: ["1", "c1", "a@b.example"] }],
    });
  }
  const { rows } = await cells('{"a": 1}\n\n{"b": 2}\n');
  expect(rows).toEqual([
    { line: 1, cells: [1, undefined] },
    { line: 3, cells: [undefined, 2] },
  ]);
  expect(await failure(cells('{"a": 1}\n{"b": \n'))).toMatchObject({
    message: expect.stringContaining("line 2: source: this is no JSON object"),
  });
});

describe("numbers", () => {
  test.each([
    ["1.234,50 €", ",", "1234.50"],
    ["EUR 1,234.5", ".", "1234.5"],
    ["(12.50)", ".", "-12.50"],
    ["1’234.50", "", "1234.50"],
    ["12,50", "", "12.50"],
    ["7-", "", "-7"],
    ["plenty", "", "plenty"],
  ] as const)("%s is, with %j for decimals, %s", (text, decimal, plain) => {
    expect(plainNumber(text, decimal)).toBe(plain);
  });

  const file = (...amounts: string[]) =>
    `customer;date;value\n${amounts.map((each) => `c1;2026-03-01;${each}`).join("\n")}\n`;
  const amountsOf = async (csv: string, options?: PurchaseFile) =>
    (await purchases(csv, options)).map(({ amount }) => amount);

  test("one value decides for the column, or the caller does", async () => {
    expect(await amountsOf(file("1.234", "0,5"))).toEqual(["1234", "0.5"]);
    expect(await amountsOf(file("1.234"), { decimal: "." })).toEqual(["1.234"]);
    const [row] = await purchases(file("1.234"));
    expect(() => row?.amount).toThrow('say which mark is the decimal one, with decimal: "."');
    expect(await failure(amountsOf(file("1.5", "1,5")))).toMatchObject({
      message: expect.stringContaining('"1.5" and "1,5" are written with different decimal marks'),
    });
  });

  test("signs of currencies are told, and compared with the code that is given", async () => {
    const notes: string[] = [];
    await purchases(file("5,00 €"), {}, notes);
    expect(notes).toEqual([expect.stringContaining("amounts are in €, which is not read")]);
    expect(await amountsOf(file("5,00 €"), { currencyCode: "EUR" })).toEqual(["5.00"]);
    expect(await failure(amountsOf(file("5,00 €"), { currencyCode: "USD" }))).toMatchObject({
      message: expect.stringContaining("amounts are in €, and not in USD"),
    });
  });
});

describe("times", () => {
  const file = (...times: string[]) =>
    `customer;value;date\n${times.map((each) => `c1;1;${each}`).join("\n")}\n`;
  const timesOf = async (csv: string, options?: PurchaseFile) =>
    (await purchases(csv, options)).map(({ time }) =>
      toDate(timestamp(time as TimeLike))
        .toISOString()
        .replace(":00.000Z", ""),
    );

  test.each([
    ["days first, as one says", ["3/4/2026", "13/4/2026"], {}, "2026-04-03T00:00"],
    ["months first, as one says", ["3/4/2026", "3/13/2026 1:05 PM"], {}, "2026-03-04T00:00"],
    ["as the caller says", ["3/4/2026 9:30"], { timeOrder: "dmy" }, "2026-04-03T09:30"],
    ["with points", ["4.3.2026. 9:30"], {}, "2026-03-04T09:30"],
    ["seconds since 1970", ["1772359200"], {}, "2026-03-01T10:00"],
    ["milliseconds", ["1772359200000"], {}, "2026-03-01T10:00"],
    ["in winter", ["2026-03-01 10:00:00"], { timeZone: "Europe/Zagreb" }, "2026-03-01T09:00"],
    ["in summer", ["1.7.2026 10:00"], { timeZone: "Europe/Zagreb" }, "2026-07-01T08:00"],
    [
      "with a zone",
      ["2026-07-01T10:00:00+05:30"],
      { timeZone: "Europe/Zagreb" },
      "2026-07-01T04:30",
    ],
    ["a day", ["2026-07-01"], { timeZone: "America/New_York" }, "2026-07-01T04:00"],
  ] as const)("%s", async (_, times, options, first) => {
    expect((await timesOf(file(...times), options))[0]).toBe(first);
  });

  test("what may be read in two ways is asked about", async () => {
    const [row] = await purchases(file("3/4/2026"));
    expect(() => row?.time).toThrow('say which with timeOrder: "dmy" or timeOrder: "mdy"');
    expect(await failure(timesOf(file("13/4/2026", "4/13/2026")))).toMatchObject({
      message: expect.stringContaining('"13/4/2026" begins with the day and "4/13/2026" with'),
    });
    const [wrong] = await purchases(file("31/2/2026"));
    expect(() => wrong?.time).toThrow("is no day or time of day that there is");
    expect(await failure(timesOf(file("2026-03-01"), { timeZone: "Mars" }))).toMatchObject({
      message: expect.stringContaining('"Mars" is not an IANA time zone'),
    });
  });

  test("of the hour that comes twice the first is meant, and one that is left out is pushed on", () => {
    const zone = new Zone("Europe/Zagreb");
    const instant = (wall: string) =>
      new Date(Number(zone.instant(BigInt(Date.parse(`${wall}Z`)) * 1000n) / 1000n)).toISOString();
    expect(instant("2026-10-25T02:30:00")).toBe("2026-10-25T00:30:00.000Z");
    expect(instant("2026-03-29T02:30:00")).toBe("2026-03-29T01:30:00.000Z");
    expect(instant("2026-03-29T01:59:00")).toBe("2026-03-29T00:59:00.000Z");
    expect(instant("2026-03-29T03:00:00")).toBe("2026-03-29T01:00:00.000Z");
  });
});

test("columns of customers: by the id or the address, and all others are attributes", () => {
  const of = (...columns: string[]) => chooseColumns(CUSTOMER_FIELDS, columns).customerId;
  expect(of("id", "market")).toBe("id");
  expect(of("E-Mail", "market")).toBe("E-Mail");
  expect(() => of("id", "E-Mail")).toThrow('purchases may name a customer by "id" or by "E-Mail"');
  expect(["Customer ID", "customerId", "InvoiceDate"].map(attributeName)).toEqual([
    "customer_id",
    "customer_id",
    "invoice_date",
  ]);
});
