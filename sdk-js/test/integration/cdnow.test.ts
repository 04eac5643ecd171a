// A well-known log from end to end, against the figures the literature gives for it.
import { tableFromIPC } from "apache-arrow";
import { expect, test } from "vitest";
import {
  CalendarInterval,
  ModelKind,
  ModelTimeUnit,
  type Parameter,
  Segment,
  timestamp,
  toDate,
  toMicros,
} from "../../src/index.js";
import { collect } from "../unit/fake.js";
import { CUSTOMERS, cdnow, ROWS } from "./cdnow.js";
import { TRANSPORTS, withServer } from "./server.js";

const connect = withServer();

const values = (parameters: Parameter[]) =>
  Object.fromEntries(parameters.map(({ name, estimate }) => [name, estimate?.value]));

test.each(TRANSPORTS)("CDNOW over %s", { timeout: 120_000 }, async (transport) => {
  const client = connect(transport);

  // Loading, twice. 19 purchases have a twin on the same day for the same amount.
  const first = await client.transactions.load(cdnow(), { chunkRows: 1_000 });
  expect(first).toMatchObject({ rows: ROWS, recorded: ROWS, duplicates: 0, invalid: 0 });
  const second = await client.transactions.load(cdnow(), { chunkRows: 700 });
  expect(second).toMatchObject({ rows: ROWS, recorded: 0, duplicates: ROWS });
  const { workspace } = await client.admin.getServerInfo({});
  expect(workspace).toMatchObject({
    customers: BigInt(CUSTOMERS),
    transactions: BigInt(ROWS),
    refunds: 0n,
    firstEventTime: timestamp("1997-01-01"),
  });

  // One customer and all of them.
  const { customer } = await client.customers.getCustomer({ customerId: "0001" });
  expect(customer).toMatchObject({ transactionCount: 4n, purchaseDayCount: 4n });
  const listed = await collect(client.customers.list());
  expect(new Set(listed.map((each) => each.customerId)).size).toBe(CUSTOMERS);
  const bought = listed.reduce((sum, each) => sum + Number(each.transactionCount), 0);
  expect(bought).toBe(ROWS);
  const spent = cdnow().reduce((sum, { amount }) => sum + toMicros(String(amount)), 0n);
  const gross = listed.reduce((sum, each) => sum + toMicros(each.grossSpend?.amount ?? "0"), 0n);
  expect(gross).toBe(spent);

  // Everything at once, in columns.
  const asOf = timestamp("1998-07-01");
  const table = await tableFromIPC(client.export.transactions({ asOf }));
  expect(table.numRows).toBe(ROWS);
  const paid = table.toArray().reduce((sum, row) => sum + Math.round(row.value * 100), 0);
  expect(BigInt(paid) * 10_000n).toBe(spent);
  const some = { columns: ["clv", "customer_id"] };
  const worth = await tableFromIPC(client.export.predictions({ asOf, filter: "orders > 3" }, some));
  expect(worth.schema.names).toEqual(some.columns);
  expect(worth.numRows).toBeGreaterThan(100);
  const question = { asOf, interval: CalendarInterval.QUARTER, metrics: ["orders"] };
  const orders = (await tableFromIPC(client.export.metrics(question))).toArray();
  expect(orders.map((row) => [row.metric, row.unit])).toEqual(
    orders.map(() => ["orders", "orders"]),
  );
  expect(orders.length).toBeGreaterThanOrEqual(4);

  // Segments add up, and their members are who they say.
  const summary = await client.segments.summarizeSegments({ asOf });
  expect(summary.segments).toHaveLength(11);
  const counted = summary.segments.reduce((sum, each) => sum + each.customers, 0n);
  expect(counted).toBe(BigInt(CUSTOMERS));
  const champions = summary.segments.find((each) => each.segment === Segment.CHAMPIONS);
  const members = await collect(
    client.segments.members({ segment: Segment.CHAMPIONS, asOf, pageSize: 50 }),
  );
  expect(members).toHaveLength(Number(champions?.customers));

  // The models, to the digits of the papers.
  const stages: string[] = [];
  const model = await client.clv.fit(
    { kind: ModelKind.BG_NBD, calibrationEnd: "1997-09-30", timeUnit: ModelTimeUnit.WEEK },
    { onProgress: ({ stage }) => stages.push(stage) },
  );
  expect(stages.length).toBeGreaterThan(0);
  const { r, alpha, a, b } = values(model.parameters);
  expect(r).toBeCloseTo(0.2426, 4);
  expect(alpha).toBeCloseTo(4.4136, 3);
  expect(a).toBeCloseTo(0.7929, 4);
  expect(b).toBeCloseTo(2.4259, 4);
  expect(model.logLikelihood).toBeCloseTo(-9582.429, 2);
  const value = values(model.valueParameters);
  expect(value.p).toBeCloseTo(6.2496, 3);
  expect(value.q).toBeCloseTo(3.7442, 3);
  expect(value.gamma).toBeCloseTo(15.4435, 3);
  expect(model).toMatchObject({
    kind: ModelKind.BG_NBD,
    calibrationStart: "1997-01-01",
    calibrationEnd: "1997-09-30",
    customers: BigInt(CUSTOMERS),
    repeatCustomers: 946n,
    isDefault: true,
    isAutomatic: false,
  });

  // Customer 1 of Fader, Hardie and Lee (2005): x = 2, t_x = 30.43, T = 38.86 weeks.
  const { prediction } = await client.clv.predictCustomer({
    customerId: "0001",
    modelId: model.modelId,
    asOf: timestamp("1997-10-01"),
    horizon: "39w",
  });
  expect(prediction).toMatchObject({ frequency: 2, recencyDays: 213, ageDays: 272 });
  expect(prediction?.aliveProbability?.value).toBeCloseTo(0.7266, 3);
  expect(prediction?.expectedPurchases?.value).toBeCloseTo(1.226, 3);

  const predictions = await collect(client.clv.predict({ modelId: model.modelId }));
  expect(predictions).toHaveLength(CUSTOMERS);
  for (const { aliveProbability, clv } of predictions) {
    expect(aliveProbability?.value).toBeGreaterThanOrEqual(0);
    expect(aliveProbability?.value).toBeLessThanOrEqual(1);
    expect(clv?.value).toBeGreaterThanOrEqual(0);
  }

  // Nothing has happened since 1998, so an unset asOf is right after the last purchase.
  const { provenance } = await client.clv.predictCustomer({ customerId: "0001" });
  expect(provenance?.asOf && toDate(provenance.asOf).getUTCFullYear()).toBe(1998);
});
