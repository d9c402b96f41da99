/// A run as a process, stopped by SIGTERM and by SIGKILL at every stage: it goes on to the bytes of an uninterrupted one.
import { assert, assertEquals } from "@std/assert";
import { denoCommand } from "../../experiments/child_flags.ts";
import { openStore } from "../../experiments/store.ts";

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

const MANIFEST = `
name: stopped
seeds: [0]
backend: wasm
data: { train: { reader: synthetic-faces, identities: 4, perIdentity: 6, size: [16, 16], channels: 1 } }
backbone: { name: convnet, blocks: 1, width: 4, embedding: 8, dropout: 0.2 }
head: { name: curricularface, s: 16, alpha: 0.5 }
optimizer: { name: sgd, momentum: 0.9 }
schedule: { name: step, lr: 0.02 }
train: { steps: 200, batchSize: 8, ema: 0.9, augment: [{ name: flip }], sampler: { name: identity, images: 2 } }
output: { logEvery: 1, checkpointEvery: 9 }
evaluate:
  - name: unseen
    protocol: verification
    data: { reader: synthetic-face-pairs, kind: lfw, identities: 300, folds: 2, perFold: 200, size: [16, 16], channels: 1 }
`;

/** What a run tells as a JSON line. */
interface Told {
  readonly type: string;
  readonly step?: number;
}

/** Runs until an event, sends a signal then; gives the exit status, or the signal that ended it, and the first event. */
async function runUntil(
  folder: string,
  out: string,
  signal?: "SIGTERM" | "SIGKILL",
  until: (event: Told) => boolean = () => false,
): Promise<{ readonly end: number | string; readonly first: Record<string, unknown> | undefined }> {
  const command = `--config=${root}deno.json ${root}cli.ts run ${folder}/m.yaml --blas none --workers 0 --json`.split(
    " ",
  );
  const child = new Deno.Command(await denoCommand(), {
    args: ["run", "-A", "--quiet", "--no-check", ...command, `--out=${out}`],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let rest = "", sent = false, first: Record<string, unknown> | undefined;
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + part).split("\n");
    rest = lines.pop()!;
    for (const event of lines.map((line) => JSON.parse(line))) {
      first ??= event;
      if (!signal || sent || !until(event)) continue;
      sent = true;
      child.kill(signal);
    }
  }
  const { code, signal: killed } = await child.status;
  return { end: killed ?? code, first };
}

/** All that must not depend on interruptions. */
async function outcome(out: string): Promise<unknown> {
  const store = openStore(out), { records: [record] } = await store.records("stopped");
  const folder = await store.folder("stopped", record!.id);
  const { status, metrics, diagnostics } = record!;
  const history = (await folder.readHistory()).map(({ seconds: _, ...line }) => line);
  return { status, metrics, diagnostics, history, scores: await folder.readScores("unseen") };
}

Deno.test("run saves its work on SIGTERM with status 75, and goes on after SIGTERM and SIGKILL to the same bytes", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/m.yaml`, MANIFEST);
    assertEquals((await runUntil(folder, `${folder}/whole`)).end, 0);
    const out = `${folder}/cut`, resumed: unknown[] = [];
    const step = (wanted: number) => ({ type, step = 0 }: Told) => type === "step" && step >= wanted;
    const evaluating = ({ type }: Told) => type === "evaluate";
    const stops = [
      ["SIGTERM", ({ type }: Told) => type === "start"],
      ["SIGKILL", step(40)],
      ["SIGTERM", step(60)],
      ["SIGKILL", step(110)],
      ["SIGTERM", evaluating],
      ["SIGKILL", evaluating],
    ] as const;
    for (const [signal, until] of stops) {
      const { end, first } = await runUntil(folder, out, signal, until);
      assertEquals(end, signal === "SIGTERM" ? 75 : "SIGKILL", `${resumed}`);
      resumed.push(first!.resumedAt);
    }
    const last = await runUntil(folder, out);
    assertEquals([last.end, last.first!.resumedAt], [0, 200]);
    // Each goes on from where the one before saved its work: at SIGTERM itself, at SIGKILL from the last checkpoint.
    const [first, second, third, fourth, fifth, sixth] = resumed as number[];
    assertEquals([first, third! % 9, fifth! % 9, sixth], [0, 0, 0, 200], `${resumed}`);
    assert(second! < 40 && third! >= 36 && fourth! >= 60 && fifth! >= 108, `${resumed}`);
    assertEquals(await outcome(out), await outcome(`${folder}/whole`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
