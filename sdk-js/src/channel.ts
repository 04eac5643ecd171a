// How calls leave a client, and how clients with other defaults share one connection.
import { type ClientOptions, resolveOptions, type Settings } from "./options.js";
import type { AbortSignalLike } from "./platform.js";
import type { Transport } from "./rpc.js";
import type { Closing } from "./signals.js";

/** How calls leave this client. */
export interface Channel {
  transport: Transport;
  settings: Settings;
  /** Whether a request can be a stream. Browsers cannot. */
  streamsRequests: boolean;
  /** What the client was told, of which `settings` are made. */
  options: ClientOptions;
  /** Refuses options with which a key would be sent in the clear. */
  checkKey?: (options: ClientOptions) => void;
}

/** What another client over the same connection may do differently. What is left out stays as it is. */
export interface OtherOptions {
  /** Another workspace. */
  workspace?: string | undefined;
  /** Another longest duration of a unary call with all its retries, in milliseconds; 0 for no limit. */
  timeoutMs?: number | undefined;
  /** Another API key or token, or what gives one at each call. */
  apiKey?: ClientOptions["apiKey"] | undefined;
  /** Ends the calls of the other client, beside what ends those of this one. */
  signal?: AbortSignalLike | undefined;
}

const OTHER_OPTIONS = ["workspace", "timeoutMs", "apiKey", "signal"];

/** Makes a channel. */
export function channelOver(
  transport: Transport,
  options: ClientOptions,
  { closing, ...more }: Pick<Channel, "streamsRequests" | "checkKey"> & { closing?: Closing },
): Channel {
  return { transport, options, settings: { ...resolveOptions(options), closing }, ...more };
}

/** The same channel with other defaults. */
export function otherChannel(channel: Channel, other: OtherOptions): Channel {
  const { workspace, timeoutMs, apiKey, signal } = other;
  const unknown = Object.keys(other).find((name) => !OTHER_OPTIONS.includes(name));
  if (unknown) {
    throw new TypeError(
      `withOptions has no "${unknown}"; there are ${OTHER_OPTIONS.join(", ")}, and everything else is said to createClient`,
    );
  }
  const headers = new Headers(channel.options.headers);
  // What is said last is meant: a key beside a header that was set by hand would be passed over.
  if (apiKey !== undefined) headers.delete("authorization");
  const options: ClientOptions = {
    ...channel.options,
    headers,
    ...(workspace !== undefined && { workspace }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(apiKey !== undefined && { apiKey }),
  };
  channel.checkKey?.(options);
  const settings = resolveOptions(options);
  const signals = [...channel.settings.signals, ...(signal ? [signal] : [])];
  const { closing } = channel.settings;
  return { ...channel, options, settings: { ...settings, signals, closing } };
}
