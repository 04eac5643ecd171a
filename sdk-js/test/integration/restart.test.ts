// A load survives the server: what was answered is there, what was not is sent again, and nothing is doubled.
import { expect, test } from "vitest";
import {
  connect,
  type RunningServer,
  startServer,
  type TRANSPORTS,
  temporaryFolder,
} from "./server.js";

const ROWS = 400;

test.each([
  ["node", "SIGKILL"],
  ["web", "SIGKILL"],
  ["node", "SIGTERM"],
] as const satisfies [(typeof TRANSPORTS)[number], string][])(
  "a load over %s goes on after %s",
  { timeout: 60_000 },
  async (transport, signal) => {
    const folder = temporaryFolder();
    let server: RunningServer | undefined = await startServer(folder.path);
    try {
      const { url } = server;
      const retry = { maxAttempts: 40, initialBackoffMs: 50, maxBackoffMs: 300 };
      const client = connect(transport, url, { retry });
      async function* rows() {
        for (let index = 0; index < ROWS; index++) {
          if (index === ROWS / 2) {
            await server?.stop(signal);
            server = await startServer(folder.path, new URL(url).host);
          }
          yield { customerId: `c${index}`, time: "2025-03-01", amount: "1" };
        }
      }
      const result = await client.transactions.load(rows(), { chunkRows: 20 });
      expect(result.rows).toBe(ROWS);
      expect(result.recorded + result.duplicates).toBe(ROWS);
      const { workspace } = await client.admin.getServerInfo({});
      expect(workspace).toMatchObject({ customers: BigInt(ROWS), transactions: BigInt(ROWS) });
    } finally {
      await server?.stop();
      folder.remove();
    }
  },
);
