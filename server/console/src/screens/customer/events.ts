// What happened, in words.
import {
  CostKind,
  InteractionKind,
  type Money,
  SurveyDisposition,
  SurveyMetric,
  type TimelineEvent,
} from "lojal/web";
import { words } from "../../show/format.ts";

/** What kind of thing it was, and what is to be said of it. */
export function told({ event }: TimelineEvent): [string, string] {
  switch (event.case) {
    case "transaction": {
      const { amount, discount } = event.value;
      const off = Number(discount?.amount ?? 0) > 0 ? `, ${money(discount)} off` : "";
      return ["Purchase", `${money(amount)}${off}`];
    }
    case "refund":
      return ["Refund", money(event.value.amount)];
    case "surveyResponse": {
      const { metric, score, scaleMin, scaleMax, disposition, comment, topics, channel } =
        event.value;
      const of = `${SurveyMetric[metric] ?? ""} ${score} on a scale of ${scaleMin} to ${scaleMax}`;
      const what = score === undefined ? words(SurveyDisposition[disposition]) : of;
      const quote = comment && `“${comment}”`;
      return ["Survey", [what, channel, topics.join(", "), quote].filter(Boolean).join("; ")];
    }
    case "attributes":
      return ["Known", pairs(event.value.attributes)];
    case "void":
      return ["Void", [event.value.transactionId, event.value.reason].filter(Boolean).join(": ")];
    case "interaction": {
      const { kind, name, channel, status, topics } = event.value;
      const about = [name, status, channel, topics.join(", ")].filter(Boolean).join("; ");
      return [words(InteractionKind[kind]), about];
    }
    case "cost":
      return ["Cost", `${money(event.value.amount)}, ${words(CostKind[event.value.kind])}`];
    default:
      return ["Something else", "of a kind that this page does not know"];
  }
}

function money(value: Money | undefined): string {
  return value ? `${value.amount} ${value.currencyCode}` : "";
}

function pairs(attributes: Record<string, string>): string {
  const known = Object.entries(attributes).sort();
  return known.map(([name, value]) => `${name}: ${value}`).join(", ");
}
