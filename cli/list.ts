/**
 * `list [kind]`: the plugins there are.
 *
 * @module
 */
import type { Command } from "commander";
import { builtins, KINDS, tableOfKind } from "../registry/mod.ts";
import type { Context } from "./context.ts";
import { alignColumns } from "./format.ts";
import { checkKind, loadExtra } from "./kinds.ts";
import { examples, pluginOption } from "./options.ts";

/** Flags of `list`. */
interface ListOptions {
  readonly plugin: readonly string[];
  readonly json?: boolean;
}

/** Adds the command. */
export function registerList(program: Command, context: Context): void {
  program.command("list").argument("[kind]", `one of ${KINDS.join(", ")}`)
    .description("List the plugins: their names and what they are.")
    .addOption(pluginOption())
    .option("--json", "print JSON")
    .addHelpText("after", examples("list", "list head", "list head --plugin ./my_head.ts"))
    .action(async (kind: string | undefined, { plugin, json }: ListOptions) => {
      const kinds = kind === undefined ? KINDS : [checkKind(kind)];
      const registries = await loadExtra(builtins(), plugin);
      const rows = kinds.flatMap((kind) => {
        const table = tableOfKind(registries, kind);
        return table.names().map((name) => {
          const { version, summary } = table.get(name);
          return { kind, name, version, summary, source: table.source(name) };
        });
      });
      if (json) context.io.out(JSON.stringify(rows, null, 2) + "\n");
      else {
        const lines = rows.map(({ kind, name, summary, source }) => [
          kind,
          name,
          summary + (source === "built-in" ? "" : ` (${source})`),
        ]);
        context.io.out(alignColumns(lines).join("\n") + "\n");
      }
    });
}
