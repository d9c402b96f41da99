import { assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import type { Plane } from "../../../experiments/plane.ts";
import { openStore } from "../../../experiments/store.ts";
import { unitDirections } from "../../../reports/figures/embedding.ts";
import { drawFigures } from "../../../reports/mod.ts";
import { sampleExhibit, valuesOf } from "./sample.ts";

const plane: Plane = {
  weightsSha256: "ab".repeat(32),
  classes: ["a", "b"],
  labels: [0, 0, 1],
  points: [[2, 0], [0, 4], [-4, 0]],
  weights: [[3, 3], [-5, 0]],
};

Deno.test("unitDirections() are those of the weights, or of the means of unit embeddings", () => {
  const half = Math.SQRT1_2,
    rounded = (of: Plane) => unitDirections(of).map(({ of, x, y }) => [of, x.toFixed(6), y.toFixed(6)]);
  assertEquals(rounded(plane), [[0, half.toFixed(6), half.toFixed(6)], [1, "-1.000000", "0.000000"]]);
  assertEquals(rounded({ ...plane, weights: [] }), rounded(plane));
  assertEquals(unitDirections({ ...plane, weights: [[1, 0], [0, 2], [0, 1], [3, 0]] }).map(({ of }) => of), [
    0,
    0,
    1,
    1,
  ]);
});

Deno.test("figure embedding draws the first seed of each row within the circle, and says what it lacks", async () => {
  const sample = sampleExhibit([{ row: "A", seed: 0 }, { row: "A", seed: 1 }, { row: "B", seed: 0 }]);
  const without = sample.records[0]!.id, last = sample.records[2]!.id;
  const read = (id: string) => Promise.resolve(id === without || id === last ? undefined : plane);
  const { figures: [figure] } = await drawFigures({ exhibit: { ...sample, plane: read } }, ["embedding"]);
  const values = valuesOf(figure!.spec);
  assertEquals(values.filter(({ kind }) => kind === "point"), [
    { row: "A", kind: "point", of: "0", x: 0.5, y: 0 },
    { row: "A", kind: "point", of: "0", x: 0, y: 1 },
    { row: "A", kind: "point", of: "1", x: -1, y: 0 },
  ]);
  // 45 degrees twice and 0 once.
  assertStringIncludes(figure!.alt, "A 30.0");
  const { absent } = await drawFigures({ exhibit: sample }, ["embedding"]);
  assertStringIncludes(absent[0]!.reason, "embedding: 2");
});

Deno.test("the stored embeddings of toy-2d are those of its records: the same weights, the same angle within classes", async () => {
  const store = openStore(decodeURIComponent(new URL("../../../results", import.meta.url).pathname));
  const { records } = await store.records("toy-2d");
  assertEquals(records.length, 6);
  for (const { id, diagnostics, metrics } of records) {
    const stored = (await (await store.folder("toy-2d", id)).readPlane())!;
    assertEquals(stored.weightsSha256, diagnostics.weightsSha256);
    const centres = unitDirections({ ...stored, weights: [] });
    const angles = stored.points.map(([x, y], i) => {
      const { x: cx, y: cy } = centres[stored.labels[i]!]!;
      return Math.acos(Math.min(1, (x * cx + y * cy) / Math.hypot(x, y))) * 180 / Math.PI;
    });
    const intra = metrics.find(({ name }) => name === "intra")!.value!;
    assertAlmostEquals(angles.reduce((sum, angle) => sum + angle, 0) / angles.length, intra, 1e-3);
  }
});
