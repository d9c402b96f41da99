/**
 * The published figures of a plan as a file of the package, for its manifest to name.
 *
 * @module
 */
import { stringify } from "yaml";
import type { FrozenPlan } from "../../experiments/store.ts";
import { splitPublished } from "../published.ts";

/** A file of published figures. */
export interface PublishedDocument {
  /** Path in the package. */
  readonly path: string;
  /** Its text. */
  readonly content: string;
  /** How the manifest names it, as `path#key`. */
  readonly reference: string;
}

/** Makes the file from the figures that the plan has frozen, percent as fractions; nothing where it has none. */
export function publishedOfPlan(
  { table, published, publishedUnits = {}, cite }: Pick<FrozenPlan, "table" | "published" | "publishedUnits" | "cite">,
): PublishedDocument | undefined {
  if (table.published === null || !published || Object.keys(published).length === 0) return undefined;
  const { path: from, key } = splitPublished(table.published);
  const path = `published/${from.slice(from.lastIndexOf("/") + 1)}`;
  const columns = [...new Set(Object.values(published).flatMap((row) => Object.keys(row)))];
  const rows = Object.fromEntries(
    Object.entries(published).map(([label, row]) => [label, columns.map((metric) => row[metric] ?? null)]),
  );
  const most = Math.max(...Object.values(rows).flat().map((value) => value ?? 0));
  const file = {
    title: `Figures that ${table.published} held when the plan was made`,
    cite: cite.length > 0 ? cite : [table.published],
    tables: {
      [key]: {
        caption: "The rows and columns that the plan names",
        source: table.published,
        unit: most > 1 ? "degree" : "fraction",
        columns,
        ...columns.some((metric) => publishedUnits[metric])
          ? { n: columns.map((name) => publishedUnits[name] ?? null) }
          : {},
        rows,
      },
    },
  };
  const header = "# Made from plan.json by marginlab's publish.\n";
  return { path, content: header + stringify(file, { lineWidth: 120 }), reference: `${path}#${key}` };
}
