// Exports of shop systems and survey tools come to what tests/vectors/profiles.json says, loaded once, again, and later.
import { createReadStream, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { fromMicros, toMicros } from "../../src/index.js";
import type { NodeClient, NodeSource } from "../../src/node.js";
import { collect, failure } from "../unit/fake.js";
import { withServer } from "./server.js";

interface Case {
  file: string;
  profile: string;
  rows: number;
  records: number;
  customers: number;
  left_out: Record<string, number>;
}
interface OrderCase extends Case {
  refunds: number;
  totals: Record<string, string>;
  refunded: Record<string, string>;
}

const TESTS = fileURLToPath(new URL("../../../tests", import.meta.url));
const vectors = JSON.parse(readFileSync(`${TESTS}/vectors/profiles.json`, "utf8")) as {
  orders: OrderCase[];
  answers: (Case & { nps: number })[];
};
const exportOf = (name: string) => `${TESTS}/fixtures/exports/${name}`;
const sum = (amounts: Record<string, string>) =>
  Object.values(amounts).reduce((total, amount) => total + toMicros(amount), 0n);
const asOf = "2026-06-01";
const client = withServer();
const newClient = () => client("node") as NodeClient;

test.each(vectors.orders)("orders of $file", async (wanted) => {
  const { transactions, admin, customers } = newClient();
  const file = exportOf(wanted.file);
  const before = await transactions.preview(file);
  expect((await admin.info({})).workspace?.transactions).toBe(0n); // a look records nothing
  const result = await transactions.load(file);
  const summary = {
    records: wanted.records,
    customers: wanted.customers,
    refunds: wanted.refunds,
    totals: wanted.totals,
    refunded: wanted.refunded,
  };
  const same = {
    profile: wanted.profile,
    rows: wanted.rows,
    leftOut: wanted.left_out,
    summary,
  };
  expect(before).toMatchObject({ ...same, problems: [] });
  expect(result).toMatchObject({
    ...same,
    recorded: wanted.records + wanted.refunds,
    duplicates: 0,
    invalid: 0,
    refundsRecorded: wanted.refunds,
  });
  expect(result.leftOut).toEqual(before.leftOut);
  expect((await admin.info({})).workspace).toMatchObject({
    customers: BigInt(wanted.customers),
    transactions: BigInt(wanted.records),
    refunds: BigInt(wanted.refunds),
  });
  const all = await collect(customers.list({ asOf }));
  const spend = (of: "grossSpend" | "netSpend") =>
    fromMicros(all.reduce((total, each) => total + toMicros(each[of]?.amount ?? "0"), 0n));
  expect(spend("grossSpend")).toBe(fromMicros(sum(wanted.totals)));
  expect(spend("netSpend")).toBe(fromMicros(sum(wanted.totals) - sum(wanted.refunded)));
  const again = await transactions.load(createReadStream(file));
  expect(again).toMatchObject({ recorded: 0, duplicates: result.recorded });
});

test.each(vectors.answers)("answers of $file", async (wanted) => {
  const { nps, surveys, admin } = newClient();
  const file = exportOf(wanted.file);
  const before = await nps.preview(file);
  const result = await nps.load(file);
  for (const each of [before, result]) {
    expect(each).toMatchObject({
      profile: wanted.profile,
      rows: wanted.rows,
      leftOut: wanted.left_out,
      summary: { records: wanted.records, customers: wanted.customers, anonymous: 0 },
    });
    expect(Object.keys(each.leftOut)).toEqual(Object.keys(wanted.left_out));
  }
  expect(result).toMatchObject({ recorded: wanted.records, invalid: 0 });
  expect((await admin.info({})).workspace).toMatchObject({
    surveyResponses: BigInt(wanted.records),
    customers: BigInt(wanted.customers),
  });
  const score = (await nps.score({ asOf })).nps?.value ?? Number.NaN;
  expect(Math.round(score * 10) / 10).toBe(wanted.nps);
  expect(await surveys.load(file)).toMatchObject({ recorded: 0, duplicates: wanted.records });
});

describe("a later export", () => {
  test("adds the refunds only, of orders that were paid when they were exported first", async () => {
    const { transactions, admin } = newClient();
    const later = readFileSync(exportOf("shopify_refunds.csv"), "utf8");
    const header = (later.split("\n")[0] ?? "").split(",");
    const column = (name: string) => header.indexOf(name);
    const first = later
      .split("\n")
      .map((line) => {
        const cells = line.split(",");
        const status = cells[column("Financial Status")];
        if (status !== "refunded" && status !== "partially_refunded") return line;
        cells[column("Financial Status")] = "paid";
        cells[column("Refunded Amount")] = "0.00";
        cells[column("Cancelled at")] = "";
        return cells.join(",");
      })
      .join("\n");
    const stream = new Blob([first]).stream() as unknown as AsyncIterable<Uint8Array>;
    expect(await transactions.load(stream)).toMatchObject({ recorded: 25, refundsRecorded: 0 });
    expect(await transactions.load(exportOf("shopify_refunds.csv"))).toMatchObject({
      recorded: 10,
      refundsRecorded: 10,
      duplicates: 25,
    });
    expect((await admin.info({})).workspace?.refunds).toBe(10n);
  });
});

/** Shopify's export with other amounts given back of some orders. */
function laterExport(refunded: Record<string, string>): AsyncIterable<Uint8Array> {
  const [header = "", ...lines] = readFileSync(exportOf("shopify_refunds.csv"), "utf8").split("\n");
  const place = header.split(",").indexOf("Refunded Amount");
  const changed = lines.map((line) => {
    const cells = line.split(",");
    const amount = refunded[cells[0] ?? ""];
    if (amount !== undefined && cells[place] !== "") cells[place] = amount;
    return cells.join(",");
  });
  return Readable.from([Buffer.from([header, ...changed].join("\n"))]);
}

async function givenBack({ customers }: NodeClient, customerId: string) {
  const events = await collect(customers.timeline({ customerId, asOf, kinds: ["refund"] }));
  return events
    .map(({ event }) => (event.case === "refund" ? event.value : undefined))
    .map((refund) => [refund?.refundId, Number(refund?.amount?.amount)])
    .sort();
}

describe.each([false, true])("a later export, with skipInvalid %s", (skipInvalid) => {
  test("adds what was given back since", async () => {
    const client = newClient();
    const load = (source: NodeSource) => client.transactions.load(source, { skipInvalid });
    const first = exportOf("shopify_refunds.csv");
    expect(await load(first)).toMatchObject({ refundsRecorded: 10 });
    const later = () => laterExport({ "#2005": "12.50", "#2009": "28.00" });
    const added = { recorded: 2, refundsRecorded: 2, duplicates: 33, invalid: 0, rowErrors: [] };
    expect(await load(later())).toMatchObject(added);
    expect(await givenBack(client, "bo@shop.example")).toEqual([
      ["#2005/refund", 5],
      ["#2005/refund/12.5", 7.5],
      ["#2017/refund", 5],
    ]);
    const nothing = { recorded: 0, duplicates: 35, invalid: 0 };
    expect(await load(later())).toMatchObject(nothing);
    expect(await load(laterExport({ "#2005": "24.00", "#2009": "28.00" }))).toMatchObject({
      recorded: 1,
    });
    expect(await load(first)).toMatchObject(nothing);
    const older = await load(later());
    expect(older).toMatchObject(nothing);
    expect(older.notes.join()).toContain("1 orders have more given back than this export says");
  });
});

test("what is wrong beside a refund that has grown is told", async () => {
  const client = newClient();
  await client.transactions.load(exportOf("shopify_refunds.csv"));
  const amount = { amount: "9", currencyCode: "EUR" };
  const byHand = { refundId: "by hand", transactionId: "#2002", time: "2026-02-01", amount };
  await client.refunds.record({ refunds: [byHand] });
  const more = () => laterExport({ "#2005": "12.50", "#2002": "20.00" });
  expect(await failure(client.transactions.load(more()))).toMatchObject({
    reason: "REFUND_EXCEEDS_TRANSACTION",
    message: expect.stringMatching(/^line 4: refundAmount \(column "Refunded Amount"\) .* 12/),
    metadata: { line: "4", field: "refundAmount", column: "Refunded Amount" },
  });
  const result = await client.transactions.load(more(), { skipInvalid: true });
  expect(result).toMatchObject({ recorded: 1, refundsRecorded: 1 });
  expect(result.rowErrors).toMatchObject([{ line: 4, field: "refundAmount" }]);
});

test("a conflict names the line and the column", async () => {
  const { transactions } = newClient();
  const file = (amount: string) =>
    Readable.from([
      Buffer.from(`kupac,broj,date,value\na,1,2026-03-01,1\nb,2,2026-03-01,${amount}\n`),
    ]);
  const csv = { columns: { customerId: "kupac", transactionId: "broj" } };
  const options = { csv, currencyCode: "EUR" };
  await transactions.load(file("1.50"), options);
  const told = await failure(transactions.load(file("2.50"), options));
  expect(told).toMatchObject({
    reason: "RECORD_CONFLICT",
    message: expect.stringMatching(
      /^line 3: transactionId \(column "broj"\) was recorded before with other content/,
    ),
    metadata: { row: "2", line: "3", field: "transactionId", column: "broj" },
    fieldViolations: [{ field: "transactionId" }],
  });
  const skipped = await transactions.load(file("2.50"), { ...options, skipInvalid: true });
  expect(skipped.rowErrors).toMatchObject([
    {
      line: 3,
      field: "transactionId",
      message: expect.stringMatching(/^transactionId was recorded/),
    },
  ]);
});
