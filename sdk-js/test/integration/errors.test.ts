// What the real server refuses, and that every detail of it arrives over both transports.
import { describe, expect, test } from "vitest";
import {
  Code,
  type LojalClient,
  LojalError,
  ModelKind,
  money,
  type ReasonName,
  type Segment,
  SurveyKind,
  timestamp,
} from "../../src/index.js";
import { failure } from "../unit/fake.js";
import { TRANSPORTS, withServer } from "./server.js";

const connect = withServer();
const time = timestamp("2025-03-01");
const purchase = { customerId: "c1", transactionId: "t1", time, amount: money("12.50", "EUR") };

interface Case {
  name: string;
  call: (client: LojalClient) => PromiseLike<unknown> | AsyncIterable<unknown>;
  code: Code;
  reason: ReasonName;
  metadata?: Record<string, string>;
  /** The field of the first violation. */
  field?: string;
}

const CASES: Case[] = [
  {
    name: "a customer nobody recorded",
    call: (client) => client.customers.getCustomer({ customerId: "nobody" }),
    code: Code.NotFound,
    reason: "CUSTOMER_NOT_FOUND",
    metadata: { customer_id: "nobody" },
  },
  {
    name: "the timeline of a customer nobody recorded",
    call: (client) => client.customers.timeline({ customerId: "nobody" }),
    code: Code.NotFound,
    reason: "CUSTOMER_NOT_FOUND",
  },
  {
    name: "no customer at all",
    call: (client) => client.customers.getCustomer({}),
    code: Code.InvalidArgument,
    reason: "INVALID_FIELD",
    field: "customer_id",
  },
  {
    name: "a model nobody fitted",
    call: (client) => client.clv.getModel({ modelId: "bg-nbd-99" }),
    code: Code.NotFound,
    reason: "MODEL_NOT_FOUND",
    metadata: { model_id: "bg-nbd-99" },
  },
  {
    name: "a fit to almost nothing, which fails in a stream",
    call: (client) => client.clv.fitModel({}),
    code: Code.FailedPrecondition,
    reason: "INSUFFICIENT_HISTORY",
  },
  {
    name: "a day that is none",
    call: (client) => client.clv.fitModel({ calibrationEnd: "1997-02-30" }),
    code: Code.InvalidArgument,
    reason: "INVALID_FIELD",
    field: "calibration_end",
  },
  {
    name: "an amount that is none",
    call: (client) =>
      client.ingest.recordTransactions({
        transactions: [purchase, { ...purchase, transactionId: "t2", amount: { amount: "12,50" } }],
      }),
    code: Code.InvalidArgument,
    reason: "INVALID_FIELD",
    field: "transactions[1].amount.amount",
  },
  {
    name: "the same purchase with another amount",
    call: (client) =>
      client.ingest.recordTransactions({
        transactions: [{ ...purchase, amount: money("99", "EUR") }],
      }),
    code: Code.AlreadyExists,
    reason: "RECORD_CONFLICT",
    metadata: { field: "transactions[0]" },
    field: "transactions[0]",
  },
  {
    name: "another currency without a rate",
    call: (client) =>
      client.ingest.recordTransactions({
        transactions: [{ ...purchase, transactionId: "t2", amount: money("1", "USD") }],
      }),
    code: Code.FailedPrecondition,
    reason: "EXCHANGE_RATE_MISSING",
    field: "transactions[0].amount.currency_code",
  },
  {
    name: "a refund of a purchase nobody recorded",
    call: (client) =>
      client.ingest.recordRefunds({
        refunds: [{ refundId: "r1", transactionId: "t9", time, amount: money("1", "EUR") }],
      }),
    code: Code.NotFound,
    reason: "TRANSACTION_NOT_FOUND",
    field: "refunds[0].transaction_id",
  },
  {
    name: "a refund of more than was paid",
    call: (client) =>
      client.ingest.recordRefunds({
        refunds: [{ refundId: "r1", transactionId: "t1", time, amount: money("12.51", "EUR") }],
      }),
    code: Code.FailedPrecondition,
    reason: "REFUND_EXCEEDS_TRANSACTION",
    field: "refunds[0].amount.amount",
  },
  {
    name: "a score of another scale",
    call: (client) =>
      client.ingest.recordSurveyResponses({
        surveyResponses: [{ responseId: "a1", time, score: 11 }],
      }),
    code: Code.InvalidArgument,
    reason: "INVALID_FIELD",
    field: "survey_responses[0].score",
  },
  {
    name: "a window that is none",
    call: (client) => client.nps.getNps({ window: "soon" }),
    code: Code.InvalidArgument,
    reason: "INVALID_FIELD",
    field: "window",
  },
  {
    name: "a segment that is none",
    call: (client) => client.segments.listSegmentMembers({ segment: 99 as Segment }),
    code: Code.InvalidArgument,
    reason: "INVALID_FIELD",
    field: "segment",
  },
  {
    name: "more rows than a request takes",
    call: (client) =>
      client.ingest.recordTransactions({ transactions: new Array(10_001).fill(purchase) }),
    code: Code.ResourceExhausted,
    reason: "LIMIT_EXCEEDED",
    metadata: { limit: "rows_per_request", maximum: "10000" },
  },
];

describe.each(TRANSPORTS)("over %s", (transport) => {
  test.each(CASES)("$name", async ({ call, code, reason, metadata = {}, field }) => {
    const client = connect(transport);
    await client.ingest.recordTransactions({ transactions: [purchase] });
    const error = await failure(call(client));
    expect(error).toBeInstanceOf(LojalError);
    expect(error).toMatchObject({ code, reason, domain: "lojal.dev", metadata });
    const { fieldViolations, message, requestId } = error as LojalError;
    if (code === Code.NotFound) expect(requestId).toMatch(/^[0-9a-f]{32}$/);
    if (field) expect(error).toMatchObject({ metadata: { field } });
    expect(message).not.toBe("");
    if (field) expect(fieldViolations[0]).toMatchObject({ field });
    if (field) expect(fieldViolations[0]?.description).not.toBe("");
  });

  test("comparing NPS of two kinds at once", async () => {
    const client = connect(transport);
    await client.ingest.recordSurveyResponses({
      surveyResponses: [
        { responseId: "a1", time, score: 9, kind: SurveyKind.RELATIONSHIP },
        { responseId: "a2", time, score: 3, kind: SurveyKind.TRANSACTIONAL },
      ],
    });
    const error = await failure(client.nps.compareNps({ groupBy: "channel" }));
    expect(error).toMatchObject({ reason: "INVALID_FIELD", fieldViolations: [{ field: "kind" }] });
  });

  test("a page token of another question", async () => {
    const client = connect(transport);
    await client.customers.upsertCustomers({
      customers: [{ customerId: "c1" }, { customerId: "c2" }].map((each) => ({
        ...each,
        attributes: { market: "hr" },
      })),
    });
    const { nextPageToken } = await client.customers.listCustomers({ pageSize: 1 });
    expect(nextPageToken).not.toBe("");
    const error = await failure(
      client.customers.listCustomers({
        pageSize: 1,
        pageToken: nextPageToken,
        asOf: timestamp("2024-01-01"),
      }),
    );
    expect(error).toMatchObject({ code: Code.InvalidArgument, reason: "PAGE_TOKEN_MISMATCH" });
  });

  test("many bad rows, named up to a hundred", async () => {
    const client = connect(transport);
    const later = new Date(Date.now() + 30 * 86_400_000);
    const bad = Array.from({ length: 150 }, (_, index) => ({
      customerId: `c${index}`,
      time: timestamp(later),
      amount: money(1),
    }));
    const error = await failure(client.ingest.recordTransactions({ transactions: bad }));
    expect(error).toMatchObject({ code: Code.InvalidArgument, reason: "INVALID_FIELD" });
    const named = (error as LojalError).fieldViolations.length;
    expect(named).toBeGreaterThanOrEqual(10);
    expect(named).toBeLessThanOrEqual(100);
  });

  test("no currency is the reporting currency", async () => {
    const client = connect(transport);
    const row = { customerId: "c1", time: "2025-03-01", amount: "12.5" };
    expect(await client.transactions.load([row, row])).toMatchObject({ recorded: 2 });
    const { workspace } = await client.admin.getServerInfo({});
    const currencyCode = workspace?.reportingCurrencyCode ?? "";
    expect(await client.transactions.load([row, row], { currencyCode })).toMatchObject({
      duplicates: 2,
    });
  });

  test("a bad row of a load is named by its place in the source", async () => {
    const client = connect(transport);
    const rows = Array.from({ length: 30 }, (_, index) => ({
      customerId: `c${index}`,
      time: "2025-03-01",
      amount: index === 24 ? "-1" : "1",
    }));
    expect(await failure(client.transactions.load(rows, { chunkRows: 10 }))).toMatchObject({
      reason: "INVALID_FIELD",
      metadata: { row: "25" },
    });
    expect(
      await client.transactions.load(rows, { chunkRows: 10, skipInvalid: true }),
    ).toMatchObject({
      rows: 30,
      recorded: 9,
      duplicates: 20,
      invalid: 1,
      rowErrors: [{ row: 25, reason: "INVALID_FIELD" }],
    });
  });
});

test("a chunk out of sequence ends an import", async () => {
  async function* chunks() {
    yield { sequence: 2n, rows: { case: "transactions" as const, value: { rows: [purchase] } } };
  }
  expect(await failure(connect("node").ingest.import(chunks()))).toMatchObject({
    code: Code.InvalidArgument,
    reason: "SEQUENCE_GAP",
    metadata: { expected: "1", received: "2" },
  });
});

test.each(TRANSPORTS)("over %s, a request_id means one request", async (transport) => {
  const client = connect(transport);
  await client.transactions.load(
    Array.from({ length: 80 }, (_, index) => ({
      customerId: `c${index % 40}`,
      time: new Date(Date.UTC(2025, index % 12, 1 + (index % 27))),
      amount: 10 + (index % 7),
    })),
  );
  await client.clv.fit({ requestId: "f1", calibrationEnd: "2025-12-31" });
  expect(
    await failure(
      client.clv.fit({ requestId: "f1", calibrationEnd: "2025-12-31", kind: ModelKind.BG_NBD }),
    ),
  ).toMatchObject({ code: Code.FailedPrecondition, reason: "REQUEST_ID_REUSED" });
});
