/**
 * What a plan or a record that others may have made is let do. Without these flags it executes nothing but this program,
 * and reads nothing outside the data folder.
 *
 * @module
 */
import type { Command } from "commander";
import { leadsOut } from "../experiments/disk.ts";
import type { FrozenPlan } from "../experiments/store.ts";
import { UsageError } from "./exit.ts";

/** Flags that let a plan do more. */
export interface TrustOptions {
  /** Whether modules that it names are executed. */
  readonly allowPlugins?: boolean;
  /** Whether it may read data outside of the data folder. */
  readonly allowOutside?: boolean;
}

/** Adds `--allow-plugins` and `--allow-outside`, for commands that take a frozen plan. */
export function withTrustOptions(command: Command): Command {
  return withOutsideOption(
    command.option("--allow-plugins", "execute modules that the plan names, where their SHA-256 is the planned one"),
  );
}

/** Adds `--allow-outside`. */
export function withOutsideOption(command: Command): Command {
  return command.option("--allow-outside", "read data that the plan or record names outside of the data folder");
}

/** The flags that a plan of one's own needs: who made it from a manifest trusts what the manifest names. */
export function trustFlags({ plugins, rows }: Pick<FrozenPlan, "plugins" | "rows">, data: string): string[] {
  const outside = rows.some((row) => Object.keys(row.data).some((path) => leadsOut(data, path)));
  return [...plugins.length > 0 ? ["--allow-plugins"] : [], ...outside ? ["--allow-outside"] : []];
}

/**
 * Refuses the flags where no plan is given: a manifest that the user names is theirs.
 *
 * @throws {UsageError} naming the flag.
 */
export function checkNoTrust({ allowPlugins, allowOutside }: TrustOptions): void {
  const flag = allowPlugins ? "--allow-plugins" : allowOutside ? "--allow-outside" : undefined;
  if (flag) throw new UsageError(`Cannot use ${flag} with a manifest, which needs none: it goes with --plan`);
}
