// Every RPC of the contract at least once, over both transports.
import { describe, expect, test } from "vitest";
import {
  CalendarInterval,
  Code,
  FactType,
  type LojalClient,
  ModelKind,
  money,
  Segment,
  SurveyKind,
  timestamp,
} from "../../src/index.js";
import { collect, failure, SERVICES } from "../unit/fake.js";
import { noting, rpcName, TRANSPORTS, withServer } from "./server.js";

const server = withServer();

// Covered by taking-back.test.ts, models.test.ts, retention.test.ts, surveys.test.ts, costs.test.ts, loyalty.test.ts
// early-warnings.test.ts and door.test.ts.
const ELSEWHERE = [
  "ClvService.Backtest",
  "ClvService.CompareModels",
  "ClvService.GetTracking",
  "RetentionService.GetRetention",
  "RetentionService.SuggestActivityWindow",
  "RetentionService.GetCohorts",
  "RetentionService.GetSurvival",
  "RetentionService.GetLifecycle",
  "RetentionService.GetRevenueRetention",
  "RetentionService.GetRevenueConcentration",
  "RetentionService.GetCosts",
  "RetentionService.GetPurchaseStats",
  "RetentionService.ProjectRetention",
  "IngestService.VoidTransactions",
  "IngestService.RecordInteractions",
  "IngestService.RecordCosts",
  "NpsService.CompareNps",
  "NpsService.PlanNpsSample",
  "CustomerService.ExportCustomer",
  "CustomerService.EraseCustomer",
  "AdminService.CreateApiKey",
  "AdminService.ListApiKeys",
  "AdminService.RevokeApiKey",
];

/** Sixty customers who buy one to six times, and return for different amounts. */
function purchases() {
  return Array.from({ length: 60 }, (_, customer) =>
    Array.from({ length: 1 + ((customer * 7) % 6) }, (_, visit) => ({
      customerId: `c${customer}`,
      transactionId: `t${customer}-${visit}`,
      time: timestamp(new Date(Date.UTC(2025, 0, 5 + ((customer * 11 + visit * 37) % 330)))),
      amount: money(`${10 + ((customer * 13 + visit * 5) % 40)}.50`, "EUR"),
    })),
  ).flat();
}

const asOf = timestamp("2026-01-01");

async function withPurchases(client: LojalClient) {
  await client.ingest.recordTransactions({ transactions: purchases() });
  return client;
}

describe.each(TRANSPORTS)("over %s", (transport) => {
  const called = new Set<string>();
  const connect = () => server(transport, { interceptors: [noting(called)] });

  test("purchases are recorded once, and bad rows can be skipped", async () => {
    const client = connect();
    const transactions = purchases();
    const once = await client.ingest.recordTransactions({ transactions });
    expect(once.result).toMatchObject({ recorded: transactions.length, duplicates: 0 });
    const twice = await client.ingest.recordTransactions({ transactions });
    expect(twice.result).toMatchObject({ recorded: 0, duplicates: transactions.length });

    const [good, bad] = transactions.map((each) => ({
      ...each,
      transactionId: `new-${each.transactionId}`,
    }));
    const skipped = await client.ingest.recordTransactions({
      transactions: [good ?? {}, { ...bad, customerId: "" }],
      skipInvalid: true,
    });
    expect(skipped.result).toMatchObject({ recorded: 1, rowErrors: [{ index: 1 }] });
  });

  test("an import that is not under way has no position", async () => {
    const { position } = await connect().ingest.getImportPosition({ sourceId: "orders.csv" });
    expect(position).toBe(0n);
  });

  test("loaded and recorded purchases are the same", async () => {
    const client = connect();
    const time = "1969-12-31T23:59:59.999999Z";
    const rows = [
      { customerId: "Žana", time, amount: "0.000001", currencyCode: "EUR" },
      { customerId: "c1", time, amount: "999999999999.999999", currencyCode: "EUR" },
      { customerId: "c1", time, amount: "12.5", currencyCode: "EUR" },
      { customerId: "c1", time, amount: "12.50", currencyCode: "EUR" },
      { customerId: "c1", time, amount: "1", currencyCode: "EUR", transactionId: "t1" },
    ];
    expect(await client.transactions.load(rows.slice(0, 3))).toMatchObject({ recorded: 3 });
    const transactions = rows.map(({ amount, currencyCode, ...row }, index) => ({
      ...row,
      time: timestamp(time),
      amount: money(amount, currencyCode),
      occurrence: index === 3 ? 2 : 0,
    }));
    const recorded = await client.ingest.recordTransactions({ transactions });
    expect(recorded.result).toMatchObject({ recorded: 2, duplicates: 3 });
    expect(await client.transactions.load(rows)).toMatchObject({ recorded: 0, duplicates: 5 });
  });

  test("a customer: facts, totals, list and timeline", async () => {
    const client = connect();
    const customerId = "žaba 42";
    await client.ingest.recordTransactions({
      transactions: [
        {
          customerId,
          transactionId: "t1",
          time: timestamp("2025-03-01"),
          amount: money("12.50", "EUR"),
        },
        {
          customerId,
          transactionId: "t2",
          time: timestamp("2025-04-01"),
          amount: money("0.000001", "EUR"),
        },
      ],
    });
    const refund = await client.ingest.recordRefunds({
      refunds: [
        {
          refundId: "r1",
          transactionId: "t1",
          time: timestamp("2025-03-05"),
          amount: money("2.50", "EUR"),
        },
      ],
    });
    expect(refund.result?.recorded).toBe(1);
    const answer = await client.ingest.recordSurveyResponses({
      surveyResponses: [{ responseId: "a1", customerId, time: timestamp("2025-03-02"), score: 9 }],
    });
    expect(answer.result?.recorded).toBe(1);
    const upsert = await client.customers.upsertCustomers({
      customers: [
        { customerId, attributes: { market: "hr" }, effectiveTime: timestamp("2025-01-01") },
      ],
    });
    expect(upsert.result?.revision).toBeGreaterThan(answer.result?.revision ?? 0n);

    const { customer } = await client.customers.getCustomer({ customerId, asOf });
    expect(customer).toMatchObject({
      customerId,
      attributes: { market: "hr" },
      transactionCount: 2n,
      refundCount: 1n,
      surveyResponseCount: 1n,
      lastNpsScore: 9,
      grossSpend: { amount: "12.500001", currencyCode: "EUR" },
      netSpend: { amount: "10.000001", currencyCode: "EUR" },
    });
    const page = await client.customers.listCustomers({ pageSize: 1, asOf });
    expect(page.customers.map((each) => each.customerId)).toEqual([customerId]);
    const nobody = await client.customers.listCustomers({ asOf, filter: "orders > 100" });
    expect(nobody.customers).toEqual([]);
    expect(nobody.provenance?.filter).toBe("orders > 100");

    const { facts } = await client.customers.listFacts({ asOf });
    const orders = facts.find((fact) => fact.name === "orders");
    expect(orders?.type).toBe(FactType.INTEGER);
    expect(facts.some((fact) => fact.isAttribute)).toBe(true);

    const { events } = await client.customers.getTimeline({ customerId, pageSize: 2, asOf });
    expect(events.map((each) => each.event.case)).toEqual(["transaction", "refund"]);
    const all = await collect(client.customers.timeline({ customerId, pageSize: 2, asOf }));
    expect(all.map((each) => each.event.case)).toEqual([
      "transaction",
      "refund",
      "surveyResponse",
      "transaction",
      "attributes",
    ]);
  });

  test("segments: of one, of all, of a segment, and the scheme", async () => {
    const client = await withPurchases(connect());
    const { segments, population } = await client.segments.summarizeSegments({ asOf });
    expect(segments.reduce((sum, each) => sum + each.customers, 0n)).toBe(60n);
    expect(population?.customers).toBe(60n);
    const { member } = await client.segments.getCustomerSegment({ customerId: "c5", asOf });
    expect(member?.scores?.recency).toBeGreaterThanOrEqual(1);
    const segment = member?.segment ?? Segment.UNSPECIFIED;
    const listed = await client.segments.listSegmentMembers({ segment, asOf });
    expect(listed.members.map((each) => each.customerId)).toContain("c5");
    const everybody = await collect(client.segments.members({ asOf }));
    expect(everybody).toHaveLength(60);
    const { transitions, mixTest } = await client.segments.getSegmentTransitions({ asOf });
    expect(transitions.reduce((sum, each) => sum + each.customers, 0n)).toBe(60n);
    expect(mixTest?.customers).toBeGreaterThan(0n);
    const scheme = await client.segments.getRfmScheme({ asOf });
    expect(scheme.cells).toHaveLength(25);
    expect(scheme.segments).toHaveLength(11);
  });

  test("lifetime value: fit, models, predictions", async () => {
    const client = await withPurchases(connect());
    const messages = await collect(
      client.clv.fitModel({
        kind: ModelKind.MBG_NBD,
        calibrationEnd: "2025-12-31",
        requestId: "f1",
      }),
    );
    expect(messages.at(-1)?.event.case).toBe("model");
    const again = await client.clv.fit({
      kind: ModelKind.MBG_NBD,
      calibrationEnd: "2025-12-31",
      requestId: "f1",
    });
    const { model } = await client.clv.getModel({});
    expect(model?.modelId).toBe(again.modelId);
    const { models } = await client.clv.listModels({});
    expect(models.map((each) => each.modelId)).toEqual([again.modelId]);
    const one = await client.clv.predictCustomer({ customerId: "c5", horizon: "90d", asOf });
    expect(one.modelId).toBe(again.modelId);
    const batches = await collect(client.clv.predictCustomers({ limit: 10, asOf }));
    expect(batches.flatMap((each) => each.predictions)).toHaveLength(10);
    const brought = { frequency: [2, 0], recencyDays: [213, 0], ageDays: [272, 272] };
    const [told] = await collect(
      client.clv.predictSummaries({ ...brought, customerIds: ["a", "b"] }),
    );
    expect(told?.model?.modelId).toBe("summaries");
    expect(told?.predictions.map((each) => each.customerId)).toEqual(["a", "b"]);
    const summed = await client.clv.summarizePredictions({ asOf, groupBy: "segment" });
    const customers = summed.rows.reduce((sum, each) => sum + each.customers, 0n);
    expect([customers, summed.whole?.customers]).toEqual([60n, 60n]);
  });

  test("NPS: of all, by group and month, with its interval", async () => {
    const client = connect();
    const scores = [10, 9, 9, 10, 7, 8, 8, 6, 0, 3];
    await client.customers.upsertCustomers({
      customers: scores.map((_, index) => ({
        customerId: `c${index}`,
        attributes: { market: index < 5 ? "hr" : "si" },
      })),
    });
    await client.ingest.recordSurveyResponses({
      surveyResponses: scores.map((score, index) => ({
        responseId: `a${index}`,
        customerId: `c${index}`,
        time: timestamp(new Date(Date.UTC(2025, index % 2, 10))),
        score,
        kind: SurveyKind.RELATIONSHIP,
      })),
    });
    const whole = await client.nps.getNps({});
    expect(whole).toMatchObject({ promoters: 4n, passives: 3n, detractors: 3n });
    expect(whole.scoreCounts).toEqual([1, 0, 0, 1, 0, 0, 1, 1, 2, 2, 2].map(BigInt));
    expect(whole.nps?.value).toBeCloseTo(10, 9);
    const [p, d, n] = [4.75 / 13, 3.75 / 13, 13];
    const half = 1.959963985 * Math.sqrt((p + d - (p - d) ** 2) / n);
    expect(whole.nps?.ciLow).toBeCloseTo(100 * (p - d - half), 4);
    expect(whole.nps?.ciHigh).toBeCloseTo(100 * (p - d + half), 4);

    const { rows } = await client.nps.getNps({
      window: "2025-01-01/2025-03-01",
      groupBy: "market",
      interval: CalendarInterval.MONTH,
    });
    expect(rows.map((row) => [row.group, row.period?.label])).toEqual([
      ["hr", "2025-01"],
      ["hr", "2025-02"],
      ["si", "2025-01"],
      ["si", "2025-02"],
    ]);
  });

  test("an empty workspace answers, and says so", async () => {
    const client = connect();
    expect(await failure(client.nps.getNps({}))).toMatchObject({ reason: "WORKSPACE_NOT_FOUND" });
    await client.workspaces.createWorkspace({});
    const info = await client.admin.getServerInfo({});
    expect(info.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(info.workspace).toMatchObject({ customers: 0n, transactions: 0n });
    expect(info.limits.map((limit) => limit.name)).toContain("rows_per_request");
    const backup = await collect(client.admin.backup({}));
    expect(backup.reduce((bytes, { data }) => bytes + data.length, 0)).toBeGreaterThan(16);
    const { nps } = await client.nps.getNps({});
    expect(nps?.value).toBeUndefined();
    expect(nps?.n).toBe(0n);
  });

  test("import answers each chunk; browsers are told what to use instead", async () => {
    const client = connect();
    async function* chunks() {
      const time = timestamp("2025-03-01");
      const transaction = {
        customerId: "c1",
        transactionId: "t1",
        time,
        amount: money("5", "EUR"),
      };
      yield {
        sequence: 1n,
        rows: { case: "transactions" as const, value: { rows: [transaction] } },
      };
      const refund = { refundId: "r1", transactionId: "t1", time, amount: money("1", "EUR") };
      yield { sequence: 2n, rows: { case: "refunds" as const, value: { rows: [refund] } } };
      const answer = { responseId: "a1", customerId: "c1", time, score: 8 };
      yield { sequence: 3n, rows: { case: "surveyResponses" as const, value: { rows: [answer] } } };
      const customer = { customerId: "c1", attributes: { market: "hr" } };
      yield { sequence: 4n, rows: { case: "customers" as const, value: { rows: [customer] } } };
      const visit = { interactionId: "i1", customerId: "c1", time };
      yield { sequence: 5n, rows: { case: "interactions" as const, value: { rows: [visit] } } };
      const cost = { costId: "k1", customerId: "c1", time, amount: money("1", "EUR") };
      yield { sequence: 6n, rows: { case: "costs" as const, value: { rows: [cost] } } };
    }
    if (transport === "web") {
      const error = await failure((async () => client.ingest.import(chunks()))());
      expect(error).toMatchObject({ code: Code.Unimplemented });
      return;
    }
    const answers = await collect(client.ingest.import(chunks()));
    expect(answers.map(({ sequence, result }) => [sequence, result?.recorded])).toEqual([
      [1n, 1],
      [2n, 1],
      [3n, 1],
      [4n, 1],
      [5n, 1],
      [6n, 1],
    ]);
  });

  test("a workspace does not see another's customers", async () => {
    const mine = await withPurchases(connect());
    const other = connect();
    await other.workspaces.createWorkspace({});
    expect(await collect(mine.customers.list())).toHaveLength(60);
    expect(await collect(other.customers.list())).toEqual([]);
  });

  test("nothing of the contract was left out above", () => {
    const rpcs = Object.values(SERVICES).flatMap(({ methods }) => methods.map(rpcName));
    const elsewhere = (name: string) =>
      ELSEWHERE.includes(name) || /^(Workspace|Survey|Loyalty|Export)Service\./.test(name);
    const missing = rpcs.filter((name) => !called.has(name) && !elsewhere(name));
    expect(missing).toEqual(transport === "web" ? ["IngestService.Import"] : []);
  });
});
