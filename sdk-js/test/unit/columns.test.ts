// The rules of tests/vectors/column_names.json, which lojal import and the Python client hold themselves to as well.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  EMAIL_NAMES,
  type Field,
  LAST_RESORT,
  LINES_BEGIN,
  ORDER_OF_LINES,
  PIECES,
  PRICE_OF_ONE,
  ROWS_AHEAD,
  UNREAD_NAMES,
  USUAL_NAMES,
  usual,
} from "../../src/columns.js";
import { readCsv } from "../../src/csv.js";
import { oneAddress } from "../../src/load/address.js";
import { chooseColumns, SURVEY_FIELDS } from "../../src/table/fields.js";
import { timestamp, toDate } from "../../src/time.js";
import { collect, failure } from "./fake.js";

interface Case {
  what: string;
  header: string[];
  rows: string[][];
  named?: Record<string, string>;
  columns?: Record<string, string>;
  refused?: { field: string; words: string[] };
  unread?: string[];
}

const file = new URL("../../../tests/vectors/column_names.json", import.meta.url);
const vectors = JSON.parse(readFileSync(file, "utf8")) as {
  rows_ahead: number;
  guesses: Record<string, string[]>;
  names: Record<string, string>;
  purchases: Case[];
  answers: Case[];
  times: { given: string; instant: string }[];
  customer_ids: { given: string; customer_id: string }[];
};
const FIELDS: Record<string, Field> = {
  customer_id: "customerId",
  time: "time",
  amount: "amount",
  transaction_id: "transactionId",
  currency_code: "currencyCode",
  discount: "discount",
};

async function* lines(...rows: string[][]) {
  for (const row of rows) yield Buffer.from(`${row.map((cell) => `"${cell}"`).join(",")}\n`);
}

function named(names: Record<string, string> = {}) {
  return Object.fromEntries(
    Object.entries(names).map(([field, name]) => [FIELDS[field], name]),
  ) as Partial<Record<Field, string>>;
}

test("the usual names are those of the vectors", () => {
  const { guesses } = vectors;
  for (const [field, name] of Object.entries(FIELDS)) {
    expect(USUAL_NAMES[name], field).toEqual(guesses[field]);
  }
  expect(EMAIL_NAMES).toEqual(guesses.email);
  expect([LAST_RESORT]).toEqual(guesses.last_resort);
  expect([PRICE_OF_ONE]).toEqual(guesses.price_of_one);
  expect(PIECES).toEqual(guesses.pieces);
  expect(LINES_BEGIN).toEqual(guesses.lines_begin);
  expect([ORDER_OF_LINES]).toEqual(guesses.order_of_lines);
  expect(UNREAD_NAMES).toEqual(guesses.unread);
  expect(ROWS_AHEAD).toBe(vectors.rows_ahead);
});

test.each(Object.entries(vectors.names))("%j is compared as %j", (name, expected) => {
  expect(usual(name)).toBe(expected);
});

test.each(vectors.purchases)("$what", async ({ header, rows, named: told, columns, ...rest }) => {
  const notes: string[] = [];
  // Each cell says where it is from, but those of the columns that are looked at.
  const read = (cells: string[][]) =>
    readCsv(lines(header, ...cells), { columns: named(told) }, (note) => notes.push(note));
  const expected = rest.refused;
  if (expected) {
    const error = await failure(read(rows));
    expect(error).toMatchObject({ reason: "INVALID_FIELD" });
    const { message } = error as Error;
    const option = `csv: { columns: { ${FIELDS[expected.field]}: `;
    for (const word of [...expected.words, option, ...header.map((name) => `"${name}"`)]) {
      expect(message).toContain(word);
    }
    return;
  }
  const [purchase] = await collect(read(rows));
  for (const [field, name] of Object.entries(FIELDS)) {
    const column = columns?.[field];
    const cell = column === undefined ? "" : rows[0]?.[header.indexOf(column)]?.trim();
    expect(purchase?.[name] ?? "", field).toBe(cell);
  }
  for (const name of rest.unread ?? []) expect(notes.join()).toContain(`"${name}"`);
  expect(notes).toHaveLength(rest.unread ? 1 : 0);
});

test.each(vectors.answers)("answers: $what", ({ header, named = {}, columns, refused }) => {
  const camel = (word: string) => word.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
  const ours = (names: Record<string, string>) =>
    Object.fromEntries(Object.entries(names).map(([field, name]) => [camel(field), name]));
  const choose = () => chooseColumns(SURVEY_FIELDS, header, ours(named));
  if (!refused) return expect(choose()).toMatchObject(ours(columns ?? {}));
  for (const word of [...refused.words, camel(refused.field)]) expect(choose).toThrow(word);
});

test("an id that comes back later than is read ahead is not seen", async () => {
  const rows = (count: number) =>
    Array.from({ length: count }, (_, row) => [String(row), String(row), "1"]);
  const read = (count: number) =>
    readCsv(lines(["id", "date", "value"], ...rows(count), ["0", "last", "1"]));
  expect(await collect(read(ROWS_AHEAD - 1))).toHaveLength(ROWS_AHEAD);
  expect(await failure(read(ROWS_AHEAD))).toMatchObject({ reason: "INVALID_FIELD" });
});

test.each(vectors.times)("$given is $instant", ({ given, instant }) => {
  expect(toDate(timestamp(given)).toISOString()).toBe(instant.replace("Z", ".000Z"));
});

test.each(vectors.customer_ids)("$given is the customer $customer_id", ({ given, customer_id }) => {
  expect(oneAddress(given)).toBe(customer_id);
});
