// Loads answers of a survey from CommonJS, and writes the NPS as JSON.
const { createClient, toJson } = require("lojal/node");

async function main() {
  const client = createClient(process.env.LOJAL_URL ?? "http://localhost:50051", {
    workspace: process.env.LOJAL_WORKSPACE ?? "example",
  });
  const answers = [
    { responseId: "a1", customerId: "c1", time: "2026-03-01", score: 10 },
    { responseId: "a2", customerId: "c2", time: "2026-03-02", score: 9 },
    { responseId: "a3", customerId: "c3", time: "2026-03-03", score: 6, comment: "it came late" },
    { responseId: "a4", customerId: "c4", time: "2026-03-04", score: 11 }, // no score: it is told
  ];
  const { recorded, duplicates, rowErrors } = await client.nps.load(answers, { skipInvalid: true });
  console.log(`${recorded} recorded, ${duplicates} there already`);
  for (const { row, message } of rowErrors) console.log(`row ${row}: ${message}`);
  const { nps } = await client.nps.score({ asOf: "2026-04-01", window: "all" });
  console.log(JSON.stringify(toJson(nps), null, 2));
  client.close();
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
