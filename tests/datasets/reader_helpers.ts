/**
 * How tests open a reader as a manifest would.
 *
 * @module
 */
import type { DataSet, Files, ReaderPlugin } from "../../datasets/mod.ts";
import { memoryFiles } from "./helpers.ts";

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Files in memory whose digests are their lengths and paths, so that tests see what goes into one. */
export function filesOf(files: Record<string, Uint8Array | string>): Files {
  const bytes = Object.fromEntries(
    Object.entries(files).map(([path, content]) => [path, typeof content === "string" ? bytesOf(content) : content]),
  );
  return { ...memoryFiles(bytes), digest: (path) => Promise.resolve(`${path} ${bytes[path]?.length ?? "folder"}`) };
}

/** Opens a reader with parameters as a manifest would give them; `from` stands for any nested reader. */
export async function openWith<D extends DataSet = DataSet>(
  reader: ReaderPlugin,
  params: Record<string, unknown>,
  files: Files | Record<string, Uint8Array | string> = {},
  from?: DataSet,
): Promise<D> {
  const open = (): Promise<DataSet> => from ? Promise.resolve(from) : Promise.reject(new Error("no nested reader"));
  const context = { files: "locate" in files ? files as Files : filesOf(files as Record<string, string>), open };
  return await reader.open(reader.params.parse(params), context) as D;
}
