// The client: one group of calls for each service, and loading.
import type { Client, Transport } from "@connectrpc/connect";
import { type Channel, serviceClient } from "./calls.js";
import { AdminService } from "./gen/lojal/v1/admin_service_pb.js";
import { IngestService } from "./gen/lojal/v1/ingest_service_pb.js";
import { NpsService } from "./gen/lojal/v1/nps_service_pb.js";
import { RetentionService } from "./gen/lojal/v1/retention_service_pb.js";
import { SurveyService } from "./gen/lojal/v1/survey_service_pb.js";
import { type Clv, clvGroup } from "./groups/clv.js";
import { type Customers, customersGroup } from "./groups/customers.js";
import { type Segmentation, segmentationGroup } from "./groups/segmentation.js";
import type { Transactions } from "./groups/transactions.js";
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
  /** What happened: purchases, refunds, survey answers, interactions. */
  readonly ingest: Client<typeof IngestService>;
  /** Everything known of a customer. */
  readonly customers: Customers;
  /** Who belongs where by recency, frequency and monetary value. */
  readonly segmentation: Segmentation;
  /** What a customer will be worth, and whether they are still there. */
  readonly clv: Clv;
  /** Recommendation: the Net Promoter Score. */
  readonly nps: Client<typeof NpsService>;
  /** Who stays: retention, cohorts, survival, and what staying brings. */
  readonly retention: Client<typeof RetentionService>;
  /** Satisfaction, effort, trust and questions of your own, and how many of those who were asked answered. */
  readonly surveys: Client<typeof SurveyService>;
  /** Tenants, brands or markets, their currency and time zone. */
  readonly workspaces: Workspaces;
  /** How the server is doing. */
  readonly admin: Client<typeof AdminService>;
  /** Purchases as a whole. */
  readonly transactions: Transactions<Load<Source, Options>>;
  /** The same as `transactions.load`. */
  readonly load: Load<Source, Options>;
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
  const loadRows: LojalClient["load"] = (source, loadOptions) => load(channel, source, loadOptions);
  const ingest = serviceClient(IngestService, channel);
  return {
    ingest,
    customers: customersGroup(channel),
    segmentation: segmentationGroup(channel),
    clv: clvGroup(channel),
    nps: serviceClient(NpsService, channel),
    retention: serviceClient(RetentionService, channel),
    surveys: serviceClient(SurveyService, channel),
    workspaces: workspacesGroup(channel),
    admin: serviceClient(AdminService, channel),
    transactions: { load: loadRows, void: ingest.voidTransactions },
    load: loadRows,
  };
}
