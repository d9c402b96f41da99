/// The power fails between any two operations on files: a run goes on to the bytes of an uninterrupted one.
import { assert, assertEquals } from "@std/assert";
import { testOnBackends } from "../backends.ts";
import { crashEverywhere } from "./crash_helpers.ts";
import { failingDisk } from "./failing_disk.ts";

const SAMPLES = [
  { backend: "wasm", first: 1, stride: 19, lose: false },
  { backend: "wasm", first: 4, stride: 13, lose: true },
  { backend: "webgpu", first: 40, stride: 100, lose: true },
] as const;

for (const { backend, ...sample } of SAMPLES) {
  const what = sample.lose ? "loses what was not synced" : "stops at an operation";
  testOnBackends(`executeRun() gives the bytes of an uninterrupted run where the disk ${what}`, async () => {
    const { operations, crashes } = await crashEverywhere(backend, sample);
    assert(operations.filter((one) => one.startsWith("rename")).length >= 12 && crashes > 0, operations.join("\n"));
  }, [backend]);
}

Deno.test("failingDisk() loses what was not synced, and keeps what was", async () => {
  const found = new Set<string>();
  for (let at = 1; at <= 9; at++) {
    const root = await Deno.makeTempDir();
    const work = async () => {
      for (const name of ["new", "old"]) {
        using file = await Deno.open(`${root}/${name}`, { create: true, write: true });
        await file.write(new TextEncoder().encode(name));
        if (name === "new") await file.sync();
      }
      await Deno.rename(`${root}/new`, `${root}/old`);
      await Deno.remove(`${root}/old`);
    };
    {
      using disk = failingDisk({ root, at, lose: true });
      await Promise.race([work(), disk.failed]);
    }
    const names: string[] = [];
    for await (const { name } of Deno.readDir(root)) names.push(name);
    for (const name of names.sort()) found.add(`${at} ${name}=${await Deno.readTextFile(`${root}/${name}`)}`);
    await Deno.remove(root, { recursive: true });
  }
  const after = (at: number) => [...found].filter((one) => one.startsWith(`${at} `)).map((one) => one.slice(2));
  assertEquals(after(2).length, 1);
  assert(["new=", "new=n"].includes(after(2)[0]!), after(2).join());
  // Synced bytes stay, under one name or the other.
  for (let at = 4; at <= 7; at++) assert(after(at).some((one) => one === "new=new" || one === "old=new"), `${at}`);
});
