import { assertEquals, assertThrows } from "@std/assert";
import { convnet } from "../../backbones/convnet.ts";
import { type Parameter, parameter } from "../../tensor/parameter.ts";
import { useBackend } from "../../tensor/backend.ts";
import { createRandom } from "../../tensor/random.ts";
import { tf } from "../../tensor/tf.ts";
import { readParameters } from "../../training/checkpoint.ts";
import { decodeSafeTensors } from "../../training/safetensors.ts";
import { encodeWeights, loadWeights } from "../../training/weights.ts";
import { testOnBackends } from "../backends.ts";
import { type Network, pixelsOf } from "../experiments/kept_run.ts";
import fixture from "../fixtures/weights.json" with { type: "json" };
import { assertClose } from "../tensor/close.ts";

/** A convolution of two 1×2 filters on one channel, and a linear layer on a map of one row, two columns, two channels. */
function network(values: (length: number) => Float32Array): Parameter[] {
  return [
    parameter("conv.weight", values(4), { shape: [1, 2, 1, 2], role: "weight", layout: { kind: "conv" } }),
    parameter("fc.weight", values(4), { shape: [4, 1], role: "weight", layout: { kind: "linear", image: [1, 2, 2] } }),
    parameter("fc.bias", values(1), { shape: [1], role: "bias" }),
  ];
}

const counting = (length: number) => Float32Array.from({ length }, (_, i) => i + 1);
const zeros = (length: number) => new Float32Array(length);
const INFO = {
  run: "0123456789ab",
  backbone: { name: "net", width: 2 },
  shape: [1, 2, 1],
  normalise: { mean: 127.5, std: 128 },
  embedding: 1,
} as const;
const SOURCE = { source: "net.safetensors" };

/** A safetensors file from bytes. */
function file(tensors: Record<string, { dtype: string; shape: number[]; bytes: readonly number[] }>): Uint8Array {
  let offset = 0;
  const header = Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, shape, bytes }]) => {
      const begin = offset;
      offset += bytes.length;
      return [name, { dtype, shape, data_offsets: [begin, offset] }];
    }),
  );
  const text = new TextEncoder().encode(JSON.stringify(header)), length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
  return Uint8Array.from([...length, ...text, ...Object.values(tensors).flatMap(({ bytes }) => bytes)]);
}

async function valuesOf(parameters: readonly Parameter[]): Promise<Record<string, number[]>> {
  const read = await readParameters({ any: parameters });
  return Object.fromEntries(parameters.map(({ name }, i) => [name, [...read[i]!.values]]));
}

testOnBackends("encodeWeights() writes PyTorch's layouts, and loadWeights() reads them back", async () => {
  const from = network(counting), to = network(zeros);
  const head = [parameter("head.weight", counting(2), { shape: [2, 1], role: "class" })];
  const read = async (parameters: readonly Parameter[]) => ({
    parameters,
    values: await readParameters({ any: parameters }),
  });
  const bytes = encodeWeights(await read(from), await read(head), INFO);
  const { tensors, metadata } = decodeSafeTensors(bytes);
  assertEquals(tensors.map(({ name, shape, values }) => [name, shape, [...values]]), [
    ["conv.weight", [2, 1, 1, 2], [1, 3, 2, 4]],
    ["fc.weight", [1, 4], [1, 3, 2, 4]],
    ["fc.bias", [1], [1]],
    ["head/weight", [2, 1], [1, 2]],
  ]);
  assertEquals(metadata, {
    format: "marginlab-weights/1",
    run: "0123456789ab",
    backbone: '{"name":"net","width":2}',
    shape: "[1,2,1]",
    normalise: '{"mean":127.5,"std":128}',
    embedding: "1",
  });
  const options = { ...SOURCE, normalise: INFO.normalise };
  assertThrows(
    () => loadWeights(bytes, to, { ...options, normalise: { mean: 0, std: 255 } }),
    RangeError,
    'it was trained on pixels normalised by {"mean":127.5,"std":128}, those of data.train are by {"mean":0,"std":255}',
  );
  assertEquals(loadWeights(bytes, to, options), { tensors: 3, unused: ["head/weight"], metadata });
  assertEquals(await valuesOf(to), await valuesOf(from));
}, ["wasm"]);

testOnBackends("loadWeights() reads half types, and tells what it leaves in the file", async () => {
  const parameters = [parameter("a", zeros(2), { shape: [2], role: "weight" })];
  parameters.push(parameter("b", zeros(4), { shape: [4], role: "weight" }));
  parameters.push(parameter("c", zeros(1), { shape: [1], role: "weight" }));
  const bytes = file({
    // 1.5 and -2 as bfloat16.
    "a": { dtype: "BF16", shape: [2], bytes: [0xc0, 0x3f, 0x00, 0xc0] },
    "bn.num_batches_tracked": { dtype: "I64", shape: [], bytes: [7, 0, 0, 0, 0, 0, 0, 0] },
    // 1, -0.5, the largest and the smallest positive half.
    "b": { dtype: "F16", shape: [4], bytes: [0x00, 0x3c, 0x00, 0xb8, 0xff, 0x7b, 0x01, 0x00] },
    "classifier.weight": { dtype: "F32", shape: [1], bytes: [0, 0, 0x80, 0x3f] },
    // 0.1 as float64.
    "c": { dtype: "F64", shape: [1], bytes: [0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xb9, 0x3f] },
  });
  const { tensors, unused } = loadWeights(bytes, parameters, SOURCE);
  assertEquals([tensors, unused], [3, ["classifier.weight", "bn.num_batches_tracked"]]);
  assertEquals(await valuesOf(parameters), { a: [1.5, -2], b: [1, -0.5, 65504, 2 ** -24], c: [Math.fround(0.1)] });
}, ["wasm"]);

testOnBackends("loadWeights() takes a file of PyTorch's, in half precision and with counters", async (backend) => {
  const { params: { name: _, ...params }, file, embeddings } = fixture.written, shape = [10, 10, 1] as const;
  const network: Network = { name: "convnet", params, shape };
  const backbone = convnet.create(convnet.params.parse(params), { shape, random: createRandom(0, "init") });
  const { unused } = loadWeights(Uint8Array.from(atob(file), (c) => c.charCodeAt(0)), backbone.parameters, SOURCE);
  assertEquals(unused, ["block1.bn", "block2.bn", "bn", "features"].map((bn) => `${bn}.num_batches_tracked`));
  const images = tf.tensor4d(pixelsOf(network, 3), [3, ...shape]);
  const ours = backbone.forward(images, { training: false });
  // llvmpipe's reciprocal square root is coarser than WASM's.
  assertClose(await ours.data(), embeddings.flat(), backend === "webgpu" ? 5e-4 : 1e-4, "embeddings");
  tf.dispose([images, ours]);
  backbone.dispose();
});

Deno.test("loadWeights() names the first tensor that does not fit, and changes nothing", async () => {
  await useBackend("wasm");
  const parameters = network(zeros), one = { dtype: "F32", bytes: Array(16).fill(1) };
  const load = (tensors: Parameters<typeof file>[0]) => () => loadWeights(file(tensors), parameters, SOURCE);
  const conv = { ...one, shape: [2, 1, 1, 2] };
  assertThrows(
    load({ "conv.weight": { ...one, shape: [1, 2, 1, 2] } }),
    RangeError,
    'Cannot start from net.safetensors: tensor "conv.weight" has shape [1,2,1,2], the backbone wants [2,1,1,2]',
  );
  assertThrows(
    load({ "conv.weight": conv, "module.fc.weight": { ...one, shape: [1, 4] } }),
    RangeError,
    'tensor "fc.weight" is missing, the backbone wants [1,4]; it has "conv.weight", "module.fc.weight"',
  );
  assertThrows(
    load({ "conv.weight": { dtype: "I64", shape: [2], bytes: Array(16).fill(1) } }),
    RangeError,
    'tensor "conv.weight" has type I64, the backbone wants [2,1,1,2]',
  );
  assertThrows(
    () => loadWeights(new Uint8Array(3), parameters, SOURCE),
    SyntaxError,
    "Cannot read safetensors: 3 bytes are too few for a header (net.safetensors)",
  );
  assertEquals((await valuesOf(parameters))["conv.weight"], [0, 0, 0, 0]);
});
