/**
 * The built-in tables: one registry a kind, made from the rooms' catalogues.
 *
 * @module
 */
import type { BackbonePlugin } from "../backbones/backbone.ts";
import * as backbones from "../backbones/catalogue.ts";
import type { AugmentationPlugin, SamplerPlugin } from "../datasets/augmentation.ts";
import * as datasets from "../datasets/catalogue.ts";
import type { ReaderPlugin } from "../datasets/reader.ts";
import * as protocols from "../evaluation/catalogue.ts";
import type { AnyProtocol } from "../evaluation/protocol.ts";
import * as heads from "../losses/catalogue.ts";
import type { HeadPlugin } from "../losses/head.ts";
import type { Plugin } from "../plugin/mod.ts";
import * as sinks from "../sinks/catalogue.ts";
import type { SinkPlugin } from "../sinks/sink.ts";
import * as training from "../training/catalogue.ts";
import type { OptimizerPlugin, SchedulePlugin } from "../training/optimizer.ts";
import type { Registries } from "./registries.ts";
import { createRegistry, type Registry } from "./registry.ts";

export type { Registries } from "./registries.ts";

/** The plugins that ship with marginlab. */
export function builtins(): Registries {
  const all: Plugin[] = [heads, backbones, datasets, protocols, training, sinks].flatMap((catalogue) =>
    Object.values(catalogue) as Plugin[]
  );
  const table = <P extends Plugin>(kind: P["kind"]): Registry<P> =>
    createRegistry(kind, all.filter((plugin) => plugin.kind === kind) as P[]);
  return Object.freeze({
    head: table<HeadPlugin>("head"),
    backbone: table<BackbonePlugin>("backbone"),
    reader: table<ReaderPlugin>("reader"),
    protocol: table<AnyProtocol>("protocol"),
    optimizer: table<OptimizerPlugin>("optimizer"),
    schedule: table<SchedulePlugin>("schedule"),
    augmentation: table<AugmentationPlugin>("augmentation"),
    sampler: table<SamplerPlugin>("sampler"),
    sink: table<SinkPlugin>("sink"),
  });
}
