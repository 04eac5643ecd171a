// Asks questions of tests/vectors/questions.json. It knows no platform: Node and browsers run this very file.
import { fromJson, toJson } from "@bufbuild/protobuf";
import * as clv from "lojal/gen/lojal/v1/clv_service_pb";
import * as loyalty from "lojal/gen/lojal/v1/loyalty_service_pb";
import * as nps from "lojal/gen/lojal/v1/nps_service_pb";
import * as retention from "lojal/gen/lojal/v1/retention_service_pb";
import * as segmentation from "lojal/gen/lojal/v1/segmentation_service_pb";
import * as survey from "lojal/gen/lojal/v1/survey_service_pb";

const services = { ...clv, ...loyalty, ...nps, ...retention, ...segmentation, ...survey };
const camel = (word) => word.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());

/** The answers by the names of their questions, whole, as the contract's JSON in which zeros are told. */
export async function ask(client, groups, questions) {
  const answers = {};
  for (const { name, method: path, request } of questions) {
    const method = methodOf(path);
    const answer = callOf(client, groups, method.name)(fromJson(method.input, request));
    answers[name] = await whole(method, answer);
  }
  return answers;
}

/** The client's call of an RPC: the first that is named so in groups.json. */
function callOf(client, groups, rpc) {
  for (const [group, words] of Object.entries(groups)) {
    const word = Object.keys(words).find((each) => words[each] === rpc);
    if (word) return client[group][camel(word)];
  }
  throw new Error(`no group has ${rpc}`);
}

function methodOf(path) {
  const [service, rpc] = path.split("/");
  const method = services[service]?.methods.find((each) => each.name === rpc);
  if (!method) throw new Error(`there is no ${path} here: name its service in ask.mjs`);
  return method;
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
