// Tokens of an identity provider, made by another implementation than the server's.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { Code, isReason } from "../../src/index.js";
import { failure } from "../unit/fake.js";
import { connect, startServer, TRANSPORTS, temporaryFolder } from "./server.js";

const ISSUER = "https://login.example/realms/shop";
const ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "EdDSA",
];

vi.stubEnv("LOJAL_API_KEY", "");
const folder = temporaryFolder();
afterAll(() => folder.remove());

/** Keys of a provider, one for each algorithm, and what makes tokens with them. */
async function provider() {
  const pairs = new Map<string, CryptoKey>();
  const keys = [];
  for (const alg of ALGORITHMS) {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    pairs.set(alg, privateKey);
    keys.push({ ...(await exportJWK(publicKey)), kid: alg, alg, use: "sig" });
  }
  const token = (alg: string, expires: string, more: JWTPayload = {}) => {
    const claims = { scope: "openid lojal.read lojal.ingest", lojal_workspaces: ["shop"], ...more };
    const made = new SignJWT(claims).setProtectedHeader({ alg, kid: alg, typ: "at+jwt" });
    const key = pairs.get(alg) as CryptoKey;
    return made
      .setIssuer(ISSUER)
      .setAudience(["account", "lojal"])
      .setSubject("till-7")
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign(key);
  };
  return { keys, token };
}

async function serve(keys: object[], name: string) {
  const file = join(folder.path, `${name}.json`);
  writeFileSync(file, JSON.stringify({ keys }));
  vi.stubEnv("LOJAL__AUTH__JWT__ISSUER", ISSUER);
  vi.stubEnv("LOJAL__AUTH__JWT__AUDIENCE", "lojal");
  vi.stubEnv("LOJAL__AUTH__JWT__JWKS", file);
  const server = await startServer(join(folder.path, name));
  vi.unstubAllEnvs();
  vi.stubEnv("LOJAL_API_KEY", "");
  onTestFinished(() => server.stop());
  return server.url;
}

describe.each(TRANSPORTS)("over %s", (transport) => {
  test("tokens by every algorithm let in, and an expired one is replaced by the next call", async () => {
    const { keys, token } = await provider();
    const url = await serve(keys, `tokens-${transport}`);
    const open = (apiKey: string | (() => Promise<string>), workspace = "shop") =>
      connect(transport, url, { apiKey, workspace });
    for (const alg of ALGORITHMS) {
      const info = await open(await token(alg, "1h")).admin.info({});
      expect(info.writable, alg).toBe(true);
    }
    expect(isReason(await failure(connect(transport, url).admin.info({})), "API_KEY_MISSING")).toBe(
      true,
    );
    const elsewhere = await failure(open(await token("ES256", "1h"), "hr").nps.score({}));
    expect(isReason(elsewhere, "WORKSPACE_NOT_ALLOWED")).toBe(true);
    const forged = (await token("ES256", "1h")).replace(/[^.]+$/, "AAAA");
    expect(isReason(await failure(open(forged).admin.info({})), "TOKEN_INVALID")).toBe(true);

    const stock = [await token("RS256", "-2h"), await token("RS256", "1h")];
    let issued = 0;
    const lasting = open(async () => stock[issued++] ?? token("RS256", "1h"));
    const expired = await failure(lasting.admin.info({}));
    expect(expired).toMatchObject({ code: Code.Unauthenticated });
    expect(isReason(expired, "TOKEN_EXPIRED")).toBe(true);
    expect((await lasting.admin.info({})).writable).toBe(true);
    const purchase = { customerId: "c1", time: "2026-03-01", amount: "1" };
    expect(await lasting.transactions.load([purchase])).toMatchObject({ recorded: 1 });
    expect(issued).toBeGreaterThanOrEqual(3);
  }, 60_000);
});
