import { describe, expect, test } from "vitest";
import { Code, LojalError } from "../../src/index.js";
import { createClient as createNodeClient } from "../../src/node.js";
import { createClient as createWebClient } from "../../src/web.js";
import {
  type Answers,
  collect,
  collectGarbage,
  failure,
  inMemory,
  overSocket,
  SERVICES,
  TRANSPORTS,
} from "./fake.js";

test("both clients have every call of the contract, by the same names", () => {
  const node = createNodeClient("http://127.0.0.1:1");
  const web = createWebClient("http://127.0.0.1:1");
  for (const [group, service] of Object.entries(SERVICES)) {
    // Previews read files.
    const calls = Object.keys(node[group as keyof typeof SERVICES]).filter(
      (name) => name !== "preview",
    );
    expect(calls).toEqual(Object.keys(web[group as keyof typeof SERVICES]));
    expect(calls).toEqual(expect.arrayContaining(service.methods.map((rpc) => rpc.localName)));
  }
  expect(Object.keys(web).filter((key) => !(key in node))).toEqual([]);
});

/** Answers that tell what the server was sent. */
const echo: Answers = {
  admin: {
    getServerInfo: (_, { requestHeader, timeoutMs }) => ({
      version: JSON.stringify({
        workspace: requestHeader.get("lojal-workspace"),
        authorization: requestHeader.get("authorization"),
        timeoutMs: timeoutMs() ?? null,
      }),
    }),
  },
  clv: {
    async *fitModel(_, { timeoutMs }) {
      yield { event: { case: "progress", value: { stage: String(timeoutMs() ?? "none") } } };
      yield { event: { case: "progress", value: { stage: "fitting", iterations: 3 } } };
      yield { event: { case: "model", value: { modelId: "bg-nbd-1" } } };
    },
    async *predictCustomers() {
      yield { predictions: [{ customerId: "a" }, { customerId: "b" }] };
      yield { predictions: [{ customerId: "c" }] };
    },
  },
};

describe.each(TRANSPORTS)("over %s", (transport) => {
  test("workspace, headers and the default deadline are sent; a call's own win", async () => {
    const { client } = await overSocket(transport, echo, {
      workspace: "brand-hr",
      headers: { authorization: "Bearer a" },
    });
    const usual = JSON.parse((await client.admin.getServerInfo({})).version);
    expect(usual).toMatchObject({ workspace: "brand-hr", authorization: "Bearer a" });
    expect(usual.timeoutMs).toBeGreaterThan(9_000);
    expect(usual.timeoutMs).toBeLessThanOrEqual(10_000);
    const own = await client.admin.getServerInfo(
      {},
      { timeoutMs: 0, headers: { "lojal-workspace": "brand-si" } },
    );
    expect(JSON.parse(own.version)).toEqual({
      workspace: "brand-si",
      authorization: "Bearer a",
      timeoutMs: null,
    });
  });

  test("streams have no deadline unless asked", async () => {
    const { client } = await overSocket(transport, echo);
    const stages: string[] = [];
    const onProgress = ({ stage }: { stage: string }) => stages.push(stage);
    const model = await client.clv.fit({}, { onProgress });
    expect(model.modelId).toBe("bg-nbd-1");
    expect(stages).toEqual(["none", "fitting"]);
    await client.clv.fit({}, { timeoutMs: 5_000, onProgress });
    expect(Number(stages[2])).toBeGreaterThan(4_000);
  });

  test("predictions come one by one", async () => {
    const { client } = await overSocket(transport, echo);
    const ids = (await collect(client.clv.predict())).map((each) => each.customerId);
    expect(ids).toEqual(["a", "b", "c"]);
  });

  test("leaving the loop, or aborting, ends the call on the server", async () => {
    let ended = (_: string) => {};
    const { client } = await overSocket(transport, {
      clv: {
        async *predictCustomers({ horizon }, { signal }) {
          signal.addEventListener("abort", () => ended(horizon));
          for (;;) {
            yield { predictions: [{ customerId: "a" }] };
            await new Promise((done) => setTimeout(done, 5));
            if (signal.aborted) return;
          }
        },
      },
    });
    const left = new Promise<string>((done) => {
      ended = done;
    });
    for await (const _ of client.clv.predict({ horizon: "left" })) break;
    expect(await left).toBe("left");

    const aborted = new Promise<string>((done) => {
      ended = done;
    });
    const controller = new AbortController();
    let read = 0;
    const reading = failure(
      (async () => {
        const options = { signal: controller.signal };
        for await (const _ of client.clv.predict({ horizon: "aborted" }, options)) {
          collectGarbage(); // after which the fetch of Node alone does not hear of the abort
          if (++read === 5) controller.abort();
        }
      })(),
    );
    expect(await reading).toMatchObject({ code: Code.Canceled });
    expect(await aborted).toBe("aborted");
  });
});

test("totals are asked for alone, whatever the limit", async () => {
  const received: unknown[] = [];
  const client = inMemory({
    clv: {
      async *predictCustomers(request) {
        received.push(request);
        yield { totals: { customers: 3n } };
      },
    },
  });
  const totals = await client.clv.totals({ horizon: "90d", limit: 10 });
  expect(totals.customers).toBe(3n);
  expect(received).toMatchObject([{ horizon: "90d", limit: 0, withTotals: true }]);
});

test("everybody is predicted unless there is a limit", async () => {
  const limits: unknown[] = [];
  const client = inMemory({
    clv: {
      async *predictCustomers({ limit }) {
        limits.push(limit);
        yield {};
      },
    },
  });
  await collect(client.clv.predict());
  await collect(client.clv.predict({ limit: 3 }));
  expect(limits).toEqual([2_147_483_647, 3]);
});

test("an answer without totals is an error", async () => {
  const client = inMemory({
    clv: {
      async *predictCustomers() {
        yield {};
      },
    },
  });
  expect(await failure(client.clv.totals())).toMatchObject({ code: Code.Internal });
});

test("a fit that ends without a model is an error", async () => {
  const client = inMemory({ clv: { async *fitModel() {} } });
  expect(await failure(client.clv.fit())).toMatchObject({ code: Code.Internal });
});

test("where requests cannot be streams, import says what to use", async () => {
  const client = createWebClient("http://127.0.0.1:1");
  const error = await failure((async () => client.ingest.import((async function* () {})()))());
  expect(error).toBeInstanceOf(LojalError);
  expect(error).toMatchObject({
    code: Code.Unimplemented,
    message: expect.stringContaining("transactions.load"),
  });
});

test("an address without a scheme is taken for http, and nonsense is refused", () => {
  expect(() => createNodeClient("localhost:50051")).not.toThrow();
  expect(() => createNodeClient("ftp://localhost")).toThrow(/http:\/\/localhost:50051/);
  expect(() => createWebClient("")).toThrow(TypeError);
});
