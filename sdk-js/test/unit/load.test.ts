import { create } from "@bufbuild/protobuf";
import { describe, expect, test, vi } from "vitest";
import { ErrorReason } from "../../src/gen/lojal/v1/error_reason_pb.js";
import {
  type ImportRequest,
  type Transaction,
  TransactionSchema,
} from "../../src/gen/lojal/v1/ingest_service_pb.js";
import { Code, fromMicros, type LojalClient, money, type PurchaseRow } from "../../src/index.js";
import { type Answers, failure, inMemory, overSocket, serverError, unavailable } from "./fake.js";

const fast = { initialBackoffMs: 1, maxBackoffMs: 2 };

/** Rows of different customers. */
function rows(count: number): PurchaseRow[] {
  return Array.from({ length: count }, (_, index) => ({
    customerId: `c${index + 1}`,
    time: "1997-01-01",
    amount: "1.50",
  }));
}

/** A store which takes everything, once. */
function store() {
  const known = new Set<string>();
  const record = (transactions: Transaction[]) => {
    let recorded = 0;
    for (const { customerId, transactionId, time, amount, occurrence } of transactions) {
      const id =
        transactionId ||
        `auto-${customerId} ${time?.seconds} ${amount?.amount} ${amount?.currencyCode} ${occurrence}`;
      if (!known.has(id)) recorded += 1;
      known.add(id);
    }
    return {
      revision: BigInt(known.size),
      recorded,
      duplicates: transactions.length - recorded,
      rowErrors: [] as { index: number; field: string; reason: ErrorReason; message: string }[],
    };
  };
  return { known, record };
}

/** The rows of a chunk of columns as messages. */
function rowsOf({ rows }: ImportRequest): Transaction[] {
  if (rows.case !== "columns") throw new Error(`${rows.case} are no columns`);
  const { customerIds, transactionIds, times, amounts, currencyCode, occurrences, discounts } =
    rows.value;
  const ids = transactionIds.split("\n");
  return customerIds.split("\n").map((customerId, row) => {
    const time = times[row] ?? 0n;
    return create(TransactionSchema, {
      customerId,
      transactionId: ids[row] ?? "",
      time: { seconds: time / 1_000_000n, nanos: Number(time % 1_000_000n) * 1000 },
      amount: money(fromMicros(amounts[row] ?? 0n), currencyCode),
      occurrence: occurrences[row] ?? (ids[row] ? 0 : 1),
      ...(discounts[row] ? { discount: money(fromMicros(discounts[row]), currencyCode) } : {}),
    });
  });
}

/** Both ways of loading into the same kind of store. */
function clientOf(way: "stream" | "unary", record: (rows: Transaction[]) => object): LojalClient {
  const answers: Answers = {
    ingest: {
      recordTransactions: ({ transactions }) => ({ result: record(transactions) }),
      async *import(requests) {
        for await (const request of requests) {
          yield { sequence: request.sequence, result: record(rowsOf(request)) };
        }
      },
    },
  };
  return inMemory(answers, { streamsRequests: way === "stream", retry: fast });
}

describe.each(["stream", "unary"] as const)("by %s", (way) => {
  test("loads in chunks, tells how far it is, and doubles nothing", async () => {
    const { known, record } = store();
    const chunks: number[] = [];
    const client = clientOf(way, (sent) => {
      chunks.push(sent.length);
      return record(sent);
    });
    const progress: number[] = [];
    const options = {
      chunkRows: 10,
      onProgress: ({ rows }: { rows: number }) => progress.push(rows),
    };
    expect(await client.transactions.load(rows(25), options)).toEqual({
      rows: 25,
      recorded: 25,
      duplicates: 0,
      invalid: 0,
      rowErrors: [],
      notes: [],
      revision: 25n,
    });
    expect(chunks).toEqual([10, 10, 5]);
    expect(progress).toEqual([10, 20, 25]);
    expect(await client.transactions.load(rows(25))).toMatchObject({ recorded: 0, duplicates: 25 });
    expect(known.size).toBe(25);
  });

  test("discounts travel with their purchases, and nothing for none", async () => {
    const discounts: (string | undefined)[] = [];
    const client = clientOf(way, (sent) => {
      discounts.push(...sent.map((each) => each.discount?.amount));
      return store().record(sent);
    });
    const given = ["", "0.50", 2, 0];
    await client.transactions.load(
      rows(4).map((row, index) => ({ ...row, discount: given[index] })),
    );
    await client.transactions.load(rows(1));
    expect(discounts).toEqual([undefined, "0.5", "2", undefined, undefined]);
    for (const discount of ["10%", "-1"]) {
      const bad = rows(1).map((row) => ({ ...row, discount }));
      expect(await failure(client.transactions.load(bad))).toMatchObject({
        reason: "INVALID_FIELD",
        metadata: { field: "discount" },
      });
    }
    expect(discounts).toHaveLength(5);
  });

  test("tells equal rows apart by how often they came, across chunks", async () => {
    const sent: Transaction[] = [];
    const { record } = store();
    const client = clientOf(way, (some) => {
      sent.push(...some);
      return record(some);
    });
    const row = { customerId: "c1", time: "1997-01-01", amount: "12.50" };
    const source: PurchaseRow[] = [
      row,
      { ...row, amount: 12.5, time: new Date("1997-01-01T00:00:00Z") },
      { ...row, currencyCode: "USD" },
      { ...row, customerId: "c2" },
      { ...row, transactionId: "t1" },
      row,
    ];
    await client.transactions.load(source, { chunkRows: 2, currencyCode: "EUR" });
    // Columns are of one currency, so that the dollars wait for more of them.
    const sorted = sent.map((each) => `${each.amount?.currencyCode} ${each.occurrence}`).sort();
    expect(sorted).toEqual(["EUR 0", "EUR 1", "EUR 1", "EUR 2", "EUR 3", "USD 1"]);
  });

  test("rows of one source name their currency all or not at all", async () => {
    const { known, record } = store();
    const client = clientOf(way, record);
    const row = { customerId: "c1", time: "1997-01-01", amount: "12.50" };
    const named = { ...row, currencyCode: "EUR" };
    for (const source of [
      [row, named],
      [named, row],
    ]) {
      for (const skipInvalid of [true, false]) {
        expect(await failure(client.transactions.load(source, { skipInvalid }))).toMatchObject({
          reason: "INVALID_FIELD",
          metadata: { field: "currencyCode", row: "2" },
        });
      }
    }
    expect(known.size).toBe(0);
    const options = { currencyCode: "EUR" };
    expect(await client.transactions.load([row, named], options)).toMatchObject({ recorded: 2 });
    const ids = [
      { ...row, transactionId: "t1" },
      { ...named, transactionId: "t2" },
    ];
    expect(await client.transactions.load(ids)).toMatchObject({ recorded: 2 });
  });

  test("says what can be loaded when it cannot be", async () => {
    const client = clientOf(way, store().record);
    for (const nothing of [undefined, null, 7, { customerId: "c1" }]) {
      expect(await failure(client.transactions.load(nothing as never))).toMatchObject({
        reason: "INVALID_FIELD",
        metadata: { field: "source" },
      });
    }
    const misnamed = [{ customer_id: "c1", time: "1997-01-01", amount: 1 }] as never;
    expect(await failure(client.transactions.load(misnamed))).toMatchObject({
      message: expect.stringContaining("only customer_id, time, amount"),
    });
  });

  test("takes an async source, and an empty one", async () => {
    const client = clientOf(way, store().record);
    async function* source() {
      yield* rows(3);
    }
    expect(await client.transactions.load(source())).toMatchObject({ rows: 3 });
    expect(await client.transactions.load([])).toMatchObject({ rows: 0, revision: undefined });
  });

  test("a row that cannot be sent is named, and what came before is recorded", async () => {
    const { known, record } = store();
    const client = clientOf(way, record);
    const source = [...rows(25), { customerId: "c", time: "1997-01-01", amount: 0.1 + 0.2 }];
    const error = await failure(client.transactions.load(source, { chunkRows: 10 }));
    expect(error).toMatchObject({
      code: Code.InvalidArgument,
      reason: "INVALID_FIELD",
      metadata: { row: "26", field: "amount" },
      message: expect.stringContaining("row 26 of the source"),
    });
    expect(known.size).toBe(20);
  });

  test("bad rows can be skipped and are reported by their place in the source", async () => {
    const { record } = store();
    const client = clientOf(way, (sent) => {
      const result = record(sent.slice(1));
      result.rowErrors.push({
        index: 0,
        field: "transactions[0].amount",
        reason: ErrorReason.RECORD_CONFLICT,
        message: "recorded before with another amount",
      });
      return result;
    });
    const source = [{ ...rows(1)[0], time: "soon" } as PurchaseRow, ...rows(4)];
    const result = await client.transactions.load(source, { skipInvalid: true, chunkRows: 2 });
    expect(result).toMatchObject({ rows: 5, recorded: 2, invalid: 3 });
    expect(result.rowErrors.map(({ row, reason }) => [row, reason])).toEqual([
      [1, "INVALID_FIELD"],
      [2, "RECORD_CONFLICT"],
      [4, "RECORD_CONFLICT"],
    ]);
  });

  test("a refusal by the server points to the row of the source", async () => {
    let chunks = 0;
    const { record } = store();
    const client = clientOf(way, (sent) => {
      if (++chunks < 3) return record(sent);
      const field = "transactions[4].time";
      throw serverError(Code.InvalidArgument, "INVALID_FIELD", {
        metadata: { field },
        fieldViolations: [{ field, description: "in the future" }],
      });
    });
    expect(await failure(client.transactions.load(rows(30), { chunkRows: 10 }))).toMatchObject({
      reason: "INVALID_FIELD",
      metadata: { row: "25" },
    });
  });

  test("goes on after UNAVAILABLE, and gives up when it lasts", async () => {
    const { known, record } = store();
    let calls = 0;
    const client = clientOf(way, (sent) => {
      if (++calls % 2 === 0) throw unavailable();
      return record(sent);
    });
    expect(await client.transactions.load(rows(100), { chunkRows: 10 })).toMatchObject({
      rows: 100,
      recorded: 100,
    });
    expect(known.size).toBe(100);

    const down = vi.fn(() => {
      throw unavailable();
    });
    expect(
      await failure(clientOf(way, down).transactions.load(rows(100), { chunkRows: 10 })),
    ).toMatchObject({
      reason: "SHUTTING_DOWN",
    });
    expect(down).toHaveBeenCalledTimes(5);
  });

  test("a source that fails ends the load with its own error", async () => {
    const { known, record } = store();
    const broken = new Error("the file ended early");
    async function* source() {
      yield* rows(15);
      throw broken;
    }
    expect(
      await failure(clientOf(way, record).transactions.load(source(), { chunkRows: 10 })),
    ).toBe(broken);
    expect(known.size).toBe(10);
  });

  test("an aborted load stops, and lets go of its source", async () => {
    const { record } = store();
    const controller = new AbortController();
    let closed = false;
    async function* source() {
      try {
        for (;;) {
          yield* rows(10);
          await new Promise((done) => setTimeout(done, 1));
        }
      } finally {
        closed = true;
      }
    }
    const client = clientOf(way, record);
    const options = {
      chunkRows: 10,
      signal: controller.signal,
      onProgress: ({ rows }: { rows: number }) => rows >= 50 && controller.abort(),
    };
    expect(await failure(client.transactions.load(source(), options))).toMatchObject({
      code: Code.Canceled,
    });
    await vi.waitFor(() => expect(closed).toBe(true));
  });

  test("an answer that does not come ends the load", async () => {
    const client = inMemory(
      {
        ingest: {
          recordTransactions: () => new Promise(() => {}),
          async *import(requests) {
            for await (const _ of requests) await new Promise(() => {});
          },
        },
      },
      { streamsRequests: way === "stream" },
    );
    const error = await failure(client.transactions.load(rows(3), { chunkTimeoutMs: 40 }));
    expect(error).toMatchObject({ code: Code.DeadlineExceeded, reason: "DEADLINE_EXCEEDED" });
  });

  test("refuses chunks the server would refuse", async () => {
    const client = clientOf(way, store().record);
    const tooMany = way === "stream" ? 100_001 : 10_001;
    expect(await failure(client.transactions.load([], { chunkRows: tooMany }))).toBeInstanceOf(
      RangeError,
    );
    expect(await failure(client.transactions.load([], { chunkRows: 0 }))).toBeInstanceOf(
      RangeError,
    );
  });
});

test("purchases travel as columns of one currency, exactly", async () => {
  const columns: unknown[] = [];
  const client = inMemory({
    ingest: {
      async *import(requests) {
        for await (const { sequence, rows } of requests) {
          columns.push(rows.value);
          yield { sequence };
        }
      },
    },
  });
  const largest = "999999999999.999999";
  const source: PurchaseRow[] = [
    { customerId: "c1", time: "1969-12-31T23:59:59.999999Z", amount: largest, currencyCode: "EUR" },
    { customerId: "c2", time: "1969-12-31T23:59:59.9999999Z", amount: 7n, currencyCode: "USD" },
    { customerId: "Žana", time: "2026-03-01", amount: "0.000001", currencyCode: "EUR" },
    { customerId: "c4", time: new Date(1), amount: 0.1, currencyCode: "EUR", transactionId: "t1" },
    { customerId: "c1", time: "1969-12-31T23:59:59.999999Z", amount: largest, currencyCode: "EUR" },
  ];
  await client.transactions.load(source);
  expect(columns).toMatchObject([
    {
      customerIds: "c1\nŽana\nc4\nc1",
      times: [-1n, 1_772_323_200_000_000n, 1000n, -1n],
      amounts: [999_999_999_999_999_999n, 1n, 100_000n, 999_999_999_999_999_999n],
      currencyCode: "EUR",
      transactionIds: "\n\nt1\n",
      occurrences: [1, 1, 0, 2],
    },
    { customerIds: "c2", times: [-1n], amounts: [7_000_000n], currencyCode: "USD" },
  ]);
});

test("the currency of the first row goes first, however few rows have it", async () => {
  const currencies: string[] = [];
  const client = clientOf("stream", (sent) => {
    currencies.push(`${sent.length} ${sent[0]?.amount?.currencyCode}`);
    return store().record(sent);
  });
  const source = rows(6).map((row, index) => ({
    ...row,
    currencyCode: ["EUR", "USD", "USD", "USD", "USD", "EUR"][index],
  }));
  await client.transactions.load(source, { chunkRows: 2 });
  expect(currencies).toEqual(["1 EUR", "2 USD", "2 USD", "1 EUR"]);
});

test("ids that would break a column are refused by their row", async () => {
  const client = inMemory({});
  for (const bad of [{ customerId: "a\nb" }, { transactionId: "a\u0085" }]) {
    const error = await failure(
      client.transactions.load([...rows(1), { ...rows(1)[0], ...bad } as PurchaseRow]),
    );
    expect(error).toMatchObject({ reason: "INVALID_FIELD", metadata: { row: "2" } });
  }
});

test("long ids make smaller chunks", async () => {
  const { record } = store();
  const counts: number[] = [];
  const client = clientOf("stream", (sent) => {
    counts.push(sent.length);
    return record(sent);
  });
  const long = rows(40_000).map((row, index) => ({
    ...row,
    customerId: String(index).padStart(128, "č"),
  }));
  expect(await client.transactions.load(long)).toMatchObject({ recorded: 40_000 });
  expect(counts).toEqual([21_846, 18_154]);
});

test("an error that names its chunk is located in it, whatever was answered", async () => {
  const client = inMemory({
    ingest: {
      async *import(requests) {
        for await (const { sequence } of requests) {
          if (sequence < 3n) continue;
          const field = "columns[4].time";
          throw serverError(Code.InvalidArgument, "INVALID_FIELD", {
            metadata: { field, sequence: "3" },
            fieldViolations: [{ field, description: "in the future" }],
          });
        }
        yield {};
      },
    },
  });
  expect(await failure(client.transactions.load(rows(50), { chunkRows: 10 }))).toMatchObject({
    metadata: { row: "25", sequence: "3" },
  });
});

test.each([
  ["stream", 1],
  ["unary", 1],
  ["stream", 0],
  ["unary", 0],
] as const)("by %s, a load that got %i chunks far is %# patient", async (way, far) => {
  const { record } = store();
  let calls = 0;
  const client = clientOf(way, (sent) => {
    calls += 1;
    if (calls > far && calls <= far + 10) throw unavailable();
    return record(sent);
  });
  const loading = client.transactions.load(rows(30), { chunkRows: 10, chunksInFlight: 1 });
  if (far > 0) expect(await loading).toMatchObject({ rows: 30, recorded: 30 });
  else expect(await failure(loading)).toMatchObject({ code: Code.Unavailable });
});

test("no more chunks are under way than asked for, and chunks are numbered anew in each stream", async () => {
  const { record } = store();
  const sequences: bigint[][] = [];
  let read = 0;
  let answered = 0;
  let most = 0;
  function* source() {
    for (const row of rows(200)) {
      read += 1;
      most = Math.max(most, read - answered);
      yield row;
    }
  }
  const client = inMemory(
    {
      ingest: {
        async *import(requests) {
          const mine: bigint[] = [];
          sequences.push(mine);
          for await (const request of requests) {
            mine.push(request.sequence);
            await new Promise((done) => setTimeout(done, 3));
            if (mine.length === 4 && sequences.length < 3) throw unavailable();
            const result = record(rowsOf(request));
            answered += 10;
            yield { sequence: request.sequence, result };
          }
        },
      },
    },
    { retry: fast },
  );
  const result = await client.transactions.load(source(), { chunkRows: 10, chunksInFlight: 3 });
  expect(result).toMatchObject({ rows: 200, recorded: 200 });
  expect(most).toBeLessThanOrEqual(40);
  expect(sequences.map((each) => each.length)).toEqual([4, 4, 14]);
  for (const each of sequences) expect(each).toEqual(each.map((_, index) => BigInt(index + 1)));
});

test("a connection that breaks in the middle costs nothing", async () => {
  const { known, record } = store();
  let chunks = 0;
  const { client, breakConnections } = await overSocket(
    "node",
    {
      ingest: {
        async *import(requests) {
          for await (const request of requests) {
            const result = record(rowsOf(request));
            if (++chunks === 3) breakConnections();
            yield { sequence: request.sequence, result };
          }
        },
      },
    },
    { retry: fast },
  );
  const result = await client.transactions.load(rows(100), { chunkRows: 10 });
  expect(result.rows).toBe(100);
  // The chunk whose answer was lost is a duplicate the second time.
  expect(result.recorded + result.duplicates).toBe(100);
  expect(known.size).toBe(100);
});
