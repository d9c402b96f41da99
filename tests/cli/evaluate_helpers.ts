/**
 * `evaluate` on a tiny run of procedural faces.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { main } from "../../cli/program.ts";
import type { EvaluationRecord } from "../../experiments/evaluation_record.ts";
import type { RunRecord } from "../../experiments/record.ts";
import { openStore, type RunFolder } from "../../experiments/store.ts";

/** Faces to train on. */
export const FACES = "reader: synthetic-faces, size: [8, 8], channels: 1, identities: 3, perIdentity: 4";
/** Pairs of other faces. */
export const UNSEEN =
  "reader: synthetic-face-pairs, identities: 6, perIdentity: 3, folds: 2, perFold: 8, size: [8, 8], channels: 1";

/** The manifest of the tiny run. */
export const TINY = `
name: tiny
backend: cpu
data: { train: { ${FACES} } }
backbone: { name: convnet, blocks: 1, width: 2, embedding: 4 }
head: { name: norm-softmax, s: 8 }
schedule: { name: step, lr: 0.05 }
train: { steps: 2, batchSize: 4 }
evaluate:
  - { name: unseen, protocol: verification, data: { ${UNSEEN} } }
  - { name: flipped, protocol: verification, flip: true, data: { ${UNSEEN} } }
  - { name: angles, protocol: angles, weights: true, data: { ${FACES} } }
`;

/** Runs one command line, and keeps what it prints. */
export async function cli(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "", err = "";
  const io = { out: (text: string) => void (out += text), err: (text: string) => void (err += text), terminal: false };
  const code = await main(args, io, (code) => {
    throw new Error(`exit ${code}`);
  });
  return { code, out, err };
}

/** A trained run. */
export interface Place {
  readonly folder: string;
  /** Folder of the run. */
  readonly run: string;
  readonly store: RunFolder;
  readonly record: RunRecord;
  /** Writes a list and gives its path. */
  list(text: string): Promise<string>;
}

/** Trains the tiny run, in a fresh folder. */
export async function inFolder(fn: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/tiny.yaml`, TINY);
    const { code, err } = await cli("run", `${folder}/tiny.yaml`, "--out", `${folder}/results`, "--quiet");
    assertEquals(code, 0, err);
    const opened = openStore(`${folder}/results`), { records: [record] } = await opened.records("tiny");
    const store = await opened.folder("tiny", record!.id);
    const list = async (text: string) => {
      await Deno.writeTextFile(`${folder}/list.yaml`, text);
      return `${folder}/list.yaml`;
    };
    await fn({ folder, run: store.path, store, record: record!, list });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Evaluates and gives the record that is printed. */
export async function evaluate(...args: string[]): Promise<EvaluationRecord> {
  const { code, out, err } = await cli("evaluate", "--json", "--quiet", ...args);
  assertEquals(code, 0, err);
  return JSON.parse(out);
}
