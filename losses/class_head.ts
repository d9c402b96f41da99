/**
 * A head over all classes, from the description of its logits: parameters, sampling, and one node on the tape.
 *
 * @module
 */
import { type RowGradient, wholeGradient } from "../tensor/kernels/class_rows.ts";
import { disposeParameters, type Parameter, parameter } from "../tensor/parameter.ts";
import { type Tensor, type Tensor1D, type Tensor2D, tf } from "../tensor/tf.ts";
import type { ClassLogits } from "./class_logits.ts";
import { classBackward, type ClassBatch, classForward, type ClassGradients, type ClassSaved } from "./class_loop.ts";
import { type ClassWeightOptions, classWeights, shardsOf } from "./class_weights.ts";
import type { Head, HeadContext, HeadOutput, HeadStep } from "./head.ts";
import { checkBatch, tidyOutput } from "./parts.ts";
import { type ClassSample, sampleHead } from "./sampling.ts";
import { termNode } from "./term.ts";

/** Settings of {@link createClassHead}. */
export interface ClassHeadOptions extends ClassWeightOptions {
  /** What heads differ in. */
  readonly logits: ClassLogits;
  /** Whether there is a parameter `head.bias`, one for each class, at first zero. */
  readonly biased?: boolean;
  /** First value of the one offset of all logits, the parameter `head.bias` of shape `[1]`; without it there is none. */
  readonly offset?: number;
  /** Running state of the margin, for checkpoints; the head frees it. */
  readonly state?: readonly Parameter[];
}

/**
 * Makes a head of softmax or binary cross-entropies; statistics: `targetAngle`, mean θ_y in radians, and the margin's.
 *
 * @throws {TypeError} for an offset without binary losses, biases with them or with cosines, and for several centres a
 *   class on a sample of the classes.
 */
export function createClassHead(options: ClassHeadOptions, context: HeadContext): Head {
  const { logits, biased = false, offset, sampleRate = 1, state = [] } = options, { classes } = context;
  const fail = (what: string) => new TypeError(`Cannot make a head of ${what}`);
  if (offset !== undefined && !logits.binary) throw fail("an offset under softmax, which it leaves as it is");
  if (biased && (logits.binary || logits.normalised)) throw fail("biases with scaled cosines or binary losses");
  if (sampleRate < 1 && (logits.centres ?? 1) > 1) throw fail("several centres a class on a sample of the classes");
  const weights = classWeights(context, { ...logits.centres ? { centres: logits.centres } : {}, ...options });
  const bias = biased ? [parameter("head.bias", new Float32Array(classes), { shape: [classes], role: "bias" })] : [];
  const shared = offset === undefined
    ? []
    : [parameter("head.bias", Float32Array.of(offset), { shape: [1], role: "bias" })];
  const sides: Sides = { logits, rows: [...weights, ...bias], shared: shared[0] };
  const parameters = [...sides.rows, ...shared, ...state];
  return {
    parameters,
    loss: (embeddings, labels, step) =>
      tidyOutput(() => {
        checkBatch(embeddings, labels, context);
        if (Math.ceil(sampleRate * classes) >= classes) return lossOfAll(sides, { embeddings, labels, step });
        const sample = sampleHead(sides.rows, { classes, rate: sampleRate, step });
        return lossOfSample(sides, { embeddings, labels, sample, step: step! });
      }),
    dispose: () => disposeParameters(parameters),
  };
}

/** A head's description with its parameters. */
interface Sides {
  readonly logits: ClassLogits;
  /** Parameters with a row for each class. */
  readonly rows: readonly Parameter[];
  /** The offset of all logits. */
  readonly shared: Parameter | undefined;
}

/** The loss over all classes: a node over embeddings and parameters. */
function lossOfAll(
  { logits, rows, shared }: Sides,
  { embeddings, labels, step }: { embeddings: Tensor2D; labels: Tensor1D; step: HeadStep | undefined },
): HeadOutput {
  const variables = rows.map(({ variable }) => variable), offset = shared?.variable as Tensor1D | undefined;
  return termNode([embeddings, ...variables, ...offset ? [offset] : []], () => {
    const { saved, others, ...output } = classForward(logits, batchOf(embeddings, labels, variables, { offset, step }));
    const { tensors, restore } = pack(saved);
    return {
      ...output,
      saved: [embeddings, labels, ...tensors],
      gradients([x, labels, ...kept], gradient) {
        const batch = batchOf(x as Tensor2D, labels as Tensor1D, variables, { offset });
        return listOf(classBackward(logits, batch, { saved: restore(kept), others, gradient }));
      },
    };
  });
}

/** The loss over a step's sample; gradients of the parameters go to `takeRows`, or on the tape with zeros between. */
function lossOfSample(
  { logits, rows, shared }: Sides,
  { embeddings, labels, sample, step }: {
    embeddings: Tensor2D;
    labels: Tensor1D;
    sample: ClassSample;
    step: HeadStep;
  },
): HeadOutput {
  const { takeRows } = step, offset = shared?.variable as Tensor1D | undefined;
  const variables = [...takeRows ? [] : rows.map(({ variable }) => variable), ...offset ? [offset] : []];
  return termNode([embeddings, ...variables], () => {
    const taken = sample.gather(rows), own = sample.relabel(labels);
    const { saved, others, ...output } = classForward(
      logits,
      batchOf(embeddings, own, taken, { offset, step, labels }),
    );
    const { tensors, restore } = pack(saved);
    return {
      ...output,
      saved: [embeddings, own, ...taken, ...tensors],
      gradients([x, own, ...rest], gradient) {
        const kept = [...rest];
        const batch = batchOf(x as Tensor2D, own as Tensor1D, kept.splice(0, taken.length), { offset });
        const found = classBackward(logits, batch, { saved: restore(kept), others, gradient });
        const values: readonly Tensor[] = [...found.shards, ...found.bias ? [found.bias] : []];
        const last = found.offset ? [found.offset] : [];
        if (!takeRows) {
          return [found.embeddings, ...rows.map((p, i) => whole(p, sample.rows(i), values[i]!)), ...last];
        }
        for (const [i, parameter] of rows.entries()) {
          takeRows(parameter, { rows: tf.keep(sample.rows(i)), values: tf.keep(values[i]!) });
        }
        return [found.embeddings, ...last];
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

function listOf({ embeddings, shards, bias, offset }: ClassGradients): Tensor[] {
  return [embeddings, ...shards, ...bias ? [bias] : [], ...offset ? [offset] : []];
}

/**
 * The loop's batch.
 *
 * @param rows Class weights, and the bias if the last of them is a vector.
 */
function batchOf(
  embeddings: Tensor2D,
  own: Tensor1D,
  rows: readonly Tensor[],
  { offset, step, labels }: {
    offset: Tensor1D | undefined;
    step?: HeadStep | undefined;
    /** Classes as the data counts them, where `own` counts sampled ones. */
    labels?: Tensor1D;
  },
): ClassBatch {
  const bias = rows.at(-1)!.rank === 1 ? rows.at(-1) as Tensor1D : undefined;
  const weights = (bias ? rows.slice(0, -1) : rows) as readonly Tensor2D[];
  return { embeddings, labels: own, classes: labels ?? own, shards: shardsOf(weights), bias, offset, step };
}

/** Puts tensors in a row for the tape, with the way back. */
function pack(saved: ClassSaved): { tensors: Tensor[]; restore: (tensors: readonly Tensor[]) => ClassSaved } {
  const { context, chunks, ...single } = saved, names = Object.keys(single), contexts = context.length;
  return {
    tensors: [...Object.values(single) as Tensor[], ...context, ...chunks],
    restore(tensors) {
      const named = Object.fromEntries(names.map((name, i) => [name, tensors[i]!])), rest = tensors.slice(names.length);
      return { ...named, context: rest.slice(0, contexts), chunks: rest.slice(contexts) } as unknown as ClassSaved;
    },
  };
}
