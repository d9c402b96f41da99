/**
 * A network with its weights as an ONNX file.
 *
 * Source: https://github.com/onnx/onnx/blob/main/docs/IR.md.
 *
 * @module
 */
import proto from "onnx-proto";
import { type Graph, type GraphAttribute, type GraphParameter, OPERATORS } from "../backbones/graph.ts";
import { VERSION } from "./version.ts";
import type { NamedTensor } from "../training/safetensors.ts";

const { AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto } = proto.onnx;

/** Version of the file's form that came with {@link OPERATORS}. */
const IR_VERSION = 8;

/** What an ONNX file says beside the graph. */
export interface OnnxOptions {
  /** Tensors by name, in PyTorch's layout. */
  readonly weights: ReadonlyMap<string, NamedTensor>;
  /** Name of the graph. */
  readonly name: string;
  /** Free text by key. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Writes a network as ONNX: input `images`, shape `[N, c, h, w]`, output `embeddings`, shape `[N, d]`, any N.
 *
 * @throws {RangeError} naming the first tensor that is missing or has another shape than the network wants.
 */
export function encodeOnnx(graph: Graph, { weights, name, metadata }: OnnxOptions): Uint8Array {
  const [height, width, channels] = graph.shape;
  const model = ModelProto.create({
    irVersion: IR_VERSION,
    opsetImport: [{ domain: "", version: OPERATORS }],
    producerName: "marginlab",
    producerVersion: VERSION,
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: GraphProto.create({
      name,
      node: graph.nodes.map(({ operator, inputs, output, attributes }) =>
        NodeProto.create({
          opType: operator,
          name: output,
          input: [...inputs],
          output: [output],
          attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
        })
      ),
      initializer: graph.parameters.map((parameter) => initialiser(parameter, weights)),
      input: [value(graph.input, [channels, height, width])],
      output: [value(graph.output, [graph.embedding])],
    }),
  });
  return ModelProto.encode(model).finish();
}

function attribute(name: string, value: GraphAttribute): proto.onnx.AttributeProto {
  const { AttributeType } = AttributeProto;
  if ("float" in value) return AttributeProto.create({ name, type: AttributeType.FLOAT, f: value.float });
  if ("int" in value) return AttributeProto.create({ name, type: AttributeType.INT, i: value.int });
  return AttributeProto.create({ name, type: AttributeType.INTS, ints: [...value.ints] });
}

function initialiser(
  { name, shape, as }: GraphParameter,
  weights: ReadonlyMap<string, NamedTensor>,
): proto.onnx.TensorProto {
  const found = weights.get(name);
  if (!found || String(found.shape) !== String(shape)) {
    const what = found ? `has shape [${found.shape}]` : "is missing";
    throw new RangeError(`Cannot write the network as ONNX: tensor "${name}" ${what}, wanted shape [${shape}]`);
  }
  const { buffer, byteOffset, byteLength } = found.values;
  return TensorProto.create({
    name,
    dims: [...as],
    dataType: TensorProto.DataType.FLOAT,
    rawData: new Uint8Array(buffer, byteOffset, byteLength),
  });
}

/** A float32 value with a batch of any size. */
function value(name: string, shape: readonly number[]): proto.onnx.ValueInfoProto {
  return ValueInfoProto.create({
    name,
    type: {
      tensorType: {
        elemType: TensorProto.DataType.FLOAT,
        shape: { dim: [{ dimParam: "N" }, ...shape.map((dimValue) => ({ dimValue }))] },
      },
    },
  });
}
