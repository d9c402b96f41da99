/**
 * JPEG images of faces in a RecordIO file to normalised batches, in this thread and in others, beside PyTorch's
 * DataLoader on the same images as files.
 *
 * @module
 */
import encoder from "@jsquash/jpeg/encode.js";
import { assembleBatch, flip, formatProperty, type ImageSet, writeRecords } from "../datasets/mod.ts";
import { diskFiles } from "../experiments/disk.ts";
import { createDecodePool } from "../experiments/decode_pool.ts";
import { depthOf, readAhead } from "../experiments/read_ahead.ts";
import { builtins } from "../registry/builtins.ts";
import { createRandom } from "../tensor/random.ts";
import { alternate, type Side } from "./alternate.ts";
import { startTorch } from "./peers.ts";
import { compare, type Comparison } from "./result.ts";

const SIDE = 112, BATCH = 128, IDENTITIES = 64, PER_IDENTITY = 32;

/** Threads that decode, on each of our sides, and those of the peer. */
const OURS = [0, 1, 2] as const, THEIRS = 2;

/** Times a pass in random order over 2,048 JPEG images of 112 × 112 pixels, made for it, to batches of 128 with a flip. */
export async function benchJpegInput({ quick, peers }: { quick: boolean; peers: boolean }): Promise<Comparison> {
  const root = await Deno.makeTempDir({ prefix: "marginlab-bench-" });
  const torch = { started: undefined as Awaited<ReturnType<typeof startTorch>> | undefined };
  try {
    await writeFaces(root);
    const sides: Side[] = OURS.map((workers) => ({
      name: workers === 0 ? "in this thread" : `${workers} ${workers === 1 ? "thread" : "threads"} beside this one`,
      measure: () => onePass(root, workers),
    }));
    if (peers) {
      const args = [`${root}/faces`, `--batch=${BATCH}`, `--workers=${THEIRS}`];
      const started = torch.started = await startTorch(args, { script: "torch_input.py" });
      sides.push(
        "error" in started
          ? { name: started.name, measure: () => Promise.reject(new Error(started.error)) }
          : { name: started.worker.name, measure: async () => (await started.worker.steps(1)).ms },
      );
    }
    const images = IDENTITIES * PER_IDENTITY;
    const timed = await alternate(sides, { warmUp: 1, rounds: quick ? 5 : 15, budget: quick ? 20_000 : 60_000 });
    const name = `${images} JPEG images of a RecordIO file, ${SIDE}×${SIDE}, to batches of ${BATCH} with a flip`;
    return compare({ suite: "input", name, work: { images } }, timed);
  } finally {
    if (torch.started && "worker" in torch.started) await torch.started.worker.close();
    await Deno.remove(root, { recursive: true });
  }
}

/** Milliseconds of a pass in random order over the records, which were opened before, threads and all. */
async function onePass(root: string, workers: number): Promise<number> {
  const pool = createDecodePool({ workers }), files = diskFiles(root), plugin = builtins().reader.get("recordio");
  const params = plugin.params.parse({ path: "records", size: [SIDE, SIDE] }) as Record<string, unknown>;
  const open = () => Promise.reject(new Error("Cannot open a nested reader: found one in a benchmark, wanted none"));
  const set = await plugin.open(params, { files, open, prepare: pool.prepare }) as ImageSet;
  const augment = [flip.create(flip.params.parse({}), set.shape)], random = createRandom(0, "bench");
  const order = random.fork("order").permutation(set.length);
  const end = set.length / BATCH, depth = depthOf(BATCH * SIDE * SIDE * 3 * Float32Array.BYTES_PER_ELEMENT);
  const batches = readAhead((step) => {
    const indices = Int32Array.from({ length: BATCH }, (_, i) => order[step * BATCH + i]!);
    return assembleBatch(set, indices, { augment, random: random.fork(step) });
  }, { end, depth });
  try {
    // The threads of the peer are at work already, too.
    await Promise.all(
      Array.from({ length: workers * 8 }, (_, i) => set.file!(i).then((file) => pool.prepare(file, AS_IS))),
    );
    const since = performance.now();
    for (let step = 0; step < end; step++) await batches.get(step);
    return performance.now() - since;
  } finally {
    pool.close();
  }
}

const AS_IS = { size: null, channels: 3, invert: false } as const;

/**
 * Procedural faces as JPEG of quality 95, baseline as those of face sets are: `records/` in insightface's layout, and
 * `faces/` with the same images as files, a class a folder.
 */
async function writeFaces(root: string): Promise<void> {
  const plugin = builtins().reader.get("synthetic-faces");
  const params = plugin.params.parse({ identities: IDENTITIES, perIdentity: PER_IDENTITY, size: [SIDE, SIDE] });
  const set = await plugin.open(params as Record<string, unknown>, {} as never) as ImageSet;
  const content = async (i: number): Promise<Uint8Array> => {
    const pixels = await set.read(i), data = new Uint8ClampedArray(SIDE * SIDE * 4).fill(255);
    for (let p = 0; p < SIDE * SIDE; p++) data.set(pixels.subarray(3 * p, 3 * p + 3), 4 * p);
    const file = await encoder({ data, width: SIDE, height: SIDE } as ImageData, { quality: 95, progressive: false });
    const folder = `${root}/faces/${String(set.labels[i]).padStart(4, "0")}`, bytes = new Uint8Array(file);
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeFile(`${folder}/${String(i).padStart(5, "0")}.jpg`, bytes);
    return bytes;
  };
  await Deno.mkdir(`${root}/records`);
  let index = "";
  using records = await Deno.open(`${root}/records/train.rec`, { create: true, write: true });
  for await (const one of writeRecords({ labels: set.labels, content }, { layout: "insightface" })) {
    for (let at = 0; at < one.bytes.length;) at += await records.write(one.bytes.subarray(at));
    index += one.index;
  }
  await Deno.writeTextFile(`${root}/records/train.idx`, index);
  await Deno.writeTextFile(
    `${root}/records/property`,
    formatProperty({ classes: IDENTITIES, size: [SIDE, SIDE] }),
  );
}
