import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { readCsv } from "../../src/csv.js";
import type { NodeClient } from "../../src/node.js";
import { collect, failure, overSocket } from "./fake.js";

const SHOPIFY = fileURLToPath(
  new URL("../../../tests/fixtures/exports/shopify_orders.csv", import.meta.url),
);

async function* text(...parts: string[]) {
  yield* parts.map((part) => Buffer.from(part));
}

test.each([
  "customer_id,date,value",
  "Customer, Order Date ,Total",
  "userId,timestamp,price",
  "\ufeffCUSTOMER-ID;TIME;Amount",
  " USER_ID ,Purchase Time,(Revenue)",
])("finds the columns of %j", async (header) => {
  const delimiter = header.includes(";") ? ";" : ",";
  const line = ["c1", "1997-01-01", "29.33"].join(delimiter);
  expect(await collect(readCsv(text(`${header}\n${line}\n`), { delimiter }))).toMatchObject([
    { customerId: "c1", time: "1997-01-01", amount: "29.33" },
  ]);
});

test("prefers the likelier name, and reads what is optional", async () => {
  const csv =
    'id,customer_id,date,amount,currency,transaction_id\r\n9,"c,1",1997-01-01,1.50,EUR,t1\r\n';
  expect(await collect(readCsv(text(csv)))).toEqual([
    {
      customerId: "c,1",
      time: "1997-01-01",
      amount: "1.50",
      currencyCode: "EUR",
      transactionId: "t1",
    },
  ]);
});

test("takes the likeliest of many names, as the Python client does", async () => {
  const csv =
    "amount,value,time,date,id,user_id,customer,Order ID,Currency\n1,2,t,1997-01-01,i,u,c,o1,EUR\n";
  expect(await collect(readCsv(text(csv)))).toEqual([
    {
      customerId: "c",
      time: "1997-01-01",
      amount: "2",
      currencyCode: "EUR",
      transactionId: "o1",
    },
  ]);
});

test("a column of discounts is read when named, and never guessed", async () => {
  const csv = "customer,date,value,discount\nc1,1997-01-01,2,0.5\n";
  const named = await collect(readCsv(text(csv), { columns: { discount: "discount" } }));
  expect(named).toMatchObject([{ discount: "0.5" }]);
  const [guessed] = await collect(readCsv(text(csv)));
  expect(guessed).not.toHaveProperty("discount");
});

test("takes other names when told, and tells which ones there are", async () => {
  const csv = "Kupac,date,value\nc1,1997-01-01,2\n";
  const columns = { customerId: "kupac" };
  expect(await collect(readCsv(text(csv), { columns }))).toMatchObject([{ customerId: "c1" }]);
  expect(await failure(readCsv(text(csv)))).toMatchObject({
    reason: "INVALID_FIELD",
    message: expect.stringMatching(/"customer_id" or .*"Kupac", "date", "value".*columns/),
  });
  expect(
    await failure(readCsv(text(csv), { columns: { ...columns, time: "when" } })),
  ).toMatchObject({
    message: expect.stringContaining('"when"'),
  });
});

test.each(["\n", "\r\n"])("a broken line says which one it is, with %j at its end", async (end) => {
  for (const mark of ["", "\ufeff"]) {
    for (const [lines, broken] of [
      [["customer,date,value", "c1,1997-01-01"], 2],
      [
        [
          "customer,date,value",
          "c1,1997-01-01,1",
          "",
          '"c',
          "",
          '2",1997-01-01,1',
          "c3,1997-01-01",
        ],
        7,
      ],
    ] as const) {
      expect(await failure(readCsv(text(mark + lines.join(end) + end)))).toMatchObject({
        reason: "INVALID_FIELD",
        message: expect.stringContaining(`line ${broken}`),
      });
    }
  }
});

test("Shopify's export is of those who are named in it, by any spelling of their address", async () => {
  const sent: string[][] = [];
  const { client } = await overSocket("node", {
    ingest: {
      async *import(requests) {
        for await (const { sequence, rows } of requests) {
          if (rows.case !== "columns") throw new Error("not in columns");
          sent.push(rows.value.customerIds.split("\n"), rows.value.transactionIds.split("\n"));
          yield { sequence, result: { recorded: rows.value.times.length } };
        }
      },
    },
  });
  const { load } = (client as NodeClient).transactions;
  // The lines of an order after its first have no total: the load ends there, or leaves them out and says so.
  const plainly = { profile: "none" } as const;
  expect(await failure(load(SHOPIFY, plainly))).toMatchObject({
    message: expect.stringMatching(
      /line 3: amount \(column "Total"\): give what was paid; .*skipInvalid/,
    ),
    metadata: { row: "2", line: "3" },
  });
  sent.length = 0;
  expect(await load(SHOPIFY, { ...plainly, skipInvalid: true })).toMatchObject({
    recorded: 9,
    invalid: 5,
    notes: [expect.stringContaining('"Financial Status", "Cancelled at", "Refunded Amount"')],
  });
  const customers = ["c1", "c2", "c1", "c3", "c2", "c4", "c1", "c5", "c2"];
  expect(sent[0]).toEqual(customers.map((name) => `${name}@shop.example`));
  expect(sent[1]).toEqual(customers.map((_, order) => `#${1001 + order}`));
});

test("a file that is not there fails as Node says", async () => {
  expect(await failure(readCsv("/no/such/file.csv"))).toMatchObject({ code: "ENOENT" });
});

test("a client loads a path, a stream of bytes, a web stream, and a stream of rows", async () => {
  const sent: unknown[] = [];
  const { client } = await overSocket("node", {
    ingest: {
      async *import(requests) {
        for await (const { sequence, rows } of requests) {
          sent.push(rows);
          yield { sequence, result: { recorded: 1 } };
        }
      },
    },
  });
  const { load } = (client as NodeClient).transactions;
  const folder = mkdtempSync(join(tmpdir(), "lojal-csv-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "log.csv");
  const csv = "customer,date,amount\nc1,1997-01-01,12.50\n";
  writeFileSync(path, csv);
  const row = { customerId: "c1", time: "1997-01-01", amount: "12.50" };
  for (const source of [
    path,
    Readable.from([csv.slice(0, 9), csv.slice(9)]),
    new Blob([csv]).stream(),
    Readable.from([row]),
    [row],
  ]) {
    expect(await load(source as string)).toMatchObject({ rows: 1 });
  }
  expect(sent).toHaveLength(5);
  for (const each of sent) expect(each).toEqual(sent[0]);
});
