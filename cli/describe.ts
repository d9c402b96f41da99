/**
 * `describe KIND NAME`: one plugin with its parameters, formula and source.
 *
 * @module
 */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ImageShape } from "../backbones/mod.ts";
import { builtins, describePlugin, type PluginDescription, type Registries, tableOfKind } from "../registry/mod.ts";
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
    .description("Describe one plugin: parameters, formula, source; a backbone also its parameters and multiply-adds.")
    .addOption(pluginOption())
    .addOption(setOption('give a backbone\'s parameter for counting, such as "width=64"; repeatable'))
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

/** What a backbone costs at a shape; nothing for other kinds. */
function count(registries: Registries, kind: string, name: string, { set, shape }: DescribeOptions) {
  if (kind !== "backbone") {
    if (set.length > 0) throw new UsageError(`Cannot use --set for a ${kind}: only a backbone is counted with it`);
    return {};
  }
  const plugin = registries.backbone.get(name);
  const { name: _name, ...params } = resolveSection({ kind, name, overrides: set }, registries);
  const { embedding, parameters, trainableParameters, multiplyAdds } = plugin.cost(params, shape);
  return { shape, embedding, parameters, trainableParameters, multiplyAdds };
}

function render(described: PluginDescription & Record<string, unknown>): string {
  const { kind, name, version, summary, reference, formula, params, origin, ...counted } = described;
  const lines = [`${kind} ${name} ${version} (${origin})`, summary];
  if (formula) lines.push(`formula: ${formula}`);
  lines.push(`source: ${reference}`);
  for (const [key, value] of Object.entries(counted)) {
    lines.push(`${key}: ${Array.isArray(value) ? value.join("x") : String(value)}`);
  }
  lines.push("", params.length > 0 ? "parameters:" : "no parameters");
  for (const { name, type, required, default: byDefault, description } of params) {
    const preset = required
      ? "required"
      : byDefault === undefined
      ? "optional"
      : `default ${JSON.stringify(byDefault)}`;
    lines.push(`  ${name}: ${type} (${preset})`, `      ${description}`);
  }
  return lines.join("\n") + "\n";
}

function parseShape(text: string): ImageShape {
  const sides = /^(\d+)x(\d+)x(\d+)$/.exec(text)?.slice(1).map(Number);
  if (sides && sides.every((side) => side >= 1)) return sides as unknown as ImageShape;
  throw new InvalidArgumentError("Height, width and channels are wanted, such as 112x112x3.");
}
