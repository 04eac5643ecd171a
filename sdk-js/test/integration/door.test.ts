// Keys and certificates, as a company has them: made by `lojal key` and `lojal cert`.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { Code, isReason, Scope } from "../../src/index.js";
import { createClient, type NodeClient, type NodeClientOptions } from "../../src/node.js";
import { collect, failure } from "../unit/fake.js";
import { connect, runLojal, startServer, TRANSPORTS, temporaryFolder } from "./server.js";

vi.stubEnv("LOJAL_API_KEY", "");
const folder = temporaryFolder();
afterAll(() => folder.remove());

/** A server that stops with the test. */
async function serve(dataDir: string, more: string[] = []) {
  const server = await startServer(dataDir, "127.0.0.1:0", more);
  onTestFinished(() => server.stop());
  return server.url;
}

describe.each(TRANSPORTS)("over %s", (transport) => {
  test("keys let in, and their lack is told by its reason", async () => {
    const data = join(folder.path, `keys-${transport}`);
    const owner = runLojal(
      "key",
      "create",
      "--data-dir",
      data,
      "--name",
      "owner",
      "--scope",
      "admin,read",
    );
    const url = await serve(data);
    const missing = await failure(connect(transport, url).admin.info({}));
    expect(missing).toMatchObject({ code: Code.Unauthenticated, reason: "API_KEY_MISSING" });

    const admin = connect(transport, url, { apiKey: owner }).admin;
    const { secret, apiKey } = await admin.createApiKey({
      name: "shop",
      scopes: [Scope.INGEST, Scope.READ],
      workspaces: ["shop"],
    });
    expect((await collect(admin.apiKeys({ pageSize: 1 }))).map((each) => each.name)).toEqual([
      "owner",
      "shop",
    ]);

    const shop = connect(transport, url, { apiKey: secret, workspace: "shop" });
    const purchase = { customerId: "c1", time: "2026-03-01", amount: "1" };
    expect(await shop.transactions.load([purchase])).toMatchObject({ recorded: 1 });
    const erase = await failure(shop.customers.eraseCustomer({ customerId: "c1" }));
    expect(erase).toMatchObject({
      code: Code.PermissionDenied,
      metadata: { scope: "SCOPE_ERASE" },
    });
    expect(isReason(erase, "SCOPE_MISSING")).toBe(true);
    const streamed = await failure(collect(shop.clv.predict({ limit: 1 })));
    expect(isReason(streamed, "SCOPE_MISSING")).toBe(true);
    const elsewhere = connect(transport, url, { apiKey: secret, workspace: "other" });
    expect(isReason(await failure(elsewhere.nps.getNps({})), "WORKSPACE_NOT_ALLOWED")).toBe(true);
    expect(
      isReason(await failure(elsewhere.transactions.load([purchase])), "WORKSPACE_NOT_ALLOWED"),
    ).toBe(true);

    await admin.revokeApiKey({ keyId: apiKey?.keyId ?? "" });
    const revoked = await failure(shop.admin.info({}));
    expect(isReason(revoked, "API_KEY_INVALID")).toBe(true);
    expect(String(revoked)).not.toContain(secret);
  });
});

test("certificates: trusted by their authority, and clients by theirs", async () => {
  const certs = join(folder.path, "certs");
  runLojal("cert", "--out", certs, "--client", "till");
  const pem = (name: string) => readFileSync(join(certs, name));
  const files = ["--tls-cert", join(certs, "server.pem"), "--tls-key", join(certs, "server.key")];
  const ask = async (url: string, options: NodeClientOptions) => {
    const client = createClient(url, { retry: false, ...options });
    onTestFinished(() => client.close());
    return client.admin.info({});
  };
  const url = await serve(join(folder.path, "tls"), files);
  expect(url).toMatch(/^https:/);
  expect((await ask(url, { ca: pem("ca.pem") })).writable).toBe(true);
  const untrusted = await failure(ask(url, {}));
  expect(untrusted).toMatchObject({
    code: Code.Unavailable,
    message: expect.stringMatching(/not trusted here: name its authority with `ca`/),
  });

  vi.stubEnv("LOJAL__SERVER__TLS__CLIENT_CA", join(certs, "ca.pem"));
  const strict = await serve(join(folder.path, "mtls"), files);
  vi.stubEnv("LOJAL__SERVER__TLS__CLIENT_CA", undefined);
  const own = { cert: pem("client-till.pem"), key: pem("client-till.key") };
  expect((await ask(strict, { ca: pem("ca.pem"), ...own })).writable).toBe(true);
  const stranger = await failure(ask(strict, { ca: pem("ca.pem") }));
  expect(stranger).toMatchObject({ code: Code.Unavailable });
});

test("what is sent compressed is recorded, and answered, as if it had not been", async () => {
  const url = await serve(join(folder.path, "compressed"));
  const packed = createClient(url, { compression: "gzip" });
  const plain = createClient(url);
  onTestFinished(() => {
    packed.close();
    plain.close();
  });
  const purchases = Array.from({ length: 3_000 }, (_, n) => ({
    customerId: `c${n}`,
    time: "2026-03-01",
    amount: "1",
  }));
  expect(await packed.transactions.load(purchases)).toMatchObject({ recorded: 3_000 });
  const [one, other] = await Promise.all(
    [packed, plain].map(async (client) => {
      const { customers } = await client.customers.listCustomers({ pageSize: 1_000 });
      return customers.map((each) => each.customerId);
    }),
  );
  expect(one).toEqual(other);
  expect(one).toHaveLength(1_000);
});

test("what was given back since is looked up by who may", async () => {
  const data = join(folder.path, "given-back");
  const keyWith = (scopes: string) =>
    runLojal("key", "create", "--data-dir", data, "--name", "key", "--scope", scopes);
  const [till, office] = [keyWith("ingest"), keyWith("ingest,personal")];
  const url = await serve(data);
  const charge = { id: "ch_1", amount: 1999, currency: "eur", created: 1772359200 };
  const exported = async function* (amount_refunded: number) {
    const row = { ...charge, status: "succeeded", customer: "cus_1", amount_refunded };
    yield Buffer.from(JSON.stringify(row));
  };
  const by = (apiKey: string | undefined) =>
    (connect("node", url, { apiKey, workspace: "shop" }) as NodeClient).transactions;
  expect(await by(till).load(exported(500))).toMatchObject({ refundsRecorded: 1 });
  expect(await failure(by(till).load(exported(800)))).toMatchObject({
    reason: "RECORD_CONFLICT",
    message: expect.stringMatching(
      /^row 1 of the source: refundAmount .* a key that has the scope personal/,
    ),
  });
  expect(await by(office).load(exported(800))).toMatchObject({ refundsRecorded: 1 });
});
