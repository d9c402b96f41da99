/**
 * Where the first files of a plugin are written; nothing that is there is touched.
 *
 * @module
 */
import { UsageError } from "../exit.ts";
import { makePlugin, type NewPlugin, type Place, type TemplateKind, TEMPLATES } from "./template.ts";

/** What was written. */
export interface Written {
  readonly plugin: NewPlugin;
  /** New files: the plugin, then its test. */
  readonly files: readonly string[];
  /** Files that got a line. */
  readonly edited: readonly string[];
}

/**
 * Writes a user's plugin and its test into a folder, which is made where it is not there.
 *
 * @throws {UsageError} if one of the files is there, or the name cannot be used.
 */
export async function writeBeside(folder: string, kind: TemplateKind, name: string): Promise<Written> {
  const plugin = await make(kind, name, "package"), base = `${folder.replace(/\/+$/, "") || "/"}/${plugin.file}`;
  const files = { [`${base}.ts`]: plugin.source, [`${base}_test.ts`]: plugin.test };
  await refuseThere(Object.keys(files));
  await Deno.mkdir(folder, { recursive: true });
  await writeNew(files);
  return { plugin, files: Object.keys(files), edited: [] };
}

/**
 * Writes a contributor's plugin into its room, its test, and its line in the room's catalogue, in order of the names.
 *
 * @param root Folder of the checkout.
 * @throws {UsageError} if one of the files is there, or the name cannot be used.
 */
export async function contribute(root: string, kind: TemplateKind, name: string): Promise<Written> {
  const plugin = await make(kind, name, "room"), room = TEMPLATES[kind];
  const files = {
    [`${room}/${plugin.file}.ts`]: plugin.source,
    [`tests/${room}/${plugin.file}_test.ts`]: plugin.test,
  };
  const catalogue = `${room}/catalogue.ts`, lines = (await Deno.readTextFile(`${root}/${catalogue}`)).split("\n");
  const line = `export { ${plugin.symbol} } from "./${plugin.file}.ts";`;
  const from = (line: string) => /^export .* from "(.*)";$/.exec(line)?.[1];
  const after = lines.findIndex((other) => (from(other) ?? "") > from(line)!);
  lines.splice(after < 0 ? lines.length - 1 : after, 0, line);
  const placed = Object.fromEntries(Object.entries(files).map(([path, text]) => [`${root}/${path}`, text]));
  await refuseThere(Object.keys(placed));
  await writeNew(placed);
  await Deno.writeTextFile(`${root}/${catalogue}`, lines.join("\n"));
  return { plugin, files: Object.keys(files), edited: [catalogue] };
}

/** The files of a template under a name. */
async function make(kind: TemplateKind, name: string, place: Place): Promise<NewPlugin> {
  const [source, test] = await Promise.all(["", "_test"].map(async (end) => {
    const at = new URL(`../../templates/${kind}${end}.ts`, import.meta.url);
    return await Deno.readTextFile(at);
  })) as [string, string];
  try {
    return makePlugin(kind, name, { source, test }, place);
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : error;
  }
}

async function refuseThere(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    if (await Deno.lstat(path).catch(() => undefined)) {
      throw new UsageError(`Cannot write ${path}: it is there already, choose another name or folder`);
    }
  }
}

async function writeNew(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) await Deno.writeTextFile(path, text, { createNew: true });
}
