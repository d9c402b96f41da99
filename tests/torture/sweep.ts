/**
 * A small sweep as processes that are killed, started again, and compared with an undisturbed one.
 *
 * @module
 */
import { openStore } from "../../experiments/store.ts";
import { parseHistory } from "../../experiments/store/history.ts";

const project = decodeURIComponent(new URL("../../", import.meta.url).pathname);
const manifest = `${project}experiments/manifests/quickstart.yaml`;
const EXPERIMENT = "quickstart";

/** A sweep that is tortured. */
export interface Torture {
  /** Runs of the plan: four rows by this many seeds. */
  readonly seeds: number;
  /** Steps of each. */
  readonly steps: number;
  /** Rows, from the first. */
  readonly rows: number;
}

/** Arguments of `deno` that train what is missing of the sweep, in two jobs. */
export function ablateArgs({ seeds, steps, rows }: Torture, out: string): string[] {
  const sets = {
    seeds: JSON.stringify(Array.from({ length: seeds }, (_, i) => i)),
    "ablation.rows": JSON.stringify(ROWS.slice(0, rows)),
    "data.train": "{reader: synthetic-faces, identities: 6, perIdentity: 6, size: [16, 16], channels: 1}",
    backbone: "{name: convnet, blocks: 1, width: 4, embedding: 8, dropout: 0.1}",
    train: `{steps: ${steps}, batchSize: 12, ema: 0.5, augment: [{name: flip}]}`,
    "evaluate.0.data":
      "{reader: synthetic-face-pairs, identities: 6, folds: 2, perFold: 8, size: [16, 16], channels: 1}",
    output: "{checkpointEvery: 5, logEvery: 1}",
    "table.baseline": ROWS[0]!.label,
  };
  const flags = Object.entries(sets).map(([key, value]) => `--set=${key}=${value}`);
  const own = ["--jobs=2", "--backend=wasm", "--blas=none", `--out=${out}`, ...flags];
  return ["run", "-A", "--quiet", `--config=${project}deno.json`, `${project}cli.ts`, "ablate", manifest, ...own];
}

const ROWS = [
  { label: "NS", head: { name: "norm-softmax", s: 16 } },
  { label: "ArcFace", head: { name: "arcface", m: 0.3, s: 16 } },
  { label: "Curricular", head: { name: "curricularface", m: 0.3, s: 16 } },
  { label: "Softmax", head: { name: "softmax" } },
];

/** A sweep at work. */
export interface Sweep {
  /** Process of the sweep, which is the leader of a group of its own. */
  readonly pid: number;
  /** How it ends. */
  readonly status: Promise<Deno.CommandStatus>;
  /** What it has printed on standard error so far. */
  printed(): string;
}

/** Starts a sweep in a group of processes of its own. */
export function startSweep(torture: Torture, out: string): Sweep {
  // setsid makes the group, and becomes the program.
  const args = [Deno.execPath(), ...ablateArgs(torture, out)];
  const child = new Deno.Command("setsid", { args, stdin: "null", stdout: "null", stderr: "piped" }).spawn();
  let text = "";
  const drained = (async () => {
    for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) text += part;
  })();
  const status = child.status.then(async (status) => {
    // Orphans hold the pipe until they end.
    await drained;
    return status;
  });
  return { pid: child.pid, status, printed: () => text };
}

/** Processes whose parent is `pid`. */
export function childrenOf(pid: number): number[] {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Sends a signal; a process that is gone is left alone. */
export function send(pid: number, signal: Deno.Signal): boolean {
  try {
    Deno.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** All that must not depend on what the sweep went through, by run. */
export async function outcomeOf(out: string): Promise<Map<string, unknown>> {
  const store = openStore(out), { records, problems } = await store.records(EXPERIMENT);
  if (problems.length > 0) throw new Error(`Cannot read records: ${problems.join("; ")}, wanted whole ones`);
  const plan = await store.readPlan(EXPERIMENT), found = new Map<string, unknown>();
  for (const { id } of plan?.runs ?? []) {
    const record = records.find((one) => one.id === id), folder = await store.folder(EXPERIMENT, id);
    if (!record) continue;
    const { startedAt: _, finishedAt: __, environment: ___, cost, ...same } = record;
    const history = parseHistory(await Deno.readTextFile(`${folder.path}/history.jsonl`), id)
      .map(({ seconds: _, ...line }) => line);
    const files = ["scores/unseen.npy", "weights.safetensors"];
    const digests = await Promise.all(files.map((name) => digestOf(`${folder.path}/${name}`)));
    found.set(id, { ...same, steps: cost?.steps, history, digests });
  }
  return found;
}

async function digestOf(path: string): Promise<string> {
  const bytes = await Deno.readFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return new Uint8Array();
    throw error;
  });
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(digest).toHex();
}

/** Steps of a history that are there twice, or not at all. */
export function stepsAmiss(outcome: unknown, steps: number): number[] {
  const { history } = outcome as { readonly history: readonly { readonly step: number }[] };
  const count = new Map<number, number>();
  for (const { step } of history) count.set(step, (count.get(step) ?? 0) + 1);
  return Array.from({ length: steps }, (_, i) => i + 1).filter((step) => count.get(step) !== 1);
}

/** Every JSON file below a folder that cannot be parsed. */
export async function brokenFiles(folder: string): Promise<string[]> {
  const broken: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) broken.push(...await brokenFiles(path));
    else if (name.endsWith(".json")) {
      try {
        JSON.parse(await Deno.readTextFile(path));
      } catch {
        broken.push(path);
      }
    }
  }
  return broken;
}
