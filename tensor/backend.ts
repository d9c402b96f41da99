/**
 * Backend choice: WebGPU on a hardware adapter, else WASM; a software adapter or the cpu only when asked for by name.
 *
 * @module
 */
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import "@tensorflow/tfjs-backend-webgpu";
import { findAdapter } from "./adapter.ts";
import { watchDevice } from "./device.ts";
import { registerKernels } from "./kernels/mod.ts";
import type { Products } from "./kernels/wasm/products.ts";
import {
  currentTile,
  describeTile,
  SMALL_TILE,
  SOFTWARE_TILE,
  STANDARD_TILE,
  type Tile,
  useTile,
} from "./kernels/webgpu/tiles.ts";
import { withSimd } from "./kernels/wasm/simd.ts";
import { tf } from "./tf.ts";

/** A backend by name, or `auto`. */
export type BackendRequest = "auto" | "webgpu" | "wasm" | "cpu";

/** The backend in use, for the record. */
export interface BackendInfo {
  /** Which one. */
  readonly name: "webgpu" | "wasm" | "cpu";
  /** The WebGPU adapter as it describes itself, or `null` for other backends. */
  readonly adapter: string | null;
  /** Whether the work is done by a CPU. */
  readonly software: boolean;
  /** Why this one: asked for, or what `auto` found. */
  readonly reason: string;
  /** Kernels of our own that are registered for this backend. */
  readonly kernels: readonly string[];
  /** tfjs flags that can change results. */
  readonly flags: Readonly<Record<string, string | number | boolean>>;
}

/** Folder of the tfjs WASM binaries, ending in a slash, or the address of each of them by its name. */
export type WasmPath = string | Readonly<Record<string, string>>;

/** Settings of {@link useBackend}. */
export interface BackendOptions {
  /** Where the tfjs WASM binaries are; by default in the installed package. */
  readonly wasmPath?: WasmPath;
  /** Library of matrix products for the WASM backend. */
  readonly products?: Products;
}

/**
 * Chooses and starts a backend, with our kernels registered.
 *
 * `auto` takes WebGPU when its adapter is hardware, else WASM. A backend that was named and is absent is an error,
 * never a fall-back.
 *
 * @throws {RangeError} if the named backend is not available here.
 */
export async function useBackend(request: BackendRequest, options: BackendOptions = {}): Promise<BackendInfo> {
  const adapter = request === "auto" || request === "webgpu" ? await findAdapter() : undefined;
  if (request === "webgpu" && !adapter) {
    throw new RangeError(
      'Cannot use backend "webgpu": no WebGPU adapter was found; install a Vulkan, Metal or D3D12 driver ' +
        '(Debian, software: "mesa-vulkan-drivers") or ask for "wasm"',
    );
  }
  const name = request === "auto" ? (adapter && !adapter.software ? "webgpu" : "wasm") : request;
  let reason = "asked for by name";
  if (request === "auto") {
    if (name === "webgpu") reason = `auto: hardware adapter ${adapter!.name}`;
    else reason = adapter ? `auto: the only adapter is software (${adapter.name})` : "auto: no WebGPU adapter";
  }
  if (name === "wasm") setWasmPaths(options.wasmPath ?? installedWasmPath());
  if (!await withSimd(() => tf.setBackend(name))) {
    throw new RangeError(`Cannot use backend "${name}": tfjs could not start it`);
  }
  await tf.ready();
  const kernels = registerKernels(name, name === "wasm" && options.products ? { products: options.products } : {});
  if (name === "webgpu") {
    watchDevice();
    useTile(tileFor(adapter!));
  }
  return {
    name,
    adapter: name === "webgpu" ? adapter!.name : null,
    software: name !== "webgpu" || adapter!.software,
    reason,
    kernels,
    flags: { ...await readFlags(name), ...name === "webgpu" ? { tile: describeTile(currentTile()) } : {} },
  };
}

/** The tile to begin with on an adapter. */
function tileFor({ name, software }: { readonly name: string; readonly software: boolean }): Tile {
  if (/swiftshader/i.test(name)) return SMALL_TILE;
  return software ? SOFTWARE_TILE : STANDARD_TILE;
}

/** Folder of the tfjs WASM binaries in the installed package, ending in a slash. */
export function installedWasmPath(): string {
  return decodeURIComponent(new URL(".", import.meta.resolve("@tensorflow/tfjs-backend-wasm")).pathname);
}

async function readFlags(name: string): Promise<Record<string, string | number | boolean>> {
  const flags: Record<string, string | number | boolean> = {};
  const wanted = name === "wasm" ? ["WASM_HAS_SIMD_SUPPORT"] : name === "webgpu" ? ["WEBGPU_CPU_FORWARD"] : [];
  for (const flag of wanted) flags[flag] = await tf.env().getAsync(flag) as boolean;
  return flags;
}
