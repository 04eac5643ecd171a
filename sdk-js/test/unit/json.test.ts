// What toJson writes reads back as the contract's JSON, of every message that there is.
import { create, fromJson } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { expect, expectTypeOf, test } from "vitest";
import { WriteResultSchema } from "../../src/gen/lojal/v1/common_pb.js";
import {
  CustomerSchema,
  UpsertCustomersRequestSchema,
} from "../../src/gen/lojal/v1/customer_service_pb.js";
import {
  RecordSurveyResponsesRequestSchema,
  TransactionSchema,
} from "../../src/gen/lojal/v1/ingest_service_pb.js";
import {
  GetNpsRequestSchema,
  GetNpsResponseSchema,
} from "../../src/gen/lojal/v1/nps_service_pb.js";
import { SurveyMetric, timestamp, toJson } from "../../src/index.js";
import { failure, inMemory, SERVICES } from "./fake.js";

test("an answer is the contract's JSON, which JSON.stringify alone refuses", async () => {
  const answer = create(GetNpsResponseSchema, {
    nps: { value: 12.5, n: 40n },
    provenance: { revision: 9_007_199_254_740_993n, asOf: timestamp("2026-03-02") },
  });
  const client = inMemory({ nps: { getNps: () => answer } });
  const received = await client.nps.score({});
  expect(() => JSON.stringify(received)).toThrow("BigInt");
  const text = JSON.stringify(toJson(received));
  expect(JSON.parse(text)).toEqual({
    nps: { value: 12.5, n: "40" },
    provenance: { revision: "9007199254740993", asOf: "2026-03-02T00:00:00Z" },
  });
  expect(fromJson(GetNpsResponseSchema, JSON.parse(text))).toEqual(received);
});

test("names may be those of the contract, and defaults be there", () => {
  const written = create(WriteResultSchema, { recorded: 3 });
  expect(toJson(written)).toEqual({ recorded: 3 });
  expect(toJson(written, { protoNames: true, withDefaults: true })).toEqual({
    revision: "0",
    recorded: 3,
    duplicates: 0,
    row_errors: [],
  });
});

test("requests are written in any way that calls take, and refused as calls refuse them", async () => {
  expect(
    toJson({ asOf: "2026-03-02", interval: "month", filter: "orders > 3" }, GetNpsRequestSchema),
  ).toEqual({
    asOf: "2026-03-02T00:00:00Z",
    interval: "CALENDAR_INTERVAL_MONTH",
    filter: "orders > 3",
  });
  const surveyResponses = [{ responseId: "a1", time: new Date(0), metric: SurveyMetric.CSAT }];
  expect(
    toJson({ surveyResponses }, RecordSurveyResponsesRequestSchema, { protoNames: true }),
  ).toEqual({
    survey_responses: [
      { response_id: "a1", time: "1970-01-01T00:00:00Z", metric: "SURVEY_METRIC_CSAT" },
    ],
  });
  const misspelt = { asof: "2026-03-02" } as object;
  expect(
    await failure(Promise.resolve().then(() => toJson(misspelt, GetNpsRequestSchema))),
  ).toMatchObject({ reason: "INVALID_FIELD", message: expect.stringContaining("no such field") });
});

test("lists and objects that hold answers, such as the result of a load", () => {
  const customer = create(CustomerSchema, { customerId: "c1", attributes: { market: "hr" } });
  const at = new Date(0);
  const all = {
    customer,
    revision: 7n,
    events: [customer],
    at,
    bytes: new Uint8Array([1, 2]),
    none: undefined,
    infinite: Number.POSITIVE_INFINITY,
  };
  const one = { customerId: "c1", attributes: { market: "hr" } };
  expect(JSON.parse(JSON.stringify(toJson(all)))).toEqual({
    customer: one,
    revision: "7",
    events: [one],
    at: "1970-01-01T00:00:00.000Z",
    bytes: "AQI=",
    infinite: "Infinity",
  });
  expect(toJson(undefined)).toBe(null);
  expect(() => toJson({ load: () => {} })).toThrow("value.load: a value of the type function");
});

test("every message of the contract has a JSON", () => {
  for (const service of Object.values(SERVICES)) {
    for (const { input, output } of service.methods) {
      for (const schema of [input, output]) {
        const empty = create(schema);
        expect(fromJson(schema, toJson(empty, { withDefaults: true })), schema.typeName).toEqual(
          empty,
        );
      }
    }
  }
});

test("types say what comes back", () => {
  expectTypeOf(toJson(timestampFromDate(new Date(0)))).toEqualTypeOf<string>();
  expectTypeOf(toJson(7n)).toEqualTypeOf<string>();
  const record = create(TransactionSchema, { customerId: "c1" });
  expectTypeOf(toJson(record).customerId).not.toBeAny();
  expect(toJson({ customers: [{ customerId: "c1" }] }, UpsertCustomersRequestSchema)).toEqual({
    customers: [{ customerId: "c1" }],
  });
});
