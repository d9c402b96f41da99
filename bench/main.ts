/**
 * Measures and prints tables: `deno task bench --help`.
 *
 * @module
 */
import { dirname } from "node:path";
import { readEnvironment } from "../experiments/environment.ts";
import { checkDevice } from "../tensor/device.ts";
import { type Devices, startDevices } from "./devices.ts";
import { benchEvaluation } from "./evaluation.ts";
import { gpuCheck } from "./gpu_check.ts";
import { serveHead } from "./head_work.ts";
import { benchHeads } from "./heads.ts";
import { benchInput } from "./input.ts";
import { benchKernels } from "./kernels.ts";
import { type BenchOptions, parseOptions, USAGE } from "./options.ts";
import { measurePeak } from "./peaks.ts";
import { startTorch } from "./peers.ts";
import type { Comparison, Machine, Peak, Report } from "./result.ts";
import { serveSteps } from "./step_worker.ts";
import { benchSteps } from "./steps.ts";
import { renderAgainst, renderMachine, renderReport, renderSuite } from "./table.ts";

/** Measures what the options ask for; each comparison is given to `tell` when it is done. */
export async function measure(options: BenchOptions, tell: (comparison: Comparison) => void): Promise<Report> {
  const peaks: Record<string, Peak> = {}, comparisons: Comparison[] = [];
  const take = async (source: AsyncIterable<Comparison>) => {
    for await (const comparison of source) {
      comparisons.push(comparison);
      tell(comparison);
    }
  };
  const { suites, quick, backends, blas } = options;
  let adapter: string | null = null, library: string | null = null;
  if (suites.includes("steps")) await take(benchSteps(options));
  if (suites.includes("input")) await take(benchInput(options));
  if (suites.includes("evaluation")) await take(benchEvaluation(options));
  for (const backend of backends) {
    if (!suites.includes("kernels") && !suites.includes("heads")) break;
    const { info, devices, ...found }: Devices = await startDevices(backend, { blas });
    adapter ??= info.adapter && `${info.adapter}, tile ${info.flags.tile}`;
    library ??= found.library;
    const peak = await measurePeak(backend);
    if (peak) peaks[backend] = peak;
    if (suites.includes("kernels")) await take(benchKernels(devices, { quick, peak }));
    if (suites.includes("heads")) await take(benchHeads(devices[0]!, { quick, peers: options.peers, peak }));
    checkDevice();
  }
  const machine = await describeMachine({ adapter, blas: library, torch: options.peers ? await nameTorch() : null });
  return { schema: 1, date: new Date().toISOString(), quick, machine, peaks, comparisons };
}

async function describeMachine(found: Pick<Machine, "adapter" | "blas" | "torch">): Promise<Machine> {
  const { cpu, os, deno, tfjs, marginlab } = await readEnvironment();
  const cores = navigator.hardwareConcurrency;
  return { cpu: cpu.replace(/ × \d+$/, ""), cores, os, deno, tfjs, marginlab, ...found };
}

async function nameTorch(): Promise<string | null> {
  const started = await startTorch(["head", "--batch=2", "--classes=2", `--threads=${navigator.hardwareConcurrency}`]);
  if ("error" in started) return null;
  await started.worker.close();
  return started.worker.name;
}

/** Backends where none is named: wasm, and webgpu on a hardware adapter. */
async function usualBackends(): Promise<("wasm" | "webgpu")[]> {
  const gpu = (navigator as { gpu?: { requestAdapter(): Promise<{ info: Record<string, unknown> } | null> } }).gpu;
  const adapter = await gpu?.requestAdapter().catch(() => null);
  const software = !adapter ||
    /llvmpipe|lavapipe|swiftshader/i.test(`${adapter.info.description} ${adapter.info.device}`);
  return software ? ["wasm"] : ["wasm", "webgpu"];
}

async function checkFolder(path: string): Promise<void> {
  const folder = dirname(path);
  const found = await Deno.stat(folder).catch(() => undefined);
  if (!found?.isDirectory) throw new RangeError(`Cannot write ${path}: found no folder "${folder}", wanted one`);
}

async function readReport(path: string): Promise<Report> {
  const text = await Deno.readTextFile(path).catch(() => "");
  try {
    const report = JSON.parse(text) as Report;
    if (report.schema === 1 && Array.isArray(report.comparisons)) return report;
  } catch { /* said below */ }
  throw new SyntaxError(`Cannot compare with ${path}: found no report there, wanted what --json wrote`);
}

/** The program; gives its exit status. */
export async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(USAGE);
    return 0;
  }
  const [command, ...rest] = args;
  if (command === "step-worker") {
    await serveSteps(rest);
    return 0;
  }
  if (command === "head-worker") {
    await serveHead(rest);
    return 0;
  }
  if (command === "gpu-check") return await gpuCheck(rest);
  let options: BenchOptions, then: Report | undefined;
  try {
    options = parseOptions(args, await usualBackends());
    if (options.json) await checkFolder(options.json);
    if (options.against) then = await readReport(options.against);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  const report = await measure(options, (comparison) => {
    const alone = { comparisons: [comparison] } as unknown as Report;
    console.error(renderSuite(alone, comparison.suite).split("\n").slice(2).join("\n").trim());
  });
  console.log(`\n${renderMachine(report)}\n${renderReport(report)}`);
  if (then) console.log(`### Against ${options.against}\n\n${renderAgainst(report, then)}`);
  if (options.json) await Deno.writeTextFile(options.json, JSON.stringify(report, null, 1) + "\n");
  return 0;
}

if (import.meta.main) {
  // Mesa wants to be told a folder, though it needs it for windows alone.
  if (!Deno.env.get("XDG_RUNTIME_DIR")) Deno.env.set("XDG_RUNTIME_DIR", "/tmp");
  Deno.exit(await main(Deno.args));
}
