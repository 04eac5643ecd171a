// The words of tests/vectors/groups.json, which the Python client has too.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Code, type LojalClient } from "../../src/index.js";
import { createClient as createNodeClient } from "../../src/node.js";
import { type Answers, failure, inMemory, SERVICES, serverError } from "./fake.js";

const vectors = JSON.parse(
  readFileSync(new URL("../../../tests/vectors/groups.json", import.meta.url), "utf8"),
) as {
  groups: Record<string, Record<string, string>>;
  without_rpc: Record<string, string[]>;
  only: { python: Record<string, string>; javascript: Record<string, string> };
};

const camel = (word: string) => word.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
const ours = Object.entries(vectors.groups).flatMap(([group, words]) =>
  Object.entries(words)
    .filter(([word]) => !(`${group}.${word}` in vectors.only.python))
    .map(([word, rpc]) => ({ group, word: camel(word), rpc })),
);
const rpcs = Object.values(SERVICES).flatMap((service) => service.methods);

/** A row of every kind. */
const ROW = {
  customerId: "c1",
  transactionId: "t1",
  refundId: "r1",
  responseId: "a1",
  interactionId: "i1",
  costId: "k1",
  time: "2026-03-01",
  amount: "1",
  score: 9,
};

/** A client whose server notes which RPCs are called, and answers none of them. */
function noting(called: string[]): LojalClient {
  const answers = Object.entries(SERVICES).map(([name, service]) => {
    const note = (rpc: string) => () => {
      called.push(rpc);
      throw serverError(Code.Aborted, "INTERNAL");
    };
    return [
      name,
      Object.fromEntries(service.methods.map((each) => [each.localName, note(each.name)])),
    ];
  });
  return inMemory(Object.fromEntries(answers) as Answers);
}

test("the vectors name every RPC of the contract", () => {
  const named = Object.values(vectors.groups).flatMap((words) => Object.values(words));
  expect(new Set(named)).toEqual(new Set(rpcs.map((each) => each.name)));
});

const inMemoryClient = noting([]);
const nodeClient = createNodeClient("http://127.0.0.1:1");
const CLIENTS = [
  // Previews read files.
  { where: "anywhere", client: inMemoryClient, own: ["withOptions"], not: ["preview"] },
  { where: "in Node", client: nodeClient, own: ["withOptions", "close"], not: [""] },
];

test.each(CLIENTS)(
  "the groups $where are those of every client, and the services themselves",
  ({ client: { ...client }, own, not }) => {
    const groups = [...Object.keys(vectors.groups), "ingest", ...own];
    expect(Object.keys(client).sort()).toEqual(groups.sort());
    for (const name of own) delete client[name as keyof LojalClient];
    const generated = new Set(rpcs.map((each) => each.localName));
    for (const [group, calls] of Object.entries(client)) {
      const silent = (vectors.without_rpc[group] ?? []).filter((word) => !not.includes(word));
      const words = ours.filter((each) => each.group === group).map((each) => each.word);
      words.push(...silent);
      expect(
        Object.keys(calls)
          .filter((name) => !generated.has(name) || words.includes(name))
          .sort(),
      ).toEqual(words.sort());
    }
    for (const [group, service] of Object.entries(SERVICES)) {
      const calls = Object.keys(client[group as keyof LojalClient]);
      expect(calls).toEqual(expect.arrayContaining(service.methods.map((each) => each.localName)));
    }
  },
);

test.each(ours)("$group.$word calls $rpc", async ({ group, word, rpc }) => {
  const called: string[] = [];
  const calls = noting(called)[group as keyof LojalClient] as unknown as Record<
    string,
    (input: unknown) => PromiseLike<unknown> | AsyncIterable<unknown>
  >;
  await failure(calls[word]?.(word === "load" ? [ROW] : {}) ?? Promise.resolve());
  expect(called).toEqual([rpc]);
});
