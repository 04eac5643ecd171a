// client.admin: the RPCs of AdminService.
import type { Calls } from "../asked.js";
import { type Channel, serviceClient, type Words, words } from "../calls.js";
import { AdminService } from "../gen/lojal/v1/admin_service_pb.js";

const WORDS = {
  /** Version, state and limits, and the size of the workspace: `getServerInfo`. */
  info: "getServerInfo",
} as const;

/** How the server is doing. */
export type Admin = Calls<typeof AdminService> & Words<typeof AdminService, typeof WORDS>;

export function adminGroup(channel: Channel): Admin {
  const service = serviceClient(AdminService, channel);
  return { ...service, ...words(service, WORDS) };
}
