// Asks the questions of tests/vectors/questions.json from Node, for a test that compares this client with other roads.
//
//   npm run build && node in-node.mjs http://127.0.0.1:50051 WORKSPACE
//
// in-browser.mjs does the same in a browser; the Python client has its twin in sdk-python/tests/same_answers.py.
import { createClient } from "lojal/node";
import { ask } from "./ask.mjs";
import { groups, questions } from "./vectors.mjs";

const [url, workspace] = process.argv.slice(2);
if (!url || !workspace) throw new Error("usage: node in-node.mjs URL WORKSPACE");
const client = createClient(url, { workspace });
console.log(JSON.stringify(await ask(client, groups, questions)));
client.close();
