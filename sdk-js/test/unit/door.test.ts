// API keys: what is sent, and what is refused before anything is.
import { afterEach, describe, expect, test, vi } from "vitest";
import { createClient as createNodeClient } from "../../src/node.js";
import { resolveOptions } from "../../src/options.js";
import { createClient as createWebClient } from "../../src/web.js";

const KEY = "lojal_0001020304050607_08090a0b0c0d0e0f101112131415161718191a1b5473a061";

afterEach(() => {
  vi.unstubAllEnvs();
});

const authorization = (options: Parameters<typeof resolveOptions>[0]) =>
  resolveOptions(options).headers.get("authorization");

test("a key goes with every call", () => {
  vi.stubEnv("LOJAL_API_KEY", "");
  expect(authorization({})).toBeNull();
  expect(authorization({ apiKey: ` ${KEY}\n` })).toBe(`Bearer ${KEY}`);
  vi.stubEnv("LOJAL_API_KEY", KEY);
  expect(authorization({})).toBe(`Bearer ${KEY}`);
  expect(authorization({ apiKey: "lojal_other" })).toBe("Bearer lojal_other");
  expect(authorization({ headers: { Authorization: "Basic abc" } })).toBe("Basic abc");
});

test.each(["", "two words", "ključ"])("what is no key is refused and not shown: %j", (apiKey) => {
  expect(() => resolveOptions({ apiKey })).toThrow(/apiKey is no API key/);
});

describe.each([
  ["node", createNodeClient],
  ["web", createWebClient],
] as const)("over %s", (_, create) => {
  test.each([
    "http://lojal.example",
    "10.0.0.7:50051",
    "http://localhost.example",
    "http://[fe80::1]:1",
  ])("a key is not sent to %s in the clear", (url) => {
    vi.stubEnv("LOJAL_API_KEY", "");
    expect(() => create(url)).not.toThrow();
    expect(() => create(url, { apiKey: KEY, plaintextKey: true })).not.toThrow();
    let message = "";
    try {
      create(url, { apiKey: KEY });
    } catch (error) {
      message = String(error);
    }
    expect(message).toMatch(/in the clear; use https/);
    expect(message).not.toContain(KEY);
    vi.stubEnv("LOJAL_API_KEY", KEY);
    expect(() => create(url)).toThrow(/in the clear/);
  });

  test.each([
    "http://localhost:1",
    "127.0.0.1:1",
    "http://127.9.9.9",
    "http://[::1]:1",
    "https://lojal.example",
  ])("a key is sent to %s", (url) => {
    expect(() => create(url, { apiKey: KEY })).not.toThrow();
  });
});
