/**
 * onnxruntime on its WASM backend, one thread, for tests of exported networks.
 *
 * @module
 */
import * as ort from "onnxruntime-web/wasm";
import type { NamedTensor } from "../training/safetensors.ts";

ort.env.wasm.numThreads = 1;
// It starts with its first session and then keeps a message port, which a test would have to answer for.
await ort.InferenceSession.create(new Uint8Array()).catch(() => {});

/** Embeds images with an ONNX file. */
export async function embedWithOnnxruntime(
  file: Uint8Array,
  images: Omit<NamedTensor, "name">,
): Promise<{ shape: readonly number[]; values: Float32Array }> {
  const session = await ort.InferenceSession.create(file, { executionProviders: ["wasm"] });
  try {
    const { embeddings } = await session.run({ images: new ort.Tensor("float32", images.values, images.shape) });
    return { shape: embeddings!.dims, values: embeddings!.data as Float32Array };
  } finally {
    await session.release();
  }
}
