// Customers and their worth in bands of CLV. The server adds up, so that millions of customers are as few rows as a thousand.
import type { SummarizePredictionsResponse } from "lojal/web";
import { type Answer, answer, atTime } from "../../ask/answer.svelte.ts";
import { summarizePredictions } from "../../ask/calls.ts";

/** Where bands are cut, as multiples of the mean. At most twenty bounds are taken. */
const MULTIPLES = [0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8, 12, 20];

export function valueByBand(): {
  whole: Answer<SummarizePredictionsResponse>;
  bands: Answer<SummarizePredictionsResponse>;
} {
  const whole = answer(summarizePredictions, () => ({ ...atTime(), horizon: "12mo" }));
  const bands = answer(summarizePredictions, () => {
    const { customers = 0n, clv } = whole.value?.whole ?? {};
    const mean = (clv?.value ?? 0) / Number(customers);
    if (!(mean > 0)) return undefined;
    const bounds = [...new Set(MULTIPLES.map((each) => rounded(each * mean)))];
    return { ...atTime(), horizon: "12mo", groupBy: `band(clv_12mo, ${bounds.join(", ")})` };
  });
  return { whole, bands };
}

/** With one digit that counts, or two for those from 1 to 2: bounds are read. */
function rounded(bound: number): number {
  const scale = 10 ** Math.floor(Math.log10(bound));
  const step = bound / scale < 2 ? scale / 10 : scale;
  return Number((Math.round(bound / step) * step).toPrecision(2));
}
