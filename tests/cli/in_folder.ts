/**
 * Commands in this process, with their own streams, on a small manifest in a folder of its own.
 *
 * @module
 */
import { main } from "../../cli/program.ts";

/** What a command line did. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line and keeps what it prints. */
export async function cli(...args: string[]): Promise<Outcome> {
  let out = "", err = "";
  const io = { out: (text: string) => void (out += text), err: (text: string) => void (err += text), terminal: false };
  const code = await main(args, io, (code) => {
    throw new Error(`exit ${code}`);
  });
  return { code, out, err };
}

/** A manifest of two rows that train in no time. */
export const TINY = `
name: tiny
seeds: [0]
backend: cpu
data: { train: { reader: synthetic-faces, identities: 3, perIdentity: 4, size: [8, 8], channels: 1 } }
backbone: { name: convnet, blocks: 1, width: 2, embedding: 4 }
head: { name: norm-softmax, s: 8 }
schedule: { name: step, lr: 0.05 }
train: { steps: 3, batchSize: 4 }
evaluate:
  - name: unseen
    protocol: verification
    data: { reader: synthetic-face-pairs, identities: 4, perIdentity: 3, folds: 2, perFold: 4, size: [8, 8], channels: 1 }
ablation:
  rows:
    - { label: NS, head: { name: norm-softmax, s: 8 } }
    - { label: ArcFace, head: { name: arcface, m: 0.3, s: 8 } }
table: { columns: [unseen.accuracy], baseline: NS }
`;

/** A fresh folder with the manifest `tiny.yaml`, and a results folder in it. */
export async function inFolder(fn: (folder: string) => Promise<void>, manifest = TINY): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/tiny.yaml`, manifest);
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
