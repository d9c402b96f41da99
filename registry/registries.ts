/**
 * One registry for each kind of plugin.
 *
 * @module
 */
import type { BackbonePlugin } from "../backbones/backbone.ts";
import type { AugmentationPlugin, SamplerPlugin } from "../datasets/augmentation.ts";
import type { ReaderPlugin } from "../datasets/reader.ts";
import type { AnyProtocol } from "../evaluation/protocol.ts";
import type { HeadPlugin } from "../losses/head.ts";
import type { Plugin } from "../plugin/mod.ts";
import type { SinkPlugin } from "../sinks/sink.ts";
import type { OptimizerPlugin, SchedulePlugin } from "../training/optimizer.ts";
import type { Registry } from "./registry.ts";

/** The table of each kind. */
export interface Registries {
  /** Margin heads and other losses. */
  readonly head: Registry<HeadPlugin>;
  /** Networks. */
  readonly backbone: Registry<BackbonePlugin>;
  /** Readers of data. */
  readonly reader: Registry<ReaderPlugin>;
  /** Evaluation protocols. */
  readonly protocol: Registry<AnyProtocol>;
  /** Optimizers. */
  readonly optimizer: Registry<OptimizerPlugin>;
  /** Learning-rate schedules. */
  readonly schedule: Registry<SchedulePlugin>;
  /** Augmentations. */
  readonly augmentation: Registry<AugmentationPlugin>;
  /** Samplers. */
  readonly sampler: Registry<SamplerPlugin>;
  /** Sinks. */
  readonly sink: Registry<SinkPlugin>;
}

/** A kind that has a registry. */
export type Kind = keyof Registries;

/** Every kind, in the order in which lists show them. */
export const KINDS: readonly Kind[] = [
  "head",
  "backbone",
  "reader",
  "protocol",
  "optimizer",
  "schedule",
  "augmentation",
  "sampler",
  "sink",
];

/** The key that names the plugin in a manifest's section of this kind: `reader`, `protocol`, otherwise `name`. */
export function nameKey(kind: Kind): "reader" | "protocol" | "name" {
  return kind === "reader" || kind === "protocol" ? kind : "name";
}

/** The registry of a kind as a table of plain plugins, for code that serves every kind. */
export function tableOfKind(registries: Registries, kind: Kind): Registry<Plugin> {
  return registries[kind] as unknown as Registry<Plugin>;
}

/**
 * New tables with more plugins, each put under its kind.
 *
 * @throws {TypeError} naming both sources if a name is taken already.
 */
export function withPlugins(registries: Registries, plugins: readonly Plugin[], source: string): Registries {
  const extended = Object.fromEntries(
    KINDS.map((kind) => [
      kind,
      tableOfKind(registries, kind).with(plugins.filter((plugin) => plugin.kind === kind), source),
    ]),
  );
  return Object.freeze(extended) as unknown as Registries;
}
