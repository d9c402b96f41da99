import { assert, assertEquals } from "@std/assert";
import type { Files } from "../../datasets/files.ts";
import { openRecords, readIndex, scanRecords } from "../../datasets/mod.ts";
import type { FuzzFormat } from "./fuzz.ts";
import { fromBase64, greyPng } from "./helpers.ts";
import { FIXTURE, insightfaceTree, openRecordio, recordFile } from "./recordio/helpers.ts";

/** Reads the images that a file still has; PNG has checksums, so that what decodes is one of those that were written. */
async function readImages(
  files: Files,
  { known, ...params }: { known: readonly Uint8Array[]; [name: string]: unknown },
): Promise<number> {
  const set = await openRecordio(files, params), most = known.length + 4;
  assert(set.length <= most && set.labels.length === set.length, `${set.length} images`);
  let bytes = set.labels.byteLength;
  for (let image = 0; image < set.length; image++) {
    const pixels = await set.read(image), label = set.labels[image]!;
    assert(label >= 0 && label < set.classes.length);
    assert(known.some((original) => original.every((byte, i) => byte === pixels[i])), `image ${image} is another one`);
    bytes += pixels.length;
  }
  return bytes;
}

const insightface = insightfaceTree(), pixels = FIXTURE.insightface.pixels.map(fromBase64);
const plain = recordFile([[3, 0], [4, [1, 0.5]], [5, [1, 2, 3]], [6, 0]]);

/** The layouts of RecordIO, through the reader and below it. */
export const RECORDIO: readonly FuzzFormat[] = [
  {
    name: "recordio, insightface's layout with records of several parts",
    files: insightface,
    open: (files) => readImages(files, { path: "set", known: pixels }),
  },
  {
    name: "recordio, insightface's layout without an index",
    files: { "a.rec": insightface["set/train.rec"]! },
    runs: 1000,
    open: (files) => readImages(files, { path: "a.rec", labels: "headers", known: pixels }),
  },
  {
    name: "recordio, with what is damaged left out",
    files: insightface,
    open: (files) => readImages(files, { path: "set", skipDamaged: true, known: pixels }),
  },
  {
    name: "recordio, im2rec's layout",
    files: { "a.rec": plain.rec, "a.idx": plain.idx },
    runs: 1000,
    open: (files) =>
      readImages(files, {
        path: "a.rec",
        index: "a.idx",
        channels: 1,
        known: [3, 4, 5, 6].map((value) => new Uint8Array(16).fill(value)),
      }),
  },
  {
    name: "openRecords() and readIndex()",
    files: { "a.rec": plain.rec, "a.idx": plain.idx },
    runs: 1000,
    async open(files) {
      const { keys, offsets } = await readIndex("a.idx", files);
      const records = await openRecords("a.rec", files, { index: "a.idx" });
      assertEquals([records.keys, records.offsets], [keys, offsets]);
      let most = keys.byteLength + offsets.byteLength;
      for (const [place, key] of keys.entries()) {
        assertEquals(records.find(key), place);
        const { header, content } = await records.read(place);
        most = Math.max(most, content.length + header.labels.byteLength);
      }
      return most;
    },
  },
  {
    name: "scanRecords()",
    files: { "a.rec": insightface["set/train.rec"]!, "b.rec": Uint8Array.of(...plain.rec, ...greyPng(1)) },
    runs: 1000,
    async open(files) {
      let bytes = 0;
      const damage: string[] = [];
      for (const path of ["a.rec", "b.rec"]) {
        let at = 0;
        for await (const found of scanRecords(path, files)) {
          const { offset, end } = "damage" in found ? found.damage : found.span;
          assertEquals(offset, at);
          assert(end > at);
          if ("damage" in found) damage.push(`Cannot read "${path}": ${found.damage.reason}`);
          else bytes += found.span.length;
          at = end;
        }
        assertEquals(at, await files.size(path));
      }
      // What stands at the end of b.rec is damage to begin with.
      if (damage.length > 1) throw new SyntaxError(damage.join("; "));
      return bytes;
    },
  },
];
