/**
 * `describe KIND NAME`: one plugin with its parameters, formula and source.
 *
 * @module
 */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { MetricDefinition } from "../evaluation/mod.ts";
import type { ImageShape } from "../backbones/mod.ts";
import type { Section } from "../experiments/resolved.ts";
import {
  boundaryAngle,
  decisionBoundary,
  isMarginHead,
  type MarginHeadPlugin,
  targetLogitCurve,
} from "../losses/mod.ts";
import {
  builtins,
  describePlugin,
  type ParamDescription,
  type PluginDescription,
  type Registries,
  tableOfKind,
} from "../registry/mod.ts";
import { resolveSection } from "../experiments/section.ts";
import type { Context } from "./context.ts";
import { UsageError } from "./exit.ts";
import { checkKind, loadExtra } from "./kinds.ts";
import { examples, pluginOption, setOption } from "./options.ts";

/** Flags of `describe`. */
interface DescribeOptions {
  readonly plugin: readonly string[];
  readonly set: readonly string[];
  readonly shape: ImageShape;
  readonly json?: boolean;
}

/** Adds the command. */
export function registerDescribe(program: Command, context: Context): void {
  program.command("describe").argument("<kind>", "kind of the plugin, as `list` prints it").argument(
    "<name>",
    "its name",
  )
    .description(
      "Describe one plugin: parameters, formula, source; a backbone also its parameters and multiply-adds, " +
        "a margin head, with --json, its target logits and decision boundary.",
    )
    .addOption(pluginOption())
    .addOption(
      setOption('give a parameter of a backbone, for counting, or of a margin, such as "width=64"; repeatable'),
    )
    .addOption(
      new Option("--shape <HxWxC>", "image shape for counting").argParser(parseShape).default(
        [112, 112, 3],
        "112x112x3",
      ),
    )
    .option("--json", "print JSON")
    .addHelpText("after", examples("describe head arcface", "describe backbone iresnet --shape 112x112x3"))
    .action(async (kindName: string, name: string, options: DescribeOptions) => {
      const kind = checkKind(kindName);
      const registries = await loadExtra(builtins(), options.plugin);
      const table = tableOfKind(registries, kind);
      const described = {
        ...describePlugin(table.get(name)),
        origin: table.source(name),
        ...count(registries, kind, name, options),
      };
      context.io.out(options.json ? JSON.stringify(described, null, 2) + "\n" : render(described));
    });
}

/** What a backbone costs at a shape, or how a margin looks; nothing for others. */
function count(registries: Registries, kind: string, name: string, { set, shape }: DescribeOptions) {
  if (kind === "head") {
    const head = registries.head.get(name);
    // A head with a required parameter has no curve before it is given.
    const known = isMarginHead(head) && (set.length > 0 || head.params.safeParse({}).success);
    if (known) return curves(head, resolveSection({ kind, name, overrides: set }, registries));
  }
  if (kind === "protocol" && set.length === 0) {
    const protocol = registries.protocol.get(name);
    const { success, data } = protocol.params.safeParse({});
    return { wants: protocol.wants, ...success ? { metrics: protocol.metrics(data) } : {} };
  }
  if (kind !== "backbone") {
    if (set.length > 0) throw new UsageError(`Cannot use --set for ${kind} "${name}": it is for backbones and margins`);
    return {};
  }
  const plugin = registries.backbone.get(name);
  const { name: _name, ...params } = resolveSection({ kind, name, overrides: set }, registries);
  const { embedding, parameters, trainableParameters, multiplyAdds } = plugin.cost(params, shape);
  return { shape, embedding, parameters, trainableParameters, multiplyAdds };
}

/** A margin's target logits and decision boundary, and where the margined angle passes 180 degrees. */
function curves(head: MarginHeadPlugin, { name: _name, ...params }: Section) {
  const margin = head.margin(params), passes = boundaryAngle(margin);
  return {
    passesAt: passes === undefined ? null : passes * 180 / Math.PI,
    curve: targetLogitCurve(margin),
    boundary: decisionBoundary(margin),
  };
}

function render(described: PluginDescription & Record<string, unknown>): string {
  const { kind, name, version, summary, reference, formula, notes, params, metrics, origin, ...counted } = described;
  const lines = [`${kind} ${name} ${version} (${origin})`, summary];
  if (formula) lines.push(`formula: ${formula}`);
  lines.push(`source: ${reference}`);
  for (const note of notes) lines.push(`note: ${note}`);
  for (const { name, unit, summary } of (metrics ?? []) as readonly MetricDefinition[]) {
    lines.push(`metric ${name} (${unit}): ${summary}`);
  }
  const { passesAt, curve: _curve, boundary: _boundary, ...figures } = counted;
  if (typeof passesAt === "number") lines.push(`m1 θ + m2 passes 180 degrees at θ = ${passesAt.toFixed(2)} degrees`);
  for (const [key, value] of Object.entries(figures)) {
    lines.push(`${key}: ${Array.isArray(value) ? value.join("x") : String(value)}`);
  }
  lines.push("", params.length > 0 ? "parameters:" : "no parameters");
  return [...lines, ...params.flatMap((param) => renderParam(param, "  "))].join("\n") + "\n";
}

/** A parameter in two lines, and the keys of a mapping beneath it. */
function renderParam(param: ParamDescription, indent: string): string[] {
  const { name, type, required, default: byDefault, description, keys = [] } = param;
  const preset = required ? "required" : byDefault === undefined ? "optional" : `default ${JSON.stringify(byDefault)}`;
  return [
    `${indent}${name}: ${type} (${preset})`,
    `${indent}    ${description}`,
    ...keys.flatMap((key) => renderParam(key, `${indent}    `)),
  ];
}

function parseShape(text: string): ImageShape {
  const sides = /^(\d+)x(\d+)x(\d+)$/.exec(text)?.slice(1).map(Number);
  if (sides && sides.every((side) => side >= 1)) return sides as unknown as ImageShape;
  throw new InvalidArgumentError("Height, width and channels are wanted, such as 112x112x3.");
}
