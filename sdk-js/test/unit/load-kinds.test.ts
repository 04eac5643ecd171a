// Loads of every kind of row but purchases, which load.test.ts is about.
import { describe, expect, test } from "vitest";
import {
  Code,
  CostKind,
  InteractionKind,
  type LojalClient,
  SurveyDisposition,
  SurveyMetric,
  timestamp,
  toJson,
} from "../../src/index.js";
import type { createClient } from "../../src/node.js";
import { madeId } from "../../src/profiles/refunds.js";
import { type Answers, failure, inMemory, overSocket, serverError } from "./fake.js";

/** A client that loads one way, and what arrives, by the kind of row. */
function receiving(way: "stream" | "unary") {
  const sent: Record<string, object[][]> = {};
  const record = (what: string, rows: object[]) => {
    sent[what] = [...(sent[what] ?? []), rows];
    return { recorded: rows.length, revision: 7n };
  };
  const answers: Answers = {
    ingest: {
      recordRefunds: ({ refunds }) => ({ result: record("refunds", refunds) }),
      recordInteractions: ({ interactions }) => ({ result: record("interactions", interactions) }),
      recordCosts: ({ costs }) => ({ result: record("costs", costs) }),
      recordSurveyResponses: ({ surveyResponses }) => ({
        result: record("surveyResponses", surveyResponses),
      }),
      async *import(requests) {
        for await (const { sequence, rows } of requests) {
          if (rows.case === undefined || rows.case === "columns") throw new Error("no messages");
          yield { sequence, result: record(rows.case, rows.value.rows) };
        }
      },
    },
    customers: { upsertCustomers: ({ customers }) => ({ result: record("customers", customers) }) },
  };
  return { client: inMemory(answers, { streamsRequests: way === "stream" }), sent };
}

const time = "2026-03-01";
const at = timestamp(time);

describe.each(["stream", "unary"] as const)("by %s", (way) => {
  test("refunds, in chunks", async () => {
    const { client, sent } = receiving(way);
    const row = (id: number) => ({ refundId: `r${id}`, transactionId: 17, time, amount: 2.5 });
    const rows = [1, 2, 3].map(row) as unknown as Parameters<typeof client.refunds.load>[0];
    const result = await client.refunds.load(rows, { chunkRows: 2, currencyCode: "EUR" });
    expect(result).toMatchObject({ rows: 3, recorded: 3, revision: 7n });
    expect(sent.refunds?.map((chunk) => chunk.length)).toEqual([2, 1]);
    expect(sent.refunds?.[0]?.[0]).toMatchObject({
      refundId: "r1",
      transactionId: "17",
      time: at,
      amount: { amount: "2.5", currencyCode: "EUR" },
    });
  });

  test("interactions, with what holds for those that do not say", async () => {
    const { client, sent } = receiving(way);
    const common = { time, customerId: " C1@Shop.Example" };
    await client.interactions.load(
      [
        { ...common, interactionId: "i1", topics: "delivery; price;" },
        { ...common, interactionId: "i2", kind: "visit", topics: ["a;b"], caseId: "k" },
        { ...common, interactionId: "i3", kind: "" },
      ],
      { kind: "support_case" },
    );
    expect(sent.interactions?.[0]).toMatchObject([
      {
        customerId: "c1@shop.example",
        kind: InteractionKind.SUPPORT_CASE,
        topics: ["delivery", "price"],
      },
      { kind: InteractionKind.VISIT, topics: ["a;b"], caseId: "k" },
      { kind: InteractionKind.SUPPORT_CASE },
    ]);
  });

  test("costs of one customer and of a period", async () => {
    const { client, sent } = receiving(way);
    await client.costs.load(
      [
        { costId: "k1", customerId: "c1", time, amount: "5" },
        { costId: "k2", source: "ads", time, endTime: "2026-04-01", amount: "1200", kind: "other" },
      ],
      { kind: "acquisition" },
    );
    expect(sent.costs?.[0]).toMatchObject([
      { customerId: "c1", kind: CostKind.ACQUISITION },
      { customerId: "", source: "ads", kind: CostKind.OTHER, endTime: timestamp("2026-04-01") },
    ]);
  });

  test("customers with attributes of every type", async () => {
    const { client, sent } = receiving(way);
    const attributes = { market: "hr", age: 7, vip: true, none: "", nothing: null };
    await client.customers.load([{ customerId: "c1", attributes, referredBy: "c2" }]);
    expect(sent.customers?.[0]).toMatchObject([
      { customerId: "c1", attributes: { market: "hr", age: "7", vip: "true" }, referredBy: "c2" },
    ]);
  });

  test("answers and invitations", async () => {
    const { client, sent } = receiving(way);
    await client.surveys.load(
      [
        { responseId: "a1", customerId: "c1", time, score: "5", weight: "1.5" },
        { responseId: "a2", time, disposition: "invited", metric: "trust" },
      ],
      { metric: "csat", defaultSurveyId: "spring" },
    );
    await client.nps.load([{ responseId: "a3", customerId: "c1", time, score: 10 }], {
      anonymous: true,
    });
    expect(sent.surveyResponses?.[0]).toMatchObject([
      { score: 5, metric: SurveyMetric.CSAT, surveyId: "spring", weight: 1.5 },
      { metric: SurveyMetric.TRUST, disposition: SurveyDisposition.INVITED },
    ]);
    expect(sent.surveyResponses?.[1]).toMatchObject([
      { customerId: "", score: 10, metric: SurveyMetric.NPS },
    ]);
  });
});

type Load = (client: LojalClient) => Promise<unknown>;
const REFUSED: [string, Load, string][] = [
  [
    "a refund of nothing",
    ({ refunds }) => refunds.load([{ refundId: "r", transactionId: "t", time, amount: "0" }]),
    "row 1 of the source: amount: 0 is not more than zero",
  ],
  [
    "a refund of no purchase",
    ({ refunds }) => refunds.load([{ refundId: "r", transactionId: "", time, amount: "1" }]),
    "transactionId: transactionId is missing",
  ],
  [
    "an interaction of a kind that there is not",
    ({ interactions }) =>
      interactions.load([{ interactionId: "i", customerId: "c", time, kind: "call" }]),
    'kind: "call" is not one of SUPPORT_CASE',
  ],
  [
    "a kind for all rows that there is not, once",
    ({ costs }) => costs.load([], { kind: "ads" }),
    'kind: "ads" is not one of',
  ],
  [
    "a score beyond its scale",
    ({ surveys }) =>
      surveys.load([{ responseId: "a", time, score: 6, metric: "csat" }], { scaleMax: 5 }),
    "score: 6 is not on the scale: 1 to 5",
  ],
  [
    "no score",
    ({ nps }) => nps.load([{ responseId: "a", time }]),
    "score: the score is missing; give it, or a disposition",
  ],
  [
    "an answer without an id where none can be made",
    ({ nps }) => nps.load([{ time, score: 9 }]),
    "responseId: responseId is missing",
  ],
  [
    "an id that is no text",
    ({ customers }) => customers.load([{ customerId: { id: 1 } as unknown as string }]),
    'customerId: {"id":1} is not an id',
  ],
  [
    "a time that is none",
    ({ costs }) => costs.load([{ costId: "k", time, endTime: "spring", amount: "1" }]),
    'endTime: "spring" is not an instant',
  ],
  [
    "a row that is none",
    ({ customers }) => customers.load([null as unknown as { customerId: string }]),
    "row: give an object with customerId and attributes",
  ],
];

test.each(REFUSED)("%s is refused before anything is sent", async (_, load, message) => {
  const { client, sent } = receiving("stream");
  expect(await failure(load(client))).toMatchObject({
    reason: "INVALID_FIELD",
    message: expect.stringContaining(message),
  });
  expect(sent).toEqual({});
});

test("bad rows can be skipped, whoever finds them", async () => {
  const answers: Answers = {
    ingest: {
      async *import(requests) {
        for await (const { sequence } of requests) {
          const rowErrors = [
            { index: 1, field: "kind", fields: ["kind"], reason: 1, message: "no such kind" },
          ];
          yield { sequence, result: { recorded: 1, rowErrors } };
        }
      },
    },
  };
  const rows = ["1", "-1", "2"].map((amount, index) => ({ costId: `k${index}`, time, amount }));
  const result = await inMemory(answers).costs.load(rows, { skipInvalid: true });
  expect(result).toMatchObject({ rows: 3, recorded: 1, invalid: 2 });
  expect(result.rowErrors).toMatchObject([
    { row: 2, field: "amount" },
    { row: 3, field: "kind", message: "no such kind" },
  ]);
  expect(JSON.parse(JSON.stringify(toJson(result)))).toMatchObject({ rows: 3 });
});

test("comments are cut within no letter, and notes tell of it and of a scale up to 5", async () => {
  const { client, sent } = receiving("stream");
  const rows = Array.from({ length: 30 }, (_, index) => ({
    responseId: `a${index}`,
    time,
    score: index % 6,
    comment: index === 0 ? `x${"š".repeat(1500)}` : "",
  }));
  const { notes } = await client.nps.load(rows);
  expect(notes).toEqual([
    "1 comments were cut to the 2,000 bytes that one may have",
    expect.stringContaining("none of 30 NPS scores is above 5"),
  ]);
  const [first] = (sent.surveyResponses?.[0] ?? []) as { comment: string }[];
  expect(first?.comment).toBe(`x${"š".repeat(999)}`);
});

test("ids that are made are those that the Python client makes", async () => {
  expect(madeId("c1", 5)).toBe("made-a22f32bbe5b3ac82dfb2bdbd4927876f");
  expect(madeId("c1@shop.example", 1_772_323_200_000_000n, 9, 1)).toBe(
    "made-e9e96f6778b07b3f466bd8df87b135af",
  );
  const ids: string[] = [];
  const { client } = await overSocket("node", {
    ingest: {
      async *import(requests) {
        for await (const { sequence, rows } of requests) {
          if (rows.case !== "surveyResponses") throw new Error("no answers");
          ids.push(...rows.value.rows.map((each) => each.responseId));
          yield { sequence, result: { recorded: 2 } };
        }
      },
    },
  });
  const row = { customerId: "C1@shop.example", time, score: 9 };
  await client.nps.load([row, row]);
  expect(ids).toEqual([
    "made-e9e96f6778b07b3f466bd8df87b135af",
    madeId("c1@shop.example", 1_772_323_200_000_000n, 9, 2),
  ]);
});

describe("a source with a name", () => {
  const rows = Array.from({ length: 10 }, (_, index) => ({
    customerId: `c${index}`,
    time,
    amount: "1",
    currencyCode: index % 3 === 0 ? "USD" : "EUR",
  }));

  test("goes on where it stopped, and says so", async () => {
    const positions: [string, number, number][] = [];
    const answers: Answers = {
      ingest: {
        getImportPosition: ({ sourceId }) => ({ position: sourceId === "orders" ? 4n : 0n }),
        async *import(requests) {
          for await (const { sequence, rows, sourceId, sourcePosition } of requests) {
            if (rows.case !== "columns") throw new Error("no columns");
            const recorded = rows.value.times.length;
            positions.push([sourceId, Number(sourcePosition), recorded]);
            yield { sequence, result: { recorded } };
          }
        },
      },
    };
    const load = (sourceId: string) =>
      inMemory(answers).transactions.load(rows, { sourceId, chunkRows: 2 });
    expect(await load("orders")).toMatchObject({ resumedAfter: 4, rows: 6, recorded: 6 });
    // Rows of the other currency wait meanwhile: a position counts none that may not have been sent.
    expect(positions).toEqual([
      ["orders", 4, 2],
      ["orders", 6, 2],
      ["orders", 6, 2],
    ]);
    positions.length = 0;
    const whole = await load("other");
    expect(whole).toMatchObject({ rows: 10 });
    expect(whole).not.toHaveProperty("resumedAfter");
    expect(positions.map(([, position]) => position)).toEqual([0, 1, 3, 3, 7, 9]);
  });

  test("is refused where requests are no streams", async () => {
    const client = inMemory({}, { streamsRequests: false });
    expect(await failure(client.transactions.load(rows, { sourceId: "orders" }))).toMatchObject({
      code: Code.InvalidArgument,
      message: expect.stringContaining("leave sourceId out"),
    });
  });
});

test("a refusal by the server names the line of a file", async () => {
  const { client } = await overSocket("node", {
    ingest: {
      // biome-ignore lint/correctness/useYield: it refuses the first chunk
      async *import(requests) {
        for await (const _ of requests) {
          throw serverError(Code.InvalidArgument, "INVALID_FIELD", {
            metadata: { sequence: "1" },
            fieldViolations: [{ field: "costs[1].market", description: "too long" }],
          });
        }
      },
    },
  });
  const node = client as unknown as ReturnType<typeof createClient>;
  const csv = 'cost_id,date,cost,market\nk1,2026-03-01,5,"a\nb"\nk2,2026-03-01,6,c\n';
  const stream = new Blob([csv]).stream() as unknown as AsyncIterable<Uint8Array>;
  const columns = { customerId: false } as const;
  expect(await failure(node.costs.load(stream, { csv: { columns } }))).toMatchObject({
    message: expect.stringContaining("line 4: "),
    metadata: { row: "2", line: "4" },
  });
});
