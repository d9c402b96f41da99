/**
 * Weights as others read them: a safetensors file with PyTorch's names and layouts.
 *
 * @module
 */
import type { Parameter } from "../tensor/parameter.ts";
import { tf } from "../tensor/tf.ts";
import { fromTorch, torchShape, toTorch } from "../tensor/torch_layout.ts";
import { type DecodedSafeTensors, decodeSafeTensors, encodeSafeTensors, type NamedTensor } from "./safetensors.ts";

/** What stands in `format` of the file's free text. */
export const WEIGHTS_FORMAT = "marginlab-weights/1";

/** What a weights file says of the network whose weights it holds. */
export interface WeightsInfo {
  /** Id of the run that trained it. */
  readonly run: string;
  /** The backbone: its plugin under `name`, beside all its parameters. */
  readonly backbone: Readonly<Record<string, unknown>>;
  /** Height, width and channels of an image. */
  readonly shape: readonly [number, number, number];
  /** What pixels become: `(byte − mean) / std`. */
  readonly normalise: { readonly mean: number; readonly std: number };
  /** Dimension of the embedding. */
  readonly embedding: number;
}

/** Parameters with the values that were read of them, in the same order. */
export interface ReadParameters {
  /** The parameters. */
  readonly parameters: readonly Parameter[];
  /** Their values in our order. */
  readonly values: readonly NamedTensor[];
}

/** Where the tensors of the main head stand in a weights file. */
export const HEAD_PREFIX = "head/";

/**
 * Writes weights: the backbone's tensors under their own names, the main head's as `head/weight`, `head/…`.
 *
 * @param info What the file says of the network.
 */
export function encodeWeights(backbone: ReadParameters, head: ReadParameters, info: WeightsInfo): Uint8Array {
  const headName = (name: string) => HEAD_PREFIX + name.replace(/^head\./, "");
  const metadata = {
    format: WEIGHTS_FORMAT,
    run: info.run,
    backbone: JSON.stringify(info.backbone),
    shape: JSON.stringify(info.shape),
    normalise: writtenNormalise(info.normalise),
    embedding: String(info.embedding),
  };
  return encodeSafeTensors({ tensors: [...laid(backbone, (name) => name), ...laid(head, headName)], metadata });
}

function writtenNormalise({ mean, std }: WeightsInfo["normalise"]): string {
  return JSON.stringify({ mean, std });
}

function laid({ parameters, values }: ReadParameters, rename: (name: string) => string): NamedTensor[] {
  return parameters.map(({ name, layout }, i) => ({
    // Class weights are large and lie alike on both sides: no second copy of them.
    ...layout ? toTorch(values[i]!.values, values[i]!.shape, layout) : values[i]!,
    name: rename(name),
  }));
}

/** What {@link loadWeights} did. */
export interface LoadedWeights {
  /** Tensors that were put into variables. */
  readonly tensors: number;
  /** Names of tensors in the file that the parameters have no use for: a classifier, the counters of batch norms. */
  readonly unused: readonly string[];
  /** Free text of the file. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Puts the tensors of a safetensors file into the variables of the same names; all or none.
 *
 * @param bytes The file, in PyTorch's layouts.
 * @param options Name of the file, for messages, and what pixels become now: a file of ours must have been trained so.
 * @throws {SyntaxError} if it is not a safetensors file.
 * @throws {RangeError} naming the first tensor that is missing or has another shape than wanted, or the normalisation.
 */
export function loadWeights(
  bytes: Uint8Array,
  parameters: readonly Parameter[],
  { source, normalise }: { readonly source: string } & Partial<Pick<WeightsInfo, "normalise">>,
): LoadedWeights {
  const { tensors, skipped, metadata } = decode(bytes, source);
  if (metadata.format === WEIGHTS_FORMAT && normalise && metadata.normalise !== writtenNormalise(normalise)) {
    const found = `it was trained on pixels normalised by ${metadata.normalise}`;
    throw new RangeError(
      `Cannot start from ${source}: ${found}, those of data.train are by ${
        writtenNormalise(normalise)
      }; set normalise ` +
        "of the readers to the file's",
    );
  }
  const stored = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const found = parameters.map(({ name, variable, layout }) => {
    const tensor = stored.get(name), wanted = torchShape(variable.shape, layout);
    if (tensor && String(tensor.shape) === String(wanted)) return fromTorch(tensor.values, tensor.shape, layout).values;
    const other = skipped.find((skip) => skip.name === name);
    const what = tensor ? `has shape [${tensor.shape}]` : other ? `has type ${other.dtype}` : "is missing";
    const all = tensor || other ? "" : `; it has ${names([...stored.keys()])}`;
    throw new RangeError(
      `Cannot start from ${source}: tensor "${name}" ${what}, the backbone wants [${wanted}]${all}`,
    );
  });
  tf.tidy(() => parameters.forEach(({ variable }, i) => variable.assign(tf.tensor(found[i]!, variable.shape))));
  const own = new Set(parameters.map(({ name }) => name));
  const unused = [...stored.keys(), ...skipped.map(({ name }) => name)].filter((name) => !own.has(name));
  return { tensors: parameters.length, unused, metadata };
}

function decode(bytes: Uint8Array, source: string): DecodedSafeTensors {
  try {
    return decodeSafeTensors(bytes);
  } catch (error) {
    if (error instanceof SyntaxError) throw new SyntaxError(`${error.message} (${source})`);
    throw error;
  }
}

function names(all: readonly string[]): string {
  const shown = all.slice(0, 4).map((name) => `"${name}"`).join(", ");
  return all.length > 4 ? `${shown} and ${all.length - 4} others` : shown || "no tensors";
}
