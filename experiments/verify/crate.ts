/**
 * Holds a package to its own description: every file is listed in `ro-crate-metadata.json` with its SHA-256, and is what
 * it was.
 *
 * @module
 */
import { z } from "zod";
import { readTextIfThere } from "../store/atomic.ts";
import { within } from "../store/paths.ts";
import { checkInside, compareDigests, type DigestCheck } from "./digests.ts";

/** Name of the description. */
export const METADATA = "ro-crate-metadata.json";

const metadataSchema = z.looseObject({
  "@graph": z.array(z.looseObject({ "@id": z.string(), "@type": z.union([z.string(), z.array(z.string())]) })),
});
const digestSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** What {@link checkCrate} found. */
export interface CrateCheck extends DigestCheck {
  /** Files that are there and not listed. */
  readonly unlisted: readonly string[];
}

/**
 * Holds a folder to its description; `undefined` where it has none.
 *
 * @throws {SyntaxError} naming the file if it is damaged, or a file whose path leads out, that has no SHA-256, or two.
 */
export async function checkCrate(folder: string): Promise<CrateCheck | undefined> {
  const path = await within(folder, METADATA), text = await readTextIfThere(path);
  if (text === undefined) return undefined;
  const listed = listedFiles(text, path);
  const { files, links } = await everything(folder);
  const check = await compareDigests(folder, listed);
  const unlisted = files.filter((file) => !listed.has(file) && file !== METADATA);
  return { ...check, linked: [...new Set([...check.linked, ...links])], unlisted };
}

/** What is wrong with a package, a sentence for each path. */
export function crateProblems({ changed, missing, linked, unlisted }: CrateCheck): { path: string; text: string }[] {
  const tell = (paths: readonly string[], what: string) => paths.map((path) => ({ path, text: `${path} ${what}` }));
  return [
    ...tell(changed, `is not what ${METADATA} lists: it was changed after`),
    ...tell(missing, `is listed in ${METADATA} and not there`),
    ...tell(linked, "is a symbolic link, or behind one: a real file is wanted"),
    ...tell(unlisted, `is not listed in ${METADATA}: it was added after`),
  ];
}

/** Paths and digests of the files that a description lists. */
function listedFiles(text: string, path: string): Map<string, string> {
  let graph: z.infer<typeof metadataSchema>["@graph"];
  try {
    graph = metadataSchema.parse(JSON.parse(text))["@graph"];
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new SyntaxError(`Cannot read ${path}: ${why}; a package that publish made is wanted`);
  }
  const listed = new Map<string, string>();
  for (const entity of graph) {
    if (![entity["@type"]].flat().includes("File")) continue;
    const file = checkInside(decoded(entity["@id"]), path), digest = digestSchema.safeParse(entity["sha256"]);
    const wrong = !digest.success ? "has no SHA-256 there" : listed.has(file) ? "is listed twice" : undefined;
    if (wrong !== undefined) throw new SyntaxError(`Cannot use ${path}: the file "${file}" ${wrong}`);
    listed.set(file, digest.data!);
  }
  return listed;
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** Every file below a folder, and every symbolic link, none of which is followed; sorted. */
async function everything(folder: string): Promise<{ files: string[]; links: string[] }> {
  const files: string[] = [], links: string[] = [];
  const walk = async (prefix: string): Promise<void> => {
    for await (const { name, isSymlink, isDirectory } of Deno.readDir(`${folder}/${prefix}`)) {
      if (isSymlink) links.push(`${prefix}${name}`);
      else if (isDirectory) await walk(`${prefix}${name}/`);
      else files.push(`${prefix}${name}`);
    }
  };
  await walk("");
  return { files: files.sort(), links: links.sort() };
}
