/**
 * Checkpoints: every variable of a run and the step it stands at, as one safetensors file.
 *
 * Streams are addressed by step (`dropout/<step>`, …), so the step is the position of them all.
 *
 * @module
 */
import type { Parameter } from "../tensor/parameter.ts";
import { tf } from "../tensor/tf.ts";
import { decodeSafeTensors, encodeSafeTensors, type NamedTensor } from "./safetensors.ts";

/** What a checkpoint holds apart from tensors. */
export interface CheckpointState {
  /** Optimizer updates done. */
  readonly step: number;
  /** Id of the run that it belongs to. */
  readonly run: string;
  /** Backend and adapter that made it: a run does not change them on its way. */
  readonly backend: string;
  /** Training time so far, in seconds. */
  readonly seconds: number;
  /** What its writer keeps beside the variables, as text. */
  readonly notes?: string;
}

/** A checkpoint that a run cannot go on from; the run itself is as it was. */
export class ResumeRefusedError extends RangeError {
  /** Name of the class. */
  override readonly name = "ResumeRefusedError";
  /** Backend that made it, where that is why. */
  readonly made: string | undefined;
  /** Backend that was to go on. */
  readonly backend: string | undefined;

  /**
   * Says what does not fit.
   *
   * @param message The whole sentence.
   */
  constructor(message: string, { made, backend }: { readonly made?: string; readonly backend?: string } = {}) {
    super(message);
    this.made = made;
    this.backend = backend;
  }
}

const FORMAT = "marginlab-checkpoint/1";

/** Groups of parameters, by the prefix that keeps their names apart: `backbone`, `head`, `optimizer`, … */
export type ParameterGroups = Readonly<Record<string, readonly Parameter[]>>;

/** Reads all parameters to the host, in order, each named `<group>/<name>`. */
export async function readParameters(groups: ParameterGroups): Promise<NamedTensor[]> {
  const flat = Object.entries(groups).flatMap(([group, parameters]) =>
    parameters.map(({ name, variable }) => ({ name: `${group}/${name}`, variable }))
  );
  return await Promise.all(flat.map(async ({ name, variable }) => ({
    name,
    shape: variable.shape,
    values: Float32Array.from(await variable.data()),
  })));
}

/** Writes the groups' values, as float32, and the state as the bytes of a safetensors file. */
export async function saveCheckpoint(groups: ParameterGroups, state: CheckpointState): Promise<Uint8Array> {
  const { run, step, backend, seconds, notes } = state;
  const kept = notes === undefined ? {} : { notes };
  const metadata = { format: FORMAT, run, step: `${step}`, backend, seconds: `${seconds}`, ...kept };
  return encodeSafeTensors({ tensors: await readParameters(groups), metadata });
}

/**
 * Puts the values of a checkpoint into the groups' variables.
 *
 * @throws {SyntaxError} if the bytes are not a checkpoint.
 * @throws {ResumeRefusedError} if it belongs to another run or backend, or its tensors are not exactly those of the groups.
 */
export function loadCheckpoint(
  bytes: Uint8Array,
  groups: ParameterGroups,
  { run, backend }: { readonly run: string; readonly backend: string },
): CheckpointState {
  const { tensors, metadata } = decodeSafeTensors(bytes);
  const step = Number(metadata.step), seconds = Number(metadata.seconds);
  if (metadata.format !== FORMAT || !Number.isInteger(step) || step < 0 || !(seconds >= 0)) {
    throw new SyntaxError("Cannot read the checkpoint: it is a safetensors file, but not a marginlab checkpoint");
  }
  if (metadata.run !== run) {
    throw new ResumeRefusedError(`Cannot resume run ${run}: the checkpoint belongs to run ${metadata.run}`);
  }
  if (metadata.backend !== backend) {
    const made = String(metadata.backend);
    throw new ResumeRefusedError(
      `Cannot resume run ${run} on ${backend}: its checkpoint was made on ${made}, and a run does not change backends ` +
        "on its way",
      { made, backend },
    );
  }
  const stored = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const wanted = Object.entries(groups).flatMap(([group, parameters]) =>
    parameters.map(({ name, variable }) => ({ name: `${group}/${name}`, variable }))
  );
  for (const { name, variable } of wanted) {
    const found = stored.get(name);
    if (!found || String(found.shape) !== String(variable.shape)) {
      const what = found ? `has shape [${found.shape}], wanted [${variable.shape}]` : "is missing";
      throw new ResumeRefusedError(`Cannot resume run ${run}: tensor "${name}" of the checkpoint ${what}`);
    }
  }
  if (stored.size !== wanted.length) {
    throw new ResumeRefusedError(
      `Cannot resume run ${run}: the checkpoint has ${stored.size} tensors, wanted ${wanted.length}`,
    );
  }
  tf.tidy(() =>
    wanted.forEach(({ name, variable }) => variable.assign(tf.tensor(stored.get(name)!.values, variable.shape)))
  );
  return { step, run, backend, seconds, ...metadata.notes === undefined ? {} : { notes: metadata.notes } };
}
