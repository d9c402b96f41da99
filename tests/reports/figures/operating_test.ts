import { assertEquals, assertStringIncludes } from "@std/assert";
import { loadOutcomes } from "../../../experiments/outcomes.ts";
import { openStore } from "../../../experiments/store.ts";
import { builtins } from "../../../registry/mod.ts";
import { drawFigures } from "../../../reports/mod.ts";
import { sampleExhibit, valuesOf } from "./sample.ts";

const axes = { x: { name: "false accept rate", unit: "fraction" }, y: { name: "true accept rate", unit: "fraction" } };

Deno.test("figure roc draws the mean over seeds, and no rate of 0 on the logarithmic axis", async () => {
  const curve = (points: readonly (readonly [number, number])[]) => ({
    curves: [{ evaluation: "unseen", name: "roc", ...axes, points }],
  });
  const exhibit = sampleExhibit([
    { row: "A", seed: 0, record: curve([[0, 0.2], [0.1, 0.6], [1, 1]]) },
    { row: "A", seed: 1, record: curve([[0, 0.4], [0.1, 0.8], [1, 1]]) },
  ]);
  const { figures, absent } = await drawFigures({ exhibit }, ["roc", "det"]);
  assertEquals(figures.map(({ name }) => name), ["roc-unseen"]);
  assertEquals(absent.map(({ name }) => name), ["det"]);
  assertEquals(valuesOf(figures[0]!.spec), [
    { row: "A", x: 0.1, y: 0.7, low: 0.6, high: 0.8 },
    { row: "A", x: 1, y: 1, low: 1, high: 1 },
  ]);
  assertStringIncludes(figures[0]!.alt, "A 0.7");
});

Deno.test("figure roc of records without curves comes from their stored scores, and agrees with their figures", async () => {
  const store = openStore(decodeURIComponent(new URL("../../../results", import.meta.url).pathname));
  const softmax = (await store.records("omniglot-table2")).records.filter(({ row }) => row === "Softmax");
  const outcomes = await loadOutcomes(store, "omniglot-table2", softmax, builtins());
  const exhibit = { ...sampleExhibit([{ row: "Softmax", seed: 0, record: softmax[0]! }]), outcomes };
  const { figures: [figure] } = await drawFigures({ exhibit }, ["roc"]);
  const points = valuesOf(figure!.spec).filter(({ row, x }) => row === "Softmax" && x as number <= 1e-2) as {
    y: number;
  }[];
  const recorded = softmax[0]!.metrics.find(({ name }) => name === "tar@1e-2")!;
  assertEquals(points.at(-1)!.y, Number(recorded.value!.toPrecision(6)));
});
