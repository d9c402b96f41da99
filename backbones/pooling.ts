/**
 * Global average pooling.
 *
 * @module
 */
import { isHalf } from "../tensor/kernels/half.ts";
import { type Tensor, tf } from "../tensor/tf.ts";
import { keeping } from "./layers.ts";
import { type Layer, sizeOf } from "./module.ts";
import { storedAs, widened } from "./storage.ts";

/** Mean of each channel over the map: `[h, w, c]` to `[c]`, float32 whatever the storage. */
export function globalPool(): Layer {
  return (input) => {
    const [height, width, channels] = input as [number, number, number], size = sizeOf(input);
    const run = (x: Tensor) => tf.mean(x, [1, 2]);
    return {
      output: [channels],
      slots: [],
      multiplyAdds: 0,
      memory: { kept: 0, forward: channels, backward: size + channels },
      infer: run,
      emit: (graph, x) => graph.add("Flatten", [graph.add("GlobalAveragePool", [x])], { axis: { int: 1 } }),
      trace(x) {
        const half = isHalf(x), shape = [x.shape[0]!, ...input];
        return keeping(tf.tidy(() => run(widened(x))), [], (_, dy) =>
          tf.tidy(() => {
            const share = tf.reshape(tf.div(dy, height * width), [-1, 1, 1, channels]);
            return storedAs(tf.broadcastTo(share, shape), half);
          }));
      },
    };
  };
}
