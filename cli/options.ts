/**
 * The flags that commands share.
 *
 * @module
 */
import { type Command, InvalidArgumentError, Option } from "commander";
import { MOST_WORKERS } from "../experiments/decode_pool.ts";
import { UsageError } from "./exit.ts";

/** Flags of commands that read a manifest. */
export interface ManifestOptions {
  /** Overrides such as `head.m=0.4`. */
  readonly set: readonly string[];
  /** Data folder. */
  readonly data: string;
  /** Results folder. */
  readonly out: string;
  /** Replaces the manifest's backend. */
  readonly backend?: string;
  /** Replaces the manifest's seeds. */
  readonly seed?: number;
}

/** Flags of commands that print. */
export interface PrintOptions {
  /** No progress. */
  readonly quiet?: boolean;
  /** JSON instead of text for people. */
  readonly json?: boolean;
}

/** Adds `--set`, `--data`, `--out` (or what stands for it), `--backend` and `--seed`. */
export function withManifestOptions(command: Command, out: Option = outOption()): Command {
  return command
    .addOption(setOption('replace a value of the manifest, such as "head.m=0.4"; the value is YAML; repeatable'))
    .addOption(dataOption())
    .addOption(out)
    .addOption(
      new Option("--backend <name>", "replace the manifest's backend").choices(["auto", "webgpu", "wasm", "cpu"]),
    )
    .addOption(new Option("--seed <n>", "replace the manifest's seeds by this one").argParser(naturalNumber));
}

/** Adds `--blas`, `--threads`, `--workers` and `--cache`. */
export function withComputeOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--blas <library>", "matrix products of the WASM backend: OpenBLAS or Accelerate where it is, or none")
        .choices(["auto", "none"]).default("auto"),
    )
    .addOption(new Option("--threads <n>", "threads of that library; by default all").argParser(positiveNumber))
    .addOption(workersOption())
    .addOption(
      new Option("--cache <MiB>", "decoded images that a data set may keep in memory; by default 256")
        .argParser(naturalNumber),
    );
}

/** `--no-log`, for commands that train. */
export function noLogOption(): Option {
  return new Option("--no-log", "open none of the sinks that output.log names");
}

/** `--workers N`. */
export function workersOption(): Option {
  return new Option(
    "--workers <n>",
    `threads that decode images, 0 to decode in the thread that trains; by default one less than the cores, ${MOST_WORKERS} at most`,
  ).argParser(naturalNumber);
}

/** Adds `--quiet` and `--json`. */
export function withPrintOptions(command: Command, json: string): Command {
  return command.option("--quiet", "print no progress").option("--json", json);
}

/** `--set KEY=VALUE`, repeatable. */
export function setOption(description: string): Option {
  const collect = (text: string, before: readonly string[]) => [...before, text];
  return new Option("--set <key=value>", description).argParser(collect).default([], "none");
}

/** `--data DIR`. */
export function dataOption(): Option {
  return new Option("--data <dir>", "data folder, against which the manifest's paths resolve").default("data");
}

/** `--out DIR`. */
export function outOption(): Option {
  return new Option("--out <dir>", "results folder").default("results");
}

/** Parses a whole number that is not negative. */
export function naturalNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("A whole number from 0 is wanted.");
}

/** Parses a whole number from 1. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError("A whole number from 1 is wanted.");
}

/** Help text after the options: commands to copy. */
export function examples(...lines: readonly string[]): string {
  return ["", lines.length === 1 ? "Example:" : "Examples:", ...lines.map((line) => `  deno task ${line}`)].join("\n");
}

/** `--plugin MODULE`, repeatable. */
export function pluginOption(): Option {
  const collect = (text: string, before: readonly string[]) => [...before, text];
  return new Option("--plugin <module>", "also load plugins from ./my_head.ts or npm:@me/heads@1.2.3; repeatable")
    .argParser(collect).default([], "none");
}

/**
 * Refuses flags that another one leaves nothing to do for.
 *
 * @param flag The one that rules, such as `--power`.
 * @param others The values of the others by their names, as `--jobs`; absent, false and empty ones were not given.
 * @param why What to do instead.
 * @throws {UsageError} naming those that were given.
 */
export function refuseWith(flag: string, others: Readonly<Record<string, unknown>>, why: string): void {
  const isEmpty = (value: unknown) => typeof value === "object" && value !== null && Object.keys(value).length === 0;
  const given = Object.keys(others).filter((name) =>
    others[name] !== undefined && others[name] !== false && !isEmpty(others[name])
  );
  if (given.length > 0) throw new UsageError(`Cannot use ${given.join(", ")} with ${flag}: ${why}`);
}
