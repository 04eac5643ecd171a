// The client: one group of calls for each topic, with the words of every client.

import type { Calls } from "./asked.js";
import { serviceClient } from "./calls.js";
import { type Channel, channelOver, type OtherOptions, otherChannel } from "./channel.js";
import { IngestService } from "./gen/lojal/v1/ingest_service_pb.js";
import { type Admin, adminGroup } from "./groups/admin.js";
import { type Clv, clvGroup } from "./groups/clv.js";
import { type Customers, customersGroup } from "./groups/customers.js";
import { type Exports, exportsGroup } from "./groups/exports.js";
import { type LoyaltyScores, loyaltyGroup } from "./groups/loyalty.js";
import { type Nps, npsGroup } from "./groups/nps.js";
import {
  type Costs,
  type Interactions,
  type Refunds,
  recordGroups,
  type Transactions,
} from "./groups/records.js";
import { type Retention, retentionGroup } from "./groups/retention.js";
import { type Segments, segmentsGroup } from "./groups/segments.js";
import { type Surveys, surveysGroup } from "./groups/surveys.js";
import { type Workspaces, workspacesGroup } from "./groups/workspaces.js";
import { loadsOf } from "./load/loads.js";
import type { Loads } from "./load/types.js";
import type { ClientOptions } from "./options.js";
import type { Transport } from "./rpc.js";

/** A client of a Lojal server. `L` says what each `load` takes in this environment. */
export interface LojalClient<L extends Loads = Loads> {
  /** What customers bought. */
  readonly transactions: Transactions<L["transactions"]>;
  /** What they were given back. */
  readonly refunds: Refunds<L["refunds"]>;
  /** What they said: satisfaction, effort, trust and questions of your own, and how many of those asked answered. */
  readonly surveys: Surveys<L["surveys"]>;
  /** What else they had to do with you: support cases, visits, campaigns. */
  readonly interactions: Interactions<L["interactions"]>;
  /** What was spent on them: on one, on those of a source or a market, or on everybody. */
  readonly costs: Costs<L["costs"]>;
  /** Everything known of a customer. */
  readonly customers: Customers<L["customers"]>;
  /** Whole tables, for data frames and files. */
  readonly export: Exports;
  /** Who is loyal, why, and how far to trust that. */
  readonly loyalty: LoyaltyScores;
  /** Who belongs where by recency, frequency and monetary value. */
  readonly segments: Segments;
  /** What customers will be worth, and whether they are still there. */
  readonly clv: Clv;
  /** Recommendation: the Net Promoter Score. */
  readonly nps: Nps<L["nps"]>;
  /** Who stays: retention, cohorts, survival, and what staying brings. */
  readonly retention: Retention;
  /** Tenants, brands or markets, their currency and time zone. */
  readonly workspaces: Workspaces;
  /** How the server is doing. */
  readonly admin: Admin;
  /**
   * The service behind `transactions`, `refunds`, `interactions`, `costs` and `surveys.record`: imports of every kind of
   * row.
   */
  readonly ingest: Calls<typeof IngestService>;
  /**
   * A client on the same connection with other defaults: of another workspace, with another timeout or key, or with a
   * signal that ends all of its calls.
   *
   * @example
   * await client.withOptions({ workspace: "brand-hr", timeoutMs: 60_000 }).segments.summary({});
   */
  withOptions(other: OtherOptions): LojalClient<L>;
}

/** Options of {@link createClientOver}. */
export interface TransportClientOptions extends ClientOptions {
  /** Whether the transport can stream requests; those of browsers cannot. Default true. */
  streamsRequests?: boolean;
}

/**
 * Makes a client over any Connect transport, such as `createRouterTransport` in a test of yours. Programs use
 * `createClient` of `lojal/node` or `lojal/web`.
 */
export function createClientOver(
  transport: Transport,
  options: TransportClientOptions = {},
): LojalClient {
  const { streamsRequests = true, ...rest } = options;
  return clientOn(channelOver(transport, rest, { streamsRequests }));
}

/** The client of a channel. */
export function clientOn(channel: Channel, loads: Loads = loadsOf(channel)): LojalClient {
  const ingest = serviceClient(IngestService, channel);
  return {
    ...recordGroups(ingest, loads),
    surveys: surveysGroup(channel, loads.surveys),
    customers: customersGroup(channel, loads.customers),
    export: exportsGroup(channel),
    loyalty: loyaltyGroup(channel),
    segments: segmentsGroup(channel),
    clv: clvGroup(channel),
    nps: npsGroup(channel, loads.nps),
    retention: retentionGroup(channel),
    workspaces: workspacesGroup(channel),
    admin: adminGroup(channel),
    ingest,
    withOptions: (other) => clientOn(otherChannel(channel, other)),
  };
}
