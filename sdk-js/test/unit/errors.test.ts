import { describe, expect, test } from "vitest";
import { Code, ErrorReason, isReason, LojalError } from "../../src/index.js";
import { createClient as createNodeClient } from "../../src/node.js";
import { createClient as createWebClient } from "../../src/web.js";
import { type Answers, failure, overSocket, serverError, TRANSPORTS } from "./fake.js";

const notFound = () =>
  serverError(Code.NotFound, "CUSTOMER_NOT_FOUND", {
    metadata: { customer_id: "c42" },
    requestId: "order-17",
  });

const failing: Answers = {
  customers: {
    getCustomer() {
      throw notFound();
    },
  },
  nps: {
    getNps() {
      throw serverError(Code.InvalidArgument, "INVALID_FIELD", {
        metadata: { field: "window" },
        fieldViolations: [{ field: "window", description: 'give a window such as "90d"' }],
      });
    },
  },
  clv: {
    // biome-ignore lint/correctness/useYield: fails before the first message
    async *fitModel() {
      throw serverError(Code.FailedPrecondition, "INSUFFICIENT_HISTORY");
    },
    async *predictCustomers() {
      yield { modelId: "m1" };
      throw serverError(Code.ResourceExhausted, "OVERLOADED", { retryAfterMs: 1500 });
    },
  },
};

describe.each(TRANSPORTS)("over %s", (transport) => {
  test("a unary call fails with reason, domain and metadata", async () => {
    const { client } = await overSocket(transport, failing);
    const error = await failure(client.customers.getCustomer({ customerId: "c42" }));
    expect(error).toBeInstanceOf(LojalError);
    expect(error).toMatchObject({
      name: "LojalError",
      message: "CUSTOMER_NOT_FOUND in a sentence",
      code: Code.NotFound,
      reason: "CUSTOMER_NOT_FOUND",
      domain: "lojal.dev",
      metadata: { customer_id: "c42" },
      fieldViolations: [],
      retryAfterMs: undefined,
      requestId: "order-17",
    });
    expect(isReason(error, "CUSTOMER_NOT_FOUND")).toBe(true);
    expect(isReason(error, ErrorReason.CUSTOMER_NOT_FOUND)).toBe(true);
    expect(isReason(error, "MODEL_NOT_FOUND")).toBe(false);
  });

  test("bad input names the fields", async () => {
    const { client } = await overSocket(transport, failing);
    expect(await failure(client.nps.getNps({ window: "soon" }))).toMatchObject({
      reason: "INVALID_FIELD",
      fieldViolations: [{ field: "window", description: 'give a window such as "90d"' }],
    });
  });

  test("a stream fails the same way, before its first message and after", async () => {
    const { client } = await overSocket(transport, failing);
    const before = await failure(client.clv.fitModel({}));
    expect(isReason(before, "INSUFFICIENT_HISTORY")).toBe(true);
    const after = await failure(client.clv.predictCustomers({}));
    expect(after).toBeInstanceOf(LojalError);
    expect(after).toMatchObject({ reason: "OVERLOADED", retryAfterMs: 1500 });
    expect(isReason(await failure(client.clv.fit()), "INSUFFICIENT_HISTORY")).toBe(true);
  });

  test("the deadline has the same reason whichever clock strikes first", async () => {
    const { client } = await overSocket(transport, {
      admin: { getServerInfo: () => new Promise(() => {}) },
    });
    const error = await failure(client.admin.getServerInfo({}, { timeoutMs: 50 }));
    expect(error).toMatchObject({ code: Code.DeadlineExceeded, reason: "DEADLINE_EXCEEDED" });
  });

  test("a call the caller aborts is cancelled, with their reason as the cause", async () => {
    const { client } = await overSocket(transport, {
      admin: { getServerInfo: () => new Promise(() => {}) },
    });
    const controller = new AbortController();
    const call = failure(client.admin.getServerInfo({}, { signal: controller.signal }));
    const reason = new Error("the page was left");
    setTimeout(() => controller.abort(reason), 30);
    expect(await call).toMatchObject({ code: Code.Canceled, cause: reason });
  });

  test("nobody listening is UNAVAILABLE", async () => {
    const create = transport === "node" ? createNodeClient : createWebClient;
    const client = create("http://127.0.0.1:1", { retry: false });
    const error = await failure(client.admin.getServerInfo({}));
    expect(error).toBeInstanceOf(LojalError);
    expect(error).toMatchObject({ code: Code.Unavailable, reason: undefined });
  });

  test("a connection that breaks during a call or a stream is UNAVAILABLE", async () => {
    let arrived = () => {};
    const { client, breakConnections } = await overSocket(
      transport,
      {
        admin: {
          getServerInfo() {
            arrived();
            return new Promise(() => {});
          },
        },
        clv: {
          async *predictCustomers() {
            yield { modelId: "m1" };
            arrived();
            await new Promise(() => {});
          },
        },
      },
      { retry: false },
    );
    arrived = () => setTimeout(breakConnections, 20);
    expect(await failure(client.admin.getServerInfo({}))).toMatchObject({ code: Code.Unavailable });
    expect(await failure(client.clv.predictCustomers({}))).toMatchObject({
      code: Code.Unavailable,
    });
  });
});
