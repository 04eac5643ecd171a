// Tables of client.export as files, in Node.
import { randomUUID } from "node:crypto";
import { type FileHandle, open, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LojalError } from "./errors.js";
import type { UrlLike } from "./platform.js";
import { Code } from "./rpc.js";

/**
 * Writes a table into a file, as one stream of Arrow's IPC format. A file of that name is replaced, and only once the new
 * one is whole and on the disk.
 *
 * @example
 * await saveTable(client.export.customers(), "customers.arrow");
 * @throws LojalError with the code `Code.FailedPrecondition` when it cannot be written, such as on a full disk, and as
 * the export does.
 */
export async function saveTable(
  table: AsyncIterable<Uint8Array>,
  path: string | UrlLike,
): Promise<void> {
  const named = typeof path === "string" ? path : fileURLToPath(String(path));
  // What a link leads to is replaced, and not the link.
  const place = await realpath(named).catch(() => named);
  const part = join(dirname(place), `.${basename(place)}.${randomUUID()}.part`);
  let file: FileHandle | undefined;
  try {
    for await (const bytes of table) {
      file ??= await open(part, "wx").catch(refused(named));
      await file.appendFile(bytes).catch(refused(named));
    }
    file ??= await open(part, "wx").catch(refused(named));
    await file.sync().catch(refused(named));
    await file.close().catch(refused(named));
    await rename(part, place).catch(refused(named));
  } catch (error) {
    // The disk that made it fail may do so again.
    await file?.close().catch(() => {});
    await rm(part, { force: true }).catch(() => {});
    throw error;
  }
}

/** Says what is wrong with a file, or with the disk that it is on. */
function refused(path: string) {
  return (cause: NodeJS.ErrnoException): never => {
    const reason = REASONS[cause.code ?? ""] ?? cause.message;
    throw new LojalError(
      `${path} cannot be written: ${reason}; make room, or choose another place`,
      {
        code: cause.code === "ENOENT" ? Code.NotFound : Code.FailedPrecondition,
        cause,
      },
    );
  };
}

const REASONS: Record<string, string> = {
  ENOSPC: "no space left on the disk",
  EDQUOT: "the quota of the disk is used up",
  EFBIG: "the file would be larger than it may be",
  EROFS: "the disk is read-only",
  EACCES: "it is not allowed",
  EPERM: "it is not allowed",
  EISDIR: "it is a directory",
  ENOTDIR: "its folder is no directory",
  ENOENT: "there is no such directory",
};
