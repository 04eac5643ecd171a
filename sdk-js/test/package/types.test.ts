// Programs that know neither the DOM nor Node compile against the package, and every declaration of it is checked.
import { join } from "node:path";
import { expect, test } from "vitest";
import { runIn, SDK, withPackage } from "./installed.js";

const { install } = withPackage();

const PROGRAM = `
import { Code, createClientOver, type Interceptor, isReason, type LojalClient, toJson } from "lojal";
import { createClient, type NodeClient, type Preview } from "lojal/node";
import { createClient as createWebClient } from "lojal/web";

const log: Interceptor = (next) => (request) => next(request);
const client: NodeClient = createClient("http://localhost:50051", {
  workspace: "a",
  headers: { a: "b" },
  interceptors: [log],
});
const page: LojalClient = createWebClient("http://localhost:50051");
export async function main() {
  const { nps } = await client.nps.score({ window: "90d" }, { timeoutMs: 500 });
  const value: number | undefined = nps?.value;
  // @ts-expect-error: it is a number, and not anything
  const text: string = nps?.value;
  // @ts-expect-error: there is no such field
  await client.nps.score({ windw: "90d" });
  const preview: Preview = await client.transactions.preview("orders.csv", { profile: "shopify" });
  for await (const one of page.clv.predict({ horizon: "12mo" })) one.customerId.toUpperCase();
  const other = client.withOptions({ workspace: "b", timeoutMs: 60_000 });
  await other.refunds.load([{ refundId: "r", transactionId: "t", time: "2026-01-01", amount: "1" }]);
  const json: string = JSON.stringify(toJson(nps));
  return [value, text, json, preview, isReason, Code.Aborted, createClientOver];
}
`;

function settings(module: string, lib: string[]) {
  const compilerOptions = {
    target: "es2022",
    lib,
    types: [],
    module,
    ...(module === "esnext" && { moduleResolution: "bundler" }),
    strict: true,
    skipLibCheck: false,
    noEmit: true,
  };
  return JSON.stringify({ compilerOptions, files: ["program.ts"] });
}

test("without the DOM and without @types/node, as ES modules and as CommonJS", async () => {
  const folder = await install("types", undefined, {
    "package.json": '{"type": "module"}',
    "program.ts": PROGRAM,
    "tsconfig.json": settings("node20", ["es2022"]),
    "tsconfig.bundler.json": settings("esnext", ["es2022"]),
    "tsconfig.dom.json": settings("node20", ["es2022", "dom", "dom.asynciterable"]),
  });
  const tsc = join(SDK, "node_modules", ".bin", "tsc");
  for (const project of ["tsconfig.json", "tsconfig.bundler.json", "tsconfig.dom.json"]) {
    expect(await runIn(folder, tsc, ["-p", project]), project).toBe("");
  }
  const common = await install("types-cjs", undefined, {
    "package.json": '{"type": "commonjs"}',
    "program.ts": PROGRAM,
    "tsconfig.json": settings("node20", ["es2022"]),
  });
  expect(await runIn(common, tsc, ["-p", "tsconfig.json"])).toBe("");
});
