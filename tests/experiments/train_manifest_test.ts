import { assertEquals, assertRejects } from "@std/assert";
import { loadManifest, openStore, trainManifest } from "../../experiments/mod.ts";
import { inspectFolder } from "../../experiments/verify/inspect.ts";
import { builtins } from "../../registry/builtins.ts";

const TINY = `
name: tiny
backend: cpu
seeds: [0, 1]
data: { train: { reader: synthetic-faces, identities: 3, perIdentity: 4, size: [8, 8], channels: 1 } }
backbone: { name: convnet, blocks: 1, width: 2, embedding: 4 }
head: { name: arcface, m: 0.3, s: 8 }
schedule: { name: step, lr: 0.05 }
train: { steps: 3, batchSize: 4 }
evaluate:
  - name: unseen
    protocol: verification
    data: { reader: synthetic-face-pairs, identities: 4, perIdentity: 3, folds: 2, perFold: 4, size: [8, 8], channels: 1 }
`;

function manifestOf(text: string) {
  return loadManifest("tiny.yaml", { read: () => Promise.resolve(text), registries: builtins() });
}

Deno.test("trainManifest() leaves what ablate leaves, trains nothing twice, and a smaller plan takes no table away", async () => {
  const results = await Deno.makeTempDir();
  try {
    const ended = async (text: string) => {
      const ids: string[] = [];
      for await (const { planned, event } of trainManifest(await manifestOf(text), { results })) {
        if (event.type === "end") ids.push(`${planned.seed}: ${event.record.status}`);
      }
      return ids;
    };
    assertEquals(await ended(TINY), ["0: completed", "1: completed"]);
    assertEquals(await ended(TINY), []);
    const { problems } = await inspectFolder(`${results}/tiny`, builtins());
    assertEquals(problems, []);
    assertEquals(await ended(TINY.replace("[0, 1]", "[0]")), []);
    assertEquals((await openStore(results).readPlan("tiny"))!.runs.length, 2);
  } finally {
    await Deno.remove(results, { recursive: true });
  }
});

Deno.test("trainManifest() names data that is not there, and writes nothing", async () => {
  const results = await Deno.makeTempDir();
  try {
    const read = TINY.replace(
      /\{ reader: synthetic-faces, [^}]*\}/,
      "{ reader: image-folder, path: faces, size: [8, 8], channels: 1 }",
    );
    const manifest = await manifestOf(read);
    await assertRejects(
      () => trainManifest(manifest, { results, data: `${results}/data` }).next(),
      RangeError,
      "its data is not there: faces",
    );
    assertEquals((await Array.fromAsync(Deno.readDir(results))).length, 0);
  } finally {
    await Deno.remove(results, { recursive: true });
  }
});
