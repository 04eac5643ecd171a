import { expect, test, vi } from "vitest";
import { Segment } from "../../src/index.js";
import { collect, failure, inMemory, unavailable } from "./fake.js";

/** Answers of three pages, the tokens of which are numbers. */
function pages<T>(items: (page: number) => T) {
  return vi.fn((request: { pageToken: string }) => {
    const page = Number(request.pageToken || "0");
    return { ...items(page), nextPageToken: page < 2 ? String(page + 1) : "" };
  });
}

test("lists go on to their last page, with the request unchanged", async () => {
  const listSegmentMembers = pages((page) => ({
    members: [{ customerId: `a${page}` }, { customerId: `b${page}` }],
  }));
  const client = inMemory({ segments: { listSegmentMembers } });
  const members = await collect(client.segments.members({ segment: Segment.AT_RISK }));
  expect(members.map((member) => member.customerId)).toEqual(["a0", "b0", "a1", "b1", "a2", "b2"]);
  const requests = listSegmentMembers.mock.calls.map(([request]) => request);
  expect(requests).toMatchObject([
    { segment: Segment.AT_RISK, pageSize: 1000, pageToken: "" },
    { segment: Segment.AT_RISK, pageSize: 1000, pageToken: "1" },
    { segment: Segment.AT_RISK, pageSize: 1000, pageToken: "2" },
  ]);
});

test("a page is asked for only when it is needed", async () => {
  const listCustomers = pages((page) => ({ customers: [{ customerId: `c${page}` }] }));
  const client = inMemory({ customers: { listCustomers } });
  for await (const customer of client.customers.list({ pageSize: 1 })) {
    if (customer.customerId === "c1") break;
  }
  expect(listCustomers).toHaveBeenCalledTimes(2);
  expect(listCustomers.mock.calls[0]?.[0]).toMatchObject({ pageSize: 1 });
});

test("timelines and models page too, and empty pages do not end a list", async () => {
  const getTimeline = pages((page) => ({
    events: page === 1 ? [] : [{ time: { seconds: BigInt(page), nanos: 0 } }],
  }));
  const listModels = pages((page) => ({ models: [{ modelId: `m${page}` }] }));
  const client = inMemory({ customers: { getTimeline }, clv: { listModels } });
  const events = await collect(client.customers.timeline({ customerId: "c42" }));
  expect(events.map((event) => event.time?.seconds)).toEqual([0n, 2n]);
  expect((await collect(client.clv.models())).map((model) => model.modelId)).toEqual([
    "m0",
    "m1",
    "m2",
  ]);
});

test("a page that fails for a moment is asked for again, and for good ends the list", async () => {
  let failures = 1;
  const listCustomers = vi.fn((request: { pageToken: string }) => {
    if (request.pageToken === "1" && failures-- > 0) throw unavailable();
    return { customers: [], nextPageToken: request.pageToken === "" ? "1" : "" };
  });
  const client = inMemory({ customers: { listCustomers } }, { retry: { initialBackoffMs: 1 } });
  await collect(client.customers.list());
  expect(listCustomers).toHaveBeenCalledTimes(3);
  failures = 99;
  const once = inMemory({ customers: { listCustomers } }, { retry: { maxAttempts: 1 } });
  expect(await failure(once.customers.list())).toMatchObject({ reason: "SHUTTING_DOWN" });
  expect(failures).toBe(98);
});

test("pages after the first are asked for longer than the policy says", async () => {
  let failures = 6;
  const listCustomers = vi.fn((request: { pageToken: string }) => {
    if (request.pageToken === "1" && failures-- > 0) throw unavailable();
    return { customers: [], nextPageToken: request.pageToken === "" ? "1" : "" };
  });
  const retry = { maxAttempts: 2, initialBackoffMs: 1, maxBackoffMs: 1 };
  const client = inMemory({ customers: { listCustomers } }, { retry });
  await collect(client.customers.list());
  expect(listCustomers).toHaveBeenCalledTimes(8);
});
