import { assert, assertEquals } from "@std/assert";
import type { FuzzFormat } from "./fuzz.ts";
import { fromBase64 } from "./helpers.ts";
import { openBin, PICKLES } from "./pickle/helpers.ts";

const pixels = PICKLES.pixels.map(fromBase64);

/** A verification set through its reader; PNG has checksums, so that what decodes is one of those that were written. */
function binFormat(name: string, file: string, runs: number, hostile: FuzzFormat["hostile"] = {}): FuzzFormat {
  return {
    name: `insightface-bin, ${name}`,
    files: { "a.bin": fromBase64(file) },
    hostile,
    runs,
    async open(files) {
      const { images, first, second, same, fold } = await openBin(files, { folds: 2 }),
        size = await files.size("a.bin");
      assert(images.length <= size && images.length === 2 * same.length);
      assert(same.every((value) => value <= 1) && fold.every((value) => value < 2));
      assertEquals([first.at(-1), second.at(-1)], [images.length - 2, images.length - 1]);
      let bytes = 0;
      for (let image = 0; image < images.length; image++) {
        const found = await images.read(image);
        assert(
          pixels.some((original) => original.every((byte, i) => byte === found[i])),
          `image ${image} is another one`,
        );
        bytes += found.length;
      }
      return bytes;
    },
  };
}

/** A pickle of 16 MiB from text, of which `part` is said again and again. */
function flood(start: string, part: string): { "a.bin": Uint8Array } {
  return { "a.bin": Uint8Array.from(`${start}${part.repeat(2 ** 24 / part.length)}`, (c) => c.charCodeAt(0)) };
}

const HOSTILE = {
  "a flood of nothing": flood("](", "N"),
  "a list of nothing, thousands at a time": flood("]", `(${"N".repeat(1022)}e`),
  "tuples of nothing": flood("", `(${"N".repeat(1022)}t`),
};

/** Sets of every protocol, as Python 3 and Python 2 write them. */
export const PICKLED: readonly FuzzFormat[] = [
  ...PICKLES.bins.filter(({ kind }) => /^(bytes|arrays)/.test(kind)).map(({ kind, protocol, file }) =>
    binFormat(`protocol ${protocol}: ${kind}`, file, 300)
  ),
  ...Object.entries(PICKLES.python2).map(([name, file], i) =>
    binFormat(`Python 2, ${name}`, file, 300, i === 0 ? HOSTILE : {})
  ),
];
