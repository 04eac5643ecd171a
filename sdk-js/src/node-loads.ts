// Every `load` of a client in Node: from rows, from files, and from exports of other systems.
import type { Channel } from "./channel.js";
import { invalidField } from "./errors.js";
import type { NodeLoadResult, NodeLoads, NodeSource } from "./files.js";
import { addInvalid, nothingYet, rowsOfChunk, sendChunks } from "./load/load.js";
import { loadsOf } from "./load/loads.js";
import { inColumn } from "./load/places.js";
import { purchases } from "./load/purchases.js";
import type { RowsOf } from "./load/rows.js";
import { MESSAGE_ROWS } from "./load/taker.js";
import type { LoadResult, LoadSettings } from "./load/types.js";
import { openSource, wholeTable } from "./open.js";
import { sendRefunds } from "./profiles/grown.js";
import type { Prepared } from "./profiles/prepared.js";
import { madeId } from "./profiles/refunds.js";
import {
  customerReading,
  plainReading,
  purchaseReading,
  type Reading,
  surveyReading,
} from "./reading.js";
import { COST_FIELDS, INTERACTION_FIELDS, REFUND_FIELDS } from "./table/fields.js";
import type { FileOptions } from "./table/table.js";

/** The loads of a channel. */
export function nodeLoadsOf(channel: Channel): NodeLoads {
  const loads = loadsOf(channel, madeId);
  const load = <Row>(
    source: NodeSource<Row>,
    options: LoadSettings & { csv?: FileOptions },
    reading: Reading<Row>,
    rows: (rows: RowsOf<Row>) => Promise<LoadResult>,
  ) => loadAny(channel, source, options, reading, rows);
  return {
    transactions: async (source, options = {}) =>
      load(source, options, purchaseReading(options), (rows) => loads.transactions(rows, options)),
    refunds: async (source, options = {}) =>
      load(source, options, plainReading(REFUND_FIELDS, options), (rows) =>
        loads.refunds(rows, options),
      ),
    interactions: async (source, options = {}) =>
      load(source, options, plainReading(INTERACTION_FIELDS, options), (rows) =>
        loads.interactions(rows, options),
      ),
    costs: async (source, options = {}) =>
      load(source, options, plainReading(COST_FIELDS, options), (rows) =>
        loads.costs(rows, options),
      ),
    surveys: async (source, options = {}) =>
      load(source, options, surveyReading(options), (rows) => loads.surveys(rows, options)),
    nps: async (source, options = {}) =>
      load(source, options, surveyReading({ ...options, metric: "nps" }), (rows) =>
        loads.nps(rows, options),
      ),
    customers: async (source, options = {}) =>
      load(source, options, customerReading(options), (rows) => loads.customers(rows, options)),
  };
}

async function loadAny<Row>(
  channel: Channel,
  source: NodeSource<Row>,
  options: LoadSettings & { csv?: FileOptions },
  reading: Reading<Row>,
  loadRows: (rows: RowsOf<Row>) => Promise<LoadResult>,
): Promise<NodeLoadResult> {
  const opened = await openSource(source, options.csv);
  const skipInvalid = options.skipInvalid ?? false;
  if ("rows" in opened) {
    if (!reading.wholeRows) return inNode(await loadRows(opened.rows));
    requireNoPosition(options);
    return loadPrepared(channel, await reading.wholeRows(opened.rows, skipInvalid), options);
  }
  const { table } = opened;
  try {
    const whole = reading.whole(table.columns);
    if (whole) {
      requireNoPosition(options);
      return await loadPrepared(
        channel,
        await whole(await wholeTable(table), skipInvalid),
        options,
      );
    }
    const notes: string[] = [];
    const { columns, rows } = await reading.plain(table, (note) => notes.push(note));
    const result = await loadRows(rows).catch((error) => {
      throw inColumn(error, columns);
    });
    return inNode({ ...result, notes: [...result.notes, ...notes] }, { columns });
  } finally {
    await table.rows.return();
  }
}

/** Refuses the name of a source that is read to its end before it is sent, so that it has no positions. */
function requireNoPosition({ sourceId }: LoadSettings): void {
  if (sourceId === undefined) return;
  throw invalidField(
    "sourceId",
    "exports of other systems, lines of orders and amounts that may be refunds are read to their end before anything is sent, so that there are no positions; leave sourceId out: what is there already counts as duplicates",
  );
}

/** Sends what was read of a whole source. */
async function loadPrepared(
  channel: Channel,
  prepared: Prepared,
  options: LoadSettings,
): Promise<NodeLoadResult> {
  const { profile, columns, leftOut, summary, refunds = [] } = prepared;
  const result = nothingYet();
  for (const error of prepared.rowErrors) addInvalid(result, error);
  const inColumns = rowsOfChunk(channel, purchases("", channel.streamsRequests), options);
  const messages = Math.min(options.chunkRows ?? MESSAGE_ROWS.usual, MESSAGE_ROWS.most);
  const chunks = prepared.chunks({ columns: inColumns, messages });
  const refundsRecorded = await sendChunks(channel, chunks, options, result)
    .then(() => sendRefunds(channel, refunds, messages, options, result))
    .catch((error) => {
      throw inColumn(error, columns);
    });
  // Rows of an export are not records: an order may have several, and some are left out.
  return inNode(
    { ...result, rows: prepared.rows, notes: [...result.notes, ...prepared.notes] },
    { profile, columns, leftOut, refundsRecorded, summary },
  );
}

function inNode(result: LoadResult, more: Partial<NodeLoadResult> = {}): NodeLoadResult {
  return {
    profile: "",
    columns: {},
    leftOut: {},
    refundsRecorded: 0,
    summary: undefined,
    ...result,
    ...more,
  };
}
