// A page with a question: it records the answer, and shows what all answers come to.
//
// A page shows its API key to whoever looks. Give it one that may record and nothing else, and let your own server ask
// for the NPS; this example does both, for a server of this machine.
import { createClient, LojalError } from "lojal/web";

const asked = new URLSearchParams(location.search);
const client = createClient(
  asked.get("server") ?? import.meta.env.VITE_LOJAL_URL ?? "http://localhost:50051",
  { workspace: asked.get("workspace") ?? "example" },
);

const scores = document.querySelector<HTMLElement>("#scores");
const answer = document.querySelector<HTMLElement>("#answer");

async function record(score: number): Promise<string> {
  const response = { responseId: crypto.randomUUID(), time: new Date(), score };
  await client.surveys.record({ surveyResponses: [response] });
  const { nps } = await client.nps.score({});
  if (nps?.value === undefined) return "Thank you. There is no NPS yet.";
  return `Thank you. Of ${nps.n} answers the NPS is ${nps.value.toFixed(0)}.`;
}

for (let score = 0; score <= 10; score++) {
  const button = document.createElement("button");
  button.textContent = String(score);
  button.addEventListener("click", async () => {
    if (!answer) return;
    try {
      answer.textContent = await record(score);
    } catch (error) {
      answer.textContent = error instanceof LojalError ? error.message : String(error);
    }
  });
  scores?.append(button);
}
