// Sends chunks one by one: what browsers can do.
import { create } from "@bufbuild/protobuf";
import type { Channel } from "../channel.js";
import { WriteResultSchema } from "../gen/lojal/v1/common_pb.js";
import { PATIENCE_MS } from "../retry.js";
import { recordersOf } from "./cargo.js";
import { inSource } from "./places.js";
import type { Answer, Sending } from "./sending.js";

/**
 * Sends each chunk as a unary write and yields its answer. The calls retry by themselves. One at a time, as the
 * first of two conflicting rows is the one that stays, and customers are listed in the order of their first row.
 */
export async function* sendByUnary(
  channel: Channel,
  { chunks, skipInvalid, chunkTimeoutMs, signal, headers }: Sending,
): AsyncGenerator<Answer, void, undefined> {
  const patient = recordersOf(withPatience(channel));
  let recorders = recordersOf(channel);
  for await (const chunk of chunks) {
    const options = {
      timeoutMs: chunkTimeoutMs,
      ...(signal && { signal }),
      ...(headers && { headers }),
    };
    const answer = await chunk.cargo.record(recorders, skipInvalid, options).catch((error) => {
      throw inSource(error, chunk);
    });
    yield { chunk, result: answer.result ?? create(WriteResultSchema) };
    recorders = patient;
  }
}

/** Retries for as long as the chunk's timeout allows, as giving up would waste what was sent. */
function withPatience(channel: Channel): Channel {
  const { retry } = channel.settings;
  if (retry.maxAttempts <= 1) return channel;
  const maxAttempts = Math.max(retry.maxAttempts, Math.ceil(PATIENCE_MS / retry.maxBackoffMs) * 2);
  return { ...channel, settings: { ...channel.settings, retry: { ...retry, maxAttempts } } };
}
