/**
 * The flags of `deno task bench`.
 *
 * @module
 */
import { type Suite, SUITES } from "./result.ts";

/** Backends that are measured. */
export type BenchBackend = "wasm" | "webgpu";

/** What to measure, and how. */
export interface BenchOptions {
  readonly suites: readonly Suite[];
  readonly backends: readonly BenchBackend[];
  /** Whether OpenBLAS is used where it is found. */
  readonly blas: boolean;
  /** Small sizes, few rounds. */
  readonly quick: boolean;
  /** Whether PyTorch and stock tfjs are measured beside. */
  readonly peers: boolean;
  /** Where the JSON goes. */
  readonly json?: string;
  /** A report to compare with. */
  readonly against?: string;
  /** Data folder. */
  readonly data: string;
}

/** What `--help` prints. */
export const USAGE = `deno task bench [kernels|heads|steps|input|evaluation|all]…
  --backend wasm,webgpu   backends, by default wasm, and webgpu where the adapter is hardware
  --blas auto|none        whether OpenBLAS multiplies for wasm (default auto)
  --quick                 small sizes and few rounds
  --peers                 PyTorch and stock tfjs beside, each in a process of its own
  --data DIR              data folder (default data)
  --json FILE             also write the figures as JSON
  --against FILE          compare with such a file
deno task bench gpu-check [--steps [NETWORK [BATCH]]]
                          every WebGPU kernel against the reference, or steps beside PyTorch`;

const VALUES = ["backend", "blas", "data", "json", "against"], SWITCHES = ["quick", "peers"];

/**
 * Parses the command line.
 *
 * @param fallback Backends where none is named.
 * @throws {SyntaxError} naming the flag that is wrong.
 */
export function parseOptions(args: readonly string[], fallback: readonly BenchBackend[]): BenchOptions {
  const values: Record<string, string> = {}, switches = new Set<string>(), names: string[] = [];
  const rest = [...args];
  while (rest.length > 0) {
    const word = rest.shift()!, [, name = "", inline] = /^--([\w-]+)(?:=(.*))?$/.exec(word) ?? [];
    if (SWITCHES.includes(name)) switches.add(name);
    else if (VALUES.includes(name)) values[name] = inline ?? rest.shift() ?? "";
    else if (word.startsWith("-")) throw wrong("flag", word, [...VALUES, ...SWITCHES].map((flag) => `--${flag}`));
    else names.push(word);
  }
  const suites = names.length === 0 || names.includes("all")
    ? SUITES
    : names.map((name) => oneOf("suite", name, SUITES));
  const backends = values.backend?.split(",").map((name) => oneOf("backend", name, ["wasm", "webgpu"] as const));
  return {
    suites,
    backends: backends ?? fallback,
    blas: oneOf("--blas", values.blas ?? "auto", ["auto", "none"] as const) === "auto",
    quick: switches.has("quick"),
    peers: switches.has("peers"),
    data: values.data ?? "data",
    ...values.json ? { json: values.json } : {},
    ...values.against ? { against: values.against } : {},
  };
}

/**
 * Reads the arguments of `gpu-check`: `undefined` without `--steps`.
 *
 * @throws {SyntaxError} naming what is wrong.
 */
export function parseGpuCheck(args: readonly string[], networks: readonly string[]): [string, number] | undefined {
  const [flag, name = "iresnet50", batch = "128", ...more] = args;
  if (flag === undefined) return undefined;
  if (flag !== "--steps") throw wrong("flag", flag, ["--steps"]);
  if (more.length > 0) throw wrong("argument", more[0]!, ["nothing after the batch"]);
  if (!/^[1-9]\d*$/.test(batch)) throw wrong("batch", batch, ["a whole number from 1"]);
  return [oneOf("network", name, networks), Number(batch)];
}

function oneOf<T extends string>(what: string, found: string, wanted: readonly T[]): T {
  if ((wanted as readonly string[]).includes(found)) return found as T;
  throw wrong(what, found, wanted);
}

function wrong(what: string, found: string, wanted: readonly string[]): SyntaxError {
  return new SyntaxError(`Cannot read ${what}: found "${found}", wanted ${wanted.join(", ")}`);
}
