// Asks the questions of tests/vectors/questions.json, for a test that compares this client with other roads.
//
//   npm run build && node same-answers.mjs http://127.0.0.1:50051 WORKSPACE
//
// The Python client has its twin in sdk-python/tests/same_answers.py. Answers are printed whole, as the contract's JSON
// in which zeros are told.
import { readFileSync } from "node:fs";
import { fromJson, toJson } from "@bufbuild/protobuf";
import { createClient } from "lojal/node";

const [url, workspace] = process.argv.slice(2);
if (!url || !workspace) throw new Error("usage: node same-answers.mjs URL WORKSPACE");
const read = (name) =>
  JSON.parse(readFileSync(new URL(`../../tests/vectors/${name}.json`, import.meta.url), "utf8"));
const { groups } = read("groups");
const { questions } = read("questions");
const client = createClient(url, { workspace });
const camel = (word) => word.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());

/** The client's call of an RPC: the first that is named so in groups.json. */
function callOf(rpc) {
  for (const [group, words] of Object.entries(groups)) {
    const word = Object.keys(words).find((each) => words[each] === rpc);
    if (word) return client[group][camel(word)];
  }
  throw new Error(`no group has ${rpc}`);
}

/** The methods of a service, by name. */
async function methodOf(path) {
  const [service, rpc] = path.split("/");
  const file = `${service.replace(/Service$/, "").toLowerCase()}_service_pb`;
  const generated = await import(`lojal/gen/lojal/v1/${file}`);
  return generated[service].methods.find((each) => each.name === rpc);
}

/** An answer as JSON, or rows of one that come one by one. */
async function whole(method, answer) {
  const options = { alwaysEmitImplicit: true };
  if (!(Symbol.asyncIterator in answer)) return toJson(method.output, await answer, options);
  const list = method.output.fields.find((field) => field.fieldKind === "list");
  const rows = [];
  for await (const row of answer) rows.push(toJson(list.message, row, options));
  return { [list.jsonName]: rows };
}

const answers = {};
for (const { name, method: path, request } of questions) {
  const method = await methodOf(path);
  const answer = callOf(method.name)(fromJson(method.input, request));
  answers[name] = await whole(method, answer);
}
console.log(JSON.stringify(answers));
client.close();
