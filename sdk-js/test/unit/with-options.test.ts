// Clients with other defaults share a connection, and differ in nothing that was not said.
import type { HandlerContext } from "@connectrpc/connect";
import { beforeEach, expect, test, vi } from "vitest";
import { Code, type OtherOptions, type TransportClientOptions } from "../../src/index.js";
import { createClient as createNodeClient } from "../../src/node.js";
import { createClient as createWebClient } from "../../src/web.js";
import { type Answers, collect, failure, inMemory, overSocket } from "./fake.js";

beforeEach(() => {
  vi.stubEnv("LOJAL_API_KEY", "");
});

/** Answers that note the headers and the time limit of each call. */
function noting() {
  const seen: { workspace: string | null; key: string | null; limited: boolean }[] = [];
  const note = (_: unknown, { requestHeader, timeoutMs }: HandlerContext) => {
    const limit = timeoutMs();
    seen.push({
      workspace: requestHeader.get("lojal-workspace"),
      key: requestHeader.get("authorization"),
      limited: limit !== undefined && limit < 60_000,
    });
    return {};
  };
  const answers: Answers = { admin: { getServerInfo: note } };
  return { seen, answers };
}

async function asked(options: TransportClientOptions, other: OtherOptions) {
  const { seen, answers } = noting();
  const client = inMemory(answers, options);
  await client.withOptions(other).admin.info({});
  await client.admin.info({});
  return seen;
}

test("another workspace, timeout and key, and the first client stays as it was", async () => {
  const first = { workspace: "a", apiKey: "one" };
  expect(await asked(first, { workspace: "b", timeoutMs: 0, apiKey: "two" })).toEqual([
    { workspace: "b", key: "Bearer two", limited: false },
    { workspace: "a", key: "Bearer one", limited: true },
  ]);
  expect(await asked(first, { workspace: undefined })).toEqual([
    { workspace: "a", key: "Bearer one", limited: true },
    { workspace: "a", key: "Bearer one", limited: true },
  ]);
});

test("a key that is said last goes before a header that was set by hand", async () => {
  const byHand = { headers: { authorization: "Bearer hand" } };
  const keys = async (other: OtherOptions) => (await asked(byHand, other)).map(({ key }) => key);
  expect(await keys({ apiKey: () => "two" })).toEqual(["Bearer two", "Bearer hand"]);
  expect(await keys({ workspace: "b" })).toEqual(["Bearer hand", "Bearer hand"]);
});

test("clients of clients add up, and what there is not is refused", async () => {
  const { seen, answers } = noting();
  const client = inMemory(answers, { workspace: "a" });
  await client.withOptions({ workspace: "b" }).withOptions({ apiKey: "two" }).admin.info({});
  expect(seen).toMatchObject([{ workspace: "b", key: "Bearer two" }]);
  const timeout = { timeout: 60 } as OtherOptions;
  expect(() => client.withOptions(timeout)).toThrow('withOptions has no "timeout"; there are');
  expect(() => client.withOptions({ workspace: "ž" })).toThrow("not a workspace");
});

test("a signal ends unary calls, streams and loads of its client, and those of no other", async () => {
  const never = () => new Promise<never>(() => {});
  const answers: Answers = {
    admin: { getServerInfo: never },
    nps: { getNps: () => ({}) },
    clv: {
      async *predictCustomers() {
        yield {};
        await never();
      },
    },
    ingest: {
      // biome-ignore lint/correctness/useYield: it never answers
      async *import() {
        await never();
      },
    },
  };
  const client = inMemory(answers);
  const outer = new AbortController();
  const inner = new AbortController();
  const ending = client.withOptions({ signal: outer.signal }).withOptions({ signal: inner.signal });
  const row = { customerId: "c1", time: "2026-03-01", amount: "1" };
  const { signal } = new AbortController();
  const failing = [
    failure(ending.admin.info({})),
    failure(ending.admin.info({}, { signal })),
    failure(collect(ending.clv.predict({}))),
    failure(ending.transactions.load([row])),
  ];
  setTimeout(() => inner.abort("enough"), 20);
  for (const error of await Promise.all(failing)) {
    expect(error).toMatchObject({ code: Code.Canceled, cause: "enough" });
  }
  expect(await failure(ending.nps.score({}))).toMatchObject({ code: Code.Canceled });
  expect(await client.nps.score({})).toMatchObject({});
  outer.abort("all");
  expect(await client.nps.score({})).toMatchObject({});
});

test("a key is not sent in the clear by another client either", () => {
  for (const create of [createNodeClient, createWebClient]) {
    const client = create("http://lojal.example");
    expect(() => client.withOptions({ apiKey: "key" })).toThrow("in the clear");
    expect(() => client.withOptions({ workspace: "b" })).not.toThrow();
    const local = create("http://localhost:50051");
    expect(() => local.withOptions({ apiKey: "key" })).not.toThrow();
    const safe = create("http://lojal.example", { plaintextKey: true });
    expect(() => safe.withOptions({ apiKey: "key" })).not.toThrow();
  }
});

test("all of them go over one connection", async () => {
  const { seen, answers } = noting();
  const { client, connections } = await overSocket("node", answers);
  const others = ["a", "b", "c"].map((workspace) => client.withOptions({ workspace }));
  await Promise.all(others.map((each) => each.admin.info({})));
  expect(seen.map(({ workspace }) => workspace).sort()).toEqual(["a", "b", "c"]);
  expect(connections()).toBe(1);
  expect(client.withOptions({}).transactions).toHaveProperty("preview");
});
