/// A case of each kind; `tests/slow/memory.ts` has more.
import { iresnet, small, testMemory } from "./memory_cases.ts";

testMemory([
  { backend: "wasm", backbone: { name: "convnet", width: 32 }, size: 56, batchSize: 64, accumulate: 4 },
  { backend: "wasm", backbone: iresnet, size: 64, batchSize: 16, checkpointing: true },
  { backend: "webgpu", backbone: iresnet, size: 64, batchSize: 8, precision: "f16" },
  // Composed passes, losses over pairs, and a sample of the classes.
  { backend: "wasm", backbone: small, size: 8, batchSize: 256, classes: 10_000, auxiliary: { name: "inter" } },
  {
    backend: "wasm",
    backbone: { ...small, embedding: 512 },
    size: 8,
    batchSize: 64,
    classes: 20_000,
    head: { sampleRate: 0.1 },
  },
  {
    backend: "wasm",
    backbone: { ...small, embedding: 256 },
    size: 8,
    batchSize: 64,
    classes: 60_000,
    optimizer: { momentum: 0 },
  },
  { backend: "webgpu", backbone: { ...small, embedding: 256 }, size: 8, batchSize: 64, classes: 10_000 },
]);
