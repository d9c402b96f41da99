/// The description of a package against the sentences of RO-Crate 1.1 and Process Run Crate 0.5, each of which is broken
/// once to see that its check sees it.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { crateMetadata } from "../../../reports/crate/mod.ts";
import { exampleFiles, exampleSource } from "./helpers.ts";
import { Crate } from "./profile.ts";
import { profile } from "./profile_requirements.ts";
import { ro } from "./ro_requirements.ts";

const source = await exampleSource(), made = crateMetadata(source, exampleFiles(source));

for (const { from, asks, broken, breaks } of [...ro, ...profile]) {
  Deno.test(`${from}: ${asks}`, () => {
    const crate = new Crate(made);
    assertEquals(broken(crate), []);
    breaks(crate);
    assert(broken(crate).length > 0, "what breaks the sentence is not seen");
  });
}

Deno.test("every run is an action, a try that failed is one too, and how each ended is told", () => {
  const { actions } = new Crate(made), ended = actions.map((one) => [one["name"], one["actionStatus"], one["error"]]);
  const failed = "http://schema.org/FailedActionStatus", done = "http://schema.org/CompletedActionStatus";
  assertEquals(ended.length, 7);
  assertEquals(ended[0], ["Softmax, seed 0: failed", failed, "it failed"]);
  assertEquals(ended[1], ["Softmax, seed 1: diverged", failed, "it diverged"]);
  assertEquals(ended[2], ["Softmax, seed 2: stopped early by the plan's rule", done, undefined]);
  assertStringIncludes(String(actions[2]!["description"]), "Stopped at step 10");
  assertEquals(ended[6], ["ArcFace (0.5), seed 2: failed", failed, "a first try"]);
});

Deno.test("sha256 is in the context, and of every file", () => {
  const crate = new Crate(made);
  assert(JSON.stringify(crate.context).includes('"sha256":"http://schema.org/sha256"'));
  assert(crate.of("File").every((file) => /^[0-9a-f]{64}$/.test(String(file["sha256"]))));
});

Deno.test("a description is the same each time, whatever the order of the records' keys", async () => {
  const again = await exampleSource((record) => Object.fromEntries(Object.entries(record).reverse()) as typeof record);
  assertEquals(crateMetadata(again, exampleFiles(again)), made);
});
