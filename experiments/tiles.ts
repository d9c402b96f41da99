/**
 * The tile of products on a hardware adapter: by trial the first time, from then on as it was found. A tile decides the
 * order of sums, so what goes on with a run, or does it again, takes that run's own.
 *
 * @module
 */
import type { BackendInfo } from "../tensor/backend.ts";
import { describeTile, type Tile, TILES, useTile } from "../tensor/kernels/webgpu/tiles.ts";
import { tuneTiles } from "../tensor/kernels/webgpu/tune_tiles.ts";
import { describeBackend } from "./resume.ts";
import type { TileCache } from "./store/tiles.ts";

/**
 * Uses the best tile on a hardware WebGPU adapter; other backends are left as they are.
 *
 * @param made Backend of a run that this one goes on with or does again, as `describeBackend` tells it: its tile is taken
 *   where its adapter is this one.
 */
export async function tuneBackend(
  info: BackendInfo,
  tiles: TileCache | undefined,
  made?: string,
): Promise<BackendInfo> {
  if (info.name !== "webgpu" || info.software || !tiles) return info;
  const adapter = info.adapter!;
  const find = async () => {
    const known = await tiles.read(adapter);
    return known && TILES.find((tile) => describeTile(tile) === describeTile(known));
  };
  const withTile = (tile: Tile) => ({ ...info, flags: { ...info.flags, tile: describeTile(tile) } });
  const own = TILES.find((tile) => made === describeBackend({ ...withTile(tile), blas: null }));
  // Of several processes one tries, undisturbed; the others wait and read.
  const tile = own ?? await find() ?? await tiles.alone(async () => {
    const found = await find() ?? await tuneTiles({ now: () => performance.now() });
    await tiles.write(adapter, found);
    return found;
  });
  useTile(tile);
  return withTile(tile);
}
