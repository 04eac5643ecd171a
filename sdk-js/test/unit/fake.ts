// A server whose answers the test writes, in memory or behind real sockets.
import { createServer as createHttp1, type Server } from "node:http";
import { createServer as createHttp2, type Http2Server, type ServerHttp2Session } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  Code,
  ConnectError,
  type ConnectRouter,
  createRouterTransport,
  type ServiceImpl,
} from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { onTestFinished } from "vitest";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from "../../src/gen/google/rpc/error_details_pb.js";
import { AdminService } from "../../src/gen/lojal/v1/admin_service_pb.js";
import { ClvService } from "../../src/gen/lojal/v1/clv_service_pb.js";
import { CustomerService } from "../../src/gen/lojal/v1/customer_service_pb.js";
import { ExportService } from "../../src/gen/lojal/v1/export_service_pb.js";
import { IngestService } from "../../src/gen/lojal/v1/ingest_service_pb.js";
import { LoyaltyService } from "../../src/gen/lojal/v1/loyalty_service_pb.js";
import { NpsService } from "../../src/gen/lojal/v1/nps_service_pb.js";
import { RetentionService } from "../../src/gen/lojal/v1/retention_service_pb.js";
import { SegmentationService } from "../../src/gen/lojal/v1/segmentation_service_pb.js";
import { SurveyService } from "../../src/gen/lojal/v1/survey_service_pb.js";
import { WorkspaceService } from "../../src/gen/lojal/v1/workspace_service_pb.js";
import {
  createClientOver,
  type LojalClient,
  type TransportClientOptions,
} from "../../src/index.js";
import { createClient as createNodeClient } from "../../src/node.js";
import { createClient as createWebClient } from "../../src/web.js";

/** The services of the contract by the name of their group. */
export const SERVICES = {
  ingest: IngestService,
  customers: CustomerService,
  export: ExportService,
  loyalty: LoyaltyService,
  segments: SegmentationService,
  clv: ClvService,
  nps: NpsService,
  retention: RetentionService,
  surveys: SurveyService,
  workspaces: WorkspaceService,
  admin: AdminService,
};

/** Answers by group and call. What is left out is UNIMPLEMENTED. */
export type Answers = {
  [G in keyof typeof SERVICES]?: Partial<ServiceImpl<(typeof SERVICES)[G]>>;
};

function routes(answers: Answers) {
  return (router: ConnectRouter) => {
    router.service(AdminService, answers.admin ?? {});
    router.service(ClvService, answers.clv ?? {});
    router.service(CustomerService, answers.customers ?? {});
    router.service(ExportService, answers.export ?? {});
    router.service(IngestService, answers.ingest ?? {});
    router.service(LoyaltyService, answers.loyalty ?? {});
    router.service(NpsService, answers.nps ?? {});
    router.service(RetentionService, answers.retention ?? {});
    router.service(SegmentationService, answers.segments ?? {});
    router.service(SurveyService, answers.surveys ?? {});
    router.service(WorkspaceService, answers.workspaces ?? {});
  };
}

/** A client of a fake server in memory. */
export function inMemory(answers: Answers, options?: TransportClientOptions): LojalClient {
  return createClientOver(createRouterTransport(routes(answers)), options);
}

/** The transports that go over a socket. */
export const TRANSPORTS = ["node", "web"] as const;

/** A client of a fake server behind a socket, and a way to break all its connections. */
export async function overSocket(
  transport: (typeof TRANSPORTS)[number],
  answers: Answers,
  options: TransportClientOptions = {},
): Promise<{ client: LojalClient; breakConnections: () => void; connections: () => number }> {
  const handler = connectNodeAdapter({ routes: routes(answers) });
  const server: Server | Http2Server =
    transport === "node" ? createHttp2(handler) : createHttp1(handler);
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("session", (session: ServerHttp2Session) => session.on("error", () => {}));
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const breakConnections = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const client =
    transport === "node" ? createNodeClient(url, options) : createWebClient(url, options);
  onTestFinished(() => {
    breakConnections();
    server.close();
  });
  return { client: client as LojalClient, breakConnections, connections: () => sockets.size };
}

/** An error as the server sends it. */
export function serverError(
  code: Code,
  reason: string,
  extra: {
    metadata?: Record<string, string>;
    fieldViolations?: { field: string; description: string }[];
    retryAfterMs?: number;
    requestId?: string;
  } = {},
): ConnectError {
  const { metadata = {}, fieldViolations, retryAfterMs, requestId } = extra;
  const info = {
    desc: ErrorInfoSchema,
    value: { reason, domain: "lojal.dev", metadata },
  };
  const bad = fieldViolations && { desc: BadRequestSchema, value: { fieldViolations } };
  const retry = retryAfterMs !== undefined && {
    desc: RetryInfoSchema,
    value: {
      retryDelay: {
        seconds: BigInt(Math.floor(retryAfterMs / 1000)),
        nanos: (retryAfterMs % 1000) * 1e6,
      },
    },
  };
  const details = [info, bad, retry].filter((detail) => !!detail);
  const headers = requestId === undefined ? undefined : { "x-request-id": requestId };
  return new ConnectError(`${reason} in a sentence`, code, headers, details);
}

setFlagsFromString("--expose-gc");
/** Collects garbage at once: the fetch of Node does not hear of an abort after it. */
export const collectGarbage: () => void = runInNewContext("gc");

/** What a promise or a loop fails with. */
export async function failure(
  work: PromiseLike<unknown> | AsyncIterable<unknown>,
): Promise<unknown> {
  try {
    if (Symbol.asyncIterator in work) for await (const _ of work);
    else await work;
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

/** Everything of a sequence. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export const unavailable = () =>
  serverError(Code.Unavailable, "SHUTTING_DOWN", { retryAfterMs: 0 });
