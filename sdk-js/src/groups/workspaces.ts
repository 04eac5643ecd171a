// client.workspaces: the RPCs of WorkspaceService, and its lists as sequences.

import type { Asked, Calls } from "../asked.js";
import { serviceClient, type Words, words } from "../calls.js";
import type { Channel } from "../channel.js";
import {
  type ExchangeRate,
  type ListExchangeRatesRequestSchema,
  type ListWorkspacesRequestSchema,
  type Workspace,
  WorkspaceService,
} from "../gen/lojal/v1/workspace_service_pb.js";
import { everyItem } from "../paging.js";
import type { CallOptions } from "../rpc.js";

const WORDS = {
  /** Makes a workspace with settings of its own: `createWorkspace`. */
  create: "createWorkspace",
  /** One workspace with its settings and size: `getWorkspace`. */
  get: "getWorkspace",
  /** Changes settings: `updateWorkspace`. */
  update: "updateWorkspace",
  /** Deletes a workspace with everything in it: `deleteWorkspace`. */
  delete: "deleteWorkspace",
} as const;

/** Tenants, brands or markets, kept apart: their currency, their time zone, what other money is worth there. */
export interface Workspaces
  extends Calls<typeof WorkspaceService>,
    Words<typeof WorkspaceService, typeof WORDS> {
  /** Every workspace with anything in it, by name. `timeoutMs` is for each page. */
  list(
    request?: Asked<typeof ListWorkspacesRequestSchema>,
    options?: CallOptions,
  ): AsyncGenerator<Workspace, void, undefined>;
  /**
   * Every exchange rate that is loaded, by currency, then by date. `timeoutMs` is for each page.
   *
   * Errors: `WORKSPACE_NOT_FOUND`.
   */
  exchangeRates(
    request?: Asked<typeof ListExchangeRatesRequestSchema>,
    options?: CallOptions,
  ): AsyncGenerator<ExchangeRate, void, undefined>;
}

export function workspacesGroup(channel: Channel): Workspaces {
  const service = serviceClient(WorkspaceService, channel);
  return {
    ...service,
    ...words(service, WORDS),
    list: (request = {}, options) =>
      everyItem(
        request,
        options,
        (page, how) => service.listWorkspaces(page, how),
        (answer) => answer.workspaces,
      ),
    exchangeRates: (request = {}, options) =>
      everyItem(
        request,
        options,
        (page, how) => service.listExchangeRates(page, how),
        (answer) => answer.rates,
      ),
  };
}
