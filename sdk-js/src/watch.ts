// Endless streams: what is new, as it comes, over restarts of the server.
import type { DescMethod } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import { LojalError, toLojalError } from "./errors.js";
import { Attempts, type RetryPolicy } from "./retry.js";
import { type CallOptions, Code } from "./rpc.js";
import { linkSignal, sleep } from "./signals.js";

/**
 * How long a stream is open that got somewhere though nothing came, in milliseconds. Otherwise a watch that hears nothing
 * all day would count the breaks of the whole day, and give up.
 */
export const HELD_MS = 30_000;

/** Whether a call has no end, and its messages say where to go on. */
export function isWatch(method: DescMethod): boolean {
  return method.name.startsWith("Watch") && isResumable(method);
}

/** Whether the messages of a call say where to go on. */
export function isResumable({ methodKind, input, output }: DescMethod): boolean {
  const has = ({ fields }: DescMethod["input"]) =>
    fields.some((f) => f.localName === "resumeToken");
  return methodKind === "server_streaming" && has(input) && has(output);
}

/**
 * Yields the messages of a call without an end, and goes on after the last of them when it breaks: as the policy says,
 * and for a minute once something came. It ends when its caller's signal aborts.
 *
 * @param call - makes one attempt.
 * @param request - for the first attempt.
 */
export async function* watch(
  call: (input: unknown, options: CallOptions) => AsyncIterable<unknown>,
  request: unknown,
  { timeoutMs, signal, onHeader, ...options }: CallOptions,
  policy: RetryPolicy,
): AsyncGenerator<unknown, void, undefined> {
  const link = linkSignal(signal);
  const deadline = timeoutMs ? Date.now() + timeoutMs : Number.POSITIVE_INFINITY;
  let input = request as object;
  const attempts = new Attempts(policy);
  try {
    while (!signal?.aborted) {
      let openedAt = Number.POSITIVE_INFINITY;
      let error: LojalError;
      try {
        const messages = call(input, {
          ...options,
          ...(timeoutMs && { timeoutMs: Math.max(1, deadline - Date.now()) }),
          signal: link.signal,
          onHeader(headers) {
            openedAt = Date.now();
            onHeader?.(headers);
          },
        });
        for await (const message of messages) {
          attempts.progressed();
          input = { ...input, resumeToken: (message as { resumeToken: string }).resumeToken };
          yield message;
        }
        error = new LojalError("the server ended the watch", { code: Code.Unavailable });
      } catch (thrown) {
        error = toLojalError(thrown, signal);
      }
      if (signal?.aborted) break;
      if (Date.now() - openedAt >= HELD_MS) attempts.progressed();
      const wait = attempts.waitMs(error, deadline - Date.now());
      if (wait === undefined) throw error;
      // Rejects only when the caller aborts, which ends the loop.
      await sleep(wait, signal).catch(() => {});
    }
    // Whoever aborts knows; that the client was closed is news.
    if (signal?.reason instanceof LojalError) throw signal.reason;
  } finally {
    // Leaving the loop early must end the call on the server too; after the end this does nothing.
    link.abort(new ConnectError("the caller stopped reading", Code.Canceled));
    link.unlink();
  }
}
