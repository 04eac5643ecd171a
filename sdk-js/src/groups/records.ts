// client.transactions, refunds, interactions and costs: what happened.
import type { Calls } from "../asked.js";
import { type Words, words } from "../calls.js";
import type { IngestService } from "../gen/lojal/v1/ingest_service_pb.js";

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

/** What customers bought. `Load` is how a whole log of it is loaded in this environment. */
export type Transactions<Load> = Words<typeof IngestService, typeof TRANSACTIONS> & {
  readonly load: Load;
};

/** What they were given back. */
export type Refunds = Words<typeof IngestService, typeof REFUNDS>;

/** What else they had to do with you: support cases, visits, campaigns. */
export type Interactions = Words<typeof IngestService, typeof INTERACTIONS>;

/** What was spent on them. */
export type Costs = Words<typeof IngestService, typeof COSTS>;

/** The groups of what is recorded. */
export function recordGroups<Load>(ingest: Calls<typeof IngestService>, load: Load) {
  return {
    transactions: { ...words(ingest, TRANSACTIONS), load } as Transactions<Load>,
    refunds: words(ingest, REFUNDS) as Refunds,
    interactions: words(ingest, INTERACTIONS) as Interactions,
    costs: words(ingest, COSTS) as Costs,
  };
}
