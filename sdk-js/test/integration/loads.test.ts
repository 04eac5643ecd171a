// Loads of every kind, from rows and from files, into the real server, once and again.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type LojalClient, toJson } from "../../src/index.js";
import type { NodeClient } from "../../src/node.js";
import { collect, failure } from "../unit/fake.js";
import { TRANSPORTS, withServer } from "./server.js";

const client = withServer();
const asOf = "2026-06-01";
const time = "2026-03-01";

function fileOf(name: string, ...lines: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "lojal-loads-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, name);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

/** Loads rows of all kinds, and returns how many were recorded, and were there already. */
async function loadAll(lojal: LojalClient): Promise<[number, number][]> {
  const { transactions, refunds, interactions, costs, surveys, nps, customers } = lojal;
  const purchase = { customerId: "c1", transactionId: "t1", time, amount: "10" };
  const results = [
    await transactions.load([purchase], { currencyCode: "EUR" }),
    await refunds.load([{ refundId: "r1", transactionId: "t1", time, amount: "2.50" }]),
    await interactions.load([{ interactionId: "i1", customerId: "c1", time, kind: "visit" }]),
    await costs.load(
      [
        { costId: "k1", customerId: "c1", time, amount: 3 },
        { costId: "k2", source: "ads", time, endTime: "2026-04-01", amount: "100" },
      ],
      { kind: "acquisition" },
    ),
    await surveys.load(
      [
        { responseId: "a1", customerId: "c1", time, score: 4 },
        { responseId: "a2", customerId: "c1", time, disposition: "invited" },
      ],
      { metric: "csat" },
    ),
    await nps.load([{ responseId: "a3", customerId: "c1", time, score: 9, topics: "tea; cup" }]),
    await customers.load([{ customerId: "c1", attributes: { market: "hr" } }]),
  ];
  return results.map(({ recorded, duplicates }) => [recorded, duplicates]);
}

describe.each(TRANSPORTS)("by %s", (transport) => {
  test("rows of every kind are recorded once", async () => {
    const lojal = client(transport);
    const counts = [1, 1, 1, 2, 2, 1, 1];
    expect(await loadAll(lojal)).toEqual(counts.map((count) => [count, 0]));
    expect(await loadAll(lojal)).toEqual(counts.map((count) => [0, count]));
    const { customer } = await lojal.customers.get({ customerId: "c1", asOf });
    expect(toJson(customer)).toMatchObject({
      attributes: { market: "hr" },
      transactionCount: "1",
      refundCount: "1",
      netSpend: { amount: "7.50", currencyCode: "EUR" },
      interactionCount: "1",
      lastNpsScore: 9,
      cost: { amount: "3.00" },
    });
    const { csat } = await lojal.surveys.csat({ asOf });
    expect(csat?.n).toBe(1n);
  });

  test("a row that the server refuses is told by its place", async () => {
    const lojal = client(transport);
    const rows = ["t1", "t2"].map((transactionId, index) => ({
      refundId: `r${index}`,
      transactionId,
      time,
      amount: "1",
    }));
    await lojal.transactions.load([
      { customerId: "c1", transactionId: "t1", time, amount: "10", currencyCode: "EUR" },
    ]);
    expect(await failure(lojal.refunds.load(rows))).toMatchObject({
      message: expect.stringContaining("row 2 of the source"),
    });
    const result = await lojal.refunds.load(rows, { skipInvalid: true });
    expect(result).toMatchObject({ rows: 2, recorded: 1, invalid: 1 });
    expect(result.rowErrors).toMatchObject([{ row: 2, field: "transactionId" }]);
  });
});

test("files of every kind, by the names that people use", async () => {
  const lojal = client("node") as NodeClient;
  const purchases = fileOf("orders.csv", "order_id;customer;date;total", "t1;c1;1.3.2026;1.234,50");
  expect(await lojal.transactions.load(purchases, { currencyCode: "EUR" })).toMatchObject({
    recorded: 1,
    columns: { transactionId: "order_id", customerId: "customer", time: "date", amount: "total" },
  });
  const refunds = fileOf(
    "refunds.csv",
    "id,order_id,refund_date,refund_amount",
    "r1,t1,2026-03-02,4.50",
  );
  const interactions = fileOf(
    "cases.csv",
    "id,Email,date,campaign",
    "i1,A@Shop.Example,2026-03-02,spring",
  );
  const costs = fileOf("costs.csv", "id,date,spend,source", "k1,2026-03-02,100,ads");
  const answers = fileOf("nps.csv", "id,user,date,nps,comment", "a1,c1,2026-03-02,10,good");
  const noIds = fileOf("csat.csv", "user,date,rating", "c1,2026-03-02,5", "c1,2026-03-02,5");
  const known = fileOf("customers.csv", "customer_id,Market,First Name", "c1,hr,", "c2,de,Bo");
  const results = () => [
    lojal.refunds.load(refunds),
    lojal.interactions.load(interactions, { kind: "campaign" }),
    lojal.costs.load(costs, { csv: { columns: { customerId: false } }, kind: "acquisition" }),
    lojal.nps.load(answers),
    lojal.surveys.load(noIds, { metric: "csat" }),
    lojal.customers.load(known),
  ];
  const counts = [1, 1, 1, 1, 2, 2];
  const recorded = await Promise.all(results());
  expect(recorded.map((each) => each.recorded)).toEqual(counts);
  expect(recorded[4]?.notes).toEqual([expect.stringContaining("got one made of")]);
  expect((await Promise.all(results())).map((each) => each.duplicates)).toEqual(counts);
  const all = await collect(lojal.customers.list({ asOf }));
  expect(new Set(all.map((each) => each.customerId))).toEqual(
    new Set(["c1", "a@shop.example", "c2"]),
  );
  const one = all.find((each) => each.customerId === "c1");
  expect(one?.attributes).toEqual({ market: "hr" });
  expect(one?.netSpend?.amount).toBe("1230.00");
  expect(all.find((each) => each.customerId === "c2")?.attributes).toEqual({
    market: "de",
    first_name: "Bo",
  });
});

test("a file that leaves open what is meant is refused, and nothing is recorded", async () => {
  const lojal = client("node") as NodeClient;
  const words = async (work: Promise<unknown>) => ((await failure(work)) as Error).message;
  const costs = fileOf("costs.csv", "id,date,spend", "k1,2026-03-02,100");
  expect(await words(lojal.costs.load(costs))).toContain(
    "or false if no cost is a single customer's",
  );
  const answers = fileOf("nps.csv", "id,date,nps", "a1,2026-03-02,10");
  expect(await words(lojal.nps.load(answers))).toContain("or give anonymous: true");
  const dates = fileOf("orders.csv", "customer,date,total", "c1,2026-03-01,1", "c1,3/4/2026,1");
  expect(await words(lojal.transactions.load(dates, { chunkRows: 10 }))).toMatch(
    /^line 3: time \(column "date"\): "3\/4\/2026" may begin with the day or with the month; .*timeOrder/,
  );
  const twice = fileOf("refunds.csv", "id,order_id,date,amount,amount", "r1,t1,2026-03-02,1,2");
  expect(await words(lojal.refunds.load(twice))).toContain('several columns are called "amount"');
});

test("a load with a name that was cut short goes on where it stopped", async () => {
  const lojal = client("node") as NodeClient;
  const rows = Array.from({ length: 40 }, (_, index) => ({
    customerId: `c${index}`,
    time,
    amount: "1",
    currencyCode: "EUR",
  }));
  const options = { sourceId: "orders.csv", chunkRows: 10 };
  const transactions = rows.slice(0, 20).map(({ customerId, amount, currencyCode }) => ({
    customerId,
    time,
    amount: { amount, currencyCode },
  }));
  // A loader that sent half and is not heard of any more.
  let end = () => {};
  const silence = new Promise<void>((resolve) => {
    end = resolve;
  });
  async function* half() {
    yield {
      sequence: 1n,
      rows: { case: "transactions" as const, value: { rows: transactions } },
      sourceId: options.sourceId,
      sourcePosition: 20n,
    };
    await silence;
  }
  const answers = lojal.ingest.import(half())[Symbol.asyncIterator]();
  expect((await answers.next()).value?.result?.recorded).toBe(20);
  const rest = await lojal.transactions.load(rows, options);
  expect(rest).toMatchObject({ resumedAfter: 20, rows: 20, recorded: 20, duplicates: 0 });
  const whole = await lojal.transactions.load(rows, options);
  expect(whole).toMatchObject({ rows: 40, recorded: 0, duplicates: 40 });
  expect(whole).not.toHaveProperty("resumedAfter");
  end();
  expect((await answers.next()).done).toBe(true);
});

test("a preview of rows tells what a load would record, and sends nothing", async () => {
  const lojal = client("node") as NodeClient;
  const purchase = { customerId: "c1", time, amount: "1" };
  const preview = await lojal.transactions.preview([purchase, { ...purchase, amount: "much" }]);
  expect(preview).toMatchObject({
    profile: "",
    rows: 2,
    summary: { records: 1, customers: 1, firstDay: time, lastDay: time, totals: { "": "1.00" } },
    problems: [{ count: 1, rows: [2] }],
  });
  expect(preview.notes.join()).toContain("give currencyCode");
  const unclear = fileOf("orders.csv", "Kupac,date,total", "c1,2026-03-01,1");
  const { problems, columns } = await lojal.transactions.preview(unclear);
  expect(problems).toMatchObject([{ count: 0, message: expect.stringContaining("customerId") }]);
  expect(columns[0]).toEqual({ name: "Kupac", takenFor: "", examples: ["c1"] });
  expect((await lojal.admin.info({})).workspace?.transactions).toBe(0n);
});

test("clients of other workspaces on one connection keep to theirs", async () => {
  const lojal = client("node") as NodeClient;
  const other = lojal.withOptions({ workspace: "the-other", timeoutMs: 60_000 });
  await other.nps.load([{ responseId: "a1", customerId: "c1", time, score: 10 }]);
  expect((await other.nps.score({ asOf })).provenance?.workspace).toBe("the-other");
  expect((await other.admin.info({})).workspace?.surveyResponses).toBe(1n);
  expect((await lojal.admin.info({})).workspace?.surveyResponses).toBe(0n);
});
