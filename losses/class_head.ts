/**
 * A head over all classes, from the description of its logits: parameters, sampling, and one node on the tape.
 *
 * @module
 */
import { type RowGradient, wholeGradient } from "../tensor/kernels/class_rows.ts";
import { disposeParameters, type Parameter, parameter } from "../tensor/parameter.ts";
import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, tf } from "../tensor/tf.ts";
import { classBackward, type ClassBatch, classForward, type ClassLogits } from "./class_loop.ts";
import { type ClassWeightOptions, classWeights, shardsOf } from "./class_weights.ts";
import type { Head, HeadContext, HeadOutput, HeadStep } from "./head.ts";
import { checkBatch, tidyOutput } from "./parts.ts";
import { type ClassSample, sampleHead } from "./sampling.ts";

/** Settings of {@link createClassHead}. */
export interface ClassHeadOptions extends ClassWeightOptions {
  /** What heads differ in. */
  readonly logits: ClassLogits;
  /** Whether there is a parameter `head.bias`, at first zero. */
  readonly biased?: boolean;
}

/** Makes a head of softmax cross-entropy over `logits`; statistics: `targetAngle`, mean θ_y in radians, and the margin's. */
export function createClassHead(options: ClassHeadOptions, context: HeadContext): Head {
  const { logits, biased = false, sampleRate = 1 } = options, { classes } = context;
  const weights = classWeights(context, options);
  const bias = biased ? [parameter("head.bias", new Float32Array(classes), { shape: [classes], role: "bias" })] : [];
  const parameters: readonly Parameter[] = [...weights, ...bias];
  return {
    parameters,
    loss: (embeddings, labels, step) =>
      tidyOutput(() => {
        checkBatch(embeddings, labels, context);
        if (Math.ceil(sampleRate * classes) >= classes) return lossOfAll(logits, parameters, { embeddings, labels });
        const sample = sampleHead(parameters, { classes, rate: sampleRate, step });
        return lossOfSample(logits, parameters, { embeddings, labels: sample.relabel(labels), sample, step: step! });
      }),
    dispose: () => disposeParameters(parameters),
  };
}

/** The loss over all classes: a node over embeddings and parameters. */
function lossOfAll(
  logits: ClassLogits,
  parameters: readonly Parameter[],
  { embeddings, labels }: { embeddings: Tensor2D; labels: Tensor1D },
): HeadOutput {
  const variables = parameters.map(({ variable }) => variable);
  return node([embeddings, ...variables], (x) => {
    const batch = batchOf(x, labels, variables), { tensors, ...output } = classForward(logits, batch);
    return {
      output,
      tensors: [x, labels, ...tensors],
      pull([x, labels, ...saved], gradient) {
        const batch = batchOf(x as Tensor2D, labels as Tensor1D, variables);
        const { embeddings, shards, bias } = classBackward(logits, batch, { saved, gradient });
        return [embeddings, ...shards, ...bias ? [bias] : []];
      },
    };
  });
}

/** The loss over a step's sample; gradients of the parameters go to `takeRows`, or on the tape with zeros between. */
function lossOfSample(
  logits: ClassLogits,
  parameters: readonly Parameter[],
  { embeddings, labels, sample, step: { takeRows } }: {
    embeddings: Tensor2D;
    labels: Tensor1D;
    sample: ClassSample;
    step: HeadStep;
  },
): HeadOutput {
  const variables = takeRows ? [] : parameters.map(({ variable }) => variable);
  return node([embeddings, ...variables], (x) => {
    const taken = sample.gather(parameters);
    const { tensors, ...output } = classForward(logits, batchOf(x, labels, taken));
    return {
      output,
      tensors: [x, labels, ...taken, ...tensors],
      pull([x, labels, ...rest], gradient) {
        const batch = batchOf(x as Tensor2D, labels as Tensor1D, rest.splice(0, taken.length));
        const { embeddings, shards, bias } = classBackward(logits, batch, { saved: rest, gradient });
        const values: readonly Tensor[] = [...shards, ...bias ? [bias] : []];
        if (!takeRows) return [embeddings, ...parameters.map((p, i) => whole(p, sample.rows(i), values[i]!))];
        for (const [i, parameter] of parameters.entries()) {
          takeRows(parameter, { rows: tf.keep(sample.rows(i)), values: tf.keep(values[i]!) });
        }
        return [embeddings];
      },
    };
  });
}

function whole({ variable }: Parameter, rows: Tensor1D, values: Tensor): Tensor {
  return tf.tidy(() => {
    const gradient: RowGradient = { rows, values };
    return wholeGradient(variable.shape, gradient);
  });
}

/** The loop's batch; `parameters` are the class weights, and the bias if the last of them is a vector. */
function batchOf(embeddings: Tensor2D, labels: Tensor1D, parameters: readonly Tensor[]): ClassBatch {
  const bias = parameters.at(-1)!.rank === 1 ? parameters.at(-1) as Tensor1D : undefined;
  const weights = (bias ? parameters.slice(0, -1) : parameters) as readonly Tensor2D[];
  return { embeddings, labels, shards: shardsOf(weights), bias };
}

/** What {@link node} is told. */
interface Node {
  readonly output: HeadOutput;
  /** Kept until the backward pass. */
  readonly tensors: readonly Tensor[];
  /** Gradients of the inputs from what was kept and the gradient of the loss. */
  pull(saved: Tensor[], gradient: Tensor): Tensor[];
}

/** One node on the tape with the loss and the statistics as its results; only the loss is differentiable. */
function node(inputs: readonly Tensor[], forward: (embeddings: Tensor2D) => Node): HeadOutput {
  let names: readonly string[] = [];
  const op = tf.customGrad((...args) => {
    const { output: { loss, statistics }, tensors, pull } = forward(args[0] as Tensor2D);
    (args.at(-1) as tf.GradSaveFunc)([...tensors]);
    names = Object.keys(statistics);
    return {
      value: tf.stack([loss, ...Object.values(statistics)]) as Tensor,
      gradFunc: (dy: Tensor, saved: Tensor[]) => pull([...saved], tf.reshape(tf.slice(dy, 0, 1), [])),
    };
  });
  const [loss, ...values] = tf.unstack(op(...inputs)) as [Scalar, ...Scalar[]];
  return { loss, statistics: Object.fromEntries(names.map((name, i) => [name, values[i]!])) };
}
