/**
 * Programs over flat arrays, without the shapes and bounds that tfjs's own accessors carry along.
 *
 * @module
 */
import type { WebgpuBackend } from "./backend.ts";
import type { TensorInfo } from "../kernel.ts";

/** A program: its code is run once for every `index` below `count`. */
export interface FlatProgram {
  /** Distinguishes its code from all others. */
  readonly key: string;
  /** Inputs by the name of their array; one that is absent is left out, and the code must not name it. */
  readonly inputs: Readonly<Record<string, TensorInfo | undefined>>;
  /** Integers, as `uniforms.name`. */
  readonly integers?: Readonly<Record<string, number>>;
  /** Floats, as `uniforms.name`. */
  readonly floats?: Readonly<Record<string, number>>;
  /** Shape of the output, which the code calls `result`. */
  readonly shape: readonly number[];
  /** By default the number of outputs. */
  readonly count?: number;
  /** Written to instead of a new output. */
  readonly output?: TensorInfo;
  /** WGSL statements. */
  readonly code: string;
}

/** Runs a program. */
export function runFlat(backend: unknown, flat: FlatProgram): TensorInfo {
  const { key, inputs, integers = {}, floats = {}, shape, code, output } = flat;
  const present = Object.entries(inputs).filter((entry): entry is [string, TensorInfo] => entry[1] !== undefined);
  const count = flat.count ?? shape.reduce((a, b) => a * b, 1);
  const names = [...Object.keys(integers).map((name) => `${name} : i32`), "count : i32"];
  const program = {
    variableNames: present.map(([name]) => name),
    uniforms: [...names, ...Object.keys(floats).map((name) => `${name} : f32`)].join(", "),
    workgroupSize: [64, 1, 1],
    outputShape: [...shape],
    dispatchLayout: { x: shape.map((_, i) => i) },
    dispatch: [Math.ceil(count / 64), 1, 1],
    shaderKey: key,
    getUserCode: () => `fn main(index : i32) { if (index < uniforms.count) { ${code} } }`,
  };
  const uniforms = [
    ...[...Object.values(integers), count].map((value) => ({ type: "int32", data: [value] })),
    ...Object.values(floats).map((value) => ({ type: "float32", data: [value] })),
  ];
  return (backend as WritableBackend)
    .runWebGPUProgram(program, present.map(([, info]) => info), "float32", uniforms, output);
}

/** Frees tensors that a kernel made for itself. */
export function freeInfos(backend: unknown, ...infos: readonly TensorInfo[]): void {
  for (const { dataId } of infos) (backend as WritableBackend).disposeData(dataId);
}

interface WritableBackend extends Omit<WebgpuBackend, "runWebGPUProgram"> {
  runWebGPUProgram(...args: [...Parameters<WebgpuBackend["runWebGPUProgram"]>, output?: TensorInfo]): TensorInfo;
  disposeData(dataId: object): boolean;
}
