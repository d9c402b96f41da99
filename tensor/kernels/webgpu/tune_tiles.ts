/**
 * The trial that finds the best tile for an adapter.
 *
 * @module
 */
import { tf } from "../../tf.ts";
import type { TensorInfo } from "../kernel.ts";
import { deviceOutput, type WebgpuDevice } from "./device_program.ts";
import { type PatchLayout, patchProduct } from "./patch_product.ts";
import { currentTile, type Tile, TILES, useTile } from "./tiles.ts";

/** What a trial needs and may leave out. */
export interface TileTrial {
  /** A clock, in milliseconds. */
  readonly now: () => number;
  /** Tiles to compare; by default {@link TILES}. */
  readonly tiles?: readonly Tile[];
  /** Runs of each, the fastest of which counts; by default 3. */
  readonly runs?: number;
}

/** A 3×3 convolution in the middle of a network. */
const LAYOUT: PatchLayout = {
  batch: 32,
  input: [14, 14, 64],
  output: [14, 14],
  taps: [3, 3],
  strides: [1, 1],
  pads: [1, 1],
  mode: "gather",
};

/**
 * Times a convolution with each tile on the current WebGPU backend and uses the fastest from now on. The choice can
 * change the last bits of sums, so it belongs in the record; `useTile` takes it back without a trial.
 *
 * @throws {Error} if the device refuses every tile.
 */
export async function tuneTiles({ now, tiles = TILES, runs = 3 }: TileTrial): Promise<Tile> {
  const backend = tf.backend(), before = currentTile(), times: number[] = [];
  const x = deviceOutput(backend, [32, 14, 14, 64]), w = deviceOutput(backend, [3, 3, 64, 64]);
  const free = ({ dataId }: TensorInfo) => backend.disposeData(dataId);
  try {
    for (const tile of tiles) {
      useTile(tile);
      let fastest = Infinity;
      (backend as unknown as Settling).device.pushErrorScope("validation");
      // The first run compiles.
      for (let run = 0; run <= runs; run++) {
        const start = now();
        free(patchProduct(backend, x, w, LAYOUT, [32, 14, 14, 64]));
        await settle(backend as unknown as Settling);
        if (run > 0) fastest = Math.min(fastest, now() - start);
      }
      // A tile that the device refuses computes nothing, fast.
      const refused = await (backend as unknown as Settling).device.popErrorScope();
      times.push(refused ? Infinity : fastest);
    }
  } finally {
    useTile(before);
    [x, w].forEach(free);
  }
  const least = Math.min(...times);
  if (least === Infinity) throw new Error("Cannot choose a tile: the WebGPU device refuses all of them");
  const best = tiles[times.indexOf(least)]!;
  useTile(best);
  return best;
}

interface Settling extends WebgpuDevice {
  readonly device: WebgpuDevice["device"] & {
    pushErrorScope(filter: "validation"): void;
    popErrorScope(): Promise<unknown>;
  };
  readonly queue: WebgpuDevice["queue"] & { onSubmittedWorkDone(): Promise<void> };
}

async function settle(backend: Settling): Promise<void> {
  backend.endComputePassEncoder();
  if (backend.commandEncoder) backend.submitQueue();
  await backend.queue.onSubmittedWorkDone();
}
