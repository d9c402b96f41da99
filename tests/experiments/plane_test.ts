/// `plane.json`: embeddings of two dimensions, for the picture of them.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { testOnBackends } from "../backends.ts";
import { execute, section, smallRun } from "./run_helpers.ts";

testOnBackends(
  "executeRun() stores the embeddings of a network into the plane, and changes nothing by it",
  async () => {
    const backbone = section("backbone", { name: "convnet", blocks: 1, width: 4, embedding: 2 });
    const { folder, record } = await execute(smallRun({ backbone, steps: 2 }));
    const plane = (await folder.readPlane())!;
    assertEquals([plane.classes.length, plane.labels.length, plane.points.length, plane.weights.length], [
      6,
      48,
      48,
      6,
    ]);
    assertEquals(plane.weightsSha256, record!.diagnostics.weightsSha256);
    assertEquals(plane.labels.slice(0, 9), [0, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert(new Set(plane.points.map(([x]) => x)).size > 40);
    await Deno.writeTextFile(`${folder.path}/plane.json`, JSON.stringify({ ...plane, labels: [] }));
    await assertRejects(
      () => folder.readPlane(),
      SyntaxError,
      "plane.json: wanted classes, labels, points and weights",
    );
  },
  ["wasm"],
);

testOnBackends("executeRun() stores no embeddings of more dimensions", async () => {
  const { folder } = await execute(smallRun({ steps: 1 }));
  assertEquals(await folder.readPlane(), undefined);
}, ["wasm"]);
