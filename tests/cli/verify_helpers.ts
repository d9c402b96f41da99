/**
 * Small sweeps in folders of their own, for the tests of `verify`.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { RunRecord } from "../../experiments/record.ts";
import { openStore } from "../../experiments/store.ts";
import { seal } from "../../experiments/verify/seal.ts";
import { cli, TINY as ONE_SEED } from "./in_folder.ts";

/** The committed results. */
export const RESULTS = new URL("../../results/", import.meta.url).pathname;
/** A plugin of a user's own. */
export const HEAD = new URL("../fixtures/manifests/half_margin.ts", import.meta.url).pathname;
/** Two rows of two seeds; the label of one has a slash. */
export const TINY = ONE_SEED.replace(/^table:.*$/m, "").replace("seeds: [0]", "seeds: [0, 1]").replace(
  "label: ArcFace",
  'label: "Arc/Face"',
);

/** Trains a sweep into `<folder>/results/tiny`; gives the folder of the experiment and flags for `verify`. */
export async function sweep(folder: string, manifest = TINY): Promise<{ tiny: string; flags: string[] }> {
  await Deno.writeTextFile(`${folder}/tiny.yaml`, manifest);
  const { code, err } = await cli("ablate", `${folder}/tiny.yaml`, "--quiet", "--out", `${folder}/results`);
  assertEquals(code, 0, err);
  const flags = ["--out", `${folder}/scratch`, "--data", `${folder}/data`, "--quiet"];
  return { tiny: `${folder}/results/tiny`, flags };
}

/** Copies a folder. */
export async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copy(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

/** Changes a record in place. */
export type Change = (record: Record<string, unknown> & { metrics: { name: string; value: number }[] }) => void;

/** Changes every record of a folder, or those that `which` takes; with `sealed` by someone who writes all sums anew. */
export async function change(
  tiny: string,
  fn: Change,
  { sealed = false, which = (_: RunRecord): boolean => true } = {},
): Promise<void> {
  const store = openStore(tiny.slice(0, tiny.lastIndexOf("/"))), name = tiny.slice(tiny.lastIndexOf("/") + 1);
  for (const record of (await store.records(name)).records.filter(which)) {
    const changed = structuredClone(record) as unknown as Parameters<Change>[0];
    fn(changed);
    await Deno.writeTextFile(`${tiny}/${record.id}/record.json`, JSON.stringify(changed, null, 2) + "\n");
    if (sealed) await Deno.remove(`${tiny}/${record.id}/scores`, { recursive: true }).catch(() => {});
  }
  if (sealed) await seal(tiny, await store.summaries(name));
}
