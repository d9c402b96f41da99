/**
 * `dataset stats|audit|pack|unpack|sheet`: look at data as a reader gives it, check it, and write it in other forms.
 *
 * @module
 */
import type { Command } from "commander";
import type { Context } from "./context.ts";
import { registerAudit } from "./dataset/audit.ts";
import { registerPack } from "./dataset/pack.ts";
import { registerSheet } from "./dataset/sheet.ts";
import { registerStats } from "./dataset/stats.ts";

/** Adds the commands. */
export function registerDataset(program: Command, context: Context): void {
  const dataset = program.command("dataset")
    .description("Look at data as a reader gives it, check it, and write it in other forms.");
  for (const register of [registerStats, registerAudit, registerPack, registerSheet]) register(dataset, context);
}
