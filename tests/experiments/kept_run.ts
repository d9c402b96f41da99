/**
 * Small networks that look trained, as runs that kept their weights; the same bytes on every machine.
 *
 * @module
 */
import * as backbones from "../../backbones/catalogue.ts";
import type { Backbone, BackbonePlugin, ImageShape } from "../../backbones/backbone.ts";
import type { KeptRun } from "../../experiments/export.ts";
import { parameter } from "../../tensor/parameter.ts";
import { createRandom } from "../../tensor/random.ts";
import { tf } from "../../tensor/tf.ts";
import { encodeWeights, type ReadParameters, readParameters } from "../../training/mod.ts";
import { sampleRecord } from "./sample_record.ts";

/** A network by its name, its parameters and the shape of its images. */
export interface Network {
  readonly name: keyof typeof backbones;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly shape: ImageShape;
}

/** Networks that are exported in tests. */
export const NETWORKS: Readonly<Record<string, Network>> = {
  "convnet": {
    name: "convnet",
    params: { blocks: 2, width: 5, embedding: 6, dropout: 0.3 },
    shape: [11, 11, 1],
  },
  "convnet, FC-BN": {
    name: "convnet",
    params: { blocks: 1, width: 3, embedding: 4, output: "fc-bn" },
    shape: [6, 6, 3],
  },
  "iresnet": {
    name: "iresnet",
    params: { stages: [1, 2, 1, 1], widths: [4, 4, 5, 6], embedding: 5 },
    shape: [18, 18, 3],
  },
  "iresnet, squeeze-and-excitation, GDC": {
    name: "iresnet",
    params: { stages: [1, 1, 1, 1], widths: [16, 16, 32, 16], embedding: 5, se: true, output: "GDC", initial: "mxnet" },
    shape: [34, 34, 1],
  },
  "mobilefacenet": {
    name: "mobilefacenet",
    params: { blocks: [1, 1, 1, 1], scale: 2, embedding: 6 },
    shape: [32, 32, 3],
  },
};

/** The plugin of a network and its parameters, defaults filled in. */
export function resolve({ name, params = {} }: Network): { plugin: BackbonePlugin; params: Record<string, unknown> } {
  const plugin: BackbonePlugin = backbones[name];
  return { plugin, params: plugin.params.parse(params) };
}

/** Makes a network, its variances and scales around 1, everything else around 0. */
export function looksTrained(network: Network): Backbone {
  const { plugin, params } = resolve(network);
  const backbone = plugin.create(params, { shape: network.shape, random: createRandom(0, "init") });
  for (const { name, role, variable } of backbone.parameters) {
    const random = createRandom(1, name), low = role === "norm" || name.endsWith("running_var") ? 0.5 : -0.5;
    const values = Float32Array.from({ length: variable.size }, () => low + random.uniform());
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
  }
  return backbone;
}

/** A completed run of a network, with a head of three classes. */
export async function keptRun(network: Network, { parameters, embedding }: Backbone): Promise<KeptRun> {
  const record = sampleRecord(), { plugin, params } = resolve(network);
  const section = { name: network.name, ...params };
  const shape = [3, embedding], values = new Float32Array(3 * embedding).fill(0.5);
  const head = parameter("head.weight", values, { shape, role: "class" });
  const read = async (parameters: ReadParameters["parameters"]): Promise<ReadParameters> => ({
    parameters,
    values: await readParameters({ any: parameters }),
  });
  const weights = encodeWeights(await read(parameters), await read([head]), {
    run: record.id,
    backbone: section,
    shape: network.shape,
    normalise: { mean: 127.5, std: 128 },
    embedding,
  });
  head.variable.dispose();
  const used = { kind: "backbone", name: network.name, version: plugin.version, sha256: null };
  const manifest = { ...record.manifest, backbone: section };
  return { record: { ...record, manifest, identity: { ...record.identity, plugins: [used] } }, weights };
}

/** Pixels that look random, in the order `[n, h, w, c]`: byte `i` is `(37 i + 11) mod 251`, as {@link keptRun} normalises. */
export function pixelsOf({ shape }: Network, count: number): Float32Array {
  const length = count * shape.reduce((a, b) => a * b);
  return Float32Array.from({ length }, (_, i) => ((37 * i + 11) % 251 - 127.5) / 128);
}
