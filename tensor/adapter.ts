/**
 * The platform's WebGPU adapter, as far as it is asked here.
 *
 * @module
 */

/** A WebGPU adapter in words and numbers. */
export interface AdapterInfo {
  /** As it describes itself. */
  readonly name: string;
  /** Whether a CPU does its work. */
  readonly software: boolean;
  /** Whether it computes with float16. */
  readonly f16: boolean;
  /** Bytes of the largest buffer that shaders can bind. */
  readonly bufferBytes: number;
}

/** The few fields of a WebGPU adapter that are read here. */
interface Adapter {
  readonly info: {
    vendor?: string;
    architecture?: string;
    device?: string;
    description?: string;
    isFallbackAdapter?: boolean;
  };
  readonly features: { has(name: string): boolean };
  readonly limits: { readonly maxStorageBufferBindingSize: number; readonly maxBufferSize: number };
}

/** The platform's WebGPU, as far as it is used here. */
interface Gpu {
  requestAdapter(options: { powerPreference: "high-performance" }): Promise<Adapter | null>;
}

const SOFTWARE = /llvmpipe|lavapipe|swiftshader|software|basic render/i;

/** Asks the platform for the WebGPU adapter that tfjs will ask for; `undefined` where there is none. */
export async function findAdapter(): Promise<AdapterInfo | undefined> {
  const gpu = (globalThis.navigator as { gpu?: Gpu } | undefined)?.gpu;
  const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
  if (!adapter) return undefined;
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const name = [description, vendor, architecture, device].filter((part) => part).join(" · ") || "unnamed adapter";
  return {
    name,
    software: isFallbackAdapter === true || SOFTWARE.test(name),
    f16: adapter.features.has("shader-f16"),
    bufferBytes: Math.min(adapter.limits.maxStorageBufferBindingSize, adapter.limits.maxBufferSize),
  };
}
