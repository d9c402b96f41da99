/**
 * The suite `input`: images decoded and put into batches, and how much of that a busy device hides.
 *
 * @module
 */
import { assembleBatch, type ImageSet } from "../datasets/mod.ts";
import { diskFiles } from "../experiments/disk.ts";
import { builtins } from "../registry/builtins.ts";
import { createRandom } from "../tensor/random.ts";
import { alternate } from "./alternate.ts";
import { benchJpegInput } from "./jpeg_input.ts";
import { compare, type Comparison } from "./result.ts";

const BATCH = 128;

/** Milliseconds that the device is taken to be at work on a batch. */
const BUSY = 50;

/** Times readers: Omniglot where the data folder has it, procedural faces, and JPEG files of these. */
export async function* benchInput(
  { data, quick, peers }: { data: string; quick: boolean; peers: boolean },
): AsyncGenerator<Comparison> {
  const sections: [string, string, Record<string, unknown>][] = [
    ["Omniglot from its zip, 28×28", "image-folder", {
      path: "omniglot/images_background.zip",
      size: [28, 28],
      channels: 1,
      invert: true,
    }],
    ["synthetic faces, 32×32", "synthetic-faces", { identities: 400, perIdentity: 8, size: [32, 32] }],
    ["synthetic faces, 112×112", "synthetic-faces", { identities: 100, perIdentity: 4, size: [112, 112] }],
  ];
  for (const [name, reader, params] of sections) {
    const files = diskFiles(data), plugin = builtins().reader.get(reader);
    const open = () =>
      plugin.open(plugin.params.parse(params) as never, { files, open: unwanted }) as Promise<ImageSet>;
    yield await benchReader(name, open, quick);
  }
  yield await benchJpegInput({ quick, peers });
}

async function benchReader(name: string, open: () => Promise<ImageSet>, quick: boolean): Promise<Comparison> {
  let set: ImageSet | undefined, at = 0;
  const next = async () => {
    set ??= await open();
    const indices = Int32Array.from({ length: BATCH }, (_, i) => (at + i) % set!.length);
    at += BATCH;
    // An image that was read once may be kept: a set that has been gone through is opened anew.
    if (at + BATCH > set.length) set = undefined, at = 0;
    return await assembleBatch(set ?? await open(), indices, { augment: [], random: createRandom(0, "bench") });
  };
  const timed = async (work: () => Promise<unknown>) => {
    const since = performance.now();
    await work();
    return performance.now() - since;
  };
  const measure = (work: () => Promise<unknown>) => async () => {
    set ??= await open();
    return await timed(work);
  };
  const busy = () => new Promise((resolve) => setTimeout(resolve, BUSY));
  const sides = [
    { name: "decode and assemble", measure: measure(next) },
    { name: `the same, then a device busy for ${BUSY} ms`, measure: measure(async () => (await next(), await busy())) },
    { name: `the same, while a device is busy for ${BUSY} ms`, measure: measure(() => Promise.all([next(), busy()])) },
  ];
  const results = await alternate(sides, { warmUp: 1, rounds: quick ? 5 : 15, budget: quick ? 2000 : 10_000 });
  return compare({ suite: "input", name, work: { images: BATCH } }, results);
}

function unwanted(): Promise<never> {
  throw new Error("Cannot open a nested reader: found one in a benchmark, wanted none");
}
