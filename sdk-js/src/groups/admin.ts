// client.admin: the RPCs of AdminService, and its lists as sequences.
import type { Asked, Calls } from "../asked.js";
import { serviceClient, type Words, words } from "../calls.js";
import type { Channel } from "../channel.js";
import {
  AdminService,
  type ApiKey,
  type ListApiKeysRequestSchema,
} from "../gen/lojal/v1/admin_service_pb.js";
import { everyItem } from "../paging.js";
import type { CallOptions } from "../rpc.js";

const WORDS = {
  /** Version, state and limits, and the size of the workspace: `getServerInfo`. */
  info: "getServerInfo",
} as const;

/** How the server is doing, a copy of everything, and API keys. */
export interface Admin
  extends Calls<typeof AdminService>,
    Words<typeof AdminService, typeof WORDS> {
  /** Every API key by when it was made, expired and revoked ones included. `timeoutMs` is for each page. */
  apiKeys(
    request?: Asked<typeof ListApiKeysRequestSchema>,
    options?: CallOptions,
  ): AsyncGenerator<ApiKey, void, undefined>;
}

export function adminGroup(channel: Channel): Admin {
  const service = serviceClient(AdminService, channel);
  return {
    ...service,
    ...words(service, WORDS),
    apiKeys: (request = {}, options) =>
      everyItem(
        request,
        options,
        (page, how) => service.listApiKeys(page, how),
        (answer) => answer.apiKeys,
      ),
  };
}
