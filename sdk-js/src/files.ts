// What loads take in Node beside rows: files and streams of them, and exports of other systems.
import type { CustomerKey } from "./columns.js";
import type { CsvOptions } from "./csv.js";
import type {
  CostRow,
  CustomerRow,
  InteractionRow,
  PurchaseRow,
  RefundRow,
  RowsOf,
  SurveyRow,
} from "./load/rows.js";
import type {
  CostLoadOptions,
  InteractionLoadOptions,
  LoadOptions,
  LoadResult,
  LoadSettings,
  NpsLoadOptions,
  SurveyLoadOptions,
} from "./load/types.js";
import type { UrlLike } from "./platform.js";
import type { LoadSummary } from "./profiles/summary.js";
import type { WritingOptions } from "./table/habits.js";

/** What can be loaded in Node: rows, the path of a file of CSV or JSON, or a stream of the text or bytes of one. */
export type NodeSource<Row = PurchaseRow> =
  | RowsOf<Row>
  | string
  | UrlLike
  | AsyncIterable<string | Uint8Array>;

/** How to read a file. */
export interface FileReading<Name extends string> extends WritingOptions {
  /** How to read CSV or JSON, and which column is which field. */
  csv?: CsvOptions<Name>;
}

/** The exports of shop systems that are known. */
export type OrderProfile =
  | "shopify"
  | "woocommerce"
  | "stripe"
  | "odoo"
  | "klaviyo"
  | "uci-online-retail";
/** The exports of survey tools that are known. */
export type AnswerProfile = "delighted" | "typeform" | "formbricks" | "surveymonkey";

/** How to read the export of another system. */
export interface ProfileReading<Name extends string> {
  /**
   * The export that a file is. Default: as its header says, unless a column is named. Columns that are named beside a
   * profile take the place of its own. `"none"`: none, whatever the header is.
   */
  profile?: Name | "none";
  /** `"email"`, where a file has both and customers are named by their e-mail addresses. Default `"id"`. */
  customerKey?: CustomerKey;
}

/** How to load purchases in Node. */
export interface NodeLoadOptions
  extends LoadOptions,
    FileReading<keyof PurchaseRow>,
    ProfileReading<OrderProfile> {
  /** Statuses of orders that count beside those that the profile knows. */
  countedStatuses?: readonly string[];
  /**
   * Whether rows are lines of orders, which are added up by their `transactionId`; in files a price counts for each
   * piece. Of exports their profile says it. Default false.
   */
  lines?: boolean;
  /**
   * What becomes of amounts less than zero: `"refund"` takes them from the latest purchases of the customer, as far as
   * they go. Purchases without a `transactionId` get one made of what they are. Default `"refuse"`.
   */
  negative?: "refuse" | "refund";
}

/** How to load answers to NPS in Node. */
export interface NodeNpsLoadOptions
  extends NpsLoadOptions,
    FileReading<keyof SurveyRow>,
    ProfileReading<AnswerProfile> {}

/** How to load answers to surveys in Node. */
export interface NodeSurveyLoadOptions
  extends SurveyLoadOptions,
    FileReading<keyof SurveyRow>,
    ProfileReading<AnswerProfile> {}

/** How to load customers in Node. */
export interface NodeCustomerLoadOptions
  extends LoadSettings,
    FileReading<"customerId" | "effectiveTime"> {
  /** Columns of a file to record as attributes, in lower case with underscores. Default: all others. */
  attributes?: readonly string[];
}

/** What a load has done in Node. */
export interface NodeLoadResult extends LoadResult {
  /** The export that the source was recognised as, such as `"shopify"`; `""` for none. */
  profile: string;
  /** Which column of a file was taken for which field. */
  columns: Record<string, string>;
  /** How many orders or answers of an export do not count, by reason, such as `"cancelled"`. */
  leftOut: Record<string, number>;
  /** How many of those recorded are refunds, of an export of orders. */
  refundsRecorded: number;
  /** What the good rows of an export come to, with those recorded before. Undefined for other sources. */
  summary: LoadSummary | undefined;
}

/** Loads what is known by rows of one kind, from rows or files. */
export type NodeLoad<Row, Options> = (
  source: NodeSource<Row>,
  options?: Options,
) => Promise<NodeLoadResult>;

/** What each `load` takes in Node. */
export interface NodeLoads {
  transactions: NodeLoad<PurchaseRow, NodeLoadOptions>;
  refunds: NodeLoad<RefundRow, LoadOptions & FileReading<keyof RefundRow>>;
  interactions: NodeLoad<
    InteractionRow,
    InteractionLoadOptions & FileReading<keyof InteractionRow>
  >;
  costs: NodeLoad<CostRow, CostLoadOptions & FileReading<keyof CostRow>>;
  surveys: NodeLoad<SurveyRow, NodeSurveyLoadOptions>;
  nps: NodeLoad<SurveyRow, NodeNpsLoadOptions>;
  customers: NodeLoad<CustomerRow, NodeCustomerLoadOptions>;
}
