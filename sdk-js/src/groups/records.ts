// client.transactions, refunds, interactions and costs: what happened.
import type { Calls } from "../asked.js";
import { type Words, words } from "../calls.js";
import type { IngestService } from "../gen/lojal/v1/ingest_service_pb.js";
import type { Loads } from "../load/types.js";

const TRANSACTIONS = {
  /** Records up to 10,000 purchases together: `ingest.recordTransactions`. */
  record: "recordTransactions",
  /**
   * Takes purchases back that should not have been recorded: they count in no answer from the void's `time` on, or,
   * without one, ever: `ingest.voidTransactions`.
   */
  void: "voidTransactions",
  /** How many rows of a source are recorded, of an import that was cut short: `ingest.getImportPosition`. */
  importPosition: "getImportPosition",
} as const;

const REFUNDS = {
  /** Records up to 10,000 refunds together: `ingest.recordRefunds`. */
  record: "recordRefunds",
} as const;

const INTERACTIONS = {
  /** Records up to 10,000 support cases, visits and campaigns together: `ingest.recordInteractions`. */
  record: "recordInteractions",
} as const;

const COSTS = {
  /**
   * Records up to 10,000 costs together: of one customer, of those of a source or a market, or of everybody:
   * `ingest.recordCosts`.
   */
  record: "recordCosts",
} as const;

/** A group with a `load`: how a whole log is loaded in this environment. */
export interface Loading<Load> {
  /** Loads a whole log, however long. Safe to run twice. */
  readonly load: Load;
}

/** What customers bought. */
export type Transactions<Load = Loads["transactions"]> = Words<
  typeof IngestService,
  typeof TRANSACTIONS
> &
  Loading<Load>;

/** What they were given back. */
export type Refunds<Load = Loads["refunds"]> = Words<typeof IngestService, typeof REFUNDS> &
  Loading<Load>;

/** What else they had to do with you: support cases, visits, campaigns. */
export type Interactions<Load = Loads["interactions"]> = Words<
  typeof IngestService,
  typeof INTERACTIONS
> &
  Loading<Load>;

/** What was spent on them. */
export type Costs<Load = Loads["costs"]> = Words<typeof IngestService, typeof COSTS> &
  Loading<Load>;

/** The groups of what is recorded. */
export function recordGroups(ingest: Calls<typeof IngestService>, loads: Loads) {
  return {
    transactions: { ...words(ingest, TRANSACTIONS), load: loads.transactions },
    refunds: { ...words(ingest, REFUNDS), load: loads.refunds },
    interactions: { ...words(ingest, INTERACTIONS), load: loads.interactions },
    costs: { ...words(ingest, COSTS), load: loads.costs },
  };
}
