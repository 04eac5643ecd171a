// The contract this package was generated from is the one the server serves.
import type { DescFile } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { file_lojal_v1_admin_service } from "../../src/gen/lojal/v1/admin_service_pb.js";
import { file_lojal_v1_clv_service } from "../../src/gen/lojal/v1/clv_service_pb.js";
import { file_lojal_v1_common } from "../../src/gen/lojal/v1/common_pb.js";
import { file_lojal_v1_customer_service } from "../../src/gen/lojal/v1/customer_service_pb.js";
import { file_lojal_v1_error_reason } from "../../src/gen/lojal/v1/error_reason_pb.js";
import { file_lojal_v1_ingest_service } from "../../src/gen/lojal/v1/ingest_service_pb.js";
import { file_lojal_v1_loyalty_service } from "../../src/gen/lojal/v1/loyalty_service_pb.js";
import { file_lojal_v1_nps_service } from "../../src/gen/lojal/v1/nps_service_pb.js";
import { file_lojal_v1_options } from "../../src/gen/lojal/v1/options_pb.js";
import { file_lojal_v1_retention_service } from "../../src/gen/lojal/v1/retention_service_pb.js";
import { file_lojal_v1_segmentation_service } from "../../src/gen/lojal/v1/segmentation_service_pb.js";
import { file_lojal_v1_survey_service } from "../../src/gen/lojal/v1/survey_service_pb.js";
import { file_lojal_v1_workspace_service } from "../../src/gen/lojal/v1/workspace_service_pb.js";
import { essence, serverFiles } from "./reflection.js";
import { type RunningServer, startServer, temporaryFolder } from "./server.js";

const FILES: DescFile[] = [
  file_lojal_v1_admin_service,
  file_lojal_v1_clv_service,
  file_lojal_v1_common,
  file_lojal_v1_customer_service,
  file_lojal_v1_error_reason,
  file_lojal_v1_ingest_service,
  file_lojal_v1_loyalty_service,
  file_lojal_v1_nps_service,
  file_lojal_v1_options,
  file_lojal_v1_retention_service,
  file_lojal_v1_segmentation_service,
  file_lojal_v1_survey_service,
  file_lojal_v1_workspace_service,
];

const folder = temporaryFolder();
let server: RunningServer | undefined;
beforeAll(async () => {
  server = await startServer(folder.path);
});
afterAll(async () => {
  await server?.stop();
  folder.remove();
});

test.each(FILES.map((file) => [file.proto.name, file] as const))("%s", async (name, file) => {
  const files = await serverFiles(server?.url ?? "", name);
  const served = files.find((each) => each.name === name);
  expect(served, "the server does not know this file").toBeDefined();
  if (served) expect(essence(served)).toEqual(essence(file.proto));
});
