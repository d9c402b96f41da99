/**
 * A data folder of digests alone, for plans.
 *
 * @module
 */
import type { Files } from "../../datasets/files.ts";

/** Files that are there, by path, with their digests; `asked` counts how often each was hashed. */
export function filesOf(digests: Record<string, string>, asked: string[] = []): Files {
  const refuse = () => Promise.reject(new Error("a plan reads digests alone"));
  return {
    stat: (path) => Promise.resolve(path in digests ? "file" : undefined),
    digest: (path) => {
      asked.push(path);
      return Promise.resolve(digests[path]!);
    },
    list: refuse,
    size: refuse,
    read: refuse,
    locate: (path) => path,
  };
}
