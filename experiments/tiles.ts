/**
 * The tile of products on a hardware adapter: by trial the first time, from then on as it was found.
 *
 * @module
 */
import type { BackendInfo } from "../tensor/backend.ts";
import { describeTile, useTile } from "../tensor/kernels/webgpu/tiles.ts";
import { tuneTiles } from "../tensor/kernels/webgpu/tune_tiles.ts";
import type { TileCache } from "./store/tiles.ts";

/** Uses the best tile on a hardware WebGPU adapter; other backends are left as they are. */
export async function tuneBackend(info: BackendInfo, tiles: TileCache | undefined): Promise<BackendInfo> {
  if (info.name !== "webgpu" || info.software || !tiles) return info;
  const adapter = info.adapter!, known = await tiles.read(adapter);
  const tile = known ?? await tuneTiles({ now: () => performance.now() });
  if (!known) await tiles.write(adapter, tile);
  useTile(tile);
  return { ...info, flags: { ...info.flags, tile: describeTile(tile) } };
}
