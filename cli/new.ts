/**
 * `new KIND NAME`: the first files of a plugin, which work at once.
 *
 * @module
 */
import type { Command } from "commander";
import { builtins, didYouMean, listNames, tableOfKind } from "../registry/mod.ts";
import type { Context } from "./context.ts";
import { UsageError } from "./exit.ts";
import { contribute, writeBeside, type Written } from "./new/files.ts";
import { pluginName, type TemplateKind, TEMPLATES } from "./new/template.ts";
import { examples } from "./options.ts";

/** How a manifest names a plugin of each kind. */
const SECTIONS: Readonly<Record<TemplateKind, string>> = {
  head: "head: { name: NAME }",
  backbone: "backbone: { name: NAME }",
  reader: "data: { train: { reader: NAME, path: faces } } # below the data folder",
  protocol: "evaluate: [{ name: unseen, protocol: NAME, data: { reader: image-folder, path: unseen } }]",
};

/** Adds the command. */
export function registerNew(program: Command, context: Context): void {
  const kinds = Object.keys(TEMPLATES) as TemplateKind[];
  program.command("new").argument("<kind>", kinds.join(", ")).argument("<name>", "such as my-head")
    .description(
      "Write the first files of a plugin, small and at work: with --to, a file and its test for a manifest of yours; " +
        "without, in a checkout of marginlab, a file, its line in the catalogue and its test.",
    )
    .option("--to <dir>", "folder for the file and its test, such as that of your manifest")
    .addHelpText("after", examples("new head my-head --to my", "new protocol my-protocol"))
    .action(async (kindName: string, name: string, { to }: { readonly to?: string }) => {
      const kind = kinds.find((kind) => kind === kindName);
      if (!kind) {
        const near = didYouMean(kindName, kinds);
        throw new UsageError(`Cannot make a "${kindName}": there are templates of ${listNames(kinds)}${near}`);
      }
      checkName(kind, name);
      const written = to === undefined ? await contribute(checkout(), kind, name) : await writeBeside(to, kind, name);
      context.io.out(told(written, { kind, name, to }));
    });
}

/** @throws {UsageError} if no plugin can have the name, or one has it. */
function checkName(kind: TemplateKind, name: string): void {
  const right = pluginName(name), cannot = `Cannot name a ${kind} "${name}"`;
  if (right !== name || !/^[a-z]/.test(name)) {
    const near = /^[a-z]/.test(right) ? `. Did you mean "${right}"?` : "";
    throw new UsageError(
      `${cannot}: a name is lower-case words joined by hyphens, the first begins with a letter${near}`,
    );
  }
  if (tableOfKind(builtins(), kind).names().includes(name)) {
    throw new UsageError(`${cannot}: marginlab has one of that name, choose another ("list ${kind}" prints them)`);
  }
}

/** Root of the checkout that this program is. */
function checkout(): string {
  const root = new URL("../", import.meta.url);
  if (root.protocol === "file:") return decodeURIComponent(root.pathname).replace(/\/$/, "");
  throw new UsageError("Cannot add to marginlab: this is no checkout of it, name a folder of yours with --to");
}

function told(
  { files, edited, plugin }: Written,
  { kind, name, to }: { readonly kind: TemplateKind; readonly name: string; readonly to: string | undefined },
): string {
  const lines = [...files.map((path) => `wrote ${path}`), ...edited.map((path) => `added a line to ${path}`)];
  const [, test] = files;
  const next = to === undefined
    ? [`The contract suites, "list" and "describe ${kind} ${name}" have it from now on. When you have changed it:`]
    : [
      "In a manifest beside it:",
      `  plugins: [./${plugin.file}.ts]`,
      `  ${SECTIONS[kind].replace("NAME", name)}`,
      "When you have changed it:",
    ];
  return [...lines, "", ...next, `  deno test ${test}`, ""].join("\n");
}
