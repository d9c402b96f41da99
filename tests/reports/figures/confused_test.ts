import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { diskFiles } from "../../../experiments/disk.ts";
import type { PairOutcomes } from "../../../experiments/outcomes.ts";
import { openStore } from "../../../experiments/store.ts";
import { builtins } from "../../../registry/mod.ts";
import { mostConfused } from "../../../reports/figures/confused.ts";
import { openPairImages } from "../../../reports/figures/pair_images.ts";
import { drawFigures, loadExhibit, MissingFigureData } from "../../../reports/mod.ts";
import { cli, inFolder } from "../../cli/in_folder.ts";
import { sampleExhibit } from "./sample.ts";

const none = new Int32Array(6);
const pairs = { same: Uint8Array.of(1, 1, 1, 0, 0, 0), fold: none, folds: 1, left: none, right: none };
const outcome = (scores: readonly number[], correct: readonly number[]) => ({
  ...{ pairs, scores: Float64Array.from(scores), correct: Uint8Array.from(correct) },
});

Deno.test("mostConfused() begins with the pairs of most runs, among equals with those deepest on the wrong side", () => {
  const outcomes = [
    outcome([3, 2.5, 0.1, 0.2, 0.3, 4], [0, 0, 1, 0, 0, 1]),
    outcome([2.5, 3, 0.1, 0.2, 0.3, 4], [0, 0, 1, 0, 0, 1]),
    outcome([0.1, 3, 0.2, 2, 0.4, 4], [1, 0, 1, 1, 0, 1]),
  ];
  assertEquals(mostConfused(outcomes, true), [{ pair: 1, wrong: 3 }, { pair: 0, wrong: 2 }]);
  assertEquals(mostConfused(outcomes, false), [{ pair: 4, wrong: 3 }, { pair: 3, wrong: 2 }]);
  const equal = [outcome([5, 6, 0, 2, 1, 9], [0, 0, 1, 0, 0, 1])];
  assertEquals(mostConfused(equal, true).map(({ pair }) => pair), [1, 0]);
  assertEquals(mostConfused(equal, false).map(({ pair }) => pair), [4, 3]);
});

Deno.test("figure confused shows no image of the test data unless it is told where that lies", async () => {
  const sample = sampleExhibit([{ row: "A", seed: 0 }]);
  const of: PairOutcomes = outcome([1, 1, 1, 1, 1, 1], [0, 1, 1, 1, 1, 1]);
  const runs = new Map([[sample.records[0]!.id, new Map([["unseen", of]])]]);
  const { absent } = await drawFigures({ exhibit: { ...sample, outcomes: { runs, notes: [] } } }, ["confused"]);
  assertStringIncludes(absent[0]!.reason, "--data FOLDER");
});

Deno.test("figure confused --data finds the images of pairs again, and refuses others than were scored", () =>
  inFolder(async (folder) => {
    const flags = ["--out", `${folder}/results`];
    assertEquals((await cli("ablate", `${folder}/tiny.yaml`, "--quiet", ...flags)).code, 0);
    const { code, out, err } = await cli("figure", "confused", "tiny", ...flags, "--data", folder);
    assertEquals(code, 0, err);
    const svg = await Deno.readTextFile(out.trim());
    assertMatch(svg, /<image [^>]*href="data:image\/png;base64,iVBOR/);
    assert(/(\d) of 2<\/text>/.test(svg));
    const store = openStore(`${folder}/results`), registries = builtins(), files = diskFiles(folder);
    const exhibit = await loadExhibit(store, "tiny", { registries });
    const record = exhibit.records[0]!, { pairs } = exhibit.outcomes.runs.get(record.id)!.get("unseen")!;
    const open = (data: typeof record.data, scored = pairs) =>
      openPairImages({ files, registries }, { ...record, data }, "unseen", scored);
    const [left, right] = await (await open(record.data))(0);
    assert(left.url !== right.url && left.name !== right.name);
    const other = record.data.map((set) => ({ ...set, digest: "0".repeat(64) }));
    await assertRejects(() => open(other), MissingFigureData, "the data folder holds other data");
    const turned = { ...pairs, same: pairs.same.map((same) => 1 - same) };
    await assertRejects(() => open(record.data, turned), MissingFigureData, "the data folder holds other data");
  }));
