import { assertThrows } from "@std/assert";
import { convnet } from "../../backbones/convnet.ts";
import { encodeOnnx } from "../../experiments/onnx.ts";

Deno.test("encodeOnnx() names a tensor that is missing or has another shape", () => {
  const graph = convnet.graph!(convnet.params.parse({ blocks: 1, width: 2, embedding: 2 }), [4, 4, 1]);
  const options = { name: "net", metadata: {} };
  const first = { name: "block1.conv.weight", shape: [2, 3, 3, 1], values: new Float32Array(18) };
  assertThrows(
    () => encodeOnnx(graph, { ...options, weights: new Map() }),
    RangeError,
    'tensor "block1.conv.weight" is missing, wanted shape [2,1,3,3]',
  );
  assertThrows(
    () => encodeOnnx(graph, { ...options, weights: new Map([[first.name, first]]) }),
    RangeError,
    'tensor "block1.conv.weight" has shape [2,3,3,1], wanted shape [2,1,3,3]',
  );
});
