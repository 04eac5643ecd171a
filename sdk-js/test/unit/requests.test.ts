// What a caller without a compiler gets wrong, and what they may write.
import { expect, test } from "vitest";
import type { ListSegmentMembersRequest } from "../../src/gen/lojal/v1/segmentation_service_pb.js";
import { ModelKind, money, Segment, timestamp } from "../../src/index.js";
import { failure, inMemory } from "./fake.js";

const received: unknown[] = [];
const client = inMemory({
  segments: {
    listSegmentMembers(request: ListSegmentMembersRequest) {
      received.push(request);
      return {};
    },
  },
  clv: {
    compareModels(request) {
      received.push(request);
      return {};
    },
  },
  ingest: {
    recordTransactions(request) {
      received.push(request);
      return {};
    },
    async *import(requests) {
      for await (const request of requests) received.push(request);
      yield {};
    },
  },
});

test.each([
  new Date("1998-07-01T00:00:00Z"),
  "1998-07-01",
  timestamp("1998-07-01"),
  { seconds: 899_251_200n, nanos: 0 },
])("takes an instant in every form: %#", async (asOf) => {
  const request = { segment: Segment.AT_RISK, asOf };
  await client.segments.listSegmentMembers(request);
  expect(received.pop()).toMatchObject({ segment: Segment.AT_RISK, asOf: { seconds: 899251200n } });
});

test.each(["AT_RISK", "at_risk", "SEGMENT_AT_RISK", 8])("takes %j for a segment", async (value) => {
  await client.segments.listSegmentMembers({ segment: value });
  expect(received.pop()).toMatchObject({ segment: Segment.AT_RISK });
});

test("takes names in a list of enums, and says which one is none", async () => {
  await client.clv.compareModels({ kinds: ["bg_nbd", ModelKind.PARETO_NBD] });
  expect(received.pop()).toMatchObject({ kinds: [ModelKind.BG_NBD, ModelKind.PARETO_NBD] });
  const wrong = client.clv.compareModels({ kinds: ["bg_nbd", "arima"] });
  expect(await failure(wrong)).toMatchObject({
    message: expect.stringContaining("not one of BG_NBD, MBG_NBD"),
    metadata: { field: "kinds[1]" },
  });
});

test("the compiler takes what is taken, and nothing else", async () => {
  const call = client.segments.listSegmentMembers;
  await call({ asOf: new Date(0), segment: "lost", pageSize: 3 });
  // @ts-expect-error a number is no word
  await failure(call({ pageSize: "three" }));
  // @ts-expect-error there is no such field
  await failure(call({ as_of: "1998-07-01" }));
  received.length = 0;
});

test("takes dates inside lists, oneofs and streams", async () => {
  const row = { customerId: "c1", time: new Date(0), amount: money("1") };
  await client.ingest.recordTransactions({ transactions: [row] });
  expect(received.pop()).toMatchObject({ transactions: [{ time: { seconds: 0n } }] });
  async function* chunks() {
    yield { rows: { case: "transactions" as const, value: { rows: [row] } } };
  }
  for await (const _ of client.ingest.import(chunks()));
  expect(received.pop()).toMatchObject({ rows: { value: { rows: [{ time: { seconds: 0n } }] } } });
});

test.each([
  [{ as_of: "1998-07-01" }, "as_of", "there are segment, asOf, window"],
  [{ asOf: "soon" }, "asOf", "not an instant"],
  [{ asOf: new Date("soon") }, "asOf", "not an instant"],
  [{ segment: "VIP" }, "segment", "not one of CHAMPIONS, LOYAL"],
  ["at_risk", "request", "give an object with segment"],
])("refuses %j", async (request, field, message) => {
  const error = await failure(client.segments.listSegmentMembers(request as never));
  expect(error).toMatchObject({
    name: "LojalError",
    reason: "INVALID_FIELD",
    message: expect.stringContaining(message),
    metadata: { field },
  });
});

test("refuses what is wrong further inside", async () => {
  const wrong = { transactions: [{ customerId: "c1" }, { customer: "c1" }] } as never;
  expect(await failure(client.ingest.recordTransactions(wrong))).toMatchObject({
    metadata: { field: "transactions[1].customer" },
  });
  async function* chunks() {
    yield { rows: { case: "orders", value: { rows: [] } } } as never;
  }
  expect(await failure(client.ingest.import(chunks()))).toMatchObject({
    metadata: { field: "rows" },
  });
});
