/**
 * The pairs of an evaluation, once for all runs of an experiment: `pairs/<first 16 digits of their digest>.npz`.
 *
 * Runs store a score for each pair. To compare runs pair by pair, a table must also know which pairs are of one class,
 * their folds, and whose they are; that is the same for every run on the same data.
 *
 * @module
 */
import { dirname } from "node:path";
import { decodeNpy } from "../../datasets/npy.ts";
import { openZip } from "../../datasets/zip.ts";
import type { StoredPairs } from "../scored_pairs.ts";
import { isThere, readIfThere } from "./atomic.ts";
import { writeNpz } from "./npz.ts";
import { within } from "./paths.ts";

/**
 * Name of the file that holds pairs.
 *
 * @throws {RangeError} if the digest is no SHA-256, so that no record can name a file elsewhere.
 */
export function pairsFile(digest: string): string {
  if (/^[0-9a-f]{64}$/.test(digest)) return `${digest.slice(0, 16)}.npz`;
  throw new RangeError(`Cannot name pairs after "${digest}": wanted their SHA-256, 64 hexadecimal digits`);
}

/** Whether pairs are stored; they may be damaged. */
export async function hasPairs(experiment: string, digest: string): Promise<boolean> {
  return await isThere(await within(experiment, "pairs", pairsFile(digest)));
}

/**
 * Writes pairs, unless they are there.
 *
 * @param experiment Folder of the experiment.
 * @param digest As `pairsDigest` gives it.
 * @returns Whether they were written.
 */
export async function writePairs(experiment: string, digest: string, pairs: StoredPairs): Promise<boolean> {
  const path = await within(experiment, "pairs", pairsFile(digest));
  if (await isThere(path)) return false;
  await Deno.mkdir(dirname(path), { recursive: true });
  const shape = [pairs.same.length];
  const integers = (name: string, values: Int32Array) => ({ name, type: "<i4", shape, chunks: [littleEndian(values)] });
  await writeNpz(path, [
    { name: "same", type: "|u1", shape, chunks: [pairs.same] },
    integers("fold", pairs.fold),
    integers("left", pairs.left),
    integers("right", pairs.right),
  ]);
  return true;
}

/**
 * Reads what {@link writePairs} wrote, or gives `undefined` when there is none.
 *
 * @throws {SyntaxError} naming the file if it is damaged.
 */
export async function readPairs(experiment: string, digest: string): Promise<StoredPairs | undefined> {
  const path = await within(experiment, "pairs", pairsFile(digest)), bytes = await readIfThere(path);
  if (!bytes) return undefined;
  const wrong = (found: string) =>
    new SyntaxError(`Cannot read ${path}: ${found}; delete the file, and "collate" of the plan writes it again`);
  let archive;
  try {
    archive = openZip(bytes);
  } catch (error) {
    throw wrong((error as Error).message);
  }
  const array = (name: string): Int32Array | Uint8Array => {
    const entry = archive.entries.find((entry) => entry.path === `${name}.npy`);
    if (!entry) throw wrong(`there is no array "${name}"`);
    try {
      const { shape, data } = decodeNpy(archive.read(entry), `array "${name}"`);
      if (shape.length === 1 && (data instanceof Int32Array || data instanceof Uint8Array)) return data;
    } catch (error) {
      throw wrong((error as Error).message);
    }
    throw wrong(`array "${name}" is no list of whole numbers`);
  };
  const same = array("same"), fold = Int32Array.from(array("fold"));
  const left = Int32Array.from(array("left")), right = Int32Array.from(array("right"));
  if ([fold, left, right].some(({ length }) => length !== same.length)) throw wrong("its arrays differ in length");
  if (fold.some((value) => value < 0 || value > 1e6)) throw wrong("a fold is out of range");
  return {
    same: Uint8Array.from(same),
    fold,
    folds: fold.reduce((most, value) => Math.max(most, value), 0) + 1,
    left,
    right,
  };
}

function littleEndian(values: Int32Array): Uint8Array {
  const bytes = new Uint8Array(4 * values.length), view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setInt32(4 * i, value, true));
  return bytes;
}
