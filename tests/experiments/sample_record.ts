/**
 * A complete record for tests; the figures are made up.
 *
 * @module
 */
import type { RunRecord } from "../../experiments/record.ts";

/** A valid record, with the given fields replaced. */
export function sampleRecord(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    schemaVersion: 4,
    id: "0123456789ab",
    experiment: "sample",
    row: "ArcFace (0.5)",
    seed: 0,
    status: "completed",
    error: null,
    manifest: {
      backend: "auto",
      seed: 0,
      data: { train: { reader: "image-folder", path: "images.zip" } },
      backbone: { name: "convnet" },
      weights: null,
      head: { name: "arcface", m: 0.5, s: 16 },
      auxiliary: [],
      optimizer: { name: "sgd", momentum: 0.9 },
      schedule: { name: "step", lr: 0.1 },
      train: {
        steps: 4,
        batchSize: 2,
        accumulate: 1,
        checkpointing: false,
        precision: "f32",
        clip: null,
        ema: 0,
        augment: [{ name: "shift", pixels: 2 }],
        sampler: { name: "shuffle" },
      },
      evaluate: [{ name: "unseen", protocol: { protocol: "verification" }, data: { reader: "sampled-pairs" } }],
    },
    identity: { run: {}, plugins: [], data: [], schemaVersion: 4 },
    backend: {
      name: "wasm",
      adapter: null,
      software: true,
      reason: "asked for by name",
      kernels: [],
      blas: null,
      flags: {},
    },
    environment: {
      deno: "2.9.6",
      v8: "15.0",
      typescript: "6.0.3",
      tfjs: "4.22.0",
      marginlab: "0.1.0",
      os: "linux",
      arch: "x86_64",
      cpu: "unknown",
      git: null,
    },
    plugins: [],
    data: [{
      role: "train",
      reader: "image-folder",
      classes: 2,
      images: 4,
      digest: "a".repeat(64),
      license: null,
      citation: null,
      decoder: "none",
      skipped: [],
    }],
    weights: null,
    backbone: { name: "convnet", parameters: 10, trainableParameters: 8, multiplyAdds: 100, embedding: 2 },
    cost: { steps: 4, seconds: 2, trainSeconds: 1, imagesPerSecond: 8, peakMemoryBytes: null },
    metrics: [{
      evaluation: "unseen",
      name: "accuracy",
      value: 0.9,
      std: 0.01,
      n: 600,
      unit: "fraction",
      higherIsBetter: true,
      definition: "verification@1.0.0",
    }],
    diagnostics: { finalLoss: 1, gradientNorm: 1, statistics: { targetAngle: 1.2 }, weightsSha256: "b".repeat(64) },
    startedAt: "2026-01-01T00:00:00.000Z",
    finishedAt: "2026-01-01T00:00:02.000Z",
    ...changes,
  };
}
