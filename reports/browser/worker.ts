/**
 * The program that a page starts in a worker: it trains one run and tells the page of it.
 *
 * @module
 */
import type { Cells } from "./cells.ts";
import { fetchFiles } from "./fetch_files.ts";
import { reproduce, type ReproduceOptions } from "./reproduce.ts";

/** What the page sends, once. */
export interface TrainMessage {
  /** What the page was given. */
  readonly cells: Cells;
  /** Which of its runs. */
  readonly index: number;
  /** What computes. */
  readonly backend: ReproduceOptions["backend"];
  /** Address of the folder that holds the data. */
  readonly data: string;
}

/** Where a worker hears and speaks. */
interface Scope {
  /** tfjs's WASM binary in base64, set by the file that the bundle stands in. */
  readonly marginlabWasm: string;
  onmessage: ((message: { readonly data: TrainMessage }) => void) | null;
  postMessage(message: unknown): void;
}

/** Names under which tfjs asks for its binary; the one with SIMD is the one that it takes in every browser with WebGPU. */
const BINARIES = ["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm", "tfjs-backend-wasm-threaded-simd.wasm"];

const scope = globalThis as unknown as Scope;

async function train({ cells, index, backend, data }: TrainMessage): Promise<void> {
  const bytes = Uint8Array.from(atob(scope.marginlabWasm), (character) => character.charCodeAt(0));
  const address = URL.createObjectURL(new Blob([bytes], { type: "application/wasm" }));
  const wasmPath = Object.fromEntries(BINARIES.map((name) => [name, address]));
  const files = fetchFiles(data, cells.data), machine = navigator.userAgent;
  for await (const event of reproduce(cells, index, { backend, wasmPath, files, machine })) scope.postMessage(event);
}

scope.onmessage = ({ data }) => {
  scope.onmessage = null;
  train(data).catch((error) => scope.postMessage({ type: "error", error: (error as Error).message }));
};
