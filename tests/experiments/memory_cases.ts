/**
 * What the plan tells of a run's memory, beside what a process takes that trains two steps of it.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { ResolvedRun, Section } from "../../experiments/resolved.ts";
import { builtins } from "../../registry/builtins.ts";
import { type Kind, nameKey, tableOfKind } from "../../registry/registries.ts";
import { hasWebgpu } from "../backends.ts";

const registries = builtins();

/** Fills a section's defaults as the manifest does. */
function section(kind: Kind, written: Record<string, unknown>): Section {
  const key = nameKey(kind), { [key]: name, ...params } = written;
  return { [key]: name, ...tableOfKind(registries, kind).get(String(name)).params.parse(params) };
}

/** A small IResNet. */
export const iresnet = { name: "iresnet", stages: [1, 1, 1, 1], widths: [32, 64, 128, 256], embedding: 128 } as const;

/** A MobileFaceNet with a short embedding. */
export const mobilefacenet = { name: "mobilefacenet", embedding: 128 } as const;

/** A network beside which the classes count. */
export const small = { name: "convnet", blocks: 1, width: 8, embedding: 128 } as const;

/** A run whose memory is measured. */
export interface Case {
  readonly backend: "wasm" | "webgpu";
  readonly backbone: Record<string, unknown>;
  readonly size: number;
  readonly batchSize: number;
  readonly accumulate?: number;
  readonly checkpointing?: boolean;
  readonly precision?: "f32" | "f16";
  readonly ema?: number;
  /** Classes, by default 4. */
  readonly classes?: number;
  readonly head?: Record<string, unknown>;
  readonly auxiliary?: Record<string, unknown>;
  readonly optimizer?: Record<string, unknown>;
}

/** Memory of two steps in a fresh process, and the plan's estimate. */
async function measure(test: Case): Promise<{ measured: number; predicted: number }> {
  const { backend, backbone, size, batchSize, accumulate = 1, checkpointing = false, classes = 4 } = test;
  const faces = {
    reader: "synthetic-faces",
    identities: classes,
    perIdentity: Math.max(2, batchSize / classes),
    size: [size, size],
    channels: 1,
  };
  const run: ResolvedRun = {
    backend,
    seed: 0,
    data: { train: section("reader", faces) },
    backbone: section("backbone", backbone),
    weights: null,
    head: section("head", { name: "arcface", ...test.head }),
    auxiliary: test.auxiliary ? [{ weight: 1, ...section("head", test.auxiliary) }] : [],
    optimizer: section("optimizer", { name: "sgd", ...test.optimizer }),
    schedule: section("schedule", { name: "step", lr: 0.01 }),
    train: {
      steps: 2,
      batchSize,
      accumulate,
      checkpointing,
      precision: test.precision ?? "f32",
      clip: null,
      ema: test.ema ?? 0,
      augment: [],
      sampler: section("sampler", { name: "shuffle" }),
    },
    evaluate: [],
  };
  const child = decodeURIComponent(new URL("memory_child.ts", import.meta.url).pathname);
  const config = decodeURIComponent(new URL("../../deno.json", import.meta.url).pathname);
  const args = ["run", "--quiet", "--no-prompt", "--allow-read", "--ignore-env", `--config=${config}`, child];
  const output = await new Deno.Command("deno", { args: [...args, JSON.stringify(run)] }).output();
  assert(output.success, new TextDecoder().decode(output.stderr));
  return JSON.parse(new TextDecoder().decode(output.stdout));
}

/** Registers a test for each case: the plan's estimate is within 20 % of what a process takes. */
export function testMemory(cases: readonly Case[]): void {
  cases.forEach(testCase);
}

function testCase(test: Case): void {
  const { backend, backbone, batchSize, accumulate, checkpointing } = test;
  const { classes = 4, head, auxiliary, optimizer, precision, ema } = test;
  const sections = [head, auxiliary, optimizer].filter((one) => one !== undefined);
  const more = sections.map((one) => `, ${Object.entries(one).flat().join(" ")}`).join("");
  const how = `${precision ? `, ${precision}` : ""}, ${classes} classes${more}${accumulate ? ", accumulated" : ""}${
    checkpointing ? ", checkpointed" : ""
  }${ema ? ", averaged" : ""}`;
  const ignore = backend === "webgpu" && !hasWebgpu;
  Deno.test({
    name: `the plan tells the memory of ${backbone.name}, batch ${batchSize}${how}, within 20 % [${backend}]` +
      (ignore ? " (needs a WebGPU adapter)" : ""),
    ignore,
    async fn() {
      const { measured, predicted } = await measure(test), ratio = predicted / measured;
      const figures = `${(predicted / 2 ** 20).toFixed(0)} MiB told, ${(measured / 2 ** 20).toFixed(0)} MiB measured`;
      assert(ratio > 0.8 && ratio < 1.2, figures);
    },
  });
}
