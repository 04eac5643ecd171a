import { describe, expect, test, vi } from "vitest";
import { LojalError } from "../../src/errors.js";
import { Code } from "../../src/index.js";
import { backoffMs, DEFAULT_RETRY, isRetryable } from "../../src/retry.js";
import { failure, inMemory, serverError, unavailable } from "./fake.js";

const fast = { initialBackoffMs: 1, maxBackoffMs: 2 };

/** A client whose server fails so many times first. */
function flaky(times: number, fail: () => Error, options = {}) {
  const getServerInfo = vi.fn(() => {
    if (getServerInfo.mock.calls.length <= times) throw fail();
    return { version: "0.1.0" };
  });
  return {
    client: inMemory({ admin: { getServerInfo } }, { retry: fast, ...options }),
    getServerInfo,
  };
}

describe("unary calls", () => {
  test("are repeated after UNAVAILABLE", async () => {
    const { client, getServerInfo } = flaky(3, unavailable);
    expect((await client.admin.getServerInfo({})).version).toBe("0.1.0");
    expect(getServerInfo).toHaveBeenCalledTimes(4);
  });

  test("are given up after the last attempt, with the server's error", async () => {
    const { client, getServerInfo } = flaky(9, unavailable);
    expect(await failure(client.admin.getServerInfo({}))).toMatchObject({
      reason: "SHUTTING_DOWN",
    });
    expect(getServerInfo).toHaveBeenCalledTimes(5);
  });

  test("are repeated after RESOURCE_EXHAUSTED only if the server says when", async () => {
    const busy = flaky(1, () =>
      serverError(Code.ResourceExhausted, "OVERLOADED", { retryAfterMs: 30 }),
    );
    const start = performance.now();
    await busy.client.admin.getServerInfo({});
    expect(busy.getServerInfo).toHaveBeenCalledTimes(2);
    expect(performance.now() - start).toBeGreaterThanOrEqual(29);

    const tooBig = flaky(1, () => serverError(Code.ResourceExhausted, "LIMIT_EXCEEDED"));
    await failure(tooBig.client.admin.getServerInfo({}));
    expect(tooBig.getServerInfo).toHaveBeenCalledTimes(1);
  });

  test.each([Code.InvalidArgument, Code.NotFound, Code.Internal, Code.Aborted, Code.DataLoss])(
    "are not repeated after code %i",
    async (code) => {
      const { client, getServerInfo } = flaky(1, () => serverError(code, "INTERNAL"));
      await failure(client.admin.getServerInfo({}));
      expect(getServerInfo).toHaveBeenCalledTimes(1);
    },
  );

  test("are not repeated when the store takes no writes", async () => {
    const { client, getServerInfo } = flaky(1, () =>
      serverError(Code.Unavailable, "STORE_READ_ONLY"),
    );
    await failure(client.admin.getServerInfo({}));
    expect(getServerInfo).toHaveBeenCalledTimes(1);
  });

  test("are not repeated when told so", async () => {
    const { client, getServerInfo } = flaky(1, unavailable, { retry: false });
    await failure(client.admin.getServerInfo({}));
    expect(getServerInfo).toHaveBeenCalledTimes(1);
  });

  test("do not wait past their deadline", async () => {
    const { client, getServerInfo } = flaky(1, () =>
      serverError(Code.ResourceExhausted, "OVERLOADED", { retryAfterMs: 5_000 }),
    );
    const start = performance.now();
    const error = await failure(client.admin.getServerInfo({}, { timeoutMs: 200 }));
    expect(error).toMatchObject({ reason: "OVERLOADED", retryAfterMs: 5_000 });
    expect(performance.now() - start).toBeLessThan(150);
    expect(getServerInfo).toHaveBeenCalledTimes(1);
  });

  test("share one deadline among all attempts", async () => {
    const left: number[] = [];
    const client = inMemory(
      {
        admin: {
          async getServerInfo(_, context) {
            left.push(context.timeoutMs() ?? Number.NaN);
            await new Promise((done) => setTimeout(done, 40));
            throw unavailable();
          },
        },
      },
      { retry: { ...fast, maxAttempts: 3 } },
    );
    await failure(client.admin.getServerInfo({}, { timeoutMs: 5_000 }));
    expect(left).toHaveLength(3);
    expect(left[2]).toBeLessThan(5_000 - 70);
  });

  test("stop waiting when the caller aborts", async () => {
    const { client } = flaky(1, () =>
      serverError(Code.ResourceExhausted, "OVERLOADED", { retryAfterMs: 5_000 }),
    );
    const start = performance.now();
    const signal = AbortSignal.timeout(50);
    expect(await failure(client.admin.getServerInfo({}, { signal }))).toMatchObject({
      code: Code.Canceled,
    });
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

test("streams are given up after the last attempt", async () => {
  const predictCustomers = vi.fn(() => {
    throw unavailable();
  });
  const client = inMemory({ clv: { predictCustomers } }, { retry: fast });
  await failure(client.clv.predictCustomers({}));
  expect(predictCustomers).toHaveBeenCalledTimes(5);
  const once = inMemory({ clv: { predictCustomers } }, { retry: false });
  await failure(once.clv.predictCustomers({}));
  expect(predictCustomers).toHaveBeenCalledTimes(6);
});

test("a stream that waits for another attempt stops when its caller aborts", async () => {
  const predictCustomers = vi.fn(() => {
    throw serverError(Code.ResourceExhausted, "OVERLOADED", { retryAfterMs: 5_000 });
  });
  const { clv } = inMemory({ clv: { predictCustomers } });
  const start = performance.now();
  const work = clv.predictCustomers({}, { signal: AbortSignal.timeout(50) });
  expect(await failure(work)).toMatchObject({ code: Code.Canceled });
  expect(await failure(clv.predictCustomers({}, { timeoutMs: 200 }))).toMatchObject({
    reason: "OVERLOADED",
  });
  expect(performance.now() - start).toBeLessThan(1_000);
  expect(predictCustomers).toHaveBeenCalledTimes(2);
});

test("the wait grows, is bounded, is random, and is never less than asked for", () => {
  const error = new LojalError("down", { code: Code.Unavailable });
  expect(isRetryable(error)).toBe(true);
  const waits = (attempt: number) =>
    Array.from({ length: 500 }, () => backoffMs(DEFAULT_RETRY, attempt, error));
  expect(Math.max(...waits(1))).toBeLessThanOrEqual(100);
  expect(Math.max(...waits(3))).toBeGreaterThan(200);
  expect(Math.max(...waits(30))).toBeLessThanOrEqual(5_000);
  expect(new Set(waits(1)).size).toBeGreaterThan(100);
  const later = new LojalError("busy", { code: Code.ResourceExhausted, retryAfterMs: 700 });
  expect(backoffMs(DEFAULT_RETRY, 1, later)).toBeGreaterThanOrEqual(700);
});
