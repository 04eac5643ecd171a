// Wraps every RPC of a service: defaults, retries, and one kind of error.
//
// This sits around the generated calls and not in a Connect interceptor, because the transports turn whatever an
// interceptor throws back into a ConnectError, and because a retry inside one would announce the full timeout to the
// server again and again.

import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { ConnectError, createClient, makeAnyClient } from "@connectrpc/connect";
import type { Calls } from "./asked.js";
import type { Channel } from "./channel.js";
import { LojalError, toLojalError } from "./errors.js";
import { headersOf, type Settings } from "./options.js";
import { type PageOptions, UNDER_WAY } from "./paging.js";
import { checkedInput } from "./requests.js";
import { Attempts, withRetries } from "./retry.js";
import { type CallOptions, Code } from "./rpc.js";
import { endedBy, linkSignal, sleep } from "./signals.js";
import { isResumable, isWatch, watch } from "./watch.js";

type UnaryCall = (input: unknown, options?: PageOptions) => Promise<unknown>;
type StreamCall = (input: unknown, options?: CallOptions) => AsyncIterable<unknown>;

/** A client of one service with every RPC in lowerCamel, as in the contract. */
export function serviceClient<S extends DescService>(service: S, channel: Channel): Calls<S> {
  const raw = createClient(service, channel.transport) as unknown as Record<
    string,
    UnaryCall & StreamCall
  >;
  return makeAnyClient(service, (method) => {
    const call = raw[method.localName];
    if (!call) return null;
    if (method.methodKind === "unary") return unary(method, call, channel.settings);
    if (isWatch(method)) return watching(method, call, channel.settings);
    const canStream = method.methodKind === "server_streaming" || channel.streamsRequests;
    return canStream ? streaming(method, call, channel.settings) : cannotStream;
  }) as unknown as Calls<S>;
}

/** The RPCs of a service under the words that every client has for them. */
export type Words<S extends DescService, W extends Record<string, keyof Calls<S>>> = {
  readonly [Word in keyof W]: Calls<S>[W[Word]];
};

/** Gives RPCs the words that every client has for them: those of tests/vectors/groups.json. */
export function words<S extends DescService, const W extends Record<string, keyof Calls<S>>>(
  service: Calls<S>,
  rpcs: W,
): Words<S, W> {
  const named = Object.entries(rpcs).map(([word, rpc]) => [word, service[rpc]]);
  return Object.fromEntries(named) as Words<S, W>;
}

function unary(method: DescMethod, call: UnaryCall, settings: Settings): UnaryCall {
  return async (passed, options = {}) => {
    const input = checkedInput(method, passed);
    const timeoutMs = options.timeoutMs ?? settings.timeoutMs;
    const { signal, unlink } = endedBy(settings, options.signal);
    return withRetries(
      async (left) => {
        const begun = Date.now();
        const headers = await headersOf(settings, options.headers);
        const timeoutMs = left && Math.max(1, left - (Date.now() - begun));
        return call(input, { ...options, timeoutMs, headers, ...(signal && { signal }) });
      },
      {
        policy: settings.retry,
        timeoutMs: timeoutMs > 0 ? timeoutMs : undefined,
        signal,
        underWay: options[UNDER_WAY],
      },
    ).finally(unlink);
  };
}

function streaming(method: DescMethod, call: StreamCall, settings: Settings): StreamCall {
  return async function* (passed, options = {}) {
    let failure: { reason: unknown } | undefined;
    let input = checkedInput(method, passed, (reason) => {
      failure = { reason };
    });
    const resumable = isResumable(method);
    const ended = endedBy(settings, options.signal);
    const link = linkSignal(ended.signal);
    const deadline = options.timeoutMs ? Date.now() + options.timeoutMs : Number.POSITIVE_INFINITY;
    const attempts = new Attempts(settings.retry);
    try {
      for (;;) {
        let started = false;
        try {
          const headers = await headersOf(settings, options.headers);
          const timeoutMs = options.timeoutMs && Math.max(1, deadline - Date.now());
          for await (const message of call(input, {
            ...options,
            timeoutMs,
            headers,
            signal: link.signal,
          })) {
            started = true;
            if (resumable) {
              const { resumeToken } = message as { resumeToken: string };
              input = { ...(input as object), resumeToken };
              attempts.progressed();
            }
            yield message;
          }
          return;
        } catch (thrown) {
          if (failure) throw failure.reason;
          const error = toLojalError(thrown, ended.signal);
          const wait =
            resumable || mayRepeat(method, input, started)
              ? attempts.waitMs(error, deadline - Date.now())
              : undefined;
          if (wait === undefined) throw error;
          await sleep(wait, ended.signal).catch((reason) => {
            throw toLojalError(reason, ended.signal);
          });
        }
      }
    } finally {
      // Leaving the loop early must end the call on the server too; after the end this does nothing.
      link.abort(new ConnectError("the caller stopped reading", Code.Canceled));
      link.unlink();
      ended.unlink();
    }
  };
}

function watching(method: DescMethod, call: StreamCall, settings: Settings): StreamCall {
  const open: StreamCall = async function* (input, options = {}) {
    yield* call(input, { ...options, headers: await headersOf(settings, options.headers) });
  };
  return async function* (passed, options = {}) {
    const { signal, unlink } = endedBy(settings, options.signal);
    try {
      const linked = { ...options, ...(signal && { signal }) };
      yield* watch(open, checkedInput(method, passed), linked, settings.retry);
    } finally {
      unlink();
    }
  };
}

/**
 * Whether a stream that broke may be asked for again: as long as nothing was read, or when its request has an id, under
 * which the work is done once. A stream of requests is gone once it was sent.
 */
function mayRepeat({ methodKind }: DescMethod, input: unknown, started: boolean): boolean {
  if (methodKind !== "server_streaming") return false;
  return !started || Boolean((input as { requestId?: string }).requestId);
}

const cannotStream: StreamCall = () => {
  throw new LojalError(
    "browsers cannot stream requests: use transactions.load, or the unary call of the same name",
    { code: Code.Unimplemented },
  );
};
