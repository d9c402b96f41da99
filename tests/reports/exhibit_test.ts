import { assertEquals, assertRejects } from "@std/assert";
import { openStore } from "../../experiments/store.ts";
import { builtins } from "../../registry/mod.ts";
import { loadExhibit } from "../../reports/exhibit.ts";

const root = decodeURIComponent(new URL("../../results", import.meta.url).pathname);
const registries = builtins();

Deno.test("loadExhibit() gives the records of a plan in its order, their scores, histories and the table", async () => {
  const exhibit = await loadExhibit(openStore(root), "omniglot-table2", { registries });
  assertEquals(exhibit.records.map(({ id }) => id), exhibit.plan!.runs.map(({ id }) => id));
  assertEquals(exhibit.rows.length, 20);
  assertEquals(exhibit.outcomes.runs.size, 20);
  assertEquals(exhibit.table.rows.map(({ label }) => label), exhibit.rows);
  assertEquals((await exhibit.history(exhibit.records[0]!.id)).at(-1)?.step, exhibit.records[0]!.cost!.steps);
});

Deno.test("loadExhibit() leaves scores where they are when it is told so", async () => {
  const exhibit = await loadExhibit(openStore(root), "omniglot-table2", { registries, pairs: false });
  assertEquals(exhibit.outcomes.runs.size, 0);
});

Deno.test("loadExhibit() says what to do about a folder without a plan and records", async () => {
  await assertRejects(
    () => loadExhibit(openStore(root), "nothing-here", { registries }),
    RangeError,
    'Cannot read experiment "nothing-here"',
  );
});
