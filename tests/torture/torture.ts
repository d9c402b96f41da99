/**
 * A sweep of 12 small runs in two jobs, killed at random moments and started again until it is done, must end as one that
 * nothing disturbed; by hand, on Linux, without network:
 *
 *     deno run -A tests/torture/torture.ts [--kills=50] [--two] [--enospc] [--seed=1]
 *
 * `--seeds`, `--rows` (4 at most) and `--steps` make the sweep smaller, `--within` is how many milliseconds a sweep may
 * live before it is killed. `--two` starts two sweeps on one folder, `--enospc` fills the disk and makes the folder read-only (as root). A bounded
 * version is a test (`torture_test.ts`).
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { trainOnFullDisk, unmount } from "./full_disk.ts";
import { trainKilled } from "./kills.ts";
import { ablateArgs, brokenFiles, outcomeOf, stepsAmiss, type Torture } from "./sweep.ts";

const number = (name: string, usual: number) =>
  Number(Deno.args.find((arg) => arg.startsWith(`--${name}=`))?.split("=")[1] ?? usual);
const torture: Torture = { seeds: number("seeds", 3), rows: number("rows", 4), steps: number("steps", 2400) };
const within = number("within", 5000);
const kills = number("kills", 50), seed = number("seed", 1);
const tell = (text: string) => console.error(text);

const root = await Deno.makeTempDir({ prefix: "torture-" });
const calm = `${root}/calm`;
const { success, stderr } = await new Deno.Command(Deno.execPath(), { args: ablateArgs(torture, calm) }).output();
if (!success) throw new Error(new TextDecoder().decode(stderr));
const wanted = await outcomeOf(calm);
console.log(`undisturbed: ${wanted.size} records`);

for (const sweeps of Deno.args.includes("--two") ? [1, 2] : [1]) {
  const out = `${root}/killed-${sweeps}`, from = performance.now();
  const report = await trainKilled(torture, { out, kills, sweeps, seed: seed + sweeps, within: within / sweeps, tell });
  await compare(out);
  const made = Object.values(report.by).reduce((sum, n) => sum + n);
  if (made < kills) throw new Error(`Cannot kill ${kills} times: the sweep was done after ${made}; use more --steps`);
  const seconds = Math.round((performance.now() - from) / 1000);
  console.log(`${sweeps} at a time, killed ${kills} times, ${seconds} s: ${JSON.stringify(report)}`);
}

if (Deno.args.includes("--enospc")) {
  const out = `${root}/small`;
  const report = await trainOnFullDisk(torture, { out, sizes: [16, 64, 128, 192, 256, 384, 512], tell });
  try {
    await compare(`${out}/results`);
  } finally {
    await unmount(out);
  }
  console.log(`full and read-only: ${JSON.stringify(report, null, 1)}`);
}
await Deno.remove(root, { recursive: true });

/** Holds a sweep against the undisturbed one. */
async function compare(out: string): Promise<void> {
  const found = await outcomeOf(out);
  assertEquals([...found.keys()], [...wanted.keys()]);
  for (const [id, outcome] of wanted) {
    assertEquals(found.get(id), outcome, id);
    assertEquals(stepsAmiss(found.get(id), torture.steps), [], id);
  }
  assertEquals(await brokenFiles(out), []);
  console.log(`${out.slice(root.length + 1)}: ${found.size} records equal the undisturbed ones, none twice, none lost`);
}
