// API keys and tokens that a function gives: asked at each attempt, so that those that expire are replaced.

import type { HandlerContext } from "@connectrpc/connect";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { type ApiKeySource, Code, LojalError } from "../../src/index.js";
import { createClient as createNodeClient } from "../../src/node.js";
import { createClient as createWebClient } from "../../src/web.js";
import { collect, failure, inMemory, unavailable } from "./fake.js";

const retry = { maxAttempts: 4, initialBackoffMs: 1, maxBackoffMs: 2 };

beforeEach(() => {
  vi.stubEnv("LOJAL_API_KEY", "");
});

/** Gives another token at each call. */
function counting() {
  let given = 0;
  const next = () => {
    given += 1;
    return ` token-${given}\n`;
  };
  return { next, later: async () => next(), given: () => given };
}

/** A server that notes what calls show, and fails those of `failing` calls. */
function noting(apiKey: ApiKeySource, failing = 0) {
  const shown: (string | null)[] = [];
  let failures = failing;
  const note = ({ requestHeader }: HandlerContext) => {
    shown.push(requestHeader.get("authorization"));
    if (failures-- > 0) throw unavailable();
  };
  const client = inMemory(
    {
      admin: {
        getServerInfo: (_, context) => {
          note(context);
          return {};
        },
      },
      clv: {
        async *predictCustomers(_, context) {
          note(context);
          yield { predictions: [{ customerId: "c1" }] };
        },
      },
      loyalty: {
        async *watchEarlyWarnings({ resumeToken }, context) {
          note(context);
          yield { warnings: [], resumeToken: `${resumeToken}.` };
          throw unavailable();
        },
      },
    },
    { apiKey, retry },
  );
  return { client, shown };
}

describe.each(["next", "later"] as const)("given by %s", (name) => {
  test("each call and each attempt shows a token of its own", async () => {
    const tokens = counting();
    const { client, shown } = noting(tokens[name], 1);
    expect(tokens.given()).toBe(0);
    await client.admin.info({});
    await client.admin.info({});
    await collect(client.clv.predict({}));
    expect(shown).toEqual([1, 2, 3, 4].map((n) => `Bearer token-${n}`));
  });

  test("a stream that is repeated, and a watch that goes on, show the token of then", async () => {
    const { client, shown } = noting(counting()[name], 1);
    await collect(client.clv.predict({}));
    let seen = 0;
    for await (const { resumeToken } of client.loyalty.watchEarlyWarnings({})) {
      seen += 1;
      expect(resumeToken).toBe(".".repeat(seen));
      if (seen === 2) break;
    }
    expect(shown).toEqual([1, 2, 3, 4].map((n) => `Bearer token-${n}`));
  });
});

test("a call's own authorization counts, and nobody is asked then", async () => {
  const tokens = counting();
  const { client, shown } = noting(tokens.next);
  await client.admin.info({}, { headers: { authorization: "Bearer own" } });
  expect([shown, tokens.given()]).toEqual([["Bearer own"], 0]);
});

test.each(["", "two words", "ključ", undefined, 7])(
  "what is no token is not sent and not shown: %j",
  async (given) => {
    const { client, shown } = noting((() => given) as ApiKeySource);
    const error = await failure(client.admin.info({}));
    expect(error).toMatchObject({ code: Code.Unauthenticated });
    expect(String(error)).toMatch(/apiKey gave none: apiKey is no API key/);
    if (given) expect(String(error)).not.toContain(String(given));
    expect(shown).toEqual([]);
  },
);

test("what keeps tokens from coming is the cause, and is not tried again", async () => {
  const cause = new TypeError("fetch failed");
  const apiKey = vi.fn(() => Promise.reject(cause));
  const { client, shown } = noting(apiKey);
  for (const asked of [() => client.admin.info({}), () => collect(client.clv.predict({}))]) {
    const error = await failure(asked());
    expect(error).toBeInstanceOf(LojalError);
    expect(error).toMatchObject({ code: Code.Unauthenticated, cause });
    expect(String(error)).toContain("fetch failed");
  }
  expect([shown, apiKey.mock.calls.length]).toEqual([[], 2]);
});

test.each([
  ["node", createNodeClient],
  ["web", createWebClient],
] as const)("over %s tokens do not cross the network in the clear either", (_, create) => {
  const { next, given } = counting();
  expect(() => create("http://lojal.example", { apiKey: next })).toThrow(/in the clear/);
  expect(() => create("https://lojal.example", { apiKey: next })).not.toThrow();
  expect(() => create("http://lojal.example", { apiKey: next, plaintextKey: true })).not.toThrow();
  expect(given()).toBe(0);
});
