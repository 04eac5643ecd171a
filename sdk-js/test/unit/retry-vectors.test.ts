// The rules of tests/vectors/retry.json, which the Python client holds itself to too.
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { LojalError } from "../../src/errors.js";
import { Code } from "../../src/index.js";
import { resolveOptions } from "../../src/options.js";
import { backoffMs, DEFAULT_RETRY, isRetryable, nextWaitMs, PATIENCE_MS } from "../../src/retry.js";
import { failure, inMemory, unavailable } from "./fake.js";

interface Policy {
  tries?: number;
  first_wait?: number;
  factor?: number;
  longest_wait?: number;
}

interface Failure {
  code: string;
  reason?: string;
  retry_after?: number;
}

const vectors = JSON.parse(
  readFileSync(new URL("../../../tests/vectors/retry.json", import.meta.url), "utf8"),
) as {
  policy: Required<Policy>;
  deadlines: { unary: number; stream: null };
  patience: { load: number };
  failures: (Failure & { retried: boolean })[];
  calls: { kind: string; broke: string; retried: boolean }[];
  waits: {
    what: string;
    policy: Policy;
    retry_after?: number;
    shortest?: number[];
    longest: number[];
  }[];
  room: {
    what: string;
    timeout: number | null;
    gone: number;
    retry_after?: number;
    longest_wait: number;
    retried: boolean;
  }[];
};

const CODES: Record<string, Code> = { CANCELLED: Code.Canceled };

function failed({ code, reason, retry_after: retryAfterMs }: Failure): LojalError {
  const name = code.toLowerCase().replace(/(^|_)([a-z])/g, (_, __, letter) => letter.toUpperCase());
  const number = CODES[code] ?? Code[name as keyof typeof Code];
  expect(number, code).toBeDefined();
  return new LojalError("no", {
    code: number,
    ...(reason && { reason }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

const policyOf = (policy: Policy) => ({
  maxAttempts: policy.tries ?? DEFAULT_RETRY.maxAttempts,
  initialBackoffMs: policy.first_wait ?? DEFAULT_RETRY.initialBackoffMs,
  maxBackoffMs: policy.longest_wait ?? DEFAULT_RETRY.maxBackoffMs,
});

afterEach(() => {
  vi.restoreAllMocks();
});

test("the defaults are those of every client", () => {
  expect(policyOf({})).toEqual(policyOf(vectors.policy));
  expect(resolveOptions({}).timeoutMs).toBe(vectors.deadlines.unary);
  expect(PATIENCE_MS).toBe(vectors.patience.load);
});

test.each(vectors.failures)("$code $reason $retry_after", (given) => {
  expect(isRetryable(failed(given))).toBe(given.retried);
});

test.each(vectors.waits)("$what", ({ policy, retry_after, shortest, longest }) => {
  const error = failed(
    retry_after === undefined
      ? { code: "UNAVAILABLE" }
      : { code: "RESOURCE_EXHAUSTED", retry_after },
  );
  const waits = (random: number) => {
    vi.spyOn(Math, "random").mockReturnValue(random);
    const tries = Array.from({ length: longest.length + 1 }, (_, index) => index + 1);
    return tries.map((n) => nextWaitMs(policyOf(policy), n, error, Number.POSITIVE_INFINITY));
  };
  expect(waits(1)).toEqual([...longest, undefined]);
  expect(waits(0)).toEqual([...(shortest ?? longest.map(() => 0)), undefined]);
});

test.each(vectors.room)("$what", ({ timeout, gone, retry_after, longest_wait, retried }) => {
  vi.spyOn(Math, "random").mockReturnValue(1);
  const error = failed(
    retry_after === undefined
      ? { code: "UNAVAILABLE" }
      : { code: "RESOURCE_EXHAUSTED", retry_after },
  );
  const policy = policyOf({ first_wait: longest_wait });
  expect(backoffMs(policy, 1, error)).toBe((retry_after ?? 0) + longest_wait);
  const left = timeout === null ? Number.POSITIVE_INFINITY : timeout - gone;
  expect(nextWaitMs(policy, 1, error, left) !== undefined).toBe(retried);
});

describe("calls that break", () => {
  const retry = { maxAttempts: 3, initialBackoffMs: 1 };

  /** How often each kind of call is made when it breaks once, there. */
  const made: Record<string, (broke: string) => Promise<number>> = {
    async unary() {
      const getServerInfo = vi.fn(() => {
        if (getServerInfo.mock.calls.length === 1) throw unavailable();
        return {};
      });
      await inMemory({ admin: { getServerInfo } }, { retry }).admin.getServerInfo({});
      return getServerInfo.mock.calls.length;
    },
    async stream(broke) {
      const predictCustomers = vi.fn(async function* () {
        if (broke.startsWith("after")) yield { modelId: "m" };
        if (predictCustomers.mock.calls.length === 1) throw unavailable();
      });
      const { clv } = inMemory({ clv: { predictCustomers } }, { retry });
      const reading = (async () => {
        for await (const _ of clv.predictCustomers({}));
      })();
      if (broke.startsWith("after")) {
        expect(await failure(reading)).toMatchObject({ code: Code.Unavailable });
      } else {
        await reading;
      }
      return predictCustomers.mock.calls.length;
    },
    async fit(broke) {
      const ids: string[] = [];
      const progress = { case: "progress" as const, value: { stage: "fitting" } };
      const model = { case: "model" as const, value: { modelId: "m" } };
      const { clv } = inMemory(
        {
          clv: {
            async *fitModel({ requestId }) {
              ids.push(requestId);
              if (broke.startsWith("after")) yield { event: progress };
              if (ids.length === 1) throw unavailable();
              yield { event: model };
            },
          },
        },
        { retry },
      );
      expect((await clv.fit()).modelId).toBe("m");
      expect(ids[0]).toMatch(/^[0-9a-f]{32}$/);
      expect(new Set(ids).size).toBe(1);
      return ids.length;
    },
  };

  test.each(vectors.calls)("$kind, $broke", async ({ kind, broke, retried }) => {
    expect(await made[kind]?.(broke)).toBe(retried ? 2 : 1);
  });
});
