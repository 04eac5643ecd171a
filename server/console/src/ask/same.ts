// The same question for other programs.
import type { Asked } from "./answer.svelte.ts";

/** Where to ask. */
export interface Where {
  /** The page's own origin, such as "http://localhost:50051". */
  origin: string;
  workspace: string | undefined;
  hasKey: boolean;
}

/** Arguments that Python calls otherwise than the contract does. */
const PYTHON_NAMES: Record<string, string> = { order: "order_by" };
/** Fields of enums. Any other text, such as an id, is somebody's own and stays as it is. */
const ENUMS = ["interval", "order", "segment"];
const EARLY_WARNINGS = "loyalty.early_warnings";

/** A grpcurl command, for a shell. */
export function grpcurl({ rpc, request }: Asked, { origin, workspace, hasKey }: Where): string {
  const { protocol, host, port } = new URL(origin);
  const parts = ["grpcurl"];
  if (protocol === "http:") parts.push("-plaintext");
  if (hasKey) parts.push('-H "authorization: Bearer $LOJAL_API_KEY"');
  if (workspace) parts.push(`-H ${quoted(`lojal-workspace: ${workspace}`)}`);
  const body = JSON.stringify(snake(request, instant));
  if (body !== "{}") parts.push(`-d ${quoted(body)}`);
  parts.push(port ? host : `${host}:${protocol === "http:" ? 80 : 443}`, `lojal.v1.${rpc}`);
  return parts.join(" ");
}

/** A program in Python. */
export function python({ python, request }: Asked, { origin, workspace, hasKey }: Where): string {
  const { protocol, host } = new URL(origin);
  const client = [literal(protocol === "https:" ? origin : host)];
  if (workspace) client.push(`workspace=${literal(workspace)}`);
  const given = Object.entries(snake(request, (_, value) => value) as Record<string, unknown>);
  const names = python === EARLY_WARNINGS ? {} : PYTHON_NAMES;
  const passed = given.map(
    ([name, value]) =>
      `${names[name] ?? name}=${literal(ENUMS.includes(name) ? word(value) : value)}`,
  );
  const key = hasKey ? "# The key is taken from the environment variable LOJAL_API_KEY.\n" : "";
  return `import lojal\n\n${key}client = lojal.Client(${client.join(", ")})\nprint(client.${python}(${passed.join(", ")}))`;
}

/** Names as the contract has them: as_of for asOf. */
function snake(
  value: unknown,
  leaf: (name: string, value: unknown) => unknown,
  name = "",
): unknown {
  if (Array.isArray(value)) return value.map((each) => snake(each, leaf, name));
  if (typeof value !== "object" || value === null) return leaf(name, value);
  const entries = Object.entries(value).map(([key, part]) => {
    const snaked = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return [snaked, snake(part, leaf, snaked)];
  });
  return Object.fromEntries(entries);
}

/** grpcurl wants instants with their time of day and zone. */
function instant(name: string, value: unknown): unknown {
  return name.endsWith("as_of") && typeof value === "string" ? `${value}T00:00:00Z` : value;
}

/** Enums by their words: "month" for CALENDAR_INTERVAL_MONTH. */
function word(value: unknown): unknown {
  const enums =
    /^(?:CALENDAR_INTERVAL|PREDICTION_ORDER|CUSTOMER_ORDER|TIMELINE_ORDER|SEGMENT)_(\w+)$/;
  const [, name] = typeof value === "string" ? (enums.exec(value) ?? []) : [];
  return name === undefined ? value : name.toLowerCase();
}

function literal(value: unknown): string {
  if (value === true) return "True";
  if (value === false) return "False";
  return JSON.stringify(value);
}

/** As one word for a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
