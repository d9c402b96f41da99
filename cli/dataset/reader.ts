/**
 * The reader that a dataset command works on: its flags, and opening it.
 *
 * @module
 */
import type { Command } from "commander";
import type { DataSet } from "../../datasets/mod.ts";
import { openReader } from "../../experiments/data.ts";
import { diskFiles } from "../../experiments/disk.ts";
import { resolveSection } from "../../experiments/section.ts";
import { builtins } from "../../registry/mod.ts";
import type { Context } from "../context.ts";
import { decodePool, type DecodingOptions } from "../decoding.ts";
import { loadExtra } from "../kinds.ts";
import { dataOption, pluginOption, setOption, workersOption } from "../options.ts";

/** Flags that all dataset commands share. */
export interface ReaderOptions extends DecodingOptions {
  readonly set: readonly string[];
  readonly plugin: readonly string[];
  readonly data: string;
}

/** What the argument of these commands is. */
export const READER = "name of a reader, or the path of a folder or zip of images";

/** Adds `--set`, `--plugin`, `--data` and `--workers`. */
export function withReaderOptions(command: Command): Command {
  return command
    .addOption(setOption('a parameter of the reader, such as "size=[28,28]"; the value is YAML; repeatable'))
    .addOption(pluginOption())
    .addOption(dataOption())
    .addOption(workersOption());
}

/** Opens readers by name, or image folders by path, and closes the threads that decode for them when `work` is done. */
export async function withReaders<T>(
  options: ReaderOptions,
  { io }: Context,
  work: (open: (reader: string, settings?: OpenSettings) => Promise<DataSet>) => Promise<T>,
): Promise<T> {
  const registries = await loadExtra(builtins(), options.plugin), files = diskFiles(options.data);
  const pool = decodePool(options, io);
  const open = async (reader: string, { set = options.set, defaults = {} }: OpenSettings = {}) => {
    const known = registries.reader.find(reader) !== undefined;
    const isPath = !known && (/[/.]/.test(reader) || await files.stat(reader) !== undefined);
    const name = isPath ? "image-folder" : reader, path = isPath ? { path: reader } : {};
    const shape = registries.reader.find(name)?.params.shape ?? {};
    const usual = Object.entries(defaults).filter(([key]) => key in shape);
    const params = { ...Object.fromEntries(usual), ...path };
    const section = resolveSection({ kind: "reader", name, params, overrides: set }, registries);
    return await openReader(section, registries, { files, prepare: pool.prepare });
  };
  try {
    return await work(open);
  } finally {
    pool.close();
  }
}

/** How a reader is opened. */
export interface OpenSettings {
  /** Parameters, as `--set` has them; by default those of the command line. */
  readonly set?: readonly string[];
  /** Parameters of readers that have them, where `set` does not say otherwise. */
  readonly defaults?: Readonly<Record<string, unknown>>;
}
