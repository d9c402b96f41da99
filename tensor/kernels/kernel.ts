/**
 * What a kernel of ours is: a function that tfjs finds by name, with borrowed inputs and new outputs.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";

/** Reference to a tensor's data as tfjs kernels see it. */
export type TensorInfo = tf.TensorInfo;

/** What tfjs hands to a kernel. */
export interface KernelCall {
  /** The tfjs backend that owns the tensors. */
  readonly backend: unknown;
  /** Inputs by name; the caller keeps them. */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  /** Settings by name. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Computes outputs that tfjs takes over. */
export type Kernel = (call: KernelCall) => TensorInfo | TensorInfo[];

/** A kernel with the way it is done, for the record: `WGSL`, `heap`, `composition`, … */
export interface Implementation {
  readonly how: string;
  readonly run: Kernel;
}

/** Kernels of one backend by name: those of tfjs that they replace, and ours of {@link OwnKernels}. */
export type KernelTable = Readonly<Record<string, Implementation>>;

/** Every kernel that tfjs does not know, with its inputs, attributes and outputs. */
export interface OwnKernels {
  /** Training-mode batch normalisation; see `batch_norm.ts`. */
  readonly MarginlabBatchNorm: Implementation;
  /** Its gradients. */
  readonly MarginlabBatchNormGrad: Implementation;
  /** Gradients of PReLU; see `prelu.ts`. */
  readonly MarginlabPreluGrad: Implementation;
  /** Inverted dropout from a Philox stream; see `dropout.ts`. */
  readonly MarginlabDropout: Implementation;
}

/** A call as tfjs's own kernels take it. */
export function stockCall({ backend, inputs, attributes }: KernelCall): Parameters<tf.KernelFunc>[0] {
  return { backend: backend as object, inputs: inputs as never, attrs: attributes as never };
}

/** Runs a kernel on the current backend; its outputs belong to the caller, or to the enclosing `tf.tidy`. */
export function runKernel(
  name: string,
  inputs: Readonly<Record<string, Tensor>>,
  attributes: Readonly<Record<string, unknown>> = {},
): Tensor[] {
  const result = tf.engine().runKernel(name, inputs as never, attributes as never) as unknown as Tensor | Tensor[];
  return Array.isArray(result) ? result : [result];
}
