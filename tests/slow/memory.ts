/// The plan's memory in more cases than the gate has time for.
import { iresnet, mobilefacenet, small, testMemory } from "../experiments/memory_cases.ts";

const excited = { ...iresnet, se: true, output: "C" };

testMemory([
  { backend: "wasm", backbone: { name: "convnet", width: 32 }, size: 56, batchSize: 64 },
  { backend: "wasm", backbone: iresnet, size: 64, batchSize: 32 },
  { backend: "wasm", backbone: iresnet, size: 64, batchSize: 32, checkpointing: true },
  {
    backend: "wasm",
    backbone: { ...iresnet, embedding: 512, widths: [64, 128, 256, 512] },
    size: 64,
    batchSize: 4,
    ema: 0.99,
  },
  { backend: "wasm", backbone: excited, size: 64, batchSize: 32 },
  { backend: "wasm", backbone: mobilefacenet, size: 64, batchSize: 16 },
  { backend: "wasm", backbone: mobilefacenet, size: 64, batchSize: 16, checkpointing: true },
  { backend: "webgpu", backbone: { name: "convnet", width: 32 }, size: 28, batchSize: 64 },
  { backend: "webgpu", backbone: iresnet, size: 64, batchSize: 16, checkpointing: true },
  { backend: "webgpu", backbone: iresnet, size: 64, batchSize: 16, precision: "f16" },
  { backend: "webgpu", backbone: excited, size: 32, batchSize: 16 },
  { backend: "webgpu", backbone: mobilefacenet, size: 64, batchSize: 16 },
  { backend: "webgpu", backbone: mobilefacenet, size: 64, batchSize: 16, precision: "f16" },
  { backend: "wasm", backbone: small, size: 8, batchSize: 256, classes: 10_000 },
  { backend: "wasm", backbone: small, size: 8, batchSize: 256, classes: 10_000, head: { name: "sphereface2" } },
  { backend: "wasm", backbone: small, size: 8, batchSize: 256, classes: 10_000, head: { name: "uniface" } },
  { backend: "wasm", backbone: small, size: 8, batchSize: 256, classes: 10_000, head: { name: "subcenter-arcface" } },
  { backend: "wasm", backbone: { ...small, embedding: 256 }, size: 8, batchSize: 64, classes: 60_000 },
  {
    backend: "webgpu",
    backbone: { ...small, embedding: 512 },
    size: 8,
    batchSize: 64,
    classes: 20_000,
    head: { sampleRate: 0.1 },
  },
  {
    backend: "wasm",
    backbone: { ...small, embedding: 512 },
    size: 16,
    batchSize: 256,
    classes: 10_572,
    head: { sampleRate: 0.1 },
  },
  { backend: "wasm", backbone: small, size: 16, batchSize: 256, classes: 60_000, head: { name: "softmax" } },
  { backend: "wasm", backbone: small, size: 16, batchSize: 256, classes: 60_000 },
  {
    backend: "wasm",
    backbone: { ...small, embedding: 512 },
    size: 16,
    batchSize: 256,
    classes: 60_000,
    optimizer: { momentum: 0 },
  },
]);
