/**
 * The pairs that most runs judge wrongly, as images.
 *
 * @module
 */
import type { PairOutcomes } from "../../experiments/outcomes.ts";
import type { RunRecord } from "../../experiments/record.ts";
import {
  type ExhibitFigure,
  type FigurePlugin,
  type FigureSource,
  MissingFigureData,
  VEGA_LITE_SCHEMA,
} from "./figure.ts";
import { openPairImages, type ShownImage } from "./pair_images.ts";

/** Pairs of each kind that are shown. */
const SHOWN = 8;
/** Pairs in a line. */
const COLUMNS = 4;
/** Side of an image, its distance from the next pair, and the height of the line below, in pixels. */
const SIZE = 56, GAP = 22, LINE = 22;

/** A run that judged the pairs of an evaluation. */
interface Judge {
  readonly record: RunRecord;
  readonly outcome: PairOutcomes & { readonly correct: Uint8Array };
}

/** A pair that runs judge wrongly. */
export interface ConfusedPair {
  /** Its place among the pairs. */
  readonly pair: number;
  /** Runs that judge it wrongly. */
  readonly wrong: number;
}

/** Figure `confused`. */
export const confused: FigurePlugin = {
  name: "confused",
  summary:
    "Images of the pairs that most runs judge wrongly; shows pictures of the test data, and needs its folder (--data).",
  async draw({ exhibit, images }: FigureSource) {
    const judges = new Map<string, Judge[]>();
    for (const record of exhibit.records) {
      for (const [evaluation, outcome] of exhibit.outcomes.runs.get(record.id) ?? []) {
        const { correct } = outcome, known = judges.get(evaluation) ?? [];
        if (!correct || (known.length > 0 && known[0]!.outcome.pairs !== outcome.pairs)) continue;
        judges.set(evaluation, [...known, { record, outcome: { ...outcome, correct } }]);
      }
    }
    if (judges.size === 0) {
      throw new MissingFigureData(
        "no run has stored what it said of pairs of images; evaluate with a protocol of pairs, such as verification, " +
          "and keep scores and pairs (collate writes them)",
      );
    }
    if (!images) {
      throw new MissingFigureData("images of pairs lie in the data alone; draw figure confused with --data FOLDER");
    }
    const figures: ExhibitFigure[] = [];
    for (const [evaluation, of] of judges) {
      const { record, outcome: { pairs } } = of[0]!;
      const read = await openPairImages(images, record, evaluation, pairs);
      const kinds = await Promise.all([1, 0].map(async (same) => {
        const worst = mostConfused(of.map(({ outcome }) => outcome), same === 1).slice(0, SHOWN);
        return await Promise.all(worst.map(async (one) => ({ ...one, shown: await read(one.pair) })));
      }));
      figures.push(draw(evaluation, of.length, kinds as [ShownPair[], ShownPair[]]));
    }
    return figures;
  },
};

type ShownPair = ConfusedPair & { readonly shown: readonly [ShownImage, ShownImage] };

/**
 * The pairs of a kind that runs judge wrongly, those of most runs first; among equals those that lie deepest on the wrong
 * side, by the mean of their scores' ranks.
 */
export function mostConfused(
  outcomes: readonly (Pick<PairOutcomes, "scores" | "pairs"> & { readonly correct: Uint8Array })[],
  same: boolean,
): ConfusedPair[] {
  const { pairs } = outcomes[0]!, depth = new Float64Array(pairs.same.length);
  for (const { scores } of outcomes) {
    const order = Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]! || a - b);
    order.forEach((pair, rank) => depth[pair]! += same ? rank : -rank);
  }
  return Array.from(pairs.same.keys()).filter((pair) => (pairs.same[pair] === 1) === same)
    .map((pair) => ({ pair, wrong: outcomes.filter(({ correct }) => correct[pair] === 0).length }))
    .filter(({ wrong }) => wrong > 0)
    .sort((a, b) => b.wrong - a.wrong || depth[b.pair]! - depth[a.pair]! || a.pair - b.pair);
}

function draw(evaluation: string, runs: number, [same, different]: readonly [ShownPair[], ShownPair[]]): ExhibitFigure {
  const kinds = [["one class, taken for two", same], ["two classes, taken for one", different]] as const;
  const said = kinds.map(([title, pairs]) =>
    pairs.length === 0 ? `${title}: none` : `${title}: ${pairs.map(({ wrong }) => wrong).join(", ")}`
  );
  return {
    name: `confused-${evaluation}`,
    title: `Most confused pairs of ${evaluation}`,
    caption:
      `The pairs that most of the ${runs} runs judge wrongly, up to ${SHOWN} of each kind, with the number of runs; ` +
      "images as the network gets them, before normalisation.",
    alt: `Pairs of images that runs judge wrongly, by the number of ${runs} runs. ${said.join("; ")}.`,
    spec: {
      $schema: VEGA_LITE_SCHEMA,
      vconcat: kinds.filter(([, pairs]) => pairs.length > 0).map(([title, pairs]) => panel(title, pairs, runs)),
    },
  };
}

function panel(title: string, pairs: readonly ShownPair[], runs: number) {
  const wide = 2 * SIZE + GAP, high = SIZE + LINE, width = COLUMNS * wide;
  const height = Math.ceil(pairs.length / COLUMNS) * high;
  const placed = pairs.map((pair, i) => ({ ...pair, x: (i % COLUMNS) * wide, y: Math.floor(i / COLUMNS) * high }));
  const values = placed.flatMap(({ shown, x, y }) => shown.map(({ url }, side) => ({ url, x: x + side * SIZE, y })));
  const words = placed.map(({ wrong, x, y }) => ({ text: `${wrong} of ${runs}`, x: x + SIZE, y: y + SIZE + 5 }));
  const axis = (field: string, length: number, reverse: boolean) => ({
    field,
    type: "quantitative",
    axis: null,
    scale: { domain: [0, length], nice: false, zero: false, reverse },
  });
  const at = { x: axis("x", width, false), y: axis("y", height, true) };
  return {
    title: { text: title, fontWeight: "normal" },
    width,
    height,
    layer: [
      {
        data: { values },
        mark: { type: "image", width: SIZE, height: SIZE, align: "left", baseline: "top" },
        encoding: { ...at, url: { field: "url", type: "nominal" } },
      },
      {
        data: { values: words },
        mark: { type: "text", baseline: "top" },
        encoding: { ...at, text: { field: "text" } },
      },
    ],
  };
}
