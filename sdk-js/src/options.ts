// What a client can be told, once for all calls.
import { LojalError } from "./errors.js";
import type { AbortSignalLike, HeadersGiven, HeadersLike } from "./platform.js";
import { DEFAULT_RETRY, type RetryPolicy } from "./retry.js";
import { Code, type Interceptor } from "./rpc.js";
import type { Closing } from "./signals.js";

/** An API key or a token, or what gives one at each call. */
export type ApiKeySource = string | (() => string | Promise<string>);

/** Options of a client. Every call takes `{ timeoutMs, signal, headers }` of its own on top. */
export interface ClientOptions {
  /** The workspace of every call: a tenant, brand or market. Default: the server's `"default"`. */
  workspace?: string;
  /** Longest duration of a unary call with all its retries, in milliseconds; 0 for no limit. Default 10,000. Streams have none. */
  timeoutMs?: number;
  /** Metadata sent with every call. A call's own headers win. */
  headers?: HeadersGiven;
  /**
   * An API key, as `lojal key create` printed it, or a token of an identity provider. Or a function that returns one or
   * a promise of one, for tokens that expire: it is asked at each attempt at a call, so let it remember what it has.
   * What it throws is the `cause` of the call's LojalError. Default: the environment variable LOJAL_API_KEY, where
   * there is an environment. Pages show theirs to whoever looks: give them a key that may do little.
   */
  apiKey?: ApiKeySource;
  /** How calls are repeated after UNAVAILABLE, or after RESOURCE_EXHAUSTED with a delay. `false`: never. */
  retry?: Partial<RetryPolicy> | false;
  /** Ends every call of the client. Default: nothing does. */
  signal?: AbortSignalLike;
}

/** Options of a client over the network. */
export interface NetworkOptions extends ClientOptions {
  /** Connect interceptors, for logging or tracing. They see every attempt, and ConnectError instead of LojalError. */
  interceptors?: Interceptor[];
  /** Send the API key to another machine without TLS, where everybody on the way can read it. Default false. */
  plaintextKey?: boolean;
}

/** {@link ClientOptions} with every default filled in. */
export interface Settings {
  timeoutMs: number;
  headers: HeadersLike;
  /** What ends calls, beside the signal of each. */
  signals: readonly AbortSignalLike[];
  /** What ends calls when the client is closed, where it can be. */
  closing?: Closing | undefined;
  /** What gives the API key or the token of each call, where it is not in the headers. */
  apiKey?: () => string | Promise<string>;
  retry: RetryPolicy;
}

/** Default of {@link ClientOptions.timeoutMs}. */
export const DEFAULT_TIMEOUT_MS = 10_000;

/** Fills in the defaults. */
export function resolveOptions(options: ClientOptions): Settings {
  const headers = new Headers(options.headers);
  if (options.workspace !== undefined) {
    if (!/^[\x21-\x7e]+$/.test(options.workspace)) {
      throw new TypeError(
        `not a workspace: "${options.workspace}"; allowed are a-z, 0-9, "_" and "-"`,
      );
    }
    headers.set("lojal-workspace", options.workspace);
  }
  const apiKey = keyOf(options);
  // A header that was set by hand is what its writer means.
  const own = headers.has("authorization") ? undefined : apiKey;
  if (typeof own === "string") headers.set("authorization", `Bearer ${own}`);
  const retry =
    options.retry === false
      ? { ...DEFAULT_RETRY, maxAttempts: 1 }
      : { ...DEFAULT_RETRY, ...options.retry };
  return {
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    headers,
    signals: options.signal ? [options.signal] : [],
    ...(typeof own === "function" && { apiKey: own }),
    retry,
  };
}

/** The headers of a call: those of the client, those of the call, and the token of right now. */
export async function headersOf(settings: Settings, own?: HeadersGiven): Promise<HeadersLike> {
  const headers = new Headers(settings.headers);
  new Headers(own).forEach((value, name) => {
    headers.set(name, value);
  });
  if (settings.apiKey && !headers.has("authorization")) {
    headers.set("authorization", `Bearer ${await given(settings.apiKey)}`);
  }
  return headers;
}

/** The key that a function gives. That it gives none is no fault of the connection, and nothing to try again. */
async function given(apiKey: () => string | Promise<string>): Promise<string> {
  try {
    return checkedKey(await apiKey());
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LojalError(`the function apiKey gave none: ${why}`, {
      code: Code.Unauthenticated,
      cause,
    });
  }
}

/** Takes `localhost:50051` for `http://localhost:50051`, and checks the rest. */
export function serverUrl(url: string): string {
  const full = /^[a-z]+:\/\//i.test(url) ? url : `http://${url}`;
  if (!/^https?:\/\//i.test(full) || !URL.canParse(full)) {
    throw new TypeError(`not a server address: "${url}"; give one like "http://localhost:50051"`);
  }
  return full.replace(/\/+$/, "");
}

/** The API key of a client: its own, or that of the environment. */
function keyOf(options: ClientOptions): ApiKeySource | undefined {
  const environment = (globalThis as { process?: { env?: Record<string, string | undefined> } })
    .process?.env;
  const key = options.apiKey ?? (environment?.LOJAL_API_KEY || undefined);
  return key === undefined || typeof key === "function" ? key : checkedKey(key);
}

/** A key as it is sent. */
function checkedKey(key: unknown): string {
  // The message does not show it, as errors end in logs.
  if (typeof key !== "string" || !/^[\x21-\x7e]+$/.test(key.trim())) {
    throw new TypeError(
      "apiKey is no API key; give it as `lojal key create` printed it, or a token as it was issued, or a function that returns one",
    );
  }
  return key.trim();
}

/** Refuses to send an API key over the network in the clear. */
export function checkKeyTravels(url: string, options: NetworkOptions): void {
  if (keyOf(options) === undefined || options.plaintextKey) return;
  const { protocol, hostname, host } = new URL(url);
  if (protocol === "https:" || isThisMachine(hostname)) return;
  throw new TypeError(
    `the API key would be sent to ${host} in the clear; use https://, or say plaintextKey: true if the way there is safe`,
  );
}

function isThisMachine(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}
