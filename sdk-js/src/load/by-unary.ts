// Sends chunks one by one: what browsers can do.
import { create } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import { WriteResultSchema } from "../gen/lojal/v1/common_pb.js";
import type { IngestService } from "../gen/lojal/v1/ingest_service_pb.js";
import { type Answer, inSource, type Sending } from "./sending.js";

/**
 * Sends each chunk as RecordTransactions and yields its answer. The calls retry by themselves. One at a time, as the
 * first of two conflicting rows is the one that stays, and customers are listed in the order of their first row.
 */
export async function* sendByUnary(
  ingest: Client<typeof IngestService>,
  { chunks, skipInvalid, chunkTimeoutMs, signal, headers }: Sending,
): AsyncGenerator<Answer, void, undefined> {
  for await (const chunk of chunks) {
    const request = { transactions: chunk.transactions, skipInvalid };
    const options = { timeoutMs: chunkTimeoutMs, signal, headers };
    const answer = await ingest.recordTransactions(request, options).catch((error) => {
      throw inSource(error, chunk);
    });
    yield { chunk, result: answer.result ?? create(WriteResultSchema) };
  }
}
