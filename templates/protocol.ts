/**
 * My protocol: how much closer images of one class are than images of two, to begin with.
 *
 * @module
 */
import { z } from "zod";
import { unitEmbeddings } from "../evaluation/embeddings.ts";
import { measured } from "../evaluation/figures.ts";
import { defineProtocol, type MetricDefinition, type ProtocolPlugin } from "../evaluation/protocol.ts";

// Each parameter with its range, default and meaning: a manifest is checked against them before anything runs.
const params = z.strictObject({
  flip: z.boolean().default(false).describe("Add the embedding of the mirrored image before normalising"),
});

// What each metric is, in the order in which they are measured: a manifest's table is checked against their names.
const METRICS: readonly MetricDefinition[] = [
  {
    name: "gap",
    unit: "cosine",
    higherIsBetter: true,
    summary: "Mean cosine of same pairs less that of different ones",
  },
];

/** Measures labelled images; say here what is measured and where that is defined. */
export const myProtocol: ProtocolPlugin = defineProtocol({
  name: "my-protocol",
  // Raise it with each change of behaviour: it is part of the identity of the runs that use the protocol.
  version: "1.0.0",
  summary: "My protocol: mean cosine of same pairs less that of different pairs",
  // The paper or page that defines it.
  reference: "https://example.org/my-protocol",
  formula: "gap = mean cos(e_i, e_j | y_i = y_j) - mean cos(e_i, e_j | y_i ≠ y_j)",
  params,
  // Or pairs, or templates; the input then has them.
  wants: "images",
  metrics: () => METRICS,
  mirrored: ({ flip }) => flip,
  evaluate({ flip }, { embeddings, labels }) {
    const { count, values, dimension } = unitEmbeddings(embeddings, flip);
    const sums = [0, 0], pairs = [0, 0];
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < i; j++) {
        let cosine = 0;
        for (let k = 0; k < dimension; k++) cosine += values[i * dimension + k]! * values[j * dimension + k]!;
        const same = Number(labels[i] === labels[j]);
        sums[same]! += cosine;
        pairs[same]!++;
      }
    }
    if (pairs.includes(0)) {
      throw new RangeError(
        `Cannot measure the gap: found ${pairs[1]} same and ${pairs[0]} different pairs, some of each are wanted`,
      );
    }
    return {
      // Pins all that decides a figure: two tables with one definition may be compared.
      definition: `my-protocol/1; flip=${flip ? "sum" : "none"}; score=cosine; pairs=all`,
      metrics: measured(METRICS, [{ value: sums[1]! / pairs[1]! - sums[0]! / pairs[0]!, n: pairs[0]! + pairs[1]! }]),
    };
  },
});
