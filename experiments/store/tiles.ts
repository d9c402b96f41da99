/**
 * The tiles that trials found for adapters, so that a trial is made once and a run goes on with the same bits.
 *
 * @module
 */
import { z } from "zod";
import type { Tile } from "../../tensor/kernels/webgpu/tiles.ts";
import { readTextIfThere, writeAtomically } from "./atomic.ts";
import { within } from "./paths.ts";

/** Tiles by adapter. */
export interface TileCache {
  /** The tile of an adapter, if it is known. */
  read(adapter: string): Promise<Tile | undefined>;
  /** Keeps the tile of an adapter. */
  write(adapter: string, tile: Tile): Promise<void>;
  /** Does something while no other process does so. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

const schema = z.record(
  z.string(),
  z.strictObject({ rows: z.int().min(1), columns: z.int().min(1), workgroup: z.int().min(1) }),
);

const FILE = ".tiles.json";

/** Tiles in a file of a results folder; one that is damaged counts as absent, since a trial makes it anew. */
export function tileFile(root: string): TileCache {
  const all = async () => {
    const text = await readTextIfThere(await within(root, FILE));
    try {
      return schema.parse(JSON.parse(text ?? "{}"));
    } catch {
      return {};
    }
  };
  return {
    read: async (adapter) => (await all())[adapter],
    async write(adapter, tile) {
      await Deno.mkdir(root, { recursive: true });
      await writeAtomically(
        await within(root, FILE),
        JSON.stringify({ ...await all(), [adapter]: tile }, null, 2) + "\n",
      );
    },
    async alone(work) {
      await Deno.mkdir(root, { recursive: true });
      using file = await Deno.open(await within(root, `${FILE}.lock`), { create: true, write: true });
      await file.lock(true);
      return await work();
    },
  };
}
