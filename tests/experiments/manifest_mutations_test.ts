import { assert } from "@std/assert";
import { ManifestError } from "../../experiments/manifest.ts";
import { createRandom } from "../../tensor/random.ts";
import { base, fixtures, load } from "./manifest_helpers.ts";
import { mutate } from "./mutate.ts";

const ORIGINALS = [
  Deno.readTextFileSync(`${fixtures}margins.yaml`),
  base + "ablation: { grid: { head.m: [0.1, 0.2] } }\n",
];

Deno.test("500 damaged manifests each load or end in a ManifestError that points into the file", async () => {
  const random = createRandom(0, "manifest mutations");
  let loaded = 0, refused = 0;
  for (let i = 0; i < 500; i++) {
    let text = ORIGINALS[i % 2]!;
    for (let n = 1 + random.integer(3); n > 0; n--) text = mutate(text, random);
    const start = performance.now();
    try {
      await load(text);
      loaded++;
    } catch (error) {
      assert(error instanceof ManifestError, `${i}: ${(error as Error).stack}\n${text}`);
      checkPlaces(error, text, i);
      refused++;
    }
    const seconds = (performance.now() - start) / 1000;
    assert(seconds < 1, `${i} took ${seconds} s`);
  }
  // The mutations must be of both kinds, or the test shows nothing.
  assert(loaded > 20 && refused > 200, `${loaded} loaded, ${refused} refused`);
});

function checkPlaces({ problems, message }: ManifestError, text: string, i: number): void {
  const lines = text.replace(/^\ufeff/, "").split("\n");
  assert(problems.length > 0, `${i}: no problem`);
  assert(message.split("\n").length === problems.length, `${i}: a problem is not one line`);
  for (const { file, line, column, message } of problems) {
    const where = `${i}: ${file}:${line}:${column}: ${message}`;
    assert(file === "m.yaml", where);
    assert(line >= 1 && line <= lines.length, where);
    assert(column >= 1 && column <= lines[line - 1]!.length + 1, where);
    assert(message !== "" && !message.includes("undefined") && !message.includes("[object"), where);
  }
}
