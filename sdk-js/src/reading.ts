// How files become rows of each kind, and exports of other systems what is recorded of them.
import { EMAIL_NAMES, requireKey } from "./columns.js";
import { purchasesOf } from "./csv.js";
import type {
  NodeCustomerLoadOptions,
  NodeLoadOptions,
  NodeNpsLoadOptions,
  NodeSurveyLoadOptions,
} from "./files.js";
import type { CustomerRow, PurchaseRow, RowsOf, SurveyRow } from "./load/rows.js";
import { onLine, placeOf } from "./load/taker.js";
import { prepareAnswers } from "./profiles/answer-export.js";
import { planOfExport, prepareOrders } from "./profiles/order-export.js";
import { hangTogether, prepareRows, prepareTable } from "./profiles/order-rows.js";
import type { Prepared, WholeTable } from "./profiles/prepared.js";
import { recognise } from "./profiles/shape.js";
import {
  attributeName,
  CUSTOMER_FIELDS,
  chooseColumns,
  type Fields,
  type NamedColumns,
  SURVEY_FIELDS,
} from "./table/fields.js";
import type { WritingOptions } from "./table/habits.js";
import { rowsOfTable } from "./table/rows.js";
import { requireColumn, type Table } from "./table/types.js";

/** The rows of a file, and which column each field is. */
export interface FileRows<Row> {
  columns: Record<string, string>;
  rows: AsyncIterable<Row>;
}

/** What a file is, by its header. */
export interface Reading<Row> {
  /** How it is read to its end before anything is sent; undefined where its rows are sent as they come. */
  whole(columns: readonly string[]): Whole<WholeTable> | undefined;
  /** The rows of any other file. */
  plain(table: Table, onNote: (note: string) => void): Promise<FileRows<Row>>;
  /** As `whole`, of rows that are no file. */
  wholeRows?: Whole<RowsOf<Row>> | undefined;
}

/** Reads a source to its end, and finds what is to be recorded of it. */
export type Whole<Source> = (source: Source, skipInvalid: boolean) => Promise<Prepared>;

/** How files of purchases are read. */
export function purchaseReading(options: NodeLoadOptions): Reading<PurchaseRow> {
  const named = options.csv?.columns ?? {};
  requireKey(options.customerKey);
  const together = hangTogether(options);
  return {
    whole(columns) {
      const { profile } = options;
      const recognised = recognise("orders", columns, { profile, named: isNaming(named) });
      if (recognised) {
        return async (table, skipInvalid) => {
          const exported = { ...options, named };
          const plan = planOfExport(recognised, table.columns, exported);
          return prepareOrders(plan, table, exported, skipInvalid);
        };
      }
      if (!together || columns.length === 0) return undefined;
      return (table, skipInvalid) => prepareTable(table, options, skipInvalid);
    },
    plain: (table, onNote) => purchasesOf(table, { ...options, ...options.csv }, onNote),
    wholeRows: together
      ? (rows, skipInvalid) => prepareRows(rows, options, skipInvalid)
      : undefined,
  };
}

/** How files of answers are read. */
export function surveyReading(
  options: NodeSurveyLoadOptions | NodeNpsLoadOptions,
): Reading<SurveyRow> {
  const named = options.csv?.columns ?? {};
  const { anonymous } = options;
  const disposition = "disposition" in options ? options.disposition : undefined;
  requireKey(options.customerKey);
  const byAddress = options.customerKey === "email" ? { guesses: EMAIL_NAMES } : {};
  const fields: Fields<SurveyRow> = {
    ...SURVEY_FIELDS,
    customerId: { ...SURVEY_FIELDS.customerId, ...byAddress },
  };
  return {
    whole(columns) {
      const { profile } = options;
      const recognised = recognise("answers", columns, { profile, named: isNaming(named) });
      return (
        recognised &&
        (async (table, skipInvalid) =>
          prepareAnswers(recognised, table, { ...options, named }, skipInvalid))
      );
    },
    plain: async (table, onNote) => {
      const dispensable = disposition === undefined ? [] : ["score"];
      const said = anonymous ? { ...named, customerId: false as const } : named;
      return plainRows(table, fields, said, options, { onNote, dispensable });
    },
  };
}

/** How files are read that are no exports of another system. */
export function plainReading<Row>(
  fields: Fields<Row>,
  options: WritingOptions & { csv?: { columns?: NamedColumns<Row> }; currencyCode?: string },
): Reading<Row> {
  return {
    whole: () => undefined,
    plain: async (table, onNote) =>
      plainRows(table, fields, options.csv?.columns ?? {}, options, { onNote }),
  };
}

/** How files of customers are read: every column that is no field of its own is an attribute. */
export function customerReading(options: NodeCustomerLoadOptions): Reading<CustomerRow> {
  return {
    ...plainReading<CustomerRow>(CUSTOMER_FIELDS as Fields<CustomerRow>, {}),
    plain: async (table, onNote) => {
      const columns = chooseColumns(CUSTOMER_FIELDS, table.columns, options.csv?.columns);
      const others = table.columns.filter((name) => !Object.values(columns).includes(name));
      for (const name of options.attributes ?? []) requireColumn("attributes", name, others);
      const attributes = (options.attributes ?? others).map(
        (column) => [`attribute ${attributeName(column)}`, column] as const,
      );
      const all = { ...columns, ...Object.fromEntries(attributes) };
      const rows = rowsOfTable(table, {
        columns: all,
        currency: undefined,
        writing: options,
        onNote,
      });
      return { columns: all, rows: withAttributes(rows) };
    },
  };
}

async function* withAttributes(rows: AsyncIterable<Record<string, unknown>>) {
  for await (const row of rows) {
    const attributes: Record<string, unknown> = {};
    for (const [field, value] of Object.entries(row)) {
      if (field.startsWith("attribute ")) attributes[field.slice("attribute ".length)] = value;
    }
    const { line } = placeOf(row, 0);
    const customer = {
      customerId: row.customerId,
      effectiveTime: row.effectiveTime,
      attributes,
    } as CustomerRow;
    yield line === undefined ? customer : onLine(customer, line);
  }
}

function plainRows<Row>(
  table: Table,
  fields: Fields<Row>,
  named: NamedColumns<Row>,
  options: WritingOptions & { currencyCode?: string },
  { onNote, dispensable = [] }: { onNote: (note: string) => void; dispensable?: string[] },
): FileRows<Row> {
  // Without a header there is nothing to name columns by, and nothing to load.
  const columns =
    table.columns.length === 0 ? {} : chooseColumns(fields, table.columns, named, dispensable);
  const currency = columns.currencyCode === undefined ? (options.currencyCode ?? "") : undefined;
  const taking = { columns, currency, writing: options, onNote };
  return {
    columns,
    rows: rowsOfTable(table, taking) as AsyncIterable<unknown> as AsyncIterable<Row>,
  };
}

function isNaming(named: Record<string, unknown>): boolean {
  return Object.values(named).some((column) => column !== undefined);
}
