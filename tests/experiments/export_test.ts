import { assert, assertEquals, assertThrows } from "@std/assert";
import { createHash } from "node:crypto";
import { MissingDataError } from "../../datasets/files.ts";
import { exportFormats } from "../../experiments/export.ts";
import { builtins } from "../../registry/builtins.ts";
import { useBackend } from "../../tensor/backend.ts";
import { tf } from "../../tensor/tf.ts";
import { decodeSafeTensors, encodeSafeTensors } from "../../training/safetensors.ts";
import { testOnBackends } from "../backends.ts";
import { embedWithOnnxruntime } from "../onnxruntime.ts";
import { assertClose } from "../tensor/close.ts";
import fixture from "../fixtures/weights.json" with { type: "json" };
import { keptRun, looksTrained, type Network, NETWORKS, pixelsOf } from "./kept_run.ts";

const registries = builtins(), COUNT = 3;

const WITH_GRAPHS: Readonly<Record<string, Network>> = {
  ...NETWORKS,
  "iresnet, wide images": { ...NETWORKS["iresnet"]!, shape: [17, 26, 1] },
  ...Object.fromEntries(
    (["A", "B", "C", "D", "GDC"] as const).map((output): [string, Network] => [`iresnet, output ${output}`, {
      name: "iresnet",
      params: { stages: [1, 1, 1, 1], widths: [4, 4, 5, 6], embedding: 6, output },
      shape: [18, 18, 3],
    }]),
  ),
  "mobilefacenet, wide images": { ...NETWORKS["mobilefacenet"]!, shape: [32, 48, 3] },
  "mobilefacenet, two first blocks": {
    name: "mobilefacenet",
    params: { blocks: [2, 1, 1, 1], scale: 1, embedding: 6 },
    shape: [32, 32, 1],
  },
  "pixels": { name: "pixels", shape: [4, 3, 2] },
};

for (const [what, network] of Object.entries(WITH_GRAPHS)) {
  testOnBackends(`exportFormats.onnx of ${what} embeds in onnxruntime as the backbone does`, async () => {
    const backbone = looksTrained(network), [height, width, channels] = network.shape;
    const file = exportFormats.onnx(await keptRun(network, backbone), registries);
    const images = tf.tensor4d(pixelsOf(network, COUNT), [COUNT, height, width, channels]);
    const ours = backbone.forward(images, { training: false }), swapped = tf.transpose(images, [0, 3, 1, 2]);
    const theirs = await embedWithOnnxruntime(file, {
      shape: swapped.shape,
      values: await swapped.data() as Float32Array,
    });
    assertEquals(theirs.shape, [COUNT, backbone.embedding]);
    assertClose(theirs.values, await ours.data(), 1e-4, "embeddings");
    tf.dispose([images, ours, swapped]);
    backbone.dispose();
  }, ["wasm"]);
}

for (const { what, sha256, embeddings } of fixture.exported) {
  testOnBackends(`exportFormats.safetensors of ${what} is the file that PyTorch embeds with as we do`, async () => {
    const network = NETWORKS[what]!, backbone = looksTrained(network);
    const file = exportFormats.safetensors(await keptRun(network, backbone), registries);
    assertEquals(
      createHash("sha256").update(file).digest("hex"),
      sha256,
      "make the fixture anew: tests/oracle/weights.py",
    );
    const images = tf.tensor4d(pixelsOf(network, COUNT), [COUNT, ...network.shape]);
    const ours = backbone.forward(images, { training: false });
    assertClose(await ours.data(), embeddings.flat(), 1e-4, "embeddings");
    tf.dispose([images, ours]);
    backbone.dispose();
  }, ["wasm"]);
}

Deno.test("exportFormats leave out the head, and tell a run without its own weights from damage", async () => {
  await useBackend("wasm");
  const network = NETWORKS["convnet"]!, backbone = looksTrained(network), run = await keptRun(network, backbone);
  const names = (bytes: Uint8Array) => decodeSafeTensors(bytes).tensors.map(({ name }) => name);
  assert(names(run.weights!).includes("head/weight"));
  assertEquals(names(exportFormats.safetensors(run, registries)), backbone.parameters.map(({ name }) => name));
  const { record } = run, other = encodeSafeTensors({ tensors: [], metadata: { format: "other" } });
  for (const format of Object.values(exportFormats)) {
    const exported = (changes: Partial<typeof run>) => () => format({ ...run, ...changes }, registries);
    assertThrows(exported({ weights: undefined }), MissingDataError, "output.weights: false");
    const diverged = { ...record, status: "diverged" as const };
    assertThrows(exported({ weights: undefined, record: diverged }), MissingDataError, "it diverged");
    assertThrows(exported({ record: { ...record, id: "ba9876543210" } }), SyntaxError, "those of run 0123456789ab");
    assertThrows(exported({ weights: other }), SyntaxError, 'of format "other"');
  }
  const used = { kind: "backbone", name: "convnet", version: "0.9.0" };
  assertThrows(
    () => exportFormats.onnx({ ...run, record: { ...record, identity: { plugins: [used] } } }, registries),
    RangeError,
    "it was trained with version 0.9.0",
  );
  const plain = { ...registries, backbone: { ...registries.backbone, get: () => withoutGraph } };
  const { graph: _, ...withoutGraph } = registries.backbone.get("convnet");
  assertThrows(() => exportFormats.onnx(run, plain), RangeError, "export it as safetensors");
  backbone.dispose();
});
