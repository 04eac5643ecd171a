// lojal/web: gRPC-Web, for browsers and whatever else has fetch.
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { abortable } from "./abortable.js";
import { channelOver } from "./channel.js";
import { clientOn, type LojalClient } from "./client.js";
import { checkKeyTravels, type NetworkOptions, serverUrl } from "./options.js";
import type { FetchLike } from "./platform.js";

export * from "./index.js";

/** Options of {@link createClient}. */
export interface WebClientOptions extends NetworkOptions {
  /** Used instead of the global `fetch`. */
  fetch?: FetchLike;
}

/**
 * Makes a client that talks gRPC-Web. It has the same calls as that of `lojal/node`, but browsers cannot stream
 * requests: `ingest.import` fails with UNIMPLEMENTED, and each `load` sends its chunks one by one.
 *
 * @param url - such as `"http://localhost:50051"`.
 * @throws TypeError when this is not an address, or an API key would be sent to another machine in the clear.
 */
export function createClient(url: string, options: WebClientOptions = {}): LojalClient {
  const baseUrl = serverUrl(url);
  const checkKey = (asked: NetworkOptions) => checkKeyTravels(baseUrl, asked);
  checkKey(options);
  const transport = createGrpcWebTransport({
    baseUrl,
    interceptors: options.interceptors ?? [],
    // Looked up at each call, as without this, so that a page may replace it.
    fetch: abortable(options.fetch ?? ((input, init) => globalThis.fetch(input, init))),
  });
  return clientOn(channelOver(transport, options, { streamsRequests: false, checkKey }));
}
