// Looks at requests before they are sent, for callers whom no compiler has told what is wrong with them.
//
// Protobuf-es drops fields it does not know, and takes a Date for a Timestamp without seconds: a misspelt `asOf` would
// be answered as of now, and a Date as of 1970.
import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type DescMethod,
  isMessage,
} from "@bufbuild/protobuf";
import { invalidField, LojalError } from "./errors.js";
import { type TimeLike, timestamp } from "./time.js";

/**
 * The request to send for what a caller passed: one, or for streams each of many.
 *
 * @param onFailure - told why a stream of requests ended early, as the transports lose that.
 */
export function checkedInput(
  { input, methodKind }: DescMethod,
  passed: unknown,
  onFailure: (reason: unknown) => void = () => {},
): unknown {
  const streams = methodKind === "client_streaming" || methodKind === "bidi_streaming";
  return streams
    ? each(input, passed as AsyncIterable<unknown>, onFailure)
    : checkedMessage(input, passed);
}

/** The message to send for what a caller passed. */
export function checkedMessage(desc: DescMessage, passed: unknown): unknown {
  return checked(desc, passed ?? {}, "request");
}

async function* each(
  desc: DescMessage,
  requests: AsyncIterable<unknown>,
  onFailure: (reason: unknown) => void,
) {
  try {
    for await (const request of requests) yield checked(desc, request, "request");
  } catch (reason) {
    onFailure(reason);
    throw reason;
  }
}

/**
 * Takes instants in every form that `timestamp` does, and enums by name too.
 *
 * @throws LojalError with the reason `INVALID_FIELD` for a field that the message does not have.
 */
function checked(desc: DescMessage, value: unknown, path: string): unknown {
  if (desc.typeName === "google.protobuf.Timestamp") return instant(value, path);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalidField(path, `give an object with ${known(desc)}`);
  }
  // Made by `create`, so it is as it should be.
  if (isMessage(value)) return value;
  const result: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value)) {
    if (part === undefined) continue;
    const at = path === "request" ? name : `${path}.${name}`;
    const oneof = desc.oneofs.find((one) => one.localName === name);
    const field = desc.fields.find((one) => one.localName === name && !one.oneof);
    if (oneof) result[name] = checkedChoice(desc, part, at);
    else if (field) result[name] = checkedField(field, part, at);
    else throw invalidField(at, `there is no such field; there are ${known(desc)}`);
  }
  return result;
}

function instant(value: unknown, path: string): unknown {
  try {
    return timestamp(value as TimeLike);
  } catch (thrown) {
    const violation = thrown instanceof LojalError ? thrown.fieldViolations[0] : undefined;
    throw violation ? invalidField(path, violation.description) : thrown;
  }
}

function checkedChoice(desc: DescMessage, choice: unknown, path: string): unknown {
  const { case: name, value } = (choice ?? {}) as { case?: string; value?: unknown };
  if (name === undefined) return choice;
  const field = desc.fields.find((one) => one.localName === name && one.oneof);
  if (!field) throw invalidField(path, `there is no case "${name}"`);
  return { case: name, value: checkedField(field, value, `${path}.value`) };
}

function checkedField(field: DescField, value: unknown, path: string): unknown {
  if (field.fieldKind === "message") return checked(field.message, value, path);
  if (field.fieldKind === "enum") return checkedEnum(field.enum, value, path);
  if (field.fieldKind === "list" && field.listKind === "message" && Array.isArray(value)) {
    return value.map((item, index) => checked(field.message, item, `${path}[${index}]`));
  }
  if (field.fieldKind === "list" && field.listKind === "enum" && Array.isArray(value)) {
    return value.map((item, index) => checkedEnum(field.enum, item, `${path}[${index}]`));
  }
  return value;
}

/** `"AT_RISK"`, `"at_risk"` and `"SEGMENT_AT_RISK"` are `Segment.AT_RISK`. */
function checkedEnum(desc: DescEnum, value: unknown, path: string): unknown {
  if (typeof value === "number") return value;
  const name = String(value).toUpperCase();
  const found = desc.values.find((each) => each.localName === name || each.name === name);
  if (found) return found.number;
  const names = desc.values.slice(1).map((each) => each.localName);
  throw invalidField(path, `"${value}" is not one of ${names.join(", ")}`);
}

function known(desc: DescMessage): string {
  const plain = desc.fields.filter((field) => !field.oneof);
  const names = [...plain, ...desc.oneofs].map((field) => field.localName);
  return names.length > 0 ? names.join(", ") : "no fields at all";
}
