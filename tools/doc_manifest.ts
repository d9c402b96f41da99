/**
 * The reference of manifests, from the schemas that check them: `docs/manifest.md`.
 *
 * @module
 */
import {
  ABLATION_HELP,
  auxiliaryShape,
  evaluateShape,
  headerShape,
  LOG_HELP,
  outputShape,
  SECTION_HELP,
  STOPPING_HELP,
  stoppingShapes,
  tableShape,
  TRAIN_HELP,
  trainShape,
} from "../experiments/manifest/shape.ts";
import { describePlugin, describeShape, type ParamDescription } from "../registry/describe.ts";
import { builtins, type Kind, KINDS, nameKey, tableOfKind } from "../registry/mod.ts";

/** What each kind of plugin is, and the sections that name one. */
const WHERE: Readonly<Record<Kind, { readonly title: string; readonly where: string }>> = {
  head: { title: "Heads", where: "`head`, and each of `auxiliary`" },
  backbone: { title: "Backbones", where: "`backbone`" },
  reader: { title: "Readers", where: "`data.train`, and `data` of each evaluation" },
  protocol: { title: "Protocols", where: "each of `evaluate`" },
  optimizer: { title: "Optimizers", where: "`optimizer`" },
  schedule: { title: "Schedules", where: "`schedule`" },
  augmentation: { title: "Augmentations", where: "each of `train.augment`" },
  sampler: { title: "Samplers", where: "`train.sampler`" },
  sink: { title: "Sinks", where: "each of `output.log`" },
};

/** The page. */
export function manifestReference(): string {
  return `${[...sections(), ...KINDS.flatMap(pluginsOf)].join("\n\n")}\n`;
}

function sections(): string[] {
  const help = (name: keyof typeof SECTION_HELP) =>
    `${SECTION_HELP[name][0]!.toUpperCase()}${SECTION_HELP[name].slice(1)}.`;
  const links = KINDS.map((kind) => `[${WHERE[kind].title.toLowerCase()}](#${WHERE[kind].title.toLowerCase()})`);
  return [
    "<!-- deno-fmt-ignore-file -->",
    "<!-- Written by tools/write_docs.ts from the schemas: do not edit. -->",
    "# Manifest reference",
    "What a manifest can say, made from what checks it. " +
    "`deno task describe KIND NAME` prints the same of one plugin, with those of your own (`--plugin ./my_head.ts`); " +
    "`deno task schema` writes it for editors. A value that is not allowed is an error with file, line and column.",
    `Plugins: ${links.join(", ")}.`,
    "## Sections",
    "### At the top",
    paramTable(describeShape(headerShape.shape)),
    "A manifest describes a run by these sections; a row of the ablation may replace each of them:",
    list((Object.keys(SECTION_HELP) as (keyof typeof SECTION_HELP)[]).map((name) => `\`${name}\`: ${help(name)}`)),
    "### train",
    paramTable(describeShape(trainShape.shape)),
    list(Object.entries(TRAIN_HELP).map(([name, text]) => `\`${name}\`: ${text}.`)),
    "### evaluate",
    "A list. Each has the parameters of its protocol, a section `data` with a reader, and",
    paramTable(describeShape(evaluateShape.shape)),
    "### auxiliary",
    "A list. Each has the name and the parameters of a head, and",
    paramTable(describeShape(auxiliaryShape.shape)),
    "### ablation",
    list(Object.entries(ABLATION_HELP).map(([name, text]) => `\`${name}\`: ${text}.`)),
    "### table",
    paramTable(describeShape(tableShape.shape)),
    "### stopping",
    `${STOPPING_HELP[0]!.toUpperCase()}${STOPPING_HELP.slice(1)}.`,
    ...Object.values(stoppingShapes).map((shape) => paramTable(describeShape(shape.shape))),
    "### output",
    paramTable(describeShape(outputShape.shape)),
    `\`log\`: ${LOG_HELP}.`,
  ];
}

function pluginsOf(kind: Kind): string[] {
  const table = tableOfKind(builtins(), kind), { title, where } = WHERE[kind];
  return [
    `## ${title}`,
    `Named by \`${nameKey(kind)}\` in ${where}.`,
    ...table.names().flatMap((name) => {
      const { summary, reference, formula, notes, params } = describePlugin(table.get(name));
      return [
        `### ${kind} ${name}`,
        `${summary}. Source: <${reference}>`,
        ...formula === null ? [] : [`\`${formula}\``],
        ...params.length === 0 ? ["It has no parameters."] : [paramTable(params)],
        ...notes.length === 0 ? [] : [list(notes)],
      ];
    }),
  ];
}

/** Parameters as a table; the keys of a mapping follow it, dotted. */
function paramTable(params: readonly ParamDescription[]): string {
  const rows = (given: readonly ParamDescription[], before: string): string[] =>
    given.flatMap((param) => {
      const { name, type, required, keys = [], description } = param;
      const value = "default" in param ? code(JSON.stringify(param.default)) : required ? "required" : "none";
      const cells = [code(before + name), type, value, description].map(cell);
      return [`| ${cells.join(" | ")} |`, ...rows(keys, `${before}${name}.`)];
    });
  return ["| key | accepts | default | meaning |", "| --- | --- | --- | --- |", ...rows(params, "")].join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}

/** Text that stays in its cell. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ").replace(/<(?=[a-z/!])/gi, "&lt;");
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${line.replace(/<(?=[a-z/!])/gi, "&lt;")}`).join("\n");
}
