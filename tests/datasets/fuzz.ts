/**
 * Opens damaged files by the thousand: a reader gives a sound answer, or an error that says where.
 *
 * A format is one value, a {@link FuzzFormat}; `fuzz_test.ts` lists them.
 *
 * @module
 */
import { assert, assertMatch } from "@std/assert";
import fc from "fast-check";
import type { Files } from "../../datasets/mod.ts";
import { memoryFiles } from "./helpers.ts";
import { assertSound, mutate, mutation } from "./mutate.ts";

/** One format to damage. */
export interface FuzzFormat {
  /** Name for the test. */
  readonly name: string;
  /** Whole files, by path; one of them is damaged at a time. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /**
   * Opens and reads everything, fails (by assertion) where an answer is unsound, and gives the number of bytes of all
   * arrays that it was handed. What it throws otherwise has to name the file and a place in it.
   */
  open(files: Files): Promise<number>;
  /** Files made by hand, in place of those of the same paths, by what is wrong with them; each has to be refused. */
  readonly hostile?: Readonly<Record<string, Readonly<Record<string, Uint8Array>>>>;
  /** How many damaged inputs are tried; 2,000 by default. */
  readonly runs?: number;
  /** How many times the bytes of the files an answer may have: 4, or more for packed formats. */
  readonly growth?: number;
  /** How an error names a place in the file, where not by one of the usual words: byte, record, line, image, … */
  readonly place?: RegExp;
}

/** No attempt may take longer, in milliseconds: most take one, and what is quadratic in a file's size takes minutes. */
const MOST_TIME = 5000;

/** How errors usually name a place. */
const PLACE = /\b(byte|bytes|record|item|image|line|entry|row|pair|key|array|page|column|tensor) /;

/** Declares the test of one format. */
export function fuzz({ name, files, open, hostile = {}, runs = 2000, growth = 4, place = PLACE }: FuzzFormat): void {
  const paths = Object.keys(files);

  /** Opens files, and says whether they were refused. */
  async function attempt(tree: Record<string, Uint8Array>, damaged: string): Promise<boolean> {
    const size = Object.values(tree).reduce((sum, file) => sum + file.length, 0), start = performance.now();
    try {
      const bytes = await open(memoryFiles(tree));
      assert(bytes <= growth * size, `${damaged}: ${bytes} bytes came of ${size}`);
      return false;
    } catch (error) {
      if (error instanceof Error && error.name === "AssertionError") throw error;
      assertSound(error);
      assert(paths.some((path) => error.message.includes(`"${path}"`)), `no file is named: ${error.message}`);
      assertMatch(error.message, place);
      return true;
    } finally {
      const time = performance.now() - start;
      assert(time < MOST_TIME, `${damaged}: it took ${Math.round(time)} ms`);
    }
  }

  for (const [what, changed] of Object.entries(hostile)) {
    Deno.test(`${name}: refuses ${what}, in little time`, async () =>
      assert(await attempt({ ...files, ...changed }, what)));
  }
  Deno.test(`${name}: a sound answer or an error that says where, for ${runs} damaged inputs`, async () => {
    let refused = 0;
    assert(!await attempt(files, "nothing"), "sound files were refused");
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        async (path, how) => {
          if (await attempt({ ...files, [path]: mutate(files[path]!, how) }, path)) refused++;
        },
      ),
      { seed: 20261125, numRuns: runs },
    );
    assert(refused > 0, "no damage was noticed");
  });
}
