import { assert } from "@std/assert";
import { zipSync } from "fflate";
import { main } from "../../cli/program.ts";
import { createRandom } from "../../tensor/random.ts";
import { greyPng } from "../datasets/helpers.ts";
import { mutate } from "../experiments/mutate.ts";

/** Runs a command; gives its exit code and what it said. */
async function cli(...args: string[]): Promise<{ code: number; said: string }> {
  let said = "";
  const tell = (text: string) => void (said += text);
  return { code: await main(args, { out: tell, err: tell, terminal: false }, () => {}), said };
}

/** A message, no stack trace, and no claim that the fault is ours. */
function assertTold({ code, said }: { code: number; said: string }, codes: readonly number[], what: string): void {
  assert(codes.includes(code), `${what}: exit code ${code}: ${said}`);
  assert(said.trim() !== "" && !/^\s+at /m.test(said) && !said.includes("defect"), `${what}: ${said}`);
}

const MANIFEST = `name: damage
data: { train: { reader: synthetic-faces, identities: 4, perIdentity: 3, size: [12, 12], channels: 1 } }
backbone: { name: convnet, blocks: 1, width: 4, embedding: 8 }
head: { name: arcface, m: 0.3, s: 8 }
schedule: { name: step, lr: 0.05, milestones: [3] }
train: { steps: 4, batchSize: 4, augment: [{ name: flip }] }
evaluate:
  - { name: unseen, protocol: verification, data: { reader: synthetic-face-pairs, identities: 4, folds: 2, perFold: 4, size: [12, 12], channels: 1 } }
ablation:
  rows: [{ label: A, head: { name: arcface, m: 0.3 } }, { label: B, head: { name: softmax } }]
`;

Deno.test("validate exits with 0 or 2 and a message for 500 damaged manifests", async () => {
  const folder = await Deno.makeTempDir(), random = createRandom(20261123, "damage"), path = `${folder}/m.yaml`;
  let refused = 0;
  for (let i = 0; i < 500; i++) {
    let text = MANIFEST;
    for (let changes = 1 + random.integer(3); changes > 0; changes--) text = mutate(text, random);
    await Deno.writeTextFile(path, text);
    const result = await cli("validate", path, "--data", folder);
    assertTold(result, [0, 2], text);
    refused += Number(result.code === 2);
  }
  assert(refused > 100 && refused < 500, `${refused} refused`);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("dataset stats exits with 0 or 2 and a message for 500 damaged zips of images", async () => {
  const folder = await Deno.makeTempDir(), random = createRandom(20261123, "zips");
  const whole = zipSync({ a: { "1.png": greyPng(1), "2.png": greyPng(2) }, b: { "1.png": greyPng(3) } });
  let refused = 0;
  for (let i = 0; i < 500; i++) {
    let bytes = whole.slice();
    for (let changes = 1 + random.integer(3); changes > 0; changes--) {
      const at = random.integer(bytes.length);
      if (random.integer(4) > 0) bytes[at] = random.integer(256);
      else bytes = bytes.slice(0, at + 1);
    }
    await Deno.writeFile(`${folder}/set.zip`, bytes);
    const result = await cli("dataset", "stats", "set.zip", "--data", folder);
    assertTold(result, [0, 2], `zip ${i}`);
    refused += Number(result.code === 2);
  }
  assert(refused > 100 && refused < 500, `${refused} refused`);
  await Deno.remove(folder, { recursive: true });
});
