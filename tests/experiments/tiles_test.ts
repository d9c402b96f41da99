import { assertEquals } from "@std/assert";
import { openStore } from "../../experiments/store.ts";
import { tuneBackend } from "../../experiments/tiles.ts";
import { type BackendInfo, useBackend } from "../../tensor/backend.ts";
import { currentTile, TILES } from "../../tensor/kernels/webgpu/tiles.ts";
import { testOnBackends } from "../backends.ts";

testOnBackends("tuneBackend() tries tiles once an adapter and keeps the best; the record names it", async () => {
  const { tiles } = openStore(await Deno.makeTempDir());
  // As if the adapter were hardware.
  const info: BackendInfo = { ...await useBackend("webgpu"), adapter: "a card", software: false };
  const first = await tuneBackend(info, tiles), tile = currentTile();
  assertEquals(TILES.includes(tile), true);
  assertEquals(await tiles.read("a card"), tile);
  const other = { rows: 4, columns: 1, workgroup: 64 };
  await tiles.write("a card", other);
  assertEquals((await tuneBackend(info, tiles)).flags["tile"], "4×4, 64");
  assertEquals(currentTile(), other);
  assertEquals(typeof first.flags["tile"], "string");
  // One that nobody would try comes from elsewhere, and is not taken.
  await tiles.write("a card", { rows: 3, columns: 1, workgroup: 4096 });
  await tuneBackend(info, tiles);
  assertEquals(TILES.includes(currentTile()), true);
  await useBackend("webgpu");
}, ["webgpu"]);

testOnBackends("tuneBackend() takes the tile of the run that it goes on with, on that run's adapter", async () => {
  const { tiles } = openStore(await Deno.makeTempDir());
  const info: BackendInfo = { ...await useBackend("webgpu"), adapter: "a card", software: false };
  await tiles.write("a card", { rows: 4, columns: 1, workgroup: 64 });
  const made = "webgpu (a card, tile 8×4, 128)";
  assertEquals((await tuneBackend(info, tiles, made)).flags["tile"], "8×4, 128");
  assertEquals(currentTile(), { rows: 8, columns: 1, workgroup: 128 });
  // On another card, or with a tile that is no more, the trial's holds; and nothing was written over.
  assertEquals((await tuneBackend(info, tiles, made.replace("a card", "two cards"))).flags["tile"], "4×4, 64");
  assertEquals((await tuneBackend(info, tiles, made.replace("128", "4096"))).flags["tile"], "4×4, 64");
  assertEquals(await tiles.read("a card"), { rows: 4, columns: 1, workgroup: 64 });
  await useBackend("webgpu");
}, ["webgpu"]);

Deno.test("TileCache.alone() lets one in at a time", async () => {
  const { tiles } = openStore(await Deno.makeTempDir()), seen: string[] = [];
  const work = (name: string) =>
    tiles.alone(async () => {
      seen.push(`${name} in`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      seen.push(`${name} out`);
    });
  await Promise.all([work("a"), work("b")]);
  assertEquals(seen.map((one) => one.split(" ")[1]), ["in", "out", "in", "out"]);
});

Deno.test("a damaged file of tiles counts as absent", async () => {
  const root = await Deno.makeTempDir();
  await Deno.writeTextFile(`${root}/.tiles.json`, "{");
  assertEquals(await openStore(root).tiles.read("a card"), undefined);
  assertEquals((await tuneBackend(await useBackend("wasm"), openStore(root).tiles)).name, "wasm");
});
