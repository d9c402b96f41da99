/**
 * `schema`: the JSON Schemas of manifests, lists of evaluations, and the records of both.
 *
 * @module
 */
import type { Command } from "commander";
import { evaluationRecordJsonSchema } from "../experiments/evaluation_record.ts";
import { evaluationListSchema } from "../experiments/evaluation_schema.ts";
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
    .option("--out <dir>", "write the schemas of manifests, lists of evaluations and records into a folder instead")
    .addHelpText("after", examples("schema --out schema", "schema --plugin ./my_head.ts --out schema"))
    .action(async ({ plugin, out }: { plugin: readonly string[]; out?: string }) => {
      const registries = await loadExtra(builtins(), plugin), manifest = manifestSchema(registries);
      if (out === undefined) return context.io.out(format(manifest));
      await Deno.mkdir(out, { recursive: true });
      const schemas = {
        manifest,
        record: recordJsonSchema(),
        evaluation: evaluationListSchema(registries),
        evaluation_record: evaluationRecordJsonSchema(),
      };
      for (const [name, schema] of Object.entries(schemas)) {
        await writeAtomically(`${out}/${name}.schema.json`, format(schema));
        context.io.out(`${out}/${name}.schema.json\n`);
      }
    });
}

function format(schema: Record<string, unknown>): string {
  return JSON.stringify(schema, null, 2) + "\n";
}
