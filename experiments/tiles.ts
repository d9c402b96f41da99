/**
 * The tile of products on a hardware adapter: by trial the first time, from then on as it was found.
 *
 * @module
 */
import type { BackendInfo } from "../tensor/backend.ts";
import { describeTile, TILES, useTile } from "../tensor/kernels/webgpu/tiles.ts";
import { tuneTiles } from "../tensor/kernels/webgpu/tune_tiles.ts";
import type { TileCache } from "./store/tiles.ts";

/** Uses the best tile on a hardware WebGPU adapter; other backends are left as they are. */
export async function tuneBackend(info: BackendInfo, tiles: TileCache | undefined): Promise<BackendInfo> {
  if (info.name !== "webgpu" || info.software || !tiles) return info;
  const adapter = info.adapter!;
  const find = async () => {
    const known = await tiles.read(adapter);
    return known && TILES.find((tile) => describeTile(tile) === describeTile(known));
  };
  // Of several processes one tries, undisturbed; the others wait and read.
  const tile = await find() ?? await tiles.alone(async () => {
    const found = await find() ?? await tuneTiles({ now: () => performance.now() });
    await tiles.write(adapter, found);
    return found;
  });
  useTile(tile);
  return { ...info, flags: { ...info.flags, tile: describeTile(tile) } };
}
