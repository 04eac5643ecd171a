// Asks a server for its contract, with as much of gRPC server reflection as that takes.
import {
  createFileRegistry,
  type DescService,
  fromBinary,
  fromJson,
  toJson,
} from "@bufbuild/protobuf";
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";

/** The part of grpc/reflection/v1/reflection.proto that is used here. Other fields are ignored. */
const REFLECTION = {
  name: "grpc/reflection/v1/reflection.proto",
  package: "grpc.reflection.v1",
  syntax: "proto3",
  messageType: [
    {
      name: "ServerReflectionRequest",
      field: [
        { name: "file_by_filename", number: 3, type: "TYPE_STRING", label: "LABEL_OPTIONAL" },
      ],
    },
    {
      name: "ServerReflectionResponse",
      field: [
        {
          name: "file_descriptor_response",
          number: 4,
          type: "TYPE_MESSAGE",
          label: "LABEL_OPTIONAL",
          typeName: ".grpc.reflection.v1.FileDescriptorResponse",
        },
      ],
    },
    {
      name: "FileDescriptorResponse",
      field: [
        { name: "file_descriptor_proto", number: 1, type: "TYPE_BYTES", label: "LABEL_REPEATED" },
      ],
    },
  ],
  service: [
    {
      name: "ServerReflection",
      method: [
        {
          name: "ServerReflectionInfo",
          inputType: ".grpc.reflection.v1.ServerReflectionRequest",
          outputType: ".grpc.reflection.v1.ServerReflectionResponse",
          clientStreaming: true,
          serverStreaming: true,
        },
      ],
    },
  ],
};

interface Answer {
  fileDescriptorResponse?: { fileDescriptorProto: Uint8Array[] };
}
type Reflect = (requests: AsyncIterable<{ fileByFilename: string }>) => AsyncIterable<Answer>;

/** The files the server gives for the name of one: that one, and perhaps what it imports. */
export async function serverFiles(url: string, name: string): Promise<FileDescriptorProto[]> {
  const files = createFileRegistry(fromJson(FileDescriptorSetSchema, { file: [REFLECTION] }));
  const service = files.getService("grpc.reflection.v1.ServerReflection") as DescService;
  const client = createClient(
    service,
    createGrpcTransport({ baseUrl: url }),
  ) as Client<DescService>;
  const ask = client.serverReflectionInfo as unknown as Reflect;
  async function* request() {
    yield { fileByFilename: name };
  }
  const found: FileDescriptorProto[] = [];
  for await (const answer of ask(request())) {
    for (const bytes of answer.fileDescriptorResponse?.fileDescriptorProto ?? []) {
      found.push(fromBinary(FileDescriptorProtoSchema, bytes));
    }
  }
  return found;
}

/** A file without what compilers may write differently: comments, positions, and JSON names that are the usual ones. */
export function essence(file: FileDescriptorProto): unknown {
  const { sourceCodeInfo: _, ...rest } = toJson(FileDescriptorProtoSchema, file) as Record<
    string,
    unknown
  >;
  return JSON.parse(JSON.stringify(rest, (key, value) => (key === "jsonName" ? undefined : value)));
}
