import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { freezePlan, thawRuns } from "../../experiments/freeze.ts";
import { loadManifest } from "../../experiments/manifest.ts";
import { type Plan, planRuns, runId } from "../../experiments/plan.ts";
import { moduleLoader } from "../../experiments/plugins.ts";
import { type FrozenPlan, planDigest, readPlan, writePlan } from "../../experiments/store/plan.ts";
import { filesOf } from "./files_of.ts";
import { base, fixtures, load, registries } from "./manifest_helpers.ts";

const text = base + "seeds: [3, 1]\nablation: { grid: { head.m: [0.1, 0.2], weights: [null, w.safetensors] } }\n";
const digests = { "a.zip": "a".repeat(64), "b.zip": "b".repeat(64), "w.safetensors": "c".repeat(64) };
const code = { marginlab: "0.1.0", sha256: "d".repeat(64) }, published = { tiny: { "unseen.accuracy": 0.5 } };

async function planOf(manifest = text): Promise<Plan> {
  return await planRuns(await load(manifest), { files: filesOf(digests) });
}

async function frozen(manifest?: string): Promise<FrozenPlan> {
  return freezePlan(await planOf(manifest), { code, published });
}

/** Writes a plan, changed as text, and reads it. */
async function readChanged(change: (text: string) => string): Promise<FrozenPlan | undefined> {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await writePlan(path, await frozen());
    await Deno.writeTextFile(path, change(await Deno.readTextFile(path)));
    return await readPlan(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("freezePlan() gives the same bytes for the same manifest, and holds no place of this machine", async () => {
  const one = JSON.stringify(await frozen()), two = JSON.stringify(await frozen());
  assertEquals(one, two);
  assert(!one.includes(Deno.cwd()), "an absolute path");
  assert(JSON.stringify(await frozen(text.replace("0.2]", "0.3]"))) !== one);
});

Deno.test("freezePlan() names users' modules from the working directory", async () => {
  for (const path of [`${fixtures}own_head.yaml`, `${fixtures}../manifests/own_head.yaml`]) {
    const manifest = await loadManifest(path, { read: Deno.readTextFile, registries, loader: moduleLoader() });
    const plan = freezePlan(await planRuns(manifest, { files: filesOf(digests) }), { code, published: null });
    assertEquals(plan.plugins.map(({ specifier, module }) => [specifier, module]), [
      ["./half_margin.ts", "tests/fixtures/manifests/half_margin.ts"],
    ]);
  }
});

Deno.test("freezePlan() refuses a plan whose data is not there", async () => {
  const plan = await planRuns(await load(text), { files: filesOf({ "a.zip": "aa" }) });
  assertThrows(() => freezePlan(plan, { code, published }), RangeError, "b.zip, w.safetensors");
});

Deno.test("thawRuns() gives the runs of the plan again, after writing and reading it", async () => {
  const read = await readChanged((text) => text), runs = thawRuns(read!);
  assertEquals(runs, [...(await planOf()).runs]);
  assertEquals(runs.length, 8);
  for (const { id, identity } of runs) assertEquals(id, runId(identity));
});

Deno.test("readPlan() refuses a plan in which anything was changed", async () => {
  const { runs, digest } = await frozen(), other = runs[1]!.id;
  for (
    const change of [
      (text: string) => text.replace('"m": 0.1', '"m": 0.15'),
      (text: string) => text.replace(`"id": "${other}"`, '"id": "000000000000"'),
      (text: string) => text.replace('"label": "head.m=0.2', '"label": "head.m=0.25'),
      (text: string) => text.replace(digests["a.zip"], "e".repeat(64)),
      (text: string) => text.replace(digest, "f".repeat(64)),
      (text: string) => text.replace('"checkpointEvery": ', '"checkpointEvery": 1'),
    ]
  ) {
    await assertRejects(() => readChanged(change), SyntaxError, "it was changed after it was written; plan again");
  }
  await assertRejects(() => readChanged((text) => text.slice(0, -20)), SyntaxError, "plan again");
  await assertRejects(() => readChanged((text) => text.replace('"digest"', '"digset"')), SyntaxError, "digset");
  assertEquals(await readPlan("/nowhere/plan.json"), undefined);
});

Deno.test("thawRuns() refuses a plan whose digest was made anew over what was changed", async () => {
  const plan = await frozen(), [first, ...rest] = plan.rows, [run, ...others] = plan.runs;
  const head = { ...first!.run.head, m: 0.15 };
  for (
    const change of [
      { rows: [{ ...first!, run: { ...first!.run, head } }, ...rest] },
      { rows: [{ ...first!, data: { ...first!.data, "a.zip": "e".repeat(64) } }, ...rest] },
      { rows: rest },
      { runs: [{ ...run!, id: "000000000000" }, ...others] },
      { runs: [{ ...run!, seed: 7 }, ...others] },
      { recordSchemaVersion: 3 },
    ]
  ) {
    const changed = { ...plan, ...change };
    const error = assertThrows(() => thawRuns({ ...changed, digest: planDigest(changed) }), SyntaxError);
    assert(/run [0-9a-f]{12} is not what its row resolves to/.test(error.message));
  }
});
