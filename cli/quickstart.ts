/**
 * `quickstart`: a small margin sweep on procedural faces; no download.
 *
 * @module
 */
import type { Command } from "commander";
import { ablate, withTrainingOptions } from "./ablate.ts";
import type { Context } from "./context.ts";
import { loadSweep } from "./load.ts";
import { examples } from "./options.ts";
import type { TrainingOptions } from "./training.ts";

/** Adds the command. */
export function registerQuickstart(program: Command, context: Context): void {
  const command = program.command("quickstart")
    .description("A small margin sweep on procedural faces, from nothing to the table; no download.");
  withTrainingOptions(command).addHelpText("after", examples("quickstart", "quickstart --jobs 2"))
    .action(async (options: TrainingOptions) => {
      const manifest = new URL("../experiments/manifests/quickstart.yaml", import.meta.url);
      await ablate(await loadSweep(decodeURIComponent(manifest.pathname), options, context.io), options, context);
    });
}
