// The words of loading: how, and what comes back. What goes in is in rows.ts.
import type { ReasonName } from "../errors.js";
import type { AbortSignalLike, HeadersGiven } from "../platform.js";
import type {
  CostKindLike,
  CostRow,
  CustomerRow,
  InteractionKindLike,
  InteractionRow,
  PurchaseRow,
  RefundRow,
  RowsOf,
  SurveyDispositionLike,
  SurveyKindLike,
  SurveyMetricLike,
  SurveyRow,
} from "./rows.js";

/** Rows to load, in the order in which they happened or were written down. */
export type RowSource = RowsOf<PurchaseRow>;

/** How to load rows of any kind. */
export interface LoadSettings {
  /** Record the good rows and report the bad ones, instead of stopping at the first bad row. Default false. */
  skipInvalid?: boolean;
  /**
   * Rows sent together: of purchases 1 to 100,000, by default 50,000; of all else, and in browsers, 1 to 10,000, by
   * default 5,000.
   */
  chunkRows?: number;
  /** Chunks sent ahead of the server's answers, 1 to 16. Default 4. In browsers always 1. */
  chunksInFlight?: number;
  /** Longest wait for the answer to a chunk, in milliseconds; 0 for no limit. Default 60,000. */
  chunkTimeoutMs?: number;
  /**
   * Names the source, 1 to 128 bytes, so that the server remembers how far its load has come. One that was cut short
   * goes on there, and reads past the rows before. The source has to be the same. Not in browsers, and not for exports
   * that are read by a profile. Without it a load begins anew, and what is there already counts as duplicates.
   */
  sourceId?: string;
  /** Called after each chunk that became durable. */
  onProgress?: (progress: LoadResult) => void;
  /** Stops the load. What was answered stays recorded. */
  signal?: AbortSignalLike;
  /** Metadata of the calls. */
  headers?: HeadersGiven;
}

/** How to load what has amounts. */
export interface LoadOptions extends LoadSettings {
  /** Currency of the rows that name none. Default: the workspace's reporting currency. */
  currencyCode?: string;
}

/** How to load costs. */
export interface CostLoadOptions extends LoadOptions {
  /** Of rows that do not say: `"acquisition"`, `"service"`, `"programme"`, `"incentive"` or `"other"`. Default other. */
  kind?: CostKindLike;
}

/** How to load interactions. */
export interface InteractionLoadOptions extends LoadSettings {
  /** Of rows that do not say: `"support_case"`, `"visit"`, `"campaign"` or `"other"`. Default other. */
  kind?: InteractionKindLike;
}

/** How to load answers to NPS. */
export interface NpsLoadOptions extends LoadSettings {
  /** Nobody who answered is to be known, whatever rows say. Default false. */
  anonymous?: boolean;
}

/** How to load answers to surveys, invitations and the like. All but `anonymous` are of rows that do not say. */
export interface SurveyLoadOptions extends NpsLoadOptions {
  /** `"nps"`, `"csat"`, `"ces1"`, `"ces2"`, `"trust"` or `"custom"`. Default nps. */
  metric?: SurveyMetricLike;
  /** `"relationship"` or `"transactional"`. Default relationship. */
  kind?: SurveyKindLike;
  /** `"completed"`, `"partial"`, `"dismissed"`, `"invited"`, `"delivered"` or `"bounced"`. Default completed. */
  disposition?: SurveyDispositionLike;
  /** Lowest score that could be given. Default: that of the metric. */
  scaleMin?: number;
  /** Highest score that could be given. Default: that of the metric. */
  scaleMax?: number;
  /** Only for `"custom"`: whether a lower score is better. Default no. */
  lowerIsBetter?: boolean;
  /** Name of the survey, up to 128 bytes. `"custom"` needs one. */
  defaultSurveyId?: string;
}

/** A row that was not recorded. */
export interface LoadRowError {
  /** Position of the row in the source, from 1. */
  row: number;
  /** The line of a file at which the row begins; its header is line 1. Undefined where the source is no file. */
  line?: number;
  /** The field that is wrong; of several the first. */
  field: string;
  /** All fields that are wrong. */
  fields: string[];
  /** Why, for programs. */
  reason: ReasonName | "UNSPECIFIED";
  /** Why, for people. */
  message: string;
}

/** What a load has done, so far or at its end. */
export interface LoadResult {
  /** Rows answered: recorded, duplicate or invalid. */
  rows: number;
  /** Rows recorded now. */
  recorded: number;
  /** Rows that were there already. */
  duplicates: number;
  /** Rows not recorded. Only with `skipInvalid`. */
  invalid: number;
  /** The first 1,000 of them. */
  rowErrors: LoadRowError[];
  /** Revision after the last chunk. Undefined before. */
  revision: bigint | undefined;
  /** Rows before the one at which a load with a `sourceId` went on. Undefined where it began with the first. */
  resumedAfter?: number;
  /**
   * What to look at: columns of a file that tell what became of an order and were not read, comments that were cut,
   * scores that look as if they were given on another scale.
   */
  notes: string[];
}

/**
 * Loads rows, however many. Safe to run twice: rows that are there already count as duplicates.
 *
 * @throws LojalError as the RPC for rows of this kind does; for a bad row its number in the source is in `metadata.row`.
 */
export type Load<Source, Options> = (source: Source, options?: Options) => Promise<LoadResult>;

/** What each `load` takes, everywhere. */
export interface Loads {
  transactions: Load<RowSource, LoadOptions>;
  refunds: Load<RowsOf<RefundRow>, LoadOptions>;
  interactions: Load<RowsOf<InteractionRow>, InteractionLoadOptions>;
  costs: Load<RowsOf<CostRow>, CostLoadOptions>;
  surveys: Load<RowsOf<SurveyRow>, SurveyLoadOptions>;
  nps: Load<RowsOf<SurveyRow>, NpsLoadOptions>;
  customers: Load<RowsOf<CustomerRow>, LoadSettings>;
}
