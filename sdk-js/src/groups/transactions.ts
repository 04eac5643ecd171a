// client.transactions: purchases as a whole, loaded and taken back.
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CallOptions, Client } from "@connectrpc/connect";
import type {
  IngestService,
  VoidTransactionsRequestSchema,
} from "../gen/lojal/v1/ingest_service_pb.js";

/** Takes purchases back. */
export type VoidTransactions = (
  request: MessageInitShape<typeof VoidTransactionsRequestSchema>,
  options?: CallOptions,
) => ReturnType<Client<typeof IngestService>["voidTransactions"]>;

/** Purchases as a whole. `Load` is how they are loaded in this environment. */
export interface Transactions<Load> {
  /** The same as `client.load`. */
  readonly load: Load;
  /**
   * Takes purchases back that should not have been recorded: they count in no answer from the void's `time` on, or,
   * without one, ever. The same as `client.ingest.voidTransactions`.
   *
   * Errors: `INVALID_FIELD`, `TRANSACTION_NOT_FOUND`, `RECORD_CONFLICT`, `LIMIT_EXCEEDED`, `STORE_READ_ONLY`.
   */
  readonly void: VoidTransactions;
}
