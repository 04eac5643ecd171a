// Watches: how they go on, how they end, and what they ask for again.

import { create } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { afterEach, describe, expect, test, vi } from "vitest";
import { WatchEarlyWarningsRequestSchema } from "../../src/gen/lojal/v1/loyalty_service_pb.js";
import { Code, EarlyWarningKind } from "../../src/index.js";
import { PATIENCE_MS } from "../../src/retry.js";
import { HELD_MS } from "../../src/watch.js";
import { failure, inMemory, overSocket, serverError, TRANSPORTS, unavailable } from "./fake.js";

const fast = { maxAttempts: 4, initialBackoffMs: 1, maxBackoffMs: 2 };

interface Asked {
  resumeToken: string;
  minValueAtRisk?: number;
  kinds: EarlyWarningKind[];
}

/** What each stream says, token by token, and how it breaks after that; those without an error stay open. */
type Script = (string | Error | "goodbye")[][];

const GOODBYE = "goodbye";

/** Answers by a script, and what was asked. */
function scripted(script: Script) {
  const asked: Asked[] = [];
  const left = vi.fn();
  async function* watchEarlyWarnings(request: Asked, { signal }: HandlerContext) {
    asked.push(request);
    const over = new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => {
        left();
        resolve();
      });
    });
    for (const step of script.shift() ?? []) {
      if (step instanceof Error) throw step;
      if (step === GOODBYE) return;
      yield { warnings: [{ warningId: `silence@${step}` }], resumeToken: step };
    }
    await over;
  }
  const tokens = () => asked.map(({ resumeToken }) => resumeToken);
  return { answers: { loyalty: { watchEarlyWarnings } }, asked, tokens, left };
}

/** The tokens of the first messages. Then the loop is left. */
async function first(count: number, watch: AsyncIterable<{ resumeToken: string }>) {
  const seen: string[] = [];
  for await (const { resumeToken } of watch) {
    seen.push(resumeToken);
    if (seen.length === count) break;
  }
  return seen;
}

afterEach(() => {
  vi.useRealTimers();
});

test("a watch goes on after the last message", async () => {
  const { answers, asked, tokens } = scripted([
    ["t1", "t2", unavailable()],
    ["t3", unavailable()],
    ["t4"],
  ]);
  const { loyalty } = inMemory(answers, { retry: fast });
  const whom = { minValueAtRisk: 100, kinds: [EarlyWarningKind.SILENCE] };
  expect(await first(4, loyalty.watchEarlyWarnings(whom))).toEqual(["t1", "t2", "t3", "t4"]);
  expect(tokens()).toEqual(["", "t2", "t3"]);
  for (const request of asked) expect(request).toMatchObject(whom);
});

test("a watch begins where another ended, also with a message for a request", async () => {
  const { answers, tokens } = scripted([[unavailable()], ["t9", unavailable()], ["t10"]]);
  const { loyalty } = inMemory(answers, { retry: fast });
  const request = create(WatchEarlyWarningsRequestSchema, { resumeToken: "t8" });
  expect(await first(2, loyalty.watchEarlyWarnings(request))).toEqual(["t9", "t10"]);
  expect(tokens()).toEqual(["t8", "t8", "t9"]);
  expect(request.resumeToken).toBe("t8");
});

test("a token that leads to before a message is taken at its word", async () => {
  const { answers, tokens } = scripted([
    ["", unavailable()],
    ["", "t1"],
  ]);
  const { loyalty } = inMemory(answers, { retry: fast });
  expect(await first(3, loyalty.watchEarlyWarnings())).toEqual(["", "", "t1"]);
  expect(tokens()).toEqual(["", ""]);
});

test("a server that says goodbye is asked again", async () => {
  const { answers, tokens } = scripted([["t1", GOODBYE], [GOODBYE], ["t2"]]);
  const { loyalty } = inMemory(answers, { retry: fast });
  expect(await first(2, loyalty.watchEarlyWarnings())).toEqual(["t1", "t2"]);
  expect(tokens()).toEqual(["", "t1", "t1"]);
});

test("a watch that hears nothing gives up as any call", async () => {
  const { answers, tokens } = scripted(Array.from({ length: 10 }, () => [unavailable()]));
  const { loyalty } = inMemory(answers, { retry: fast });
  expect(await failure(loyalty.watchEarlyWarnings())).toMatchObject({ reason: "SHUTTING_DOWN" });
  expect(tokens()).toHaveLength(4);
});

test("a watch that got somewhere is patient", async () => {
  const down = Array.from({ length: 6 }, () => [unavailable()]);
  const { answers, tokens } = scripted([["t1", unavailable()], ...down, ["t2"]]);
  const { loyalty } = inMemory(answers, { retry: fast });
  expect(await first(2, loyalty.watchEarlyWarnings())).toEqual(["t1", "t2"]);
  expect(tokens()).toEqual(["", ...Array.from({ length: 7 }, () => "t1")]);
});

test("but not for ever, and not when told so", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  let streams = 0;
  async function* watchEarlyWarnings() {
    streams += 1;
    if (streams === 1) yield { resumeToken: "t1" };
    vi.setSystemTime(Date.now() + PATIENCE_MS / 6);
    throw unavailable();
  }
  const answers = { loyalty: { watchEarlyWarnings } };
  const { loyalty } = inMemory(answers, { retry: fast });
  expect(await failure(loyalty.watchEarlyWarnings())).toMatchObject({ code: Code.Unavailable });
  expect(streams).toBe(7); // the first, and six until a minute after it broke

  streams = 0;
  const once = inMemory(answers, { retry: false }).loyalty;
  expect(await failure(once.watchEarlyWarnings())).toMatchObject({ code: Code.Unavailable });
  expect(streams).toBe(1);
});

test("a silent stream that was open got somewhere", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  let streams = 0;
  async function* watchEarlyWarnings() {
    streams += 1;
    if (streams < 20) throw unavailable();
    yield { resumeToken: "t1" };
  }
  const { loyalty } = inMemory({ loyalty: { watchEarlyWarnings } }, { retry: fast });
  const onHeader = () => vi.setSystemTime(Date.now() + HELD_MS);
  expect(await first(1, loyalty.watchEarlyWarnings({}, { onHeader }))).toEqual(["t1"]);
  expect(streams).toBe(20);
});

test("another failure ends it", async () => {
  const refused = serverError(Code.InvalidArgument, "INVALID_FIELD", {
    metadata: { field: "resume_token" },
  });
  const { answers, tokens } = scripted([["t1", refused], ["t2"]]);
  const { loyalty } = inMemory(answers, { retry: fast });
  expect(await failure(loyalty.watchEarlyWarnings())).toMatchObject({
    reason: "INVALID_FIELD",
    metadata: { field: "resume_token" },
  });
  expect(tokens()).toHaveLength(1);
});

test("what is no request is refused before it is sent", async () => {
  const { answers, tokens } = scripted([]);
  const { loyalty } = inMemory(answers);
  const request = { minValue: 100 } as object;
  expect(await failure(loyalty.watchEarlyWarnings(request))).toMatchObject({
    reason: "INVALID_FIELD",
  });
  expect(tokens()).toEqual([]);
});

test("its deadline is that of all attempts", async () => {
  const { answers, tokens } = scripted([["t1", unavailable()]]);
  const { loyalty } = inMemory(answers, { retry: fast });
  const seen: string[] = [];
  const reading = (async () => {
    for await (const { resumeToken } of loyalty.watchEarlyWarnings({}, { timeoutMs: 200 })) {
      seen.push(resumeToken);
    }
  })();
  expect(await failure(reading)).toMatchObject({ code: Code.DeadlineExceeded });
  expect(seen).toEqual(["t1"]);
  expect(tokens()).toEqual(["", "t1"]);
});

describe.each(TRANSPORTS)("over %s", (transport) => {
  test("an abort ends the loop without an error, and the call", async () => {
    const { answers, left } = scripted([["t1"]]);
    const { client } = await overSocket(transport, answers);
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const { resumeToken } of client.loyalty.watchEarlyWarnings(
      {},
      { signal: stop.signal },
    )) {
      seen.push(resumeToken);
      setTimeout(() => stop.abort(), 5); // while the next message is waited for
    }
    expect(seen).toEqual(["t1"]);
    await vi.waitFor(() => expect(left).toHaveBeenCalled());
    expect(await first(1, client.loyalty.watchEarlyWarnings({}, { signal: stop.signal }))).toEqual(
      [],
    );
  });

  test("leaving the loop ends the call", async () => {
    const { answers, left } = scripted([["t1", "t2"]]);
    const { client } = await overSocket(transport, answers);
    expect(await first(1, client.loyalty.watchEarlyWarnings())).toEqual(["t1"]);
    await vi.waitFor(() => expect(left).toHaveBeenCalled());
  });

  test("connections that break are mended", async () => {
    const { answers, tokens } = scripted([["t1"], ["t2"], ["t3"]]);
    const { client, breakConnections } = await overSocket(transport, answers, { retry: fast });
    const headers = vi.fn();
    const seen: string[] = [];
    for await (const { resumeToken } of client.loyalty.watchEarlyWarnings(
      {},
      { onHeader: headers },
    )) {
      seen.push(resumeToken);
      if (seen.length === 3) break;
      breakConnections();
    }
    expect(seen).toEqual(["t1", "t2", "t3"]);
    expect(tokens()).toEqual(["", "t1", "t2"]);
    expect(headers).toHaveBeenCalledTimes(3);
  });
});

test("an abort ends the wait for another attempt", async () => {
  const busy = serverError(Code.ResourceExhausted, "OVERLOADED", { retryAfterMs: 60_000 });
  const { answers, tokens } = scripted([[busy]]);
  const signal = AbortSignal.timeout(50);
  const { loyalty } = inMemory(answers);
  expect(await first(1, loyalty.watchEarlyWarnings({}, { signal }))).toEqual([]);
  expect(tokens()).toHaveLength(1);
});
