/**
 * Runs a test on every backend. A machine without a WebGPU adapter reports those tests as ignored, by name; where
 * MARGINLAB_REQUIRE_WEBGPU is set (CI), they run and fail instead.
 *
 * @module
 */
import { useBackend } from "../tensor/backend.ts";

/** Backends that tests run on. */
export type TestBackend = "cpu" | "wasm" | "webgpu";

const adapter = await (navigator as { gpu?: { requestAdapter(): Promise<unknown> } }).gpu?.requestAdapter()
  .catch(() => null);
const required = Deno.env.get("MARGINLAB_REQUIRE_WEBGPU") === "1";

/** Whether WebGPU tests run here. */
export const hasWebgpu: boolean = Boolean(adapter) || required;

/** Registers one test a backend (default: all three), each with that backend started. */
export function testOnBackends(
  name: string,
  body: (backend: TestBackend) => void | Promise<void>,
  backends: readonly TestBackend[] = ["cpu", "wasm", "webgpu"],
): void {
  for (const backend of backends) {
    const ignore = backend === "webgpu" && !hasWebgpu;
    Deno.test({
      name: `${name} [${backend}]${ignore ? " (needs a WebGPU adapter)" : ""}`,
      ignore,
      async fn() {
        await useBackend(backend);
        await body(backend);
      },
    });
  }
}
