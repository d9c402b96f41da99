/**
 * tfjs as it comes, without any kernel of ours: the convnet step written with its layers and its optimizer.
 *
 *     deno run -A bench/peers/stock_tfjs.ts webgpu
 *
 * On WASM it says why it cannot: tfjs has no gradient of a convolution there.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import "@tensorflow/tfjs-backend-webgpu";
import { serve } from "../worker.ts";

const BATCH = 128, CLASSES = 964, WIDTH = 64, DIMENSION = 128;

function network(): tf.Sequential {
  const { layers } = tf, net = tf.sequential();
  for (let block = 0; block < 3; block++) {
    const shape = block === 0 ? { inputShape: [28, 28, 1] } : {};
    net.add(layers.conv2d({ filters: WIDTH, kernelSize: 3, padding: "same", useBias: false, ...shape }));
    net.add(layers.batchNormalization());
    net.add(layers.prelu({ sharedAxes: [1, 2] as never }));
    net.add(layers.maxPooling2d({ poolSize: 2, strides: 2 }));
  }
  net.add(layers.batchNormalization());
  net.add(layers.flatten());
  net.add(layers.dropout({ rate: 0.4 }));
  net.add(layers.dense({ units: DIMENSION }));
  net.add(layers.batchNormalization());
  return net;
}

/** Loss of an additive angular margin of 0.5 with s = 16. */
function arcface(features: tf.Tensor, weight: tf.Tensor, hot: tf.Tensor): tf.Scalar {
  const unit = (x: tf.Tensor) => tf.mul(x, tf.rsqrt(tf.sum(tf.square(x), 1, true)));
  const cosine = tf.clipByValue(tf.matMul(unit(features), unit(weight), false, true), -1 + 1e-6, 1 - 1e-6);
  const shifted = tf.cos(tf.add(tf.acos(cosine), 0.5));
  const logits = tf.mul(tf.add(cosine, tf.mul(hot, tf.sub(shifted, cosine))), 16);
  return tf.losses.softmaxCrossEntropy(hot, logits);
}

tf.enableProdMode();
const backend = Deno.args[0] ?? "webgpu";
setWasmPaths(decodeURIComponent(new URL(".", import.meta.resolve("@tensorflow/tfjs-backend-wasm")).pathname));
try {
  if (!await tf.setBackend(backend)) throw new Error(`Cannot start ${backend}: tfjs found no such backend here`);
  const net = network(), weight = tf.variable(tf.randomNormal([CLASSES, DIMENSION], 0, 0.01, "float32", 1));
  const images = tf.randomNormal([BATCH, 28, 28, 1], 0, 1, "float32", 2);
  const hot = tf.oneHot(tf.tensor1d(Array.from({ length: BATCH }, (_, i) => i * 7919 % CLASSES), "int32"), CLASSES);
  const optimizer = tf.train.momentum(1e-3, 0.9);
  await serve(`stock tfjs ${tf.version.tfjs}, ${backend}`, async (count) => {
    const since = performance.now();
    for (let i = 0; i < count; i++) {
      const forward = () => arcface(net.apply(images, { training: true }) as tf.Tensor, weight, hot);
      const loss = optimizer.minimize(forward, true)!;
      if (i === count - 1) await loss.data();
      loss.dispose();
    }
    return { ms: [(performance.now() - since) / count] };
  });
} catch (error) {
  console.log(JSON.stringify({ error: (error as Error).message }));
}
