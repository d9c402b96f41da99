/**
 * A page for each shipped manifest, from its opening comment, its checked content and its records: `docs/recipes/`.
 *
 * @module
 */
import { loadManifest, type Manifest } from "../experiments/manifest.ts";
import { rowCost } from "../experiments/plan_cost.ts";
import type { Section } from "../experiments/resolved.ts";
import { formatBytes, formatCount } from "../cli/format.ts";
import { builtins } from "../registry/mod.ts";

/** The pages by their paths below the repository, `docs/recipes/README.md` with them. */
export async function recipePages(root: string): Promise<Record<string, string>> {
  const folder = `${root}/experiments/manifests`, pages: Record<string, string> = {}, rows: string[] = [];
  // What somebody's own runs left in results/ is not in the repository.
  const kept = (await Deno.readTextFile(`${root}/.gitignore`)).split("\n");
  const names = (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
  for (const name of names.flatMap((file) => /^(.*)\.yaml$/.exec(file)?.[1] ?? [])) {
    const path = `${folder}/${name}.yaml`;
    const manifest = await loadManifest(path, { read: Deno.readTextFile, registries: builtins() });
    const { title, parts } = openingComment(await Deno.readTextFile(path));
    const results = kept.includes(`!/results/${name}/`);
    pages[`docs/recipes/${name}.md`] = page(name, manifest, { title, parts, results });
    rows.push(
      `| [${name}](${name}.md) | ${title} | ${manifest.rows.length} | ${results ? "in the repository" : "–"} |`,
    );
  }
  pages["docs/recipes/README.md"] = [
    HEAD,
    "# Recipes",
    "The manifests that come with marginlab, in `experiments/manifests/`.",
    ["| recipe | what it asks | rows | results |", "| --- | --- | ---: | --- |", ...rows].join("\n"),
  ].join("\n\n") + "\n";
  return pages;
}

const HEAD =
  "<!-- deno-fmt-ignore-file -->\n<!-- Written by tools/write_docs.ts from experiments/manifests/: do not edit. -->";

/** The title and the named parts of a manifest's opening comment; a part goes on in the indented lines below it. */
export function openingComment(text: string): { title: string; parts: Readonly<Record<string, string[]>> } {
  const lines = text.split("\n"), end = lines.findIndex((line) => !/^#( |$)/.test(line) || line.startsWith("# yaml-"));
  const parts: Record<string, string[]> = {};
  let current: string[] = [];
  for (const line of lines.slice(1, end).map((line) => line.slice(2))) {
    const named = /^([A-Z]\w+): +(.*)$/.exec(line);
    if (named) parts[named[1]!] = current = [named[2]!];
    else if (line.trim() !== "") current.push(line.trim());
  }
  return { title: lines[0]!.replace(/^# /, ""), parts };
}

function page(
  name: string,
  { rows, seeds, cite, table }: Manifest,
  { title, parts, results }: { title: string; parts: Readonly<Record<string, string[]>>; results: boolean },
): string {
  const told = (part: string) =>
    parts[part] ? [`## ${HEADINGS[part]}`, parts[part].join(" ").replace(/<(?=[a-z/!])/gi, "&lt;")] : [];
  const [first] = rows, cost = rowCost(first!.run, builtins()), { run } = first!;
  const heads = rows.map(({ label, run }) =>
    `| ${label} | ${named(run.head)} | ${run.auxiliary.map(named).join(", ") || "–"} | ${named(run.backbone)} |`
  );
  return [
    HEAD,
    `# ${name}`,
    title,
    `[The manifest](../../experiments/manifests/${name}.yaml): ${counted(rows.length, "row")} × ${
      counted(seeds.length, "seed")
    }` +
    (cite.length > 0 ? `, cites ${cite.join(", ")}` : "") + ".",
    ...told("Paper"),
    "## What it trains",
    ["| row | head | auxiliary | backbone |", "| --- | --- | --- | --- |", ...heads].join("\n"),
    `Of the first row: ${named(run.optimizer)}, ${
      named(run.schedule)
    }, ${run.train.steps} steps of ${run.train.batchSize} images` +
    (run.train.augment.length > 0 ? `, augmented by ${run.train.augment.map(named).join(", ")}` : "") +
    (run.evaluate.length > 0
      ? `; measured by ${run.evaluate.map((part) => `\`${part.name}\` (${part.protocol.protocol})`).join(", ")}`
      : "") +
    `. The table shows ${table.columns.map((column) => `\`${column}\``).join(", ") || "every metric"}` +
    (table.published ? `, beside the figures of \`${table.published}\`` : "") + ".",
    ...told("Data"),
    "## Run",
    `\`\`\`sh\n${(parts["Run"] ?? []).join("\n")}\n\`\`\``,
    ...told("Cost"),
    ...cost
      ? [
        `Counted for the first row: ${formatCount(cost.parameters)} parameters, ${formatCount(cost.multiplyAdds)} ` +
        `multiply-adds an image, ${formatCount(cost.trainingMultiplyAdds)} for the training; about ` +
        `${formatBytes(cost.memory)} for tensors.`,
      ]
      : [],
    ...told("Expect"),
    "## Results",
    results
      ? `[The records](../../results/${name}/) are in the repository; \`deno task table ${name}\` prints the table.`
      : "None are in the repository.",
  ].join("\n\n") + "\n";
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

const HEADINGS: Readonly<Record<string, string>> = {
  Paper: "The paper, and what differs from it",
  Data: "Data",
  Cost: "Cost",
  Expect: "What to expect",
};

/** A section in one line, its parameters that are no default of every plugin left to the manifest. */
function named({ name, weight, ...params }: Section): string {
  const shown = Object.entries(params).filter(([key]) =>
    ["m", "m1", "m2", "m3", "s", "lr", "momentum", "weightDecay", "embedding", "k"].includes(key)
  );
  const factor = weight === undefined || weight === 1 ? "" : `${weight} × `;
  return `${factor}\`${name}\`${
    shown.length === 0 ? "" : ` (${shown.map(([key, value]) => `${key} ${value}`).join(", ")})`
  }`;
}
