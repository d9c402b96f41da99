/**
 * The weights of a run: those that it starts from and those that it keeps.
 *
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Files, ImageSet } from "../datasets/mod.ts";
import { checkDevice } from "../tensor/device.ts";
import type { Parameter } from "../tensor/parameter.ts";
import {
  encodeSafeTensors,
  encodeWeights,
  loadWeights,
  type NamedTensor,
  type ReadParameters,
  readParameters,
} from "../training/mod.ts";
import type { Model } from "./model.ts";
import type { RecordedWeights } from "./record.ts";
import type { PlannedRun } from "./resolved.ts";

/**
 * Reads a file of weights to start from.
 *
 * @param path Path in the data folder.
 * @param training The images to train on, which must be normalised as those of a file of ours.
 * @returns Puts the weights into the parameters of a backbone; throws a `SyntaxError` or a `RangeError`, and changes
 * nothing, if the tensors are not the backbone's or the images are normalised otherwise.
 * @throws {MissingDataError} if it is not there.
 */
export async function readStart(
  path: string,
  files: Files,
  training: Pick<ImageSet, "normalise">,
): Promise<(parameters: readonly Parameter[]) => RecordedWeights> {
  const bytes = await files.read(path), digest = await files.digest(path);
  return (parameters) => {
    const { tensors, unused } = loadWeights(bytes, parameters, { source: files.locate(path), ...training });
    return { digest, tensors, unused };
  };
}

/** Values of a trained backbone and of its main head. */
export interface TrainedWeights {
  /** The backbone's, in the order of its parameters. */
  readonly backbone: readonly NamedTensor[];
  /** The main head's. */
  readonly head: readonly NamedTensor[];
}

/** Reads the weights of a trained model to the host. */
export async function readWeights({ groups }: Model): Promise<TrainedWeights> {
  const [backbone, head] = [await read("backbone"), await read("head")];
  checkDevice();
  return { backbone, head };

  async function read(group: string): Promise<NamedTensor[]> {
    return await readParameters({ [group]: groups[group]! });
  }
}

/** SHA-256 of the weights, by which two runs are compared. */
export function weightsDigest({ backbone, head }: TrainedWeights): string {
  const bytes = encodeSafeTensors({ tensors: [...backbone, ...head], metadata: {} });
  return bytesToHex(sha256(bytes));
}

/** The file `weights.safetensors` of a run. */
export function weightsFile(
  values: TrainedWeights,
  { groups, backbone: { embedding } }: Model,
  { id, run }: Pick<PlannedRun, "id" | "run">,
  { shape, normalise }: Pick<ImageSet, "shape" | "normalise">,
): Uint8Array {
  const of = (group: keyof TrainedWeights): ReadParameters => ({ parameters: groups[group]!, values: values[group] });
  return encodeWeights(of("backbone"), of("head"), { run: id, backbone: run.backbone, shape, normalise, embedding });
}
