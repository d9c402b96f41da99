/**
 * `doctor`: what the machine offers, and what to install.
 *
 * @module
 */
import type { Command } from "commander";
import type { Context } from "./context.ts";
import { lookAtCompute } from "./doctor/compute.ts";
import { canTrain, findingsText } from "./doctor/finding.ts";
import { lookAtData, lookAtResults, lookForPrograms } from "./doctor/places.ts";
import { EXIT } from "./exit.ts";
import { dataOption, examples, outOption } from "./options.ts";

/** Flags of `doctor`. */
interface DoctorOptions {
  readonly data: string;
  readonly out: string;
  readonly json?: boolean;
}

/** Adds the command. */
export function registerDoctor(program: Command, context: Context): void {
  program.command("doctor")
    .description(
      "Tell what this machine offers and what to install: Deno, WebGPU, WASM, OpenBLAS, memory, disk, data, Slurm. " +
        "Starts no program and trains nothing. Exit status 0 unless nothing can be trained here.",
    )
    .addOption(dataOption())
    .addOption(outOption())
    .option("--json", "print JSON")
    .addHelpText("after", examples("doctor", "doctor --data /big/disk/data"))
    .action(async ({ data, out, json }: DoctorOptions) => {
      const findings = [
        ...await lookAtCompute(),
        ...await lookAtResults(out),
        await lookAtData(data),
        ...await lookForPrograms(),
      ];
      const trains = canTrain(findings);
      context.io.out(json ? JSON.stringify({ trains, findings }, null, 2) + "\n" : findingsText(findings));
      context.code = trains ? EXIT.done : EXIT.failed;
    });
}
