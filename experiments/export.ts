/**
 * The embedding network of a completed run, as a file for other programs.
 *
 * @module
 */
import { MissingDataError } from "../datasets/files.ts";
import type { Registries } from "../registry/registries.ts";
import {
  type DecodedSafeTensors,
  decodeSafeTensors,
  encodeSafeTensors,
  HEAD_PREFIX,
  WEIGHTS_FORMAT,
} from "../training/mod.ts";
import { split } from "./model.ts";
import { encodeOnnx } from "./onnx.ts";
import type { RunRecord } from "./record.ts";
import type { Section } from "./resolved.ts";

/** A completed run with the weights that it kept. */
export interface KeptRun {
  /** Its record. */
  readonly record: RunRecord;
  /** Bytes of its `weights.safetensors`, or `undefined` where there is none. */
  readonly weights: Uint8Array | undefined;
}

/** Forms in which a network can be exported. */
export const exportFormats: Readonly<Record<"safetensors" | "onnx", (run: KeptRun, tables: Registries) => Uint8Array>> =
  { safetensors, onnx };

/** The backbone's tensors, in PyTorch's names and layouts, without the head's. */
function safetensors(run: KeptRun): Uint8Array {
  const { tensors, metadata } = read(run);
  return encodeSafeTensors({ tensors: tensors.filter(({ name }) => !name.startsWith(HEAD_PREFIX)), metadata });
}

/** The backbone as an ONNX graph with its weights: `images` `[N, c, h, w]` to `embeddings` `[N, d]`, not normalised. */
function onnx(run: KeptRun, registries: Registries): Uint8Array {
  const { record: { id, manifest, identity } } = run, { tensors, metadata } = read(run);
  const [name, params] = split(manifest.backbone), plugin = registries.backbone.get(name);
  const trained = (identity["plugins"] as readonly Section[]).find((used) =>
    used["kind"] === "backbone" && used["name"] === name
  );
  if (trained && trained["version"] !== plugin.version) {
    const versions = `it was trained with version ${trained["version"]}, this is ${plugin.version}`;
    throw new RangeError(`Cannot export run ${id} as onnx: backbone "${name}" has changed, ${versions}`);
  }
  if (!plugin.graph) {
    const wanted = "wanted one that has a graph; export it as safetensors";
    throw new RangeError(
      `Cannot export run ${id} as onnx: backbone "${name}" is a function without a graph, ${wanted}`,
    );
  }
  const { shape, normalise } = metadata as { shape: string; normalise: string };
  const graph = plugin.graph(params, JSON.parse(shape)), { mean, std } = JSON.parse(normalise);
  const { format: _, ...about } = metadata;
  return encodeOnnx(graph, {
    weights: new Map(tensors.map((tensor) => [tensor.name, tensor])),
    name,
    metadata: { ...about, input: `[N, channels, height, width], RGB or grey, (byte - ${mean}) / ${std}` },
  });
}

/**
 * @throws {MissingDataError} if the run kept no weights.
 * @throws {SyntaxError} if they are damaged.
 */
function read({ record: { id, status }, weights }: KeptRun): DecodedSafeTensors {
  if (!weights) {
    const why = status === "completed"
      ? "it was trained with output.weights: false or its file was removed; remove its folder and train it again"
      : `it ${status === "stopped" ? "was stopped early" : status}, a completed run is wanted`;
    throw new MissingDataError(`Cannot export run ${id}: it has no weights.safetensors, ${why}`);
  }
  const decoded = decodeSafeTensors(weights), { format, run } = decoded.metadata;
  if (format === WEIGHTS_FORMAT && run === id) return decoded;
  const found = format === WEIGHTS_FORMAT ? `those of run ${run}` : `of format ${JSON.stringify(format ?? null)}`;
  throw new SyntaxError(`Cannot export run ${id}: the weights in its folder are ${found}, its own are wanted`);
}
