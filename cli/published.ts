/**
 * The papers' figures that a manifest's table prints beside ours.
 *
 * @module
 */
import type { Manifest } from "../experiments/manifest.ts";
import { parsePublished, type PublishedRows, publishedRows, splitPublished } from "../reports/mod.ts";
import { UsageError } from "./exit.ts";

/**
 * The published figures that a manifest names: beside the manifest, else among those that ship with marginlab; `null`
 * where it names none.
 *
 * @throws {UsageError} if they are in neither place.
 */
export async function readPublished({ path, table, rows }: Manifest): Promise<PublishedRows | null> {
  if (table.published === null) return null;
  const { path: file, key } = splitPublished(table.published);
  const beside = `${path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "."}/${file}`;
  const shipped = new URL(`../experiments/${file}`, import.meta.url);
  for (const place of [beside, shipped]) {
    let text: string;
    try {
      text = await Deno.readTextFile(place);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      throw error;
    }
    const all = publishedRows(parsePublished(text, file), key, file);
    return Object.fromEntries(Object.entries(all).filter(([label]) => rows.some((row) => row.label === label)));
  }
  throw new UsageError(
    `Cannot find published figures "${table.published}" of ${path}: neither ${beside} nor one that ships with marginlab is there`,
  );
}
