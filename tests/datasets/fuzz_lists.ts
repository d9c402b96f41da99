import { assert, assertEquals } from "@std/assert";
import { imageList, lfw, listed, pairsList } from "../../datasets/catalogue.ts";
import { type Files, type ImageSet, type PairSet, readLandmarks } from "../../datasets/mod.ts";
import type { FuzzFormat } from "./fuzz.ts";
import { labelledSet } from "./helpers.ts";
import { bytesOf, openWith } from "./reader_helpers.ts";

const NAMES = Array.from({ length: 12 }, (_, i) => `set ${i % 4}/image ${i}.png`);
const images: ImageSet = { ...labelledSet([3, 3, 3, 3]), name: (index) => NAMES[index]! };
const ENDLESS = new Uint8Array(2 ** 24).fill(48);
const text = (lines: readonly string[]) => bytesOf(`${lines.join("\n")}\n`);
const endless = (path: string) => ({ "a list without lines": { [path]: ENDLESS } });

/** Bytes of the arrays of a set of pairs, which fit together. */
function drain({ images, first, second, same, fold, folds }: PairSet): number {
  assertEquals([second.length, same.length, fold.length], [first.length, first.length, first.length]);
  assert([...first, ...second].every((image) => image >= 0 && image < images.length));
  assert(same.every((one) => one <= 1) && fold.every((one) => one >= 0 && one < folds));
  return first.length * 13;
}

function imageLists(path: string, lines: readonly string[], hostile: FuzzFormat["hostile"] = {}): FuzzFormat {
  return {
    name: `image-list, ${path}`,
    files: { [path]: text(lines) },
    runs: 300,
    place: /line|images/,
    hostile: { ...endless(path), ...hostile },
    async open(files) {
      const set = await openWith<ImageSet>(imageList, { list: path }, files);
      assert(set.labels.every((label) => label >= 0 && label < set.classes.length));
      for (let i = 0; i < set.length; i++) assert(set.name(i) !== "");
      return set.labels.byteLength;
    },
  };
}

const openPairs = async (files: Files) =>
  drain(await openWith<PairSet>(pairsList, { from: {}, list: "p.txt", folds: 2 }, files, images));

/** Lists in text. */
export const LISTS: readonly FuzzFormat[] = [
  imageLists("l.txt", NAMES.map((name, i) => `${name} ${i % 4}`), {
    "spaces without end": { "l.txt": bytesOf(`a${" ".repeat(1_000_000)}\v\n`) },
  }),
  imageLists("l.lst", NAMES.map((name, i) => `${i}\t${i % 4}.0\t${name}`)),
  imageLists("l.csv", NAMES.map((name, i) => `"${name.replace(" ", '""')}",${i % 4}`), {
    "a quote that is never closed": { "l.csv": bytesOf(`"${'""\n'.repeat(300_000)}`) },
  }),
  {
    name: "pairs-list",
    files: { "p.txt": text(NAMES.map((name, i) => `${name}\t${NAMES[(5 * i) % 12]}\t${i % 2}`)) },
    runs: 300,
    place: /line|pairs|folds/,
    hostile: endless("p.txt"),
    open: openPairs,
  },
  {
    name: "lfw, names alone",
    files: {
      "pairs.txt": text(["2 2", "A 1 2", "B 1 3", "A 1 B 1", "A 2 C 1", "C 1 2", "C 1 3", "A 1 C 1", "B 1 C 3"]),
    },
    runs: 300,
    place: /line|lines|folds/,
    hostile: {
      ...endless("pairs.txt"),
      "a first line of more pairs than there can be": { "pairs.txt": bytesOf("9999999 9999999\nA 1 2\n") },
    },
    open: async (files) => drain(await openWith<PairSet>(lfw, { pairs: "pairs.txt" }, files)),
  },
  {
    name: "listed",
    files: { "n.txt": text(NAMES.slice(0, 9)) },
    runs: 300,
    place: /line|names|classes/,
    hostile: endless("n.txt"),
    async open(files) {
      const set = await openWith<ImageSet>(listed, { from: {}, list: "n.txt", take: "listed" }, files, images);
      assert(set.length <= 12 && set.labels.every((label) => label >= 0 && label < set.classes.length));
      return set.labels.byteLength;
    },
  },
  {
    name: "readLandmarks()",
    files: { "p.txt": text(NAMES.map((name, i) => [name, ...Array.from({ length: 10 }, (_, j) => i + j)].join("\t"))) },
    runs: 300,
    place: /line/,
    hostile: endless("p.txt"),
    async open(files) {
      const of = await readLandmarks("p.txt", { source: "set", count: 12, name: images.name }, files);
      for (let i = 0; i < 12; i++) assert(of(i).length === 10 && of(i).every(Number.isFinite));
      return 12 * 40;
    },
  },
];
