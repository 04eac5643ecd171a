// A report: the page with answers in it, which were asked when it was made (`lojal report`). There is no server to ask.
import { createClient, type LojalClient } from "lojal/web";

interface Report {
  /** Where the same can be asked. */
  origin: string;
  workspace: string;
  /** The day at whose start the answers are; null for the latest there was. */
  asOf: string | null;
  made: string;
  hasCustomers: boolean;
  /** Answers as they come over gRPC-Web, in base64, by what was asked. */
  answers: Record<string, string>;
}

const NOT_HERE =
  "This report holds what the console shows first. Ask the server for more: its console has every choice.";
const NO_CUSTOMERS = "This report was made without single customers.";
/** When is left out, as all of a report is of one moment. */
const WHEN = ["asOf", "fromAsOf", "holdoutEnd", "until"];
const SINGLE_ONES = ["ListEarlyWarnings", "ListSegmentMembers", "PredictCustomers"];

function read(): Report | undefined {
  const text = document.getElementById("report")?.textContent;
  return text ? (JSON.parse(text) as Report) : undefined;
}

/** What this page is a report of; undefined where it is the console of a server. */
export const report = read();

/** A client that answers this question from a report, whatever it is asked. */
export function told(from: Report, rpc: string, request: Record<string, unknown>): LojalClient {
  const answer = from.answers[keyOf(rpc, request)];
  if (answer === undefined) {
    const isOfSingleOnes = SINGLE_ONES.some((name) => rpc.endsWith(name));
    throw new Error(isOfSingleOnes && !from.hasCustomers ? NO_CUSTOMERS : NOT_HERE);
  }
  const body = Uint8Array.from(atob(answer), (letter) => letter.charCodeAt(0));
  const headers = { "content-type": "application/grpc-web+proto" };
  return createClient("http://localhost", {
    retry: false,
    fetch: () => Promise.resolve(new Response(body, { headers })),
  });
}

/** What an answer is found by: the method and what is asked, in the order of names. */
function keyOf(rpc: string, request: Record<string, unknown>): string {
  const asked = Object.entries(request)
    .filter(([name]) => !WHEN.includes(name))
    // Where bands are cut is read from the answer.
    .map(([name, value]) => [
      name,
      String(value).startsWith("band(clv_12mo,") ? "band(clv_12mo)" : value,
    ])
    .sort(([one], [other]) => (String(one) < String(other) ? -1 : 1));
  return `${rpc} ${JSON.stringify(Object.fromEntries(asked))}`;
}
