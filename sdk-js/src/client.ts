// The client: one group of calls for each topic, with the words of every client.

import type { Transport } from "@connectrpc/connect";
import type { Calls } from "./asked.js";
import { type Channel, serviceClient } from "./calls.js";
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
import { load } from "./load/load.js";
import type { LoadOptions, LoadResult, RowSource } from "./load/types.js";
import { type ClientOptions, resolveOptions } from "./options.js";

/**
 * Loads purchases, however many. Safe to run twice: rows that are there already count as duplicates, and rows without
 * a `transactionId` are told apart by how often the same row came before in the source.
 *
 * @throws LojalError as RecordTransactions does; for a bad row its number in the source is in `metadata.row`.
 */
export type Load<Source, Options> = (source: Source, options?: Options) => Promise<LoadResult>;

/** A client of a Lojal server. `Source` and `Options` are what {@link Load} takes in this environment. */
export interface LojalClient<Source = RowSource, Options extends LoadOptions = LoadOptions> {
  /** What customers bought. */
  readonly transactions: Transactions<Load<Source, Options>>;
  /** What they were given back. */
  readonly refunds: Refunds;
  /** What they said: satisfaction, effort, trust and questions of your own, and how many of those asked answered. */
  readonly surveys: Surveys;
  /** What else they had to do with you: support cases, visits, campaigns. */
  readonly interactions: Interactions;
  /** What was spent on them: on one, on those of a source or a market, or on everybody. */
  readonly costs: Costs;
  /** Everything known of a customer. */
  readonly customers: Customers;
  /** Whole tables, for data frames and files. */
  readonly export: Exports;
  /** Who is loyal, why, and how far to trust that. */
  readonly loyalty: LoyaltyScores;
  /** Who belongs where by recency, frequency and monetary value. */
  readonly segments: Segments;
  /** What customers will be worth, and whether they are still there. */
  readonly clv: Clv;
  /** Recommendation: the Net Promoter Score. */
  readonly nps: Nps;
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
  const channel: Channel = {
    transport,
    settings: resolveOptions(options),
    streamsRequests: options.streamsRequests ?? true,
  };
  const loadRows: Load<RowSource, LoadOptions> = (source, loadOptions) =>
    load(channel, source, loadOptions);
  const ingest = serviceClient(IngestService, channel);
  return {
    ...recordGroups(ingest, loadRows),
    surveys: surveysGroup(channel),
    customers: customersGroup(channel),
    export: exportsGroup(channel),
    loyalty: loyaltyGroup(channel),
    segments: segmentsGroup(channel),
    clv: clvGroup(channel),
    nps: npsGroup(channel),
    retention: retentionGroup(channel),
    workspaces: workspacesGroup(channel),
    admin: adminGroup(channel),
    ingest,
  };
}
