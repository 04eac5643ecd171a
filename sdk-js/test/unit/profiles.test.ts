// Exports of other systems are recognised by their header, read as they are meant, and never guessed. What they come to
// is in test/integration/profiles.test.ts.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { ImportRequest, Refund } from "../../src/gen/lojal/v1/ingest_service_pb.js";
import { PROFILES } from "../../src/gen/profiles.js";
import { fromMicros } from "../../src/index.js";
import type { NodeClient } from "../../src/node.js";
import { recognise } from "../../src/profiles/shape.js";
import { failure, overSocket } from "./fake.js";

const ROOT = new URL("../../../", import.meta.url);
const textOf = (name: string) =>
  readFileSync(new URL(`tests/fixtures/exports/${name}`, ROOT), "utf8");
const pathOf = (name: string) => fileURLToPath(new URL(`tests/fixtures/exports/${name}`, ROOT));

async function* stream(text: string) {
  yield Buffer.from(text);
}
const json = (rows: object[]) => stream(rows.map((row) => JSON.stringify(row)).join("\n"));

/** A client in Node, and what arrives: purchases, refunds, answers. */
async function receiving() {
  const purchases: { customerId: string; id: string; amount: string; code: string; time: Date }[] =
    [];
  const refunds: Refund[] = [];
  const answers: { customerId: string; comment: string }[] = [];
  const take = ({ rows }: ImportRequest): number => {
    if (rows.case === "refunds") {
      refunds.push(...rows.value.rows);
      return rows.value.rows.length;
    }
    if (rows.case === "surveyResponses") {
      answers.push(...rows.value.rows);
      return rows.value.rows.length;
    }
    if (rows.case !== "columns") throw new Error(`${rows.case} is not expected`);
    const { customerIds, transactionIds, amounts, times, currencyCode } = rows.value;
    const ids = transactionIds.split("\n");
    for (const [index, customerId] of customerIds.split("\n").entries()) {
      purchases.push({
        customerId,
        id: ids[index] ?? "",
        amount: fromMicros(amounts[index] ?? 0n),
        code: currencyCode,
        time: new Date(Number((times[index] ?? 0n) / 1000n)),
      });
    }
    return times.length;
  };
  const { client } = await overSocket("node", {
    ingest: {
      async *import(requests) {
        for await (const request of requests) {
          yield { sequence: request.sequence, result: { recorded: take(request) } };
        }
      },
    },
  });
  return { client: client as NodeClient, purchases, refunds, answers };
}

test("the table is a copy of the server's", () => {
  const canonical = readFileSync(new URL("server/data/profiles.json", ROOT), "utf8");
  expect(PROFILES).toEqual(JSON.parse(canonical));
});

test("the id of a Shopify order is no customer", async () => {
  const { client, purchases, refunds } = await receiving();
  const { columns } = await client.transactions.load(pathOf("shopify_refunds.csv"));
  expect(new Set(purchases.map((each) => each.customerId))).toEqual(
    new Set(["ana@shop.example", "bo@shop.example", "cy@shop.example"]),
  );
  expect(columns.customerId).toBe("Email");
  expect(refunds[0]?.refundId).toBe("#2004/refund");
  expect(new Set(refunds.map((each) => each.refundId)).size).toBe(10);
});

test("nothing is recognised against what the caller says", async () => {
  const { client, purchases } = await receiving();
  const file = pathOf("shopify_orders.csv");
  const columns = {
    customerId: "Email",
    time: "Created at",
    amount: "Total",
    transactionId: "Name",
  };
  const plain = await client.transactions.load(file, { csv: { columns }, skipInvalid: true });
  expect(plain).toMatchObject({ profile: "", invalid: 5 });
  const none = await client.transactions.load(file, { profile: "none", skipInvalid: true });
  expect(none).toMatchObject({ profile: "", invalid: 5 });
  purchases.length = 0;
  const named = { csv: { columns: { customerId: "Billing Country" } } };
  const both = await client.transactions.load(file, { profile: "shopify", ...named });
  expect(both).toMatchObject({ profile: "shopify", columns: { customerId: "Billing Country" } });
  expect(new Set(purchases.map((each) => each.customerId))).toEqual(new Set(["HR"]));
  const wrong = { profile: "shopify", csv: { columns: { customerId: "Kupac" } } } as const;
  expect(await failure(client.transactions.load(file, wrong))).toMatchObject({
    message: expect.stringContaining('there is no column "Kupac"'),
  });
});

test("a profile that does not fit says what is missing", async () => {
  const { client } = await receiving();
  const orders = "Name,Email,Created at,Total\n#1,c1@shop.example,2026-03-01,1\n";
  const refused = async (work: Promise<unknown>) => (await failure(work)) as Error;
  const { message } = await refused(
    client.transactions.load(stream(orders), { profile: "shopify" }),
  );
  expect(message).toContain('as it lacks "Financial Status", "Lineitem quantity"; leave profile');
  const delighted = { profile: "delighted" } as unknown as { profile: "shopify" };
  expect((await refused(client.transactions.load(stream(orders), delighted))).message).toContain(
    'the profiles are shopify, woocommerce, stripe, odoo, klaviyo, uci-online-retail, and "none"',
  );
  const answers = client.surveys.load(stream("Respondent ID\n1\n"), { profile: "surveymonkey" });
  expect((await refused(answers)).message).toMatch(/lacks .*"Date Created" or "Start Date"/);
});

test("a header of two profiles is asked about, unless one requires more", () => {
  const shape = { requires: ["a", "b"], customer: [], time: [] };
  const longer = { ...shape, requires: ["a", "b", "c"] };
  const known = {
    one: { title: "", shapes: [shape, longer] },
    other: { title: "", shapes: [shape] },
  };
  const of = (...columns: string[]) => recognise("orders", columns, { named: false }, known);
  expect(() => of("a", "b")).toThrow(
    'the header may be that of "one" and of "other"; say which with profile: "one"',
  );
  expect(of("a", "b", "c")).toEqual({ profile: "one", shape: longer });
  expect(of("a")).toBeUndefined();
});

test.each(["\n", "\r\n"])(
  "bad orders are told by their lines, with %j at their end",
  async (end) => {
    const { client, purchases } = await receiving();
    const text = textOf("shopify_orders.csv").replace(",54.00,", ",plenty,");
    const line = text.split("\n").findIndex((each) => each.includes(",plenty,")) + 1;
    const file = () => stream(text.replaceAll("\n", end));
    expect(await failure(client.transactions.load(file()))).toMatchObject({
      message: expect.stringContaining(`line ${line}: amount: "plenty" is not an amount`),
      metadata: { line: String(line) },
    });
    expect(purchases).toEqual([]);
    const result = await client.transactions.load(file(), { skipInvalid: true });
    expect(result).toMatchObject({
      recorded: 8,
      invalid: 1,
      rowErrors: [{ line, field: "amount" }],
    });
    const preview = await client.transactions.preview(file());
    expect(preview.problems).toEqual([
      { count: 1, rows: [line], message: expect.stringContaining("plenty") },
    ]);
    expect(String(preview)).toContain(`Problem: 1 rows (${line}): amount: "plenty"`);
  },
);

test("a status that nobody knows is asked about", async () => {
  const { client, purchases } = await receiving();
  const text = textOf("woocommerce_orders.csv").replace(/completed|processing/i, "In the kiln");
  expect(await failure(client.transactions.load(stream(text)))).toMatchObject({
    message: expect.stringContaining('countedStatuses: ["In the kiln"]'),
  });
  expect(purchases).toEqual([]);
  const countedStatuses = ["In the kiln", "on-hold"];
  const { summary, leftOut } = await client.transactions.load(stream(text), { countedStatuses });
  expect(summary?.records).toBe(20);
  expect(leftOut).not.toHaveProperty("on hold");
});

test("cents are of their currency", async () => {
  const charge = {
    amount: 1999,
    amount_refunded: 500,
    created: 1772359200,
    status: "succeeded",
    customer: "cus_1",
  };
  const rows = ["eur", "jpy", "kwd"].map((currency) => ({
    ...charge,
    id: `ch_${currency}`,
    currency,
  }));
  const { client, purchases } = await receiving();
  const { summary } = await client.transactions.load(json(rows));
  const amounts = Object.fromEntries(purchases.map(({ code, amount }) => [code, amount]));
  expect(amounts).toEqual({ EUR: "19.99", JPY: "1999", KWD: "1.999" });
  expect(summary?.refunded).toEqual({ EUR: "5.00", JPY: "500.00", KWD: "0.50" });
  expect(purchases[0]?.time).toEqual(new Date("2026-03-01T10:00:00Z"));
  const held = rows.map((row) => ({ ...row, captured: row.id === "ch_eur" }));
  expect(await client.transactions.load(json(held))).toMatchObject({
    summary: { records: 1 },
    leftOut: { "not captured": 2 },
  });
  const fraction = json([{ ...rows[0], amount: "19.99" }]);
  expect(await failure(client.transactions.load(fraction))).toMatchObject({
    message: expect.stringContaining("no whole number of the currency's smallest unit"),
  });
});

test("guests are named by their addresses, and all are when that is said", async () => {
  const { client, purchases } = await receiving();
  const file = pathOf("woocommerce_customer_order_export.csv");
  const customers = () => new Set(purchases.splice(0).map((each) => each.customerId));
  await client.transactions.load(file);
  expect(customers()).toEqual(new Set(["5", "6", "w1@shop.example"]));
  await client.transactions.load(file, { customerKey: "email" });
  expect(customers()).toEqual(new Set([0, 1, 2].map((each) => `w${each}@shop.example`)));
});

test("a profile knows which is the month, and where clocks stand", async () => {
  const { client, purchases } = await receiving();
  const lines = textOf("uci_online_retail.csv").split("\n");
  await client.transactions.load(stream(`${lines.slice(0, 4).join("\n")}\n`));
  expect(purchases[0]?.time).toEqual(new Date("2010-12-01T08:26:00Z"));
  const summer = lines.slice(0, 2).join("\n").replaceAll("12/1/2010", "7/1/2011");
  await client.transactions.load(stream(summer));
  expect(purchases.at(-1)?.time).toEqual(new Date("2011-07-01T07:26:00Z"));
});

test("a refund is no larger than its order", async () => {
  const { client, refunds } = await receiving();
  const [header = "", first = ""] = textOf("shopify_refunds.csv").split("\n");
  const cells = first.split(",");
  cells[header.split(",").indexOf("Refunded Amount")] = "99";
  const { notes } = await client.transactions.load(stream(`${header}\n${cells.join(",")}\n`));
  expect(notes.join()).toContain("1 refunds are larger than their order");
  expect(refunds[0]?.amount?.amount).toBe("20");
});

test("the question of a survey is asked for where there are several", async () => {
  const { client, answers } = await receiving();
  const text = textOf("typeform_responses.csv");
  const without = text.replaceAll("recommend", "praise");
  expect(await failure(client.nps.load(stream(without)))).toMatchObject({
    message: expect.stringMatching(/no column asks .*profile: "typeform", csv: \{ columns/),
  });
  const { columns: found } = await client.nps.preview(stream(text));
  const score = found.find(({ takenFor }) => takenFor === "score")?.name ?? "";
  expect(score).toContain("How likely");
  const twice = text.replace(",Tags,", ",Recommend the cup?,").replaceAll(/,(n\d+),,/g, ",$1,9,");
  expect(await failure(client.nps.load(stream(twice)))).toMatchObject({
    message: expect.stringContaining("2 columns ask for a recommendation"),
  });
  const columns = { score, comment: "Why would you recommend us?" };
  const named = await client.nps.load(stream(text), { profile: "typeform", csv: { columns } });
  expect(named).toMatchObject({ profile: "typeform", recorded: 12, columns });
  expect(answers.some(({ comment }) => comment !== "")).toBe(true);
});

test("answers that name nobody are refused until that is meant", async () => {
  const { client, answers } = await receiving();
  const file = pathOf("delighted_responses.csv");
  const nobody = textOf("delighted_responses.csv").replaceAll(/[^,\s]+@[^,\s]+/g, "");
  expect(await failure(client.nps.load(stream(nobody)))).toMatchObject({
    message: expect.stringContaining("give anonymous: true if nobody"),
  });
  const result = await client.nps.load(stream(nobody), { anonymous: true });
  expect(result.summary).toMatchObject({ records: 6, customers: 0, anonymous: 6 });
  await client.nps.load(file, { anonymous: true });
  expect(new Set(answers.map(({ customerId }) => customerId))).toEqual(new Set([""]));
  const wrong = { profile: "delighted", csv: { columns: { score: "Mark" } } } as const;
  expect(await failure(client.nps.load(file, wrong))).toMatchObject({
    message: expect.stringContaining('there is no column "Mark"'),
  });
});

test("an export that is read to its end has no positions", async () => {
  const { client } = await receiving();
  const named = client.transactions.load(pathOf("shopify_orders.csv"), { sourceId: "orders" });
  expect(await failure(named)).toMatchObject({
    message: expect.stringContaining("leave sourceId out"),
  });
});

test("plain files are of no profile", () => {
  for (const header of [
    ["customer_id", "date", "value", "transaction_id", "currency"],
    ["id", "Name", "Status", "Total"],
  ]) {
    expect(recognise("orders", header, { named: false })).toBeUndefined();
    expect(recognise("answers", header, { named: false })).toBeUndefined();
  }
});
