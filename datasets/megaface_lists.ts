/**
 * The lists of MegaFace: probes, distractors, and the images that are noise.
 *
 * Source: MegaFace's development kit (`templatelists/*.json`), and insightface, `recognition/_evaluation_/megaface`.
 *
 * @module
 */
import type { Files } from "./files.ts";
import { growingText, type PackedText } from "./growing.ts";
import { isInnerPath } from "./inner_path.ts";
import { textOf } from "./line_fields.ts";
import { eachLine } from "./text_lines.ts";

/** A list of images. */
export interface MegafaceList {
  /** The last parts of each path: `identity/image` of a probe, `folder/folder/image` of a distractor. */
  readonly names: PackedText;
  /** Identity of each image, where the list tells; else the folder that it lies in. */
  readonly identities?: readonly string[];
}

/**
 * Reads a list of images: JSON `{ "path": [...], "id": [...] }` (id may be left out), or text, a path a line.
 *
 * @param parts How many parts of each path are kept, from the end.
 * @throws {SyntaxError} if the file is neither, or a path has fewer parts, with its place.
 */
export async function readMegafaceList(path: string, files: Files, parts: number): Promise<MegafaceList> {
  const wrong = (found: string, wanted: string) => new SyntaxError(`Cannot read "${path}": ${found}, wanted ${wanted}`);
  const paths = growingText();
  const keep = (inner: unknown, place: string) => {
    const kept = typeof inner === "string" ? inner.trim().split("/").slice(-parts) : [];
    if (kept.length < parts || !isInnerPath(kept.join("/"))) {
      throw wrong(`found ${JSON.stringify(inner)} ${place}`, `a path whose last ${parts} parts are names`);
    }
    paths.push(kept.join("/"));
  };
  let identities: string[] | undefined;
  if (await isJson(path, files)) {
    let list: { path?: unknown; id?: unknown };
    try {
      list = JSON.parse(new TextDecoder().decode(await files.read(path)));
    } catch (error) {
      throw wrong((error as Error).message, "a JSON list of paths");
    }
    if (!Array.isArray(list.path)) throw wrong("no key path", 'JSON with a list under "path"');
    list.path.forEach((inner, i) => keep(inner, `at path[${i}]`));
    if (list.id !== undefined) {
      if (!Array.isArray(list.id) || list.id.length !== paths.length) {
        throw wrong("a list id of another length than path", "an identity for each path");
      }
      identities = list.id.map(String);
    }
  } else {
    await eachLine(path, files, (line) => keep(textOf(line), `on line ${line.number}`));
  }
  if (paths.length === 0) throw wrong("no path", "one an image");
  return { names: paths, ...identities ? { identities } : {} };
}

/** Whether the first character that is no space opens a JSON object. */
async function isJson(path: string, files: Files): Promise<boolean> {
  const length = Math.min(64, await files.size(path));
  return new TextDecoder().decode(await files.read(path, { start: 0, length })).trimStart().startsWith("{");
}

/**
 * Reads a list of noise: a name a line, the second of two columns between tabs where there are two; `#` begins a
 * comment. Names are those of the file alone (FaceScrub) or `folder/folder/image` (MegaFace).
 */
export async function readNoiseList(path: string, files: Files): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  await eachLine(path, files, (bytes) => {
    const line = textOf(bytes);
    const name = (line.trim().split("\t")[1] ?? line).trim();
    if (!line.startsWith("#") && name !== "") names.add(name);
  });
  return names;
}
