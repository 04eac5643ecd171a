// Exports of survey tools, read to their end before anything is sent.
import { invalidField, LojalError } from "../errors.js";
import { answers } from "../load/answers.js";
import { missing } from "../load/cells.js";
import { cutIntoChunks, type Taken } from "../load/cut.js";
import type { SurveyRow } from "../load/rows.js";
import type { SurveyLoadOptions } from "../load/types.js";
import { Habits } from "../table/habits.js";
import type { LooseRow } from "../table/rows.js";
import { timestampOf } from "../table/times.js";
import type { TableRow } from "../table/types.js";
import { type AnswerColumns, answerColumns, answerValue, leftOutAs } from "./answers.js";
import {
  collecting,
  type ExportOptions,
  type Prepared,
  placeAt,
  type WholeTable,
} from "./prepared.js";
import { madeId } from "./refunds.js";
import type { Recognised } from "./shape.js";
import { countedAnswer, summaryOf } from "./summary.js";

const ANONYMOUS = "give anonymous: true if nobody who answered is to be known";

/** A row that is an answer, by its fields, and where it is. */
interface AnswerRow {
  index: number;
  line: number | undefined;
  row: LooseRow;
}

/** Reads the export of a survey tool. */
export function prepareAnswers(
  recognised: Recognised,
  table: WholeTable,
  options: ExportOptions & SurveyLoadOptions,
  skipInvalid: boolean,
): Prepared {
  const { named = {}, customerKey = "id", anonymous = false } = options;
  const said = anonymous ? { ...named, customerId: false as const } : named;
  const found = answerColumns(recognised, table.columns, table.rows, said, customerKey);
  const leftOut: Record<string, number> = {};
  const read = [...answersOf(table, found, leftOut)];
  if (!anonymous && said.customerId !== false) requireSomebody(found, read);
  const { habits, taken, notes, rowErrors, chunks } = takeAnswers(read, options, skipInvalid);
  return {
    profile: recognised.profile,
    columns: found.taken,
    rows: table.rows.length,
    leftOut,
    summary: summaryOf(taken.map(({ item, place }) => countedAnswer(item, place))),
    notes: [...habits.notes, ...notes()],
    rowErrors,
    chunks,
  };
}

/** The rows that are answers. The others are counted. */
function* answersOf(
  table: WholeTable,
  found: AnswerColumns,
  leftOut: Record<string, number>,
): Generator<AnswerRow, void, undefined> {
  const fields = Object.keys(found.taken);
  for (const [index, { line, cells }] of table.rows.entries() as Iterable<[number, TableRow]>) {
    const values = Object.fromEntries(table.columns.map((name, place) => [name, cells[place]]));
    const reason = leftOutAs(values, found);
    if (reason) {
      leftOut[reason] = (leftOut[reason] ?? 0) + 1;
      continue;
    }
    const cellsByField = fields.map((field) => [field, answerValue(field, values, found)]);
    yield { index, line, row: Object.fromEntries(cellsByField) };
  }
}

/** Refuses answers that name nobody at all: it is never taken for granted that they are meant to be anonymous. */
function requireSomebody({ taken }: AnswerColumns, read: AnswerRow[]): void {
  if (taken.customerId === undefined) {
    throw invalidField(
      "customerId",
      `no column names customers; name it with csv: { columns: { customerId: "..." } }, or ${ANONYMOUS}`,
    );
  }
  if (read.length > 0 && read.every(({ row }) => missing(row.customerId))) {
    throw invalidField(
      "customerId",
      `no row names anybody in the column "${taken.customerId}"; name the column of customers, or ${ANONYMOUS}`,
    );
  }
}

function takeAnswers(
  read: AnswerRow[],
  options: ExportOptions & SurveyLoadOptions,
  skipInvalid: boolean,
) {
  const habits = new Habits(options, {
    amounts: [],
    times: { time: read.map(({ row }) => row.time) },
    currency: undefined,
  });
  const taker = answers(options, madeId);
  const { rowErrors, onInvalid } = collecting(skipInvalid);
  const taken: Taken<ReturnType<typeof taker.take>>[] = [];
  for (const { index, line, row } of read) {
    const place = placeAt(index, line);
    try {
      if (!missing(row.time)) row.time = timestampOf(habits.time(row.time).micros);
      taken.push({ item: taker.take(row as unknown as SurveyRow), place });
    } catch (error) {
      if (!(error instanceof LojalError)) throw error;
      onInvalid(error, place);
    }
  }
  const chunks: Prepared["chunks"] = ({ messages }) =>
    cutIntoChunks(taken, taker, { chunkRows: messages, after: 0 });
  return { habits, taken, notes: () => taker.notes?.() ?? [], rowErrors, chunks };
}
