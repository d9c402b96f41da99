/**
 * `schema`: the JSON Schemas of manifests and records.
 *
 * @module
 */
import type { Command } from "commander";
import { recordJsonSchema } from "../experiments/record.ts";
import { manifestSchema } from "../experiments/schema.ts";
import { writeAtomically } from "../experiments/store/atomic.ts";
import { builtins } from "../registry/mod.ts";
import type { Context } from "./context.ts";
import { loadExtra } from "./kinds.ts";
import { examples, pluginOption } from "./options.ts";

/** Adds the command. */
export function registerSchema(program: Command, context: Context): void {
  program.command("schema")
    .description(
      "Print the JSON Schema (draft-07) of manifests, made from the plugins that are loaded, so that an editor completes " +
        "the parameters of your own too.",
    )
    .addOption(pluginOption())
    .option("--out <dir>", "write manifest.schema.json and record.schema.json into a folder instead")
    .addHelpText("after", examples("schema --out schema", "schema --plugin ./my_head.ts --out schema"))
    .action(async ({ plugin, out }: { plugin: readonly string[]; out?: string }) => {
      const manifest = format(manifestSchema(await loadExtra(builtins(), plugin)));
      if (out === undefined) return context.io.out(manifest);
      await Deno.mkdir(out, { recursive: true });
      await writeAtomically(`${out}/manifest.schema.json`, manifest);
      await writeAtomically(`${out}/record.schema.json`, format(recordJsonSchema()));
      context.io.out(`${out}/manifest.schema.json\n${out}/record.schema.json\n`);
    });
}

function format(schema: Record<string, unknown>): string {
  return JSON.stringify(schema, null, 2) + "\n";
}
