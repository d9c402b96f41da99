/**
 * Squeeze-and-excitation: each channel is scaled by what the means of all channels say.
 *
 * Source: J. Hu et al., https://arxiv.org/abs/1709.01507; with a PReLU inside and biases, as insightface's MXNet code
 * has it.
 *
 * @module
 */
import { preluGradient } from "../tensor/kernels/mod.ts";
import { isHalf } from "../tensor/kernels/half.ts";
import { type Tensor, type Tensor1D, type Tensor2D, tf } from "../tensor/tf.ts";
import { emitConv, emitPrelu } from "./graph.ts";
import { type Initialiser, torchUniform } from "./initialisers.ts";
import { columnSums, keeping, slopeSlot } from "./layers.ts";
import { type Layer, sizeOf, type Slot, type Values } from "./module.ts";
import { storedAs, widened } from "./storage.ts";

/** Settings of {@link squeezeExcitation}. */
export interface SqueezeExcitationOptions {
  /** How many times fewer channels there are between the two convolutions; by default 16. */
  readonly reduction?: number;
  /** Initial weights of the convolutions. */
  readonly initial?: Initialiser;
  /** Initial biases. */
  readonly initialBias?: Initialiser;
}

/**
 * `y = x · sigmoid(W₂ prelu(W₁ mean(x) + b₁) + b₂)`, the mean over the map, the product channel by channel.
 *
 * Parameters `<name>.conv1.weight`, `.conv1.bias`, `.prelu.weight`, `.conv2.weight`, `.conv2.bias`; the convolutions are
 * 1×1. Works in float32, whatever the storage.
 *
 * @throws {RangeError} if the input has fewer channels than the reduction.
 */
export function squeezeExcitation(name: string, options: SqueezeExcitationOptions = {}): Layer {
  const { reduction = 16, initial = torchUniform, initialBias = torchUniform } = options;
  return (input) => {
    const channels = input.at(-1)!, inner = Math.floor(channels / reduction), size = sizeOf(input);
    if (inner < 1) {
      throw new RangeError(`Cannot apply ${name}: its input has ${channels} channels, wanted at least ${reduction}`);
    }
    const names = ["conv1.weight", "conv1.bias", "prelu.weight", "conv2.weight", "conv2.bias"].map((part) =>
      `${name}.${part}`
    );
    const [w1, b1, slope, w2, b2] = names as [string, string, string, string, string];
    const area = size / channels;
    const matrix = (values: Values, weight: string, from: number) => tf.reshape(values(weight), [from, -1]) as Tensor2D;
    const excite = (x: Tensor, values: Values) => {
      const mean = tf.mean(x, [1, 2]) as Tensor2D;
      const squeezed = tf.add(tf.matMul(mean, matrix(values, w1, channels)), values(b1)) as Tensor2D;
      const active = tf.prelu(squeezed, values(slope) as Tensor);
      const gate = tf.sigmoid(tf.add(tf.matMul(active, matrix(values, w2, inner)), values(b2))) as Tensor2D;
      return { mean, squeezed, gate };
    };
    const scale = (x: Tensor, gate: Tensor) => tf.mul(x, tf.reshape(gate, [-1, 1, 1, channels]));
    return {
      output: input,
      slots: [
        ...convSlots(w1, b1, [channels, inner], initial, initialBias),
        slopeSlot(slope, [inner]),
        ...convSlots(w2, b2, [inner, channels], initial, initialBias),
      ],
      multiplyAdds: 2 * channels * inner,
      memory: { kept: size + 2 * channels + inner, forward: size + 5 * channels + 3 * inner, backward: 4 * size },
      infer: (x, values) => scale(x, excite(x, values).gate),
      emit(graph, x) {
        const mean = graph.add("GlobalAveragePool", [x]);
        const squeezed = emitConv(graph, mean, { weight: w1, bias: b1, shape: [inner, channels, 1, 1] });
        const active = emitPrelu(graph, squeezed, slope, [1, 1, inner]);
        const gate = emitConv(graph, active, { weight: w2, bias: b2, shape: [channels, inner, 1, 1] });
        return graph.add("Mul", [x, graph.add("Sigmoid", [gate])]);
      },
      trace(x, values, { keep }) {
        const half = isHalf(x);
        const [y, ...small] = tf.tidy(() => {
          const wide = widened(x), { mean, squeezed, gate } = excite(wide, values);
          return [storedAs(scale(wide, gate), half), mean, squeezed, gate] as Tensor[];
        });
        const trace = keeping(y!, keep ? [x, ...small] : [], ([x, mean, squeezed, gate], dy, gradients) => {
          const [dx, ...found] = tf.tidy(() => {
            const wide = widened(dy), slopes = values(slope) as unknown as Tensor1D;
            const dGate = tf.tidy(() => tf.sum(tf.mul(wide, widened(x!)), [1, 2]));
            const dOut = tf.mul(dGate, tf.mul(gate!, tf.sub(1, gate!))) as Tensor2D;
            const active = tf.prelu(squeezed!, slopes) as Tensor2D;
            const dActive = tf.matMul(dOut, matrix(values, w2, inner), false, true);
            const { x: dIn, slope: dSlope } = preluGradient(squeezed!, dActive, slopes);
            const share = tf.div(tf.matMul(dIn as Tensor2D, matrix(values, w1, channels), false, true), area);
            return [
              storedAs(tf.add(scale(wide, gate!), tf.reshape(share, [-1, 1, 1, channels])), half),
              tf.reshape(tf.matMul(mean as Tensor2D, dIn as Tensor2D, true, false), [1, 1, channels, inner]),
              columnSums(dIn as Tensor2D),
              dSlope,
              tf.reshape(tf.matMul(active, dOut, true, false), [1, 1, inner, channels]),
              columnSums(dOut),
            ] as Tensor[];
          });
          names.forEach((name, i) => gradients.add(name, found[i]!));
          return dx;
        });
        tf.dispose(small);
        return trace;
      },
    };
  };
}

/** Weight and bias of a 1×1 convolution. */
function convSlots(
  weight: string,
  bias: string,
  [from, to]: readonly [number, number],
  initial: Initialiser,
  initialBias: Initialiser,
): Slot[] {
  return [
    {
      name: weight,
      shape: [1, 1, from, to],
      role: "weight",
      initial,
      fanIn: from,
      fanOut: to,
      layout: { kind: "conv" },
    },
    { name: bias, shape: [to], role: "bias", initial: initialBias, fanIn: from },
  ];
}
