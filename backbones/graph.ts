/**
 * A network as a graph of operations that other programs know: named as ONNX names them, images as `[n, c, h, w]`,
 * parameters as PyTorch stores them.
 *
 * Source: https://onnx.ai/onnx/operators (version 17 of the operators).
 *
 * @module
 */
import type { ImageShape } from "./backbone.ts";
import type { Module, Shape } from "./module.ts";

/** Version of the ONNX operators that graphs are written in. */
export const OPERATORS = 17;

/** An attribute of an operation. */
export type GraphAttribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number };

/** One operation. */
export interface GraphNode {
  /** Name of the operator, such as `Conv`. */
  readonly operator: string;
  /** Names of values and parameters, in the operator's order. */
  readonly inputs: readonly string[];
  /** Name of the value that it gives. */
  readonly output: string;
  /** Its attributes by name. */
  readonly attributes: Readonly<Record<string, GraphAttribute>>;
}

/** A parameter that operations read. */
export interface GraphParameter {
  /** Name as in PyTorch. */
  readonly name: string;
  /** Shape as PyTorch stores it. */
  readonly shape: readonly number[];
  /** Shape as the operation reads the same elements. */
  readonly as: readonly number[];
}

/** Takes down what a network does. */
export interface GraphBuilder {
  /**
   * Names a parameter.
   *
   * @param name Name as in PyTorch.
   * @param shape Shape as PyTorch stores it.
   * @param as Shape as the operation reads the same elements, where that is another.
   * @returns The name, for the inputs of an operation.
   */
  parameter(name: string, shape: readonly number[], as?: readonly number[]): string;
  /**
   * Adds an operation.
   *
   * @returns Name of the value that it gives.
   */
  add(
    operator: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, GraphAttribute>>,
  ): string;
}

/** Takes down operations from the name of a value; gives the name of the result. */
export type Emit = (graph: GraphBuilder, x: string) => string;

/** A whole network: images in, embeddings out. */
export interface Graph {
  /** Name of the images, shape `[n, c, h, w]`. */
  readonly input: string;
  /** Height, width and channels of an image. */
  readonly shape: ImageShape;
  /** Name of the embeddings, shape `[n, d]`. */
  readonly output: string;
  /** Dimension `d` of the embedding. */
  readonly embedding: number;
  /** Operations, each after those whose values it reads. */
  readonly nodes: readonly GraphNode[];
  /** Parameters, in the order in which they are read first. */
  readonly parameters: readonly GraphParameter[];
}

const INPUT = "images", OUTPUT = "embeddings";

/**
 * Takes down a network.
 *
 * @param network What it does and the dimension `d` of the embedding.
 * @param shape Shape of one input image.
 */
export function graphOf(network: { readonly emit: Emit; readonly embedding: number }, shape: ImageShape): Graph {
  const nodes: GraphNode[] = [], parameters = new Map<string, GraphParameter>();
  const builder: GraphBuilder = {
    parameter(name, shape, as = shape) {
      parameters.set(name, { name, shape, as });
      return name;
    },
    add(operator, inputs, attributes = {}) {
      const output = `${operator}_${nodes.length}`;
      nodes.push({ operator, inputs, output, attributes });
      return output;
    },
  };
  const last = network.emit(builder, INPUT);
  const result = last === INPUT ? builder.add("Identity", [last]) : last;
  const renamed = (name: string) => name === result ? OUTPUT : name;
  return {
    input: INPUT,
    shape,
    output: OUTPUT,
    embedding: network.embedding,
    nodes: nodes.map((node) => ({ ...node, inputs: node.inputs.map(renamed), output: renamed(node.output) })),
    parameters: [...parameters.values()],
  };
}

/** {@link graphOf} of a module whose output is the embedding. */
export function graphOfModule({ emit, output }: Module, shape: ImageShape): Graph {
  return graphOf({ emit, embedding: output[0]! }, shape);
}

/** Adds a PReLU: its slopes are one a channel, which ONNX lets run along the last dimension unless they are `[c, 1, 1]`. */
export function emitPrelu(graph: GraphBuilder, x: string, weight: string, input: Shape): string {
  const channels = input.at(-1)!, spread = input.slice(1).map(() => 1);
  return graph.add("PRelu", [x, graph.parameter(weight, [channels], [channels, ...spread])]);
}

/** A convolution as {@link emitConv} takes it down. */
export interface EmittedConv {
  /** Name of its filters. */
  readonly weight: string;
  /** Name of its bias, if it has one. */
  readonly bias?: string;
  /** Shape of its filters in PyTorch, `[out, in, kh, kw]`. */
  readonly shape: readonly number[];
  /** Steps between windows; by default 1. */
  readonly stride?: number;
  /** Zeros on every side; by default none. */
  readonly padding?: number;
  /** Groups of channels; by default one. */
  readonly groups?: number;
}

/** Adds a convolution. */
export function emitConv(graph: GraphBuilder, x: string, conv: EmittedConv): string {
  const { weight, bias, shape, stride = 1, padding = 0, groups = 1 } = conv;
  const read = [graph.parameter(weight, shape), ...bias === undefined ? [] : [graph.parameter(bias, [shape[0]!])]];
  return graph.add("Conv", [x, ...read], {
    kernel_shape: { ints: shape.slice(2) },
    strides: { ints: [stride, stride] },
    pads: { ints: [padding, padding, padding, padding] },
    group: { int: groups },
  });
}
