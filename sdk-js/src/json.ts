// Answers, requests and records as the contract's own JSON. JSON.stringify alone throws at whole numbers of 64 bits,
// and would write enums as numbers and instants as pairs.
import {
  create,
  createRegistry,
  type DescFile,
  type DescMessage,
  isMessage,
  type JsonObject,
  type JsonValue,
  type MessageInitShape,
  toJson as messageToJson,
  type Registry,
} from "@bufbuild/protobuf";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import type { Asked } from "./asked.js";
import { invalidField } from "./errors.js";
import { file_lojal_v1_admin_service } from "./gen/lojal/v1/admin_service_pb.js";
import { file_lojal_v1_clv_service } from "./gen/lojal/v1/clv_service_pb.js";
import { file_lojal_v1_customer_service } from "./gen/lojal/v1/customer_service_pb.js";
import { file_lojal_v1_error_reason } from "./gen/lojal/v1/error_reason_pb.js";
import { file_lojal_v1_export_service } from "./gen/lojal/v1/export_service_pb.js";
import { file_lojal_v1_ingest_service } from "./gen/lojal/v1/ingest_service_pb.js";
import { file_lojal_v1_loyalty_service } from "./gen/lojal/v1/loyalty_service_pb.js";
import { file_lojal_v1_nps_service } from "./gen/lojal/v1/nps_service_pb.js";
import { file_lojal_v1_retention_service } from "./gen/lojal/v1/retention_service_pb.js";
import { file_lojal_v1_segmentation_service } from "./gen/lojal/v1/segmentation_service_pb.js";
import { file_lojal_v1_survey_service } from "./gen/lojal/v1/survey_service_pb.js";
import { file_lojal_v1_workspace_service } from "./gen/lojal/v1/workspace_service_pb.js";
import { checkedMessage } from "./requests.js";

/** How to write JSON. */
export interface JsonOptions {
  /** Names of fields as in the contract, `ci_low`, and not in camelCase, `ciLow`. grpcurl and Python take both. Default false. */
  protoNames?: boolean;
  /** Write fields that are at their default, such as counts of 0 and empty lists. Default false. */
  withDefaults?: boolean;
}

/** What {@link toJson} makes of a value. */
export type JsonOf<T> = T extends string | number | boolean | null
  ? T
  : T extends undefined
    ? null
    : T extends bigint | Timestamp | Date | Uint8Array
      ? string
      : T extends readonly unknown[]
        ? JsonValue[]
        : T extends object
          ? JsonObject
          : JsonValue;

/**
 * The contract's JSON of an answer, of any message in one, of a list of them, or of an object that holds them; null of
 * what is not there. What
 * comes back is safe for `JSON.stringify`: whole numbers of 64 bits are text, enums have their whole names, instants are
 * ISO 8601, and what is undefined is not there.
 *
 * With a schema, of a request or record as calls take it, whose instants and enums may be written in any way that calls
 * take. Schemas are at `lojal/gen/lojal/v1/*_pb`. grpcurl takes what comes back.
 *
 * @example
 * JSON.stringify(toJson(await client.nps.score({})));
 * toJson({ asOf: "2026-03-02", interval: "month" }, GetNpsRequestSchema);
 * // { asOf: "2026-03-02T00:00:00Z", interval: "CALENDAR_INTERVAL_MONTH" }
 * @throws LojalError with the reason `INVALID_FIELD` for what has no JSON, such as a function, and, with a schema, for
 * fields that it does not have.
 */
export function toJson<T>(value: T, options?: JsonOptions): JsonOf<T>;
export function toJson<S extends DescMessage>(
  value: Asked<S>,
  schema: S,
  options?: JsonOptions,
): JsonObject;
export function toJson(
  value: unknown,
  second: DescMessage | JsonOptions = {},
  third: JsonOptions = {},
): JsonValue {
  if (!isSchema(second)) return json(value, second, "value");
  const input = checkedMessage(second, value) as MessageInitShape<DescMessage>;
  return json(isMessage(input) ? input : create(second, input), third, "value");
}

function isSchema(value: DescMessage | JsonOptions): value is DescMessage {
  return "kind" in value && value.kind === "message";
}

function json(value: unknown, options: JsonOptions, path: string): JsonValue {
  // What is not there, such as an estimate of nothing.
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "boolean") return value;
  // Of numbers without a JSON the contract writes the name.
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object") {
    throw invalidField(path, `a value of the type ${typeof value} has no JSON; leave it out`);
  }
  if (isMessage(value)) {
    const schema = registry().getMessage(value.$typeName);
    if (!schema) throw invalidField(path, `${value.$typeName} is no message of the contract`);
    return messageToJson(schema, value, {
      registry: registry(),
      useProtoFieldName: options.protoNames ?? false,
      alwaysEmitImplicit: options.withDefaults ?? false,
    });
  }
  if (Array.isArray(value)) {
    return value.map((each, index) => json(each, options, `${path}[${index}]`));
  }
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return base64(value);
  const object: JsonObject = {};
  for (const [name, part] of Object.entries(value)) {
    if (part !== undefined) object[name] = json(part, options, `${path}.${name}`);
  }
  return object;
}

function base64(bytes: Uint8Array): string {
  let letters = "";
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return btoa(letters);
}

let known: Registry | undefined;

/** Every message of the contract by name, with those that it borrows. */
function registry(): Registry {
  known ??= createRegistry(
    ...withDependencies([
      file_lojal_v1_admin_service,
      file_lojal_v1_clv_service,
      file_lojal_v1_customer_service,
      file_lojal_v1_error_reason,
      file_lojal_v1_export_service,
      file_lojal_v1_ingest_service,
      file_lojal_v1_loyalty_service,
      file_lojal_v1_nps_service,
      file_lojal_v1_retention_service,
      file_lojal_v1_segmentation_service,
      file_lojal_v1_survey_service,
      file_lojal_v1_workspace_service,
    ]),
  );
  return known;
}

function withDependencies(files: readonly DescFile[]): DescFile[] {
  const all = new Set<DescFile>();
  const add = (file: DescFile) => {
    if (all.has(file)) return;
    all.add(file);
    file.dependencies.forEach(add);
  };
  files.forEach(add);
  return [...all];
}
