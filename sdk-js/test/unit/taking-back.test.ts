// Voids, what was known when, handing over and forgetting, and workspaces.
import { describe, expect, test, vi } from "vitest";
import { Code, money, Segment, timestamp } from "../../src/index.js";
import { collect, failure, inMemory, overSocket, TRANSPORTS } from "./fake.js";

test("a void is sent with its time in every form", async () => {
  const voidTransactions = vi.fn((_request: unknown) => ({ result: { recorded: 1 } }));
  const client = inMemory({ ingest: { voidTransactions } });
  const voids = [{ transactionId: "t1", time: "2026-03-01", reason: "test" }];
  expect((await client.transactions.void({ voids })).result).toMatchObject({ recorded: 1 });
  expect(voidTransactions.mock.calls[0]?.[0]).toMatchObject({
    voids: [{ transactionId: "t1", time: timestamp("2026-03-01"), reason: "test" }],
  });
  const misspelt = { voids: [{ transaction: "t1" }] } as never;
  expect(await failure(client.transactions.void(misspelt))).toMatchObject({
    metadata: { field: "voids[0].transaction" },
  });
});

test("every question takes knownAt beside asOf", async () => {
  const seen: unknown[] = [];
  const note = (request: unknown) => {
    seen.push(request);
    return {};
  };
  const client = inMemory({
    customers: { getCustomer: note, listCustomers: note, getTimeline: note },
    segments: {
      getCustomerSegment: note,
      summarizeSegments: note,
      listSegmentMembers: note,
      getRfmScheme: note,
    },
    clv: {
      predictCustomer: note,
      async *predictCustomers(request) {
        yield note(request);
      },
    },
    nps: { getNps: note, compareNps: note },
    surveys: {
      getCsat: note,
      getCes: note,
      getScores: note,
      getResponseRate: note,
      compareScores: note,
      summarizeComments: note,
    },
  });
  const knownAt = new Date("2026-03-01T12:00:00Z");
  await client.customers.getCustomer({ customerId: "c1", knownAt });
  await collect(client.customers.list({ knownAt }));
  await collect(client.customers.timeline({ customerId: "c1", knownAt }));
  await client.segments.getCustomerSegment({ customerId: "c1", knownAt });
  await client.segments.summarizeSegments({ knownAt });
  await collect(client.segments.members({ segment: Segment.LOYAL, knownAt }));
  await client.segments.getRfmScheme({ knownAt });
  await client.clv.predictCustomer({ customerId: "c1", knownAt });
  await collect(client.clv.predict({ knownAt }));
  await client.nps.getNps({ knownAt });
  await client.nps.compareNps({ knownAt });
  await client.surveys.getCsat({ knownAt });
  await client.surveys.getCes({ knownAt });
  await client.surveys.getScores({ knownAt });
  await client.surveys.getResponseRate({ knownAt });
  await client.surveys.compareScores({ knownAt });
  await client.surveys.summarizeComments({ knownAt });
  expect(seen).toHaveLength(17);
  for (const request of seen) {
    expect(request).toMatchObject({ knownAt: timestamp("2026-03-01T12:00:00Z") });
  }
});

describe.each(TRANSPORTS)("over %s", (transport) => {
  test("an export is put together", async () => {
    const { client } = await overSocket(transport, {
      customers: {
        async *exportCustomer({ customerId }) {
          yield { customer: { customerId }, provenance: { revision: 7n } };
          yield { events: [{}, {}] };
          yield { events: [{ event: { case: "void", value: { transactionId: "t1" } } }] };
        },
      },
    });
    const { customer, provenance, events } = await client.customers.export({ customerId: "c1" });
    expect([customer.customerId, provenance?.revision, events.length]).toEqual(["c1", 7n, 3]);
    expect(events[2]?.event).toMatchObject({ case: "void", value: { transactionId: "t1" } });
  });
});

test("an export without a customer is a fault of the server", async () => {
  const client = inMemory({
    customers: {
      async *exportCustomer() {},
      eraseCustomer: () => ({}),
    },
  });
  const failures = [
    await failure(client.customers.export({ customerId: "c1" })),
    await failure(client.customers.erase({ customerId: "c1" })),
  ];
  for (const error of failures) expect(error).toMatchObject({ code: Code.Internal });
});

test("an erasure leaves a receipt", async () => {
  const client = inMemory({
    customers: { eraseCustomer: () => ({ receipt: { receiptId: "erasure-shop-8", voids: 1n } }) },
  });
  const receipt = await client.customers.erase({ customerId: "c1" });
  expect(receipt).toMatchObject({ receiptId: "erasure-shop-8", voids: 1n, refunds: 0n });
});

test("workspaces and rates page to the end", async () => {
  const next = (pageToken: string) => (pageToken === "" ? "1" : "");
  const client = inMemory({
    workspaces: {
      listWorkspaces: ({ pageToken }) => ({
        workspaces: [{ workspace: `w${pageToken}` }],
        nextPageToken: next(pageToken),
      }),
      listExchangeRates: ({ pageToken, currencyCode }) => ({
        rates: [{ currencyCode, rate: pageToken || "0" }],
        nextPageToken: next(pageToken),
      }),
      setExchangeRates: ({ rates }) => ({ set: rates.length, reportingCurrencyCode: "EUR" }),
    },
  });
  const all = await collect(client.workspaces.list());
  expect(all.map(({ workspace }) => workspace)).toEqual(["w", "w1"]);
  const rates = await collect(client.workspaces.exchangeRates({ currencyCode: "USD" }));
  expect(rates.map(({ rate }) => rate)).toEqual(["0", "1"]);
  const { set } = await client.workspaces.setExchangeRates({
    rates: [{ currencyCode: "USD", date: "2026-03-02", rate: "0.9215" }],
  });
  expect(set).toBe(1);
  expect(money("1", "EUR").amount).toBe("1");
});
