// What goes into a load: a row of each kind.
import type {
  CostKind,
  InteractionKind,
  SurveyDisposition,
  SurveyKind,
  SurveyMetric,
} from "../gen/lojal/v1/common_pb.js";
import type { TimeLike } from "../time.js";

/** Rows of one kind, in the order in which they happened or were written down. */
export type RowsOf<Row> = Iterable<Row> | AsyncIterable<Row>;

/** A decimal, best as text; at most 6 digits after the point. */
export type AmountLike = string | number | bigint;

/** A number or a word of the contract's enums, in any case: `"support_case"`. */
type Word<Enum> = Enum | (string & {});
export type InteractionKindLike = Word<InteractionKind>;
export type CostKindLike = Word<CostKind>;
export type SurveyMetricLike = Word<SurveyMetric>;
export type SurveyKindLike = Word<SurveyKind>;
export type SurveyDispositionLike = Word<SurveyDisposition>;

/** One purchase of a source. */
export interface PurchaseRow {
  /** Who bought. 1 to 128 bytes of UTF-8. An e-mail address counts in lower case, without the blanks around it. */
  customerId: string;
  /** When: a Date, an ISO 8601 string or a Temporal object. A day alone is midnight UTC. */
  time: TimeLike;
  /** What was paid: a decimal, best as text; at most 6 digits after the point. */
  amount: AmountLike;
  /** ISO 4217 code. Default: `LoadOptions.currencyCode`, and without one the workspace's reporting currency. */
  currencyCode?: string | undefined;
  /** Your id of the purchase. Without one the server derives a stable id from the row. */
  transactionId?: string | undefined;
  /**
   * What was taken off the list price, in the row's currency, zero or more. Default, as `""`: nothing was, or nobody
   * knows. In a CSV file its column is never guessed, as one of that name may hold percentages; name it.
   */
  discount?: AmountLike | undefined;
}

/** Money given back. In this row and those below an empty text counts as not given. */
export interface RefundRow {
  /** Your id of the refund. */
  refundId: string;
  /** The purchase it is of, which is recorded already. */
  transactionId: string;
  /** When. */
  time: TimeLike;
  /** What was given back, more than zero. */
  amount: AmountLike;
  /** As that of a {@link PurchaseRow}. */
  currencyCode?: string | undefined;
}

/** A support case, a visit, a campaign. */
export interface InteractionRow {
  /** Your id of it. */
  interactionId: string;
  /** Whom it was with. An e-mail address counts in lower case, without the blanks around it. */
  customerId: string;
  /** When. */
  time: TimeLike;
  /** What it was. Default: `InteractionLoadOptions.kind`. */
  kind?: InteractionKindLike | undefined;
  /** What you call it. */
  name?: string | undefined;
  /** Where it took place. */
  channel?: string | undefined;
  /** What became of it, such as `"opened"` or `"clicked"`. */
  status?: string | undefined;
  /** What it was about: a list, or text with semicolons in between. */
  topics?: readonly string[] | string | undefined;
  /** The support case that it is a step of. */
  caseId?: string | undefined;
}

/** Money spent: on one customer, on those of a source or a market, or on everybody. */
export interface CostRow {
  /** Your id of it. */
  costId: string;
  /** Whom it was spent on, where that is one customer. */
  customerId?: string | undefined;
  /** The source by which those came whom it was spent on. */
  source?: string | undefined;
  /** Their market. */
  market?: string | undefined;
  /** When, or from when on. */
  time: TimeLike;
  /** The first instant after the period: of March the first of April. */
  endTime?: TimeLike | undefined;
  /** What was spent, more than zero. */
  amount: AmountLike;
  /** As that of a {@link PurchaseRow}. */
  currencyCode?: string | undefined;
  /** What it was spent for. Default: `CostLoadOptions.kind`. */
  kind?: CostKindLike | undefined;
}

/** An answer to a survey, an invitation, a dismissal. What it does not say is as the options of the load have it. */
export interface SurveyRow {
  /**
   * Your id of the answer. In Node an answer without one gets one made of its customer, time and score, the same
   * whenever the same source is loaded.
   */
  responseId?: string | undefined;
  /** Who answered. Without one the answer is anonymous. */
  customerId?: string | undefined;
  /** When. */
  time: TimeLike;
  /** The score, a whole number within the scale. */
  score?: number | string | undefined;
  metric?: SurveyMetricLike | undefined;
  kind?: SurveyKindLike | undefined;
  disposition?: SurveyDispositionLike | undefined;
  /** The name of the survey. */
  surveyId?: string | undefined;
  /** How it was asked. */
  channel?: string | undefined;
  /** What the customer wrote. Cut to 2,000 bytes, which is told. */
  comment?: string | undefined;
  /** What it was about: a list, or text with semicolons in between. */
  topics?: readonly string[] | string | undefined;
  /** How many customers the answer stands for, more than 0 and at most 1,000. Default 1. */
  weight?: number | string | undefined;
  scaleMin?: number | string | undefined;
  scaleMax?: number | string | undefined;
  lowerIsBetter?: boolean | string | undefined;
}

/** What is known of a customer. */
export interface CustomerRow {
  /** Who. An e-mail address counts in lower case, without the blanks around it. */
  customerId: string;
  /** Facts by name. An empty one leaves the fact as it is. */
  attributes?: Readonly<Record<string, unknown>> | undefined;
  /** From when on they hold. Default: for all times. */
  effectiveTime?: TimeLike | undefined;
  /** Where they came from, in your words. */
  acquisitionSource?: string | undefined;
  /** The id of the customer who recommended you to this one. */
  referredBy?: string | undefined;
}
