import { gunzipSync } from "fflate";
import { assert, assertEquals } from "@std/assert";
import { idx, npz, parquet, webdataset } from "../../datasets/catalogue.ts";
import type { Files, ImageSet, ReaderPlugin } from "../../datasets/mod.ts";
import { decodeNpy } from "../../datasets/npy.ts";
import type { FuzzFormat } from "./fuzz.ts";
import { fromBase64, readFixture } from "./helpers.ts";
import { bytesOf, openWith } from "./reader_helpers.ts";

/** Bytes of all images, read one after another, each held to the shape of the set. */
async function readAll(reader: ReaderPlugin, params: Record<string, unknown>, files: Files): Promise<number> {
  const set = await openWith<ImageSet>(reader, params, files), [height, width, channels] = set.shape;
  for (const label of set.labels) assert(label >= 0 && label < set.classes.length);
  let total = set.labels.length;
  for (let index = 0; index < set.length; index++) {
    const pixels = await set.read(index);
    assertEquals(pixels.length, height * width * channels);
    total += pixels.length;
  }
  return total;
}

const npy = readFixture<{ cases: { name: string; file: string }[] }>("readers/npy.json").cases;
const npyFile = (name: string): Uint8Array => fromBase64(npy.find((found) => found.name === name)!.file);
const npzs = readFixture<Record<"stored" | "packed", string>>("readers/npz.json");
const idxs = readFixture<Record<"images" | "labelFile" | "labelsGz", string>>("readers/idx.json");
const tars = readFixture<Record<"gnu" | "pax", string>>("readers/tar.json");
const parquets = readFixture<{ files: Record<string, string> }>("readers/parquet.json").files;

/** An array of a header alone. */
function npyHeader(descr: string, shape: string): Uint8Array {
  const text = bytesOf(`{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }\n`);
  return Uint8Array.of(...npyFile("<i8").subarray(0, 8), text.length & 255, text.length >> 8, ...text);
}

const NPY: FuzzFormat = {
  name: "decodeNpy()",
  files: { "a.npy": npyFile("Fortran order"), "b.npy": npyFile("<i8"), "c.npy": npyFile("<f2") },
  runs: 1500,
  place: /byte|element|shape/,
  hostile: {
    "a shape of digits": { "a.npy": npyHeader("<f4", "1".repeat(60)) },
    "a shape of commas": { "a.npy": npyHeader("<f4", ",".repeat(9000)) },
    "a shape beyond numbers": { "a.npy": npyHeader("<f4", "9007199254740991, 9007199254740991") },
  },
  async open(files) {
    let total = 0;
    for (const path of ["a.npy", "b.npy", "c.npy"]) {
      const { shape, data } = decodeNpy(await files.read(path), `"${path}"`);
      assertEquals(shape.reduce((product, axis) => product * axis, 1), data.length);
      total += data.byteLength;
    }
    return total;
  },
};

const NPZ: FuzzFormat = {
  name: "npz",
  files: { "a.npz": fromBase64(npzs.stored), "b.npz": fromBase64(npzs.packed) },
  runs: 1500,
  place: /zip archive|array|classes/,
  async open(files) {
    return await readAll(npz, { path: "a.npz" }, files) +
      await readAll(npz, { path: "b.npz", images: "x", labels: "y" }, files);
  },
};

const IDX: FuzzFormat = {
  name: "idx",
  files: { i: fromBase64(idxs.images), l: fromBase64(idxs.labelFile), z: fromBase64(idxs.labelsGz) },
  runs: 1000,
  place: /byte|labels|classes/,
  async open(files) {
    return await readAll(idx, { images: "i", labels: "l" }, files) +
      await readAll(idx, { images: "i", labels: "z" }, files);
  },
  growth: 20,
};

const TAR: FuzzFormat = {
  name: "webdataset",
  files: { "a.tar": gunzipSync(fromBase64(tars.gnu)), "b.tar": gunzipSync(fromBase64(tars.pax)) },
  runs: 1000,
  place: /byte|samples/,
  async open(files) {
    return await readAll(webdataset, { path: "a.tar" }, files) +
      await readAll(webdataset, { path: "b.tar", label: { extension: "json", key: "id" } }, files);
  },
};

const PARQUET: FuzzFormat = {
  name: "parquet",
  files: { "a.parquet": fromBase64(parquets["none"]!), "b.parquet": fromBase64(parquets["page version 2"]!) },
  runs: 1000,
  place: /row|image|column|Parquet file|metadata|classes/,
  async open(files) {
    return await readAll(parquet, { path: "a.parquet" }, files) + await readAll(parquet, { path: "b.parquet" }, files);
  },
};

/** Formats of readers that give images. */
export const READERS: readonly FuzzFormat[] = [NPY, NPZ, IDX, TAR, PARQUET];
